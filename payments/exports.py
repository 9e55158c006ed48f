"""The lists of this room as files: orders, bordereaux, recoveries, and the landlord's aids."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from aids.models.request import Purpose
from aids.states import LANDLORD_LABELS
from ales.works import exports
from ales.works.exports import Column
from members.access import Actor
from members.roles import ASSOCIATION_ROLES, Role
from payments.forms.filters import OrderFilters, of_tab
from payments.forms.follow_up import RecoveryFilters
from payments.forms.landlord import TenantAidFilters
from payments.models import PaymentBatch, PaymentOrder, RecoveryState
from payments.models.recovery import RecoveryCause
from payments.rules.references import iban_end
from payments.states import BatchState, OrderState
from payments.views.batches import batches_in
from payments.views.landlord import wanted_aids
from payments.views.recoveries import wanted_recoveries
from payments.views.worklist import tab_of

READERS = frozenset(ASSOCIATION_ROLES | {Role.MANAGER})
ORGANISATION = Column(_("Organisme"), "organisation__name", width=28)
ORDER_COLUMNS = (
    Column(_("Année"), "year", width=10),
    Column(_("Ordre n°"), "sequence", width=10),
    Column(_("État"), "state", labels=dict(OrderState.choices)),
    Column(_("Demandé le"), "requested_at"),
    Column(_("Bailleur"), "landlord__name", width=28),
    Column(_("Compte"), "iban", of=iban_end, width=22),
    Column(_("Aide"), "request__reference"),
    Column(_("Locataire"), "request__tenant_name", width=28),
    Column(_("Montant"), "amount"),
    Column(_("Signé le"), "signed_at"),
    Column(_("Exécuté le"), "executed_on"),
    Column(_("Rejeté le"), "rejected_on"),
    Column(_("Abandonné le"), "given_up_at"),
    Column(_("Référence bancaire"), "end_to_end_id", width=34),
)
BATCH_COLUMNS = (
    Column(_("Année"), "year", width=10),
    Column(_("Bordereau n°"), "sequence", width=14),
    Column(_("État"), "state", labels=dict(BatchState.choices)),
    Column(_("Exécution demandée le"), "execution_on", width=20),
    Column(_("Ordres"), "orders_count", width=10),
    Column(_("Total"), "control_sum"),
    Column(_("Préparé le"), "created_at"),
    Column(_("Transmis le"), "sent_at"),
    Column(_("Identifiant du message"), "message_id", width=34),
)
RECOVERY_COLUMNS = (
    Column(_("Année"), "year", width=10),
    Column(_("Recouvrement n°"), "sequence", width=16),
    Column(_("État"), "state", labels=dict(RecoveryState.choices), width=22),
    Column(_("Cause"), "cause", labels=dict(RecoveryCause.choices), width=34),
    Column(_("Demandé le"), "asked_at"),
    Column(_("Bailleur"), "landlord__name", width=28),
    Column(_("Aide"), "request__reference"),
    Column(_("Locataire"), "request__tenant_name", width=28),
    Column(_("Montant"), "amount"),
    Column(_("Reçu le"), "received_on"),
)
TENANT_AID_COLUMNS = (
    Column(_("Votre référence"), "landlord_reference", width=24),
    Column(_("Locataire"), "tenant_name", width=28),
    Column(_("Commune"), "town", width=22),
    Column(_("Aide"), "reference"),
    Column(_("Objet"), "purpose", labels=dict(Purpose.choices), width=24),
    Column(_("État"), "state", labels=LANDLORD_LABELS),
    Column(_("Montant accordé"), "granted_amount"),
    Column(_("Montant payé"), "paid_amount"),
)


def _orders(actor: Actor, params: QueryDict) -> QuerySet:
    narrowed = OrderFilters(params, actor=actor).apply(PaymentOrder.objects.visible_to(actor))
    return of_tab(narrowed, tab_of(actor, params)).latest_first()


def _batches(actor: Actor, params: QueryDict) -> QuerySet:
    return batches_in(PaymentBatch.objects.visible_to(actor), params.get("etat", "")).latest_first()


def _recoveries(actor: Actor, params: QueryDict) -> QuerySet:
    return wanted_recoveries(actor, params)[1].order_by("-year", "-sequence")


def _tenant_aids(actor: Actor, params: QueryDict) -> QuerySet:
    return wanted_aids(actor, params)[1].order_by("-updated_at", "-id")


def _with_organisation(columns: Sequence[Column]):
    """The association reads every organisation's rows, and whose each is."""
    return lambda actor: (ORGANISATION, *columns) if actor.is_association else columns


ORDERS = exports.Export(
    name="ordres",
    title="Ordres de paiement",
    roles=READERS,
    rows=_orders,
    columns=_with_organisation(ORDER_COLUMNS),
    url_name="payments:orders",
    filters=(*OrderFilters.base_fields, "etat"),
)
BATCHES = exports.Export(
    name="bordereaux",
    title="Bordereaux",
    roles=frozenset(ASSOCIATION_ROLES),
    rows=_batches,
    columns=lambda actor: BATCH_COLUMNS,
    url_name="payments:batches",
    filters=("etat",),
)
RECOVERIES = exports.Export(
    name="recouvrements",
    title="Recouvrements",
    roles=READERS,
    rows=_recoveries,
    columns=_with_organisation(RECOVERY_COLUMNS),
    url_name="payments:recoveries",
    filters=tuple(RecoveryFilters.base_fields),
)
TENANT_AIDS = exports.Export(
    name="aides-locataires",
    title="Aides de nos locataires",
    roles=frozenset({Role.LANDLORD_AGENT}),
    rows=_tenant_aids,
    columns=lambda actor: TENANT_AID_COLUMNS,
    url_name="payments:tenant_aids",
    filters=tuple(TenantAidFilters.base_fields),
)


def register() -> None:
    for export in (ORDERS, BATCHES, RECOVERIES, TENANT_AIDS):
        exports.register(export)
