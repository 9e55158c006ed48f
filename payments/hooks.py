"""What this room hangs onto the rooms below (ales/registry.py)."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aids.models import AidRequest, RentTerm
from aids.states import MOVES, TermState
from ales import registry
from ales.dates import format_date
from ales.documents.links import file_of_job
from ales.documents.models import StoredDocument
from ales.money import ZERO, format_euros
from ales.registry import Card, CaseSubject, NavEntry, Panel
from ales.verdict import Verdict
from cases.models import TenantCase
from members.access import Actor
from members.models import Organisation
from members.roles import Role
from payments import cards, follow_up, guide, holds, lists, notices, permissions, search
from payments.documents import accounting as accounting_document
from payments.documents import advice as advice_document
from payments.documents import batch as batch_document
from payments.documents import order as order_document
from payments.documents import recovery as recovery_document
from payments.models import PaymentAdvice, PaymentBatch, PaymentOrder, PaymentOrderLine, PaymentRecovery
from payments.rules.statements import return_label
from payments.states import TONES, BatchState, OrderState

#: Rows of a dashboard card.
SHOWN = 5


def handover_refusals(case: TenantCase) -> list[str]:
    """An order under way is signed and paid for the organisation that asked; the database says the same."""
    if not PaymentOrder.objects.filter(request__case=case).under_way().exists():
        return []
    return ["Un ordre de paiement est en cours : le dossier ne peut pas changer d’organisme."]


def payments_under_way(actor: Actor, landlord: Organisation) -> tuple[int, Decimal]:
    """Number and euros of the landlord's orders the actor may read and a change of its account holds."""
    under_way = PaymentOrder.objects.visible_to(actor).under_way().filter(landlord=landlord)
    found = under_way.aggregate(number=Count("pk"), euros=Sum("amount", default=ZERO))
    return found["number"], found["euros"]


def rejected_terms(actor: Actor, aid: AidRequest) -> dict[int, tuple[str, str]]:
    """Terms whose transfer the bank rejected, until somebody decides; one query."""
    orders = PaymentOrder.objects.visible_to(actor).filter(request=aid).awaiting_decision()
    lines = PaymentOrderLine.objects.filter(order__in=orders, is_live=True)
    return dict.fromkeys(lines.values_list("term_id", flat=True), (_("virement rejeté"), "danger"))


def withdrawn_file(document: StoredDocument) -> str:
    """The bank's file of a cancelled batch must not reach the bank; one query for such files only."""
    if document.kind != batch_document.FILE_KIND:
        return ""
    cancelled = PaymentBatch.objects.filter(public_id=document.subject_id, state=BatchState.CANCELLED)
    if not cancelled.exists():
        return ""
    return _("Le bordereau de ce fichier est annulé : le fichier ne doit pas être remis à la banque.")


def landlord_aid_page(request_id: UUID) -> str:
    """Address of an aid of one of the landlord's tenants."""
    return reverse("payments:tenant_aid", args=[request_id])


def register() -> None:
    """Called once by AppConfig.ready()."""
    for kind in notices.KINDS:
        registry.notification_kinds.add(kind)
    registry.chapters.add_all(guide.CHAPTERS)
    registry.tour_steps.add_all(guide.TOUR)
    registry.list_shapes.add(lists.ORDERS)
    registry.list_shapes.add(lists.BATCHES)
    registry.landlord_aid_pages.add(landlord_aid_page)
    registry.handover_refusals.add(handover_refusals)
    registry.payments_under_way.add(payments_under_way)
    registry.file_refusals.add(withdrawn_file)
    registry.term_states.add(rejected_terms)
    registry.navigation.add(ORDERS_ENTRY)
    registry.navigation.add(TENANT_AIDS_ENTRY)
    registry.search_sources.add(search.ORDERS)
    registry.search_sources.add(search.TENANT_AIDS)
    for build in (
        orders_to_sign,
        orders_to_batch,
        batches_to_send,
        orders_to_execute,
        payments_to_request,
        rejects_to_decide,
        cards.statements_to_apply,
    ):
        registry.dashboard_cards.add(build)
    registry.aid_panels.add(payment_panel)
    registry.case_subjects.add(
        CaseSubject(order_document.KIND, gettext_lazy("Ordre de paiement"), PaymentOrder, "request__case")
    )
    registry.case_subjects.add(
        CaseSubject(advice_document.KIND, gettext_lazy("Avis de paiement"), PaymentAdvice, "request__case")
    )
    registry.document_builders[batch_document.FILE_KIND] = batch_document.FILE_BUILDER
    registry.document_builders[batch_document.STATEMENT_KIND] = batch_document.STATEMENT_BUILDER
    registry.document_builders[order_document.KIND] = order_document.BUILDER
    registry.document_builders[advice_document.KIND] = advice_document.BUILDER
    registry.document_builders[accounting_document.KIND] = accounting_document.BUILDER
    registry.case_subjects.add(
        CaseSubject(
            recovery_document.KIND,
            gettext_lazy("Demande de remboursement"),
            PaymentRecovery,
            "request__case",
        )
    )
    registry.document_builders[recovery_document.KIND] = recovery_document.BUILDER
    follow_up.register()


