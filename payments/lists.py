"""The lists of this room that are sorted: orders and bordereaux."""

from django.utils.translation import gettext_lazy as _

from ales.lists.shape import Column, ListShape
from members.roles import ASSOCIATION_ROLES, Role

ORDERS = ListShape(
    code="ordres",
    url_name="payments:orders",
    roles=frozenset(ASSOCIATION_ROLES | {Role.MANAGER}),
    # Of what is done. What waits is read the oldest first (payments.views.worklist.order_of).
    default="-ordre",
    filters=("etat", "organisme", "fonds", "du", "au", "de", "a"),
    words=("q", "bailleur"),
    columns=(
        Column("ordre", _("Ordre"), sort=("year", "sequence"), is_fixed=True, falls_first=True),
        Column("bailleur", _("Bailleur")),
        Column("aide", _("Aide")),
        Column("organisme", _("Organisme")),
        Column("etat", _("État")),
        Column("montant", _("Montant"), sort=("amount", "id"), is_numeric=True, falls_first=True),
    ),
)
BATCHES = ListShape(
    code="bordereaux",
    url_name="payments:batches",
    roles=frozenset(ASSOCIATION_ROLES),
    default="-bordereau",
    filters=("etat",),
    words=(),
    columns=(
        Column("bordereau", _("Bordereau"), sort=("year", "sequence"), is_fixed=True, falls_first=True),
        Column("execution", _("Exécution demandée"), sort=("execution_on", "id"), falls_first=True),
        Column("ordres", _("Ordres")),
        Column("etat", _("État")),
        Column("total", _("Total"), sort=("control_sum", "id"), is_numeric=True, falls_first=True),
    ),
)
