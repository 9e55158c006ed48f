"""The lists of this room as files: orders, bordereaux, statements, recoveries, questions, the landlord's."""

from collections.abc import Sequence

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from aids.models.request import Purpose
from aids.states import LANDLORD_LABELS
from ales.works import exports
from ales.works.exports import Column
from members.access import Actor
from members.roles import ASSOCIATION_ROLES, Role
from payments import lists
from payments.forms.filters import OrderFilters, of_tab
from payments.forms.follow_up import QueryFilters, RecoveryFilters
from payments.forms.landlord import TenantAidFilters
from payments.models import (
    BankStatement,
    PaymentAdvice,
    PaymentBatch,
    PaymentOrder,
    RecoveryState,
    StatementLine,
)
from payments.models.query import QueryReason
from payments.models.recovery import RecoveryCause
from payments.models.statement import LineOutcome, StatementState
from payments.rules.references import iban_end
from payments.states import BatchState, OrderState
from payments.views.batches import batches_in
from payments.views.landlord import wanted_aids
from payments.views.queries import wanted_queries
from payments.views.recoveries import is_latest_first, wanted_recoveries
from payments.views.worklist import order_of, tab_of

READERS = frozenset(ASSOCIATION_ROLES | {Role.MANAGER})
ORGANISATION = Column(_("Organisme"), "organisation__name", "organisme", width=28)
ORDER_COLUMNS = (
    Column(_("Année"), "year", "ordre", width=10),
    Column(_("Ordre n°"), "sequence", "ordre", width=10),
    Column(_("État"), "state", "etat", labels=dict(OrderState.choices)),
    Column(_("Demandé le"), "requested_at", "ordre"),
    Column(_("Bailleur"), "landlord__name", "bailleur", width=28),
    Column(_("Compte"), "iban", "bailleur", of=iban_end, width=22),
    Column(_("Aide"), "request__reference", "aide"),
    Column(_("Locataire"), "request__tenant_name", "aide", width=28),
    Column(_("Montant"), "amount", "montant"),
    Column(_("Signé le"), "signed_at"),
    Column(_("Exécuté le"), "executed_on"),
    Column(_("Rejeté le"), "rejected_on"),
    Column(_("Abandonné le"), "given_up_at"),
    Column(_("Référence bancaire"), "end_to_end_id", width=34),
)
BATCH_COLUMNS = (
    Column(_("Année"), "year", "bordereau", width=10),
    Column(_("Bordereau n°"), "sequence", "bordereau", width=14),
    Column(_("État"), "state", "etat", labels=dict(BatchState.choices)),
    Column(_("Exécution demandée le"), "execution_on", "execution", width=20),
    Column(_("Ordres"), "orders_count", "ordres", width=10),
    Column(_("Total"), "control_sum", "total"),
    Column(_("Préparé le"), "created_at", "bordereau"),
    Column(_("Transmis le"), "sent_at", "etat"),
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
STATEMENT_COLUMNS = (
    Column(_("Relevé"), "statement_id", width=24),
    Column(_("Compte"), "account_iban", of=iban_end, width=22),
    Column(_("Du"), "from_on"),
    Column(_("Au"), "to_on"),
    Column(_("Solde initial"), "opening"),
    Column(_("Solde final"), "closing"),
    Column(_("Importé le"), "imported_at"),
    Column(_("Importé par"), "imported_by__last_name", width=20),
    Column(_("Prénom"), "imported_by__first_name", width=20),
    Column(_("État"), "state", labels=dict(StatementState.choices), width=22),
    Column(_("Lignes à rapprocher"), "to_settle", width=18),
)
LINE_COLUMNS = (
    Column(_("Date comptable"), "booked_on"),
    Column(_("Montant"), "amount"),
    Column(_("Sens"), "is_credit", labels={True: _("crédit"), False: _("débit")}, width=10),
    Column(_("Contrepartie"), "counterparty", width=34),
    Column(_("Libellé"), "label", width=40),
    Column(_("Référence de bout en bout"), "end_to_end_id", width=34),
    Column(_("Référence de la banque"), "bank_reference", width=24),
    Column(_("Motif de la banque"), "return_reason", width=28),
    Column(_("Relevé"), "statement__statement_id", width=24),
    Column(_("Pourquoi"), "note", width=40),
)
QUERY_COLUMNS = (
    Column(_("Question"), "reason", labels=dict(QueryReason.choices), width=28),
    Column(_("Posée le"), "asked_at"),
    Column(_("Bailleur"), "landlord__name", width=28),
    Column(_("Locataire"), "advice__request__tenant_name", width=28),
    Column(_("Aide"), "advice__request__reference"),
    Column(_("Ordre"), "advice__order_number"),
    Column(_("Payé"), "advice__amount"),
    Column(_("Reçu selon le bailleur"), "amount_received", width=20),
    Column(_("Précisions"), "text", width=40),
    Column(_("Réponse"), "answer", width=40),
    Column(_("Répondue le"), "answered_at"),
)
RECEIPT_COLUMNS = (
    Column(_("Votre référence"), "request__landlord_reference", width=24),
    Column(_("Locataire"), "request__tenant_name", width=28),
    Column(_("Aide"), "request__reference"),
    Column(_("Payé le"), "executed_on"),
    Column(_("Référence du virement"), "end_to_end_id", width=34),
    Column(_("Montant"), "amount"),
)


def _orders(actor: Actor, params: QueryDict) -> QuerySet:
    narrowed = OrderFilters(params, actor=actor).apply(PaymentOrder.objects.visible_to(actor))
    tab = tab_of(actor, params)
    return lists.ORDERS.ordered(of_tab(narrowed, tab), params, order_of(tab))


def _batches(actor: Actor, params: QueryDict) -> QuerySet:
    batches = batches_in(PaymentBatch.objects.visible_to(actor), params.get("etat", ""))
    return lists.BATCHES.ordered(batches, params)


def _recoveries(actor: Actor, params: QueryDict) -> QuerySet:
    filters, recoveries = wanted_recoveries(actor, params)
    return recoveries.order_by(
        *(("-year", "-sequence") if is_latest_first(filters) else ("year", "sequence"))
    )


def _tenant_aids(actor: Actor, params: QueryDict) -> QuerySet:
    return wanted_aids(actor, params)[1].order_by("-updated_at", "-id")


def _statements(actor: Actor, params: QueryDict) -> QuerySet:
    statements = BankStatement.objects.visible_to(actor)
    to_settle = Count("lines", filter=Q(lines__outcome=LineOutcome.TO_SETTLE, state=StatementState.APPLIED))
    return statements.annotate(to_settle=to_settle).order_by("-imported_at", "-id")


def _lines(actor: Actor, params: QueryDict) -> QuerySet:
    return StatementLine.objects.visible_to(actor).to_settle().order_by("booked_on", "id")


def _queries(actor: Actor, params: QueryDict) -> QuerySet:
    _filters, chosen, queries = wanted_queries(actor, params)
    return queries.order_by(*(("-asked_at", "-id") if chosen else ("asked_at", "id")))


def _receipts(actor: Actor, params: QueryDict) -> QuerySet:
    return PaymentAdvice.objects.visible_to(actor).awaiting_receipt()


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
    shape=lists.ORDERS,
)
BATCHES = exports.Export(
    name="bordereaux",
    title="Bordereaux",
    roles=frozenset(ASSOCIATION_ROLES),
    rows=_batches,
    columns=lambda actor: BATCH_COLUMNS,
    url_name="payments:batches",
    filters=("etat",),
    shape=lists.BATCHES,
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
STATEMENTS = exports.Export(
    name="releves",
    title="Relevés de la banque",
    roles=frozenset(ASSOCIATION_ROLES),
    rows=_statements,
    columns=lambda actor: STATEMENT_COLUMNS,
    url_name="payments:statements",
    filters=(),
)
LINES = exports.Export(
    name="lignes-a-rapprocher",
    title="Lignes à rapprocher",
    roles=frozenset(ASSOCIATION_ROLES),
    rows=_lines,
    columns=lambda actor: LINE_COLUMNS,
    url_name="payments:lines_to_settle",
    filters=(),
)
QUERIES = exports.Export(
    name="questions",
    title="Questions des bailleurs",
    roles=READERS,
    rows=_queries,
    columns=_with_organisation(QUERY_COLUMNS),
    url_name="payments:queries",
    filters=tuple(QueryFilters.base_fields),
)
RECEIPTS = exports.Export(
    name="receptions",
    title="Réceptions à confirmer",
    roles=frozenset({Role.LANDLORD_AGENT}),
    rows=_receipts,
    columns=lambda actor: RECEIPT_COLUMNS,
    url_name="payments:receipts",
    filters=(),
)


def register() -> None:
    for export in (ORDERS, BATCHES, STATEMENTS, LINES, QUERIES, RECOVERIES, TENANT_AIDS, RECEIPTS):
        exports.register(export)