ORDERS_ENTRY = NavEntry(
    label=gettext_lazy("Paiements"),
    url_name="payments:orders",
    icon="banknotes",
    roles=frozenset({Role.TREASURER, Role.ASSOCIATION_ADMIN, Role.MANAGER}),
    order=30,
)
TENANT_AIDS_ENTRY = NavEntry(
    label=gettext_lazy("Aides de nos locataires"),
    url_name="payments:tenant_aids",
    icon="home-modern",
    roles=frozenset({Role.LANDLORD_AGENT}),
    order=10,
)


# --- Cards of the dashboard -----------------------------------------------------------------------


def _order_row(order: PaymentOrder, detail: str) -> dict[str, str]:
    return {
        "text": f"{order.number} – {format_euros(order.amount)}",
        "detail": f"{order.landlord.name}, {detail}",
        "url": reverse("payments:order", args=[order.public_id]),
    }


def orders_to_sign(request: HttpRequest) -> list[Card]:
    """The treasurer's: the oldest first; those barred to them say so."""
    actor: Actor = request.actor
    if not actor.is_treasurer:
        return []
    orders = PaymentOrder.objects.visible_to(actor).awaiting_signature().oldest_first()
    rows = []
    for order in orders.select_related("landlord").defer("frozen")[:SHOWN]:
        row = _order_row(order, _("demandé le %s") % format_date(localtime(order.requested_at).date()))
        if actor.user_id in order.barred_ids:
            row |= {"badge": _("par un autre trésorier"), "tone": "neutral"}
        rows.append(row)
    return [
        Card(
            title=_("Ordres à signer"),
            icon="pencil-square",
            rows=rows,
            empty=_("Aucun ordre de paiement n’attend de signature."),
            url=f"{reverse('payments:orders')}?etat={OrderState.TO_SIGN}",
            url_label=_("Tous les ordres à signer"),
            order=10,
            tone="warning",
        )
    ]


def orders_to_batch(request: HttpRequest) -> list[Card]:
    """The treasurer's: signed orders that no batch holds yet; those on hold say so."""
    actor: Actor = request.actor
    if not actor.is_treasurer:
        return []
    orders = _oldest(actor, OrderState.SIGNED)
    waiting = holds.reasons(orders)
    rows = []
    for order in orders:
        row = _order_row(order, _("signé le %s") % format_date(localtime(order.signed_at).date()))
        if order.pk in waiting:
            row |= {"badge": _("en attente"), "tone": "warning"}
        rows.append(row)
    return [
        Card(
            title=_("Ordres à mettre en bordereau"),
            icon="document-duplicate",
            rows=rows,
            empty=_("Aucun ordre signé n’attend de bordereau."),
            url=f"{reverse('payments:orders')}?etat={OrderState.SIGNED}",
            url_label=_("Tous les ordres signés"),
            order=15,
            tone="info",
        )
    ]


def batches_to_send(request: HttpRequest) -> list[Card]:
    """The treasurer's: batches prepared whose file the bank hasn't, the nearest execution day first."""
    actor: Actor = request.actor
    if not actor.is_treasurer:
        return []
    batches = PaymentBatch.objects.visible_to(actor).filter(state=BatchState.PREPARED)
    rows = [
        {
            "text": f"{batch.number} – {format_euros(batch.control_sum)}",
            "detail": _("%(count)s ordres, exécution demandée le %(day)s")
            % {"count": batch.orders_count, "day": format_date(batch.execution_on)},
            "url": reverse("payments:batch", args=[batch.public_id]),
        }
        for batch in batches.order_by("execution_on", "year", "sequence").defer("frozen")[:SHOWN]
    ]
    return [
        Card(
            title=_("Bordereaux à transmettre"),
            icon="paper-airplane",
            rows=rows,
            empty=_("Aucun bordereau n’attend d’être remis à la banque."),
            url=reverse("payments:batches"),
            url_label=_("Tous les bordereaux"),
            # The bank's day doesn't wait: before what is still to sign.
            order=7,
            tone="warning",
        )
    ]


def orders_to_execute(request: HttpRequest) -> list[Card]:
    """The treasurer's: orders with the bank, whose transfer is still to be recorded."""
    actor: Actor = request.actor
    if not actor.is_treasurer:
        return []
    rows = [
        _order_row(order, _("signé le %s") % format_date(localtime(order.signed_at).date()))
        for order in _oldest(actor, OrderState.SENT)
    ]
    return [
        Card(
            title=_("Virements à constater"),
            icon="check-badge",
            rows=rows,
            empty=_("Aucun ordre transmis n’attend d’être constaté exécuté."),
            url=f"{reverse('payments:orders')}?etat={OrderState.SENT}",
            url_label=_("Tous les ordres transmis"),
            order=20,
            tone="info",
        )
    ]


