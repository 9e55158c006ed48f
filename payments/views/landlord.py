"""« Aides de nos locataires »: what a landlord's agent reads, and confirms received (DOMAIN §3).

Nothing here reads a table of the cases' room, nor an order: an agent has neither.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aids import threads
from aids.models import AidRequest, RentTerm
from aids.models.request import Purpose
from aids.pictures import Way, aid_picture, decision_steps, term_ways
from aids.querysets import AidRequestQuerySet
from aids.states import GRANTED, LANDLORD_LABELS, LANDLORD_TONES, RequestState, TermState
from aids.views.shared import log_access
from ales.dates import format_date, format_month
from ales.documents.links import file_of_job
from ales.http import reading
from ales.keyset import page_of
from ales.money import ZERO, format_euros
from ales.pictures import Picture
from members.access import Actor, roles_required
from members.roles import Role
from payments import permissions
from payments.documents.order import term_label
from payments.follow_up import query_rows, recovery_rows
from payments.forms.landlord import STATUS_GROUPS, TenantAidFilters
from payments.models import PaymentAdvice, PaymentQuery, PaymentRecovery
from payments.models.advice import receipts_in

#: A term in the landlord's words, with its tone.
TERM_LABELS = {
    TermState.GRANTED: (gettext_lazy("accordée, à payer"), "info"),
    TermState.ORDERED: (gettext_lazy("virement en préparation"), "progress"),
    TermState.PAID: (gettext_lazy("payée"), "success"),
    TermState.RELEASED: (gettext_lazy("non versée"), "neutral"),
}
AWAITED = (TermState.GRANTED, TermState.ORDERED)


# --- The list -------------------------------------------------------------------------------------


@reading
@roles_required(Role.LANDLORD_AGENT)
def tenant_aids(request: HttpRequest) -> HttpResponse:
    """The aids of the landlord's own tenants, the latest first."""
    actor: Actor = request.actor
    filters, aids = wanted_aids(actor, request.GET)
    page = page_of(_with_months(aids), request.GET, ("updated_at", "id"), descending=True)
    context = {
        "filters": filters,
        "rows": [_row(aid) for aid in page.rows],
        "page": page,
        "figures": _figures(actor),
        "is_filtered": filters.is_valid() and any(filters.cleaned_data.values()),
        "list_url": reverse("payments:tenant_aids"),
    }
    return render(request, "landlord/tenant_aids.html", context)


def wanted_aids(actor: Actor, params: QueryDict) -> tuple[TenantAidFilters, AidRequestQuerySet]:
    """The filters of an address, and the aids they show this landlord."""
    filters = TenantAidFilters(params)
    chosen = filters.cleaned_data if filters.is_valid() else {"q": "", "etat": ""}
    aids = AidRequest.objects.visible_to(actor)
    if chosen["etat"]:
        aids = aids.filter(state__in=STATUS_GROUPS[chosen["etat"]][1])
    if chosen["q"]:
        aids = aids.matching(chosen["q"])
    return filters, aids


def _with_months(aids: QuerySet) -> QuerySet:
    """Each aid with the first days of its months that the landlord may read."""
    months = RentTerm.objects.filter(request=OuterRef("pk"), month__isnull=False).order_by("month")
    return aids.annotate(months=ArraySubquery(months.values("month"))).only(
        "public_id",
        "state",
        "purpose",
        "reference",
        "tenant_name",
        "landlord_reference",
        "town",
        "granted_amount",
        "paid_amount",
        "updated_at",
    )


def _row(aid: AidRequest) -> dict[str, Any]:
    is_granted = aid.state in GRANTED
    return {
        "url": reverse("payments:tenant_aid", args=[aid.public_id]),
        "tenant": aid.tenant_name,
        "town": aid.town,
        "own_reference": aid.landlord_reference or "–",
        "reference": aid.reference,
        "state": LANDLORD_LABELS[RequestState(aid.state)],
        "tone": LANDLORD_TONES[RequestState(aid.state)],
        "months": _period(aid),
        "granted": aid.granted_amount if is_granted else None,
        "paid": aid.paid_amount if is_granted else None,
    }


def _period(aid: AidRequest) -> str:
    """`mars à mai 2026`; until the decision the landlord is told of no month."""
    if aid.purpose == Purpose.RELOGEMENT:
        return _("apurement de la dette")
    if not aid.months:
        return "–"
    first, last = aid.months[0], aid.months[-1]
    if first == last:
        return format_month(first)
    start = format_month(first) if first.year != last.year else format_month(first).split()[0]
    return _("%(first)s à %(last)s") % {"first": start, "last": format_month(last)}


