"""The decision screen: everything the decision needs on one page, and the three answers to it (DOMAIN §7)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids import operations as ops
from aids import permissions, readiness
from aids.display import purpose_text, state_of, term_rows, waiting_days, waiting_text
from aids.forms.decisions import GrantForm, ReasonForm, SendBackForm
from aids.funding import fund_choices
from aids.history import household_case_ids
from aids.models import AidRequest
from aids.models.request import Purpose
from aids.states import RequestState
from aids.views.file_summary import entitlement_rows, household_rows, indicator_rows, protocol_files
from aids.views.shared import find, log_access, page_version, refused
from ales.errors import InvalidInputError, Refusal
from ales.http import reading, writing
from ales.money import ZERO, round_half_up
from cases import facts as case_facts
from cases.models import TenantCase
from members.access import roles_required
from members.models import Membership, User
from members.roles import Role


def _context(request: HttpRequest, found: AidRequest, **forms) -> dict:
    actor, now = request.actor, timezone.now()
    case = TenantCase.objects.visible_to(actor).with_file().get(pk=found.case_id)
    terms = list(found.terms.select_related("proof"))
    funds = fund_choices(case, localdate(now))
    monthly = [term.asked for term in terms if term.month]
    monthly_aid = round_half_up(sum(monthly, start=ZERO) / len(monthly)) if monthly else ZERO
    earlier = (
        AidRequest.objects.visible_to(actor)
        .filter(case_id__in=household_case_ids(case))
        .exclude(pk=found.pk)
        .exclude(state=RequestState.DRAFT)
        .order_by("-created_at")
    )
    return {
        "aid": found,
        "state": state_of(found),
        "purpose": purpose_text(found),
        "waiting": waiting_text(waiting_days(found, now)) if found.submitted_at else "",
        "facts": case_facts.facts_of(case),
        "case": case,
        "is_settlement": found.purpose == Purpose.RELOGEMENT,
        "terms": term_rows(terms),
        "computation": getattr(found, "computation", None),
        "household": household_rows(case),
        "indicators": indicator_rows(case_facts.indicators_of(case, monthly_aid)),
        "entitlements": entitlement_rows(case),
        "protocol_files": protocol_files(found),
        "open_funds": [fund for fund in funds if fund.open],
        "closed_funds": [fund for fund in funds if not fund.open],
        "earlier": [
            {
                "aid": aid,
                "state": state_of(aid),
                "purpose": purpose_text(aid),
                "amount": aid.asked_amount if aid.granted_amount is None else aid.granted_amount,
            }
            for aid in earlier
        ],
        "authors": [user.full_name for user in User.objects.filter(pk__in=found.author_ids)],
        "deciders": _deciders(found),
        "may_decide": permissions.may_validate(actor, found),
        "may_validate": readiness.may_validate(actor, found, case),
        "may_send_back": permissions.may_send_back(actor, found),
        "may_reject": permissions.may_reject(actor, found),
        "grant_form": forms.get("grant_form") or GrantForm(terms=terms, funds=funds),
        "send_back_form": forms.get("send_back_form") or SendBackForm(),
        "reject_form": forms.get("reject_form") or _reject_form(),
        "opened": forms.get("opened", "validate"),
    }


def _deciders(found: AidRequest) -> list[str]:
    """The managers of the organisation who are none of the authors."""
    managers = (
        Membership.objects.active()
        .filter(organisation_id=found.organisation_id, role=Role.MANAGER)
        .exclude(user_id__in=found.author_ids)
        .select_related("user")
    )
    return [membership.user.full_name for membership in managers]


def _reject_form(data=None) -> ReasonForm:
    return ReasonForm(
        data,
        prefix="refus",
        label=_("Motif du refus"),
        help_text=_(
            "Écrit dans la lettre au ménage : dites ce qui manque "
            "et ce qui permettrait de revoir la décision."
        ),
    )


@reading
@roles_required(Role.MANAGER)
def decision(request: HttpRequest, request_id: UUID) -> HttpResponse:
    found = find(request, request_id)
    log_access(request, found)
    return render(request, "aids/decision.html", _context(request, found))


@writing
@roles_required(Role.MANAGER)
def validate(request: HttpRequest, request_id: UUID) -> HttpResponse:
    found = find(request, request_id)
    case = TenantCase.objects.visible_to(request.actor).with_file().get(pk=found.case_id)
    funds = fund_choices(case, localdate())
    form = GrantForm(request.POST, terms=found.terms.all(), funds=funds)
    if form.is_valid():
        try:
            ops.validate(
                actor=request.actor,
                request_id=request_id,
                version=page_version(request),
                decisions=form.decisions(),
                comment=form.cleaned_data["comment"],
                at=timezone.now(),
            )
        except InvalidInputError as refusal:
            form.add_faults(refusal.faults)
        except Refusal as refusal:
            return refused(request, refusal, "aids:decision", request_id)
        else:
            messages.success(request, _("L’aide est accordée : l’argent est engagé, la lettre se prépare."))
            return redirect("aids:detail", request_id)
    context = _context(request, found, grant_form=form, opened="validate")
    return render(request, "aids/decision.html", context, status=422)


@writing
@roles_required(Role.MANAGER)
def send_back(request: HttpRequest, request_id: UUID) -> HttpResponse:
    found = find(request, request_id)
    form = SendBackForm(request.POST)
    if form.is_valid():
        try:
            ops.send_back(
                actor=request.actor,
                request_id=request_id,
                version=page_version(request),
                points=form.points(),
                at=timezone.now(),
            )
        except InvalidInputError as refusal:
            form.add_faults(refusal.faults)
        except Refusal as refusal:
            return refused(request, refusal, "aids:decision", request_id)
        else:
            messages.success(request, _("La demande est renvoyée : son auteur en est averti."))
            return redirect("aids:queue")
    context = _context(request, found, send_back_form=form, opened="send_back")
    return render(request, "aids/decision.html", context, status=422)


@writing
@roles_required(Role.MANAGER)
def reject(request: HttpRequest, request_id: UUID) -> HttpResponse:
    found = find(request, request_id)
    form = _reject_form(request.POST)
    if form.is_valid():
        try:
            ops.reject(
                actor=request.actor,
                request_id=request_id,
                version=page_version(request),
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except InvalidInputError as refusal:
            for name, texts in refusal.faults.items():
                form.add_error(name if name in form.fields else None, texts)
        except Refusal as refusal:
            return refused(request, refusal, "aids:decision", request_id)
        else:
            messages.success(request, _("La demande est refusée : la lettre au ménage se prépare."))
            return redirect("aids:detail", request_id)
    context = _context(request, found, reject_form=form, opened="reject")
    return render(request, "aids/decision.html", context, status=422)