def _oldest(actor: Actor, state: OrderState) -> list[PaymentOrder]:
    orders = PaymentOrder.objects.visible_to(actor).filter(state=state).oldest_first()
    return list(orders.select_related("landlord").prefetch_related("request").defer("frozen")[:SHOWN])


def payments_to_request(request: HttpRequest) -> list[Card]:
    """The manager's: granted aids with terms nobody has asked the payment of."""
    actor: Actor = request.actor
    if not actor.is_manager:
        return []
    granted = RentTerm.objects.filter(request=OuterRef("pk"), state=TermState.GRANTED)
    aids = (
        AidRequest.objects.visible_to(actor)
        .filter(Exists(granted), state__in=sorted(MOVES["start_payment"].sources))
        .annotate(unpaid=granted.order_by().values("request").annotate(sum=Sum("granted")).values("sum"))
        .select_related("landlord")
        .order_by("decided_at", "id")[:SHOWN]
    )
    rows = [
        {
            "text": f"{aid.tenant_name} – {format_euros(aid.unpaid)}",
            "detail": f"{aid.reference}, {aid.landlord.name}",
            "url": reverse("payments:request", args=[aid.public_id]),
        }
        for aid in aids
    ]
    return [
        Card(
            title=_("Paiements à demander"),
            icon="banknotes",
            rows=rows,
            empty=_("Toutes les échéances accordées sont en paiement ou payées."),
            url=reverse("payments:orders"),
            url_label=_("Les ordres de paiement"),
            order=30,
            tone="info",
        )
    ]


def rejects_to_decide(request: HttpRequest) -> list[Card]:
    """The manager's: transfers the bank rejected, the money waiting for a decision; none, no card."""
    actor: Actor = request.actor
    if not actor.is_manager:
        return []
    orders = PaymentOrder.objects.visible_to(actor).awaiting_decision().oldest_first()
    rows = [
        _order_row(order, return_label(order.rejected_code))
        for order in orders.select_related("landlord").defer("frozen")[:SHOWN]
    ]
    if not rows:
        return []
    return [
        Card(
            title=_("Virements rejetés : à décider"),
            icon="arrow-uturn-left",
            rows=rows,
            empty="",
            url=f"{reverse('payments:orders')}?etat={OrderState.REJECTED}",
            url_label=_("Tous les virements rejetés"),
            order=5,
            tone="danger",
        )
    ]


# --- The aid's page -------------------------------------------------------------------------------


def payment_panel(request: HttpRequest, aid: AidRequest) -> list[Panel]:
    """Orders for who may read them, payments made for a social worker, and the manager's button."""
    actor: Actor = request.actor
    verdict = permissions.may_request_payment(actor, aid)
    if verdict:
        verdict = _something_to_pay(aid) and permissions.payable(aid.landlord)
    rows = _orders_of(actor, aid) if actor.is_manager or actor.is_association else _advices_of(actor, aid)
    if not rows and not verdict and not actor.is_manager:
        return []
    context: dict[str, Any] = {
        "rows": rows,
        "may_ask": verdict if actor.is_manager and aid.state in MOVES["start_payment"].sources else None,
        "request_url": reverse("payments:request", args=[aid.public_id]),
    }
    if not rows and context["may_ask"] is None:
        return []
    return [Panel(title=_("Paiement"), template="payments/aid_panel.html", context=context, order=20)]


def _something_to_pay(aid: AidRequest) -> Verdict:
    if aid.terms.filter(state=TermState.GRANTED).exists():
        return Verdict(True)
    return Verdict(False, _("Toutes les échéances accordées sont déjà en paiement ou payées."))


def _orders_of(actor: Actor, aid: AidRequest) -> list[dict[str, Any]]:
    orders = PaymentOrder.objects.visible_to(actor).filter(request=aid).latest_first().defer("frozen")
    return [
        {
            "text": order.number,
            "url": reverse("payments:order", args=[order.public_id]),
            "detail": _("demandé le %s") % format_date(localtime(order.requested_at).date()),
            "amount": order.amount,
            "badge": order.get_state_display(),
            "tone": TONES[OrderState(order.state)],
            "file": None,
        }
        for order in orders
    ]


def _advices_of(actor: Actor, aid: AidRequest) -> list[dict[str, Any]]:
    advices = (
        PaymentAdvice.objects.visible_to(actor)
        .filter(request=aid)
        .select_related("job__document")
        .order_by("-executed_on", "-id")
    )
    return [
        {
            "text": _("Payé au bailleur le %s") % format_date(advice.executed_on),
            "url": "",
            "detail": ", ".join(row["label"] for row in advice.months),
            "amount": advice.amount,
            "badge": _advice_badge(advice),
            "tone": "danger" if advice.cancelled_on else "success",
            "file": file_of_job(advice.job) if advice.job else None,
        }
        for advice in advices
    ]


def _advice_badge(advice: PaymentAdvice) -> str:
    if advice.cancelled_on:
        return _("rejeté par la banque")
    return _("reçu le %s") % format_date(advice.received_on) if advice.received_on else _("payé")