def _figures(actor: Actor) -> list[dict[str, str]]:
    """Aids granted and money paid this year, money to confirm and to come; three queries on its own rows."""
    year = localdate().year
    granted = (
        AidRequest.objects.visible_to(actor)
        .granted()
        .filter(decided_at__year=year)
        .aggregate(number=Count("pk"))["number"]
    )
    advices = (
        PaymentAdvice.objects.visible_to(actor)
        .filter(cancelled_on=None)
        .aggregate(
            paid=Coalesce(Sum("amount", filter=Q(executed_on__year=year)), ZERO),
            unconfirmed=Count("pk", filter=Q(received_on=None)),
            awaited=Coalesce(Sum("amount", filter=Q(received_on=None)), ZERO),
        )
    )
    awaited = RentTerm.objects.filter(landlord_id=actor.organisation_id, state__in=AWAITED).aggregate(
        amount=Coalesce(Sum("granted"), ZERO), number=Count("pk")
    )
    unconfirmed = advices["unconfirmed"]
    return [
        {
            "value": str(granted),
            "label": ngettext("aide accordée en %s", "aides accordées en %s", granted) % year,
            "help": _("à vos locataires, décidées cette année"),
            "url": "",
            "tone": "",
        },
        {
            "value": format_euros(advices["paid"]),
            "label": _("versés en %s") % year,
            "help": _("virements exécutés cette année"),
            "url": "",
            "tone": "",
        },
        {
            "value": format_euros(advices["awaited"]),
            "label": _("à confirmer"),
            "help": ngettext("%s réception à confirmer", "%s réceptions à confirmer", unconfirmed)
            % unconfirmed
            if unconfirmed
            else _("toutes les réceptions sont confirmées"),
            "url": reverse("payments:receipts") if unconfirmed else "",
            "tone": "warning" if unconfirmed else "",
        },
        {
            "value": format_euros(awaited["amount"]),
            "label": _("à venir"),
            "help": ngettext("%s échéance accordée", "%s échéances accordées", awaited["number"])
            % awaited["number"],
            "url": "",
            "tone": "",
        },
    ]


# --- One aid --------------------------------------------------------------------------------------


@reading
@roles_required(Role.LANDLORD_AGENT)
def tenant_aid(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One aid: its months and amounts, and the payments made."""
    aid = get_object_or_404(
        AidRequest.objects.visible_to(request.actor).select_related("organisation"), public_id=public_id
    )
    log_access(request, aid)
    terms = aid.terms.filter(state__in=list(TERM_LABELS)).order_by(F("month").asc(nulls_last=True), "id")
    is_granted = aid.state in GRANTED
    advices = _advices_of(request.actor, aid)
    recoveries = PaymentRecovery.objects.visible_to(request.actor).filter(request=aid)
    context = {
        "aid": aid,
        "state": LANDLORD_LABELS[RequestState(aid.state)],
        "tone": LANDLORD_TONES[RequestState(aid.state)],
        "is_granted": is_granted,
        "details": [
            (_("Locataire"), aid.tenant_name),
            (_("Votre référence"), aid.landlord_reference),
            (_("Commune"), aid.town),
            (_("Objet de l’aide"), aid.get_purpose_display()),
            (_("Suivie par"), aid.organisation.name),
            (_("Référence ALES"), aid.reference),
        ],
        "terms": [_term(term) for term in terms] if is_granted else [],
        "picture": _picture(aid, terms, advices) if is_granted else None,
        "advices": [_advice(request.actor, advice) for advice in advices],
        "panels": threads.aid_panel(request, aid),
        "recoveries": recovery_rows(recoveries.select_related("job__document").order_by("year", "sequence")),
    }
    return render(request, "landlord/tenant_aid.html", context)


def _term(term: RentTerm) -> dict[str, Any]:
    label, tone = TERM_LABELS[TermState(term.state)]
    return {
        "label": term_label(term.month),
        "amount": term.granted,
        "state": label,
        "tone": tone,
        "paid_on": format_date(term.paid_on) if term.paid_on else "",
    }


def _picture(aid: AidRequest, terms: Iterable[RentTerm], advices: list[PaymentAdvice]) -> Picture | None:
    """The way of a granted aid, in the landlord's words: nothing of its instruction (DOMAIN §3)."""
    granted = Way(_("L’aide"), str(LANDLORD_LABELS[RequestState(aid.state)]), decision_steps(aid))
    states = {term.pk: str(TERM_LABELS[TermState(term.state)][0]) for term in terms}
    return aid_picture([granted, *term_ways(terms, states, receipts_in(advices))])


def _advices_of(actor: Actor, aid: AidRequest) -> list[PaymentAdvice]:
    """The payments of the aid, each with its questions; two queries."""
    talk = PaymentQuery.objects.select_related("advice", "asked_by", "answered_by").order_by("asked_at", "id")
    advices = PaymentAdvice.objects.visible_to(actor).filter(request=aid)
    related = advices.select_related("job__document", "received_by").prefetch_related(
        Prefetch("queries", talk)
    )
    return list(related.order_by("executed_on", "id"))


def _advice(actor: Actor, advice: PaymentAdvice) -> dict[str, Any]:
    queries = list(advice.queries.all())
    has_open_query = any(query.answered_at is None for query in queries)
    return {
        "number": advice.order_number,
        "amount": advice.amount,
        "executed": format_date(advice.executed_on),
        "end_to_end_id": advice.end_to_end_id,
        "months": ", ".join(row["label"] for row in advice.months),
        "file": file_of_job(advice.job) if advice.job else None,
        "cancelled": format_date(advice.cancelled_on) if advice.cancelled_on else "",
        "cancelled_reason": advice.cancelled_reason,
        "received": format_date(advice.received_on) if advice.received_on else "",
        "received_by": advice.received_by.full_name if advice.received_by else "",
        "queries": query_rows(queries),
        "has_open_query": has_open_query,
        "verdict": permissions.may_confirm_receipt(actor, advice, has_open_query=has_open_query),
        "receipt_url": reverse("payments:confirm_receipt", args=[advice.public_id]),
        "query_url": reverse("payments:ask_query", args=[advice.public_id]),
    }
