"""The list of aid requests: its columns and what a view of it keeps."""

from django.utils.translation import gettext_lazy as _

from ales.lists.shape import Column, ListShape
from members.roles import ASSOCIATION_ROLES, SOCIAL_ROLES

REQUESTS = ListShape(
    code="demandes",
    url_name="aids:list",
    roles=frozenset(SOCIAL_ROLES | ASSOCIATION_ROLES),
    default="-modifiee",
    filters=("etat", "objet"),
    columns=(
        Column("menage", _("Ménage"), sort=("tenant_key", "id"), is_fixed=True),
        Column("reference", _("Référence"), sort=("reference", "id")),
        Column("organisme", _("Organisme")),
        Column("bailleur", _("Bailleur")),
        Column("etat", _("État")),
        Column("montant", _("Montant"), sort=("listed_amount", "id"), is_numeric=True, falls_first=True),
        Column("modifiee", _("Modifiée"), sort=("updated_at", "id"), falls_first=True),
    ),
)
