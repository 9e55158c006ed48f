"""Cases that change organisation: proposed by one manager, answered by another."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ales.errors import Refusal
from ales.http import form_page, reading, writing
from cases import operations, permissions
from cases.forms.sharing import AcceptHandoverForm, HandoverForm, RefuseHandoverForm
from cases.models import CaseHandover
from cases.models.share import HandoverState
from cases.views.case import act_page, add_refusal
from cases.views.sharing import own_case
from members.access import roles_required
from members.roles import Role

manager_only = roles_required(Role.MANAGER)
STATE_TONES = {
    HandoverState.PROPOSED: "warning",
    HandoverState.ACCEPTED: "success",
    HandoverState.REFUSED: "danger",
    HandoverState.CANCELLED: "neutral",
}
SHOWN = 100
_PEOPLE = ("from_organisation", "to_organisation", "proposed_by", "decided_by")


@form_page
@manager_only
def propose(request: HttpRequest, public_id) -> HttpResponse:
    """Propose the case to another organisation."""
    case = own_case(request, public_id)
    verdict = permissions.may_propose_handover(
        request.actor, case, refusals=operations.handover_refusals(case)
    )
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect("cases:detail", case.public_id)
    bound = request.method == "POST"
    form = HandoverForm(
        request.POST if bound else None, organisations=operations.organisations_for(request.actor)
    )
    if bound and form.is_valid():
        try:
            operations.propose_handover(
                actor=request.actor, case_id=case.public_id, at=timezone.now(), **form.cleaned_data
            )
        except Refusal as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("Transfert proposé : son responsable en est prévenu."))
            return redirect("cases:handovers")
    return act_page(
        request,
        case,
        form,
        "Transférer à un autre organisme",
        "Proposer le transfert",
        note="Le dossier part avec tout son historique dès que l’autre organisme accepte, et vos équipes ne "
        "le voient plus. Les partages prennent fin ; les écritures de vos fonds restent les vôtres.",
    )


def _row(handover: CaseHandover, organisation_id: int) -> dict[str, Any]:
    sent = handover.from_organisation_id == organisation_id
    other = handover.to_organisation if sent else handover.from_organisation
    waits_here = handover.state == HandoverState.PROPOSED and not sent
    return {
        "reference": handover.reference,
        "new_reference": handover.new_reference,
        "way": "vers" if sent else "de",
        "other": other.name,
        "reason": handover.reason,
        "answer": handover.decision_reason,
        "state": capfirst(handover.get_state_display()),
        "tone": STATE_TONES[HandoverState(handover.state)],
        "on": f"{timezone.localtime(handover.proposed_at):%d/%m/%Y}",
        "by": handover.proposed_by.full_name,
        "answer_url": reverse("cases:handover_answer", args=[handover.public_id]) if waits_here else "",
        "cancel_url": reverse("cases:handover_cancel", args=[handover.public_id])
        if sent and handover.state == HandoverState.PROPOSED
        else "",
    }


@reading
@manager_only
def handovers(request: HttpRequest) -> HttpResponse:
    """Proposals received and sent, those that wait first."""
    found = CaseHandover.objects.visible_to(request.actor).select_related(*_PEOPLE)
    rows = [
        _row(handover, request.actor.organisation_id) for handover in found.order_by("-proposed_at")[:SHOWN]
    ]
    rows.sort(key=lambda row: not row["answer_url"])
    return render(request, "cases/handovers.html", {"rows": rows})


def _received(request: HttpRequest, handover_id) -> CaseHandover:
    found = CaseHandover.objects.visible_to(request.actor).filter(
        to_organisation_id=request.actor.organisation_id
    )
    return get_object_or_404(found.select_related(*_PEOPLE), public_id=handover_id)


@form_page
@manager_only
def answer(request: HttpRequest, handover_id) -> HttpResponse:
    """Read a proposal; POST takes the case over."""
    handover = _received(request, handover_id)
    bound = request.method == "POST"
    form = _accept_form(request, request.POST if bound else None)
    if bound and form.is_valid():
        try:
            case = operations.accept_handover(
                actor=request.actor,
                handover_id=handover.public_id,
                referent_id=form.cleaned_data["referent"],
                at=timezone.now(),
            )
        except Refusal as error:
            add_refusal(form, error)
        else:
            messages.success(
                request, _("Dossier repris sous la référence %(ref)s.") % {"ref": case.reference}
            )
            return redirect("cases:detail", case.public_id)
    return _answer_page(request, handover, form, RefuseHandoverForm())


@form_page
@manager_only
def refuse(request: HttpRequest, handover_id) -> HttpResponse:
    """Refuse a proposal, with a reason."""
    handover = _received(request, handover_id)
    bound = request.method == "POST"
    form = RefuseHandoverForm(request.POST if bound else None)
    if bound and form.is_valid():
        try:
            operations.refuse_handover(
                actor=request.actor,
                handover_id=handover.public_id,
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except Refusal as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("Transfert refusé : l’autre organisme en est prévenu."))
            return redirect("cases:handovers")
    return _answer_page(request, handover, _accept_form(request), form)


def _accept_form(request: HttpRequest, data: Any = None) -> AcceptHandoverForm:
    return AcceptHandoverForm(data, referents=operations.referents_of(request.actor.organisation_id))


def _answer_page(
    request: HttpRequest, handover: CaseHandover, accept: AcceptHandoverForm, refusal: RefuseHandoverForm
) -> HttpResponse:
    context = {
        "handover": handover,
        "waiting": handover.state == HandoverState.PROPOSED,
        "state": capfirst(handover.get_state_display()),
        "tone": STATE_TONES[HandoverState(handover.state)],
        "summary": [
            ("Référence", handover.reference),
            ("Proposé par", f"{handover.from_organisation.name}, {handover.proposed_by.full_name}"),
            ("Le", f"{timezone.localtime(handover.proposed_at):%d/%m/%Y}"),
            ("Commune", handover.town),
            ("Dossier ouvert le", f"{handover.opened_on:%d/%m/%Y}"),
            ("Motif", handover.reason),
        ],
        "accept": accept,
        "refusal": refusal,
    }
    faulty = accept.errors or refusal.errors
    return render(request, "cases/handover_answer.html", context, status=422 if faulty else 200)


@writing
@manager_only
def cancel(request: HttpRequest, handover_id) -> HttpResponse:
    """Call one's own proposal back."""
    sent = CaseHandover.objects.visible_to(request.actor).filter(
        from_organisation_id=request.actor.organisation_id
    )
    handover = get_object_or_404(sent, public_id=handover_id)
    try:
        operations.cancel_handover(actor=request.actor, handover_id=handover.public_id, at=timezone.now())
    except Refusal as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Transfert annulé."))
    return redirect("cases:handovers")
