"""A case's shares: the page that lists and gives them, prolongs and takes back."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ales.dates import add_months
from ales.errors import Refusal
from ales.http import form_page, writing
from cases import operations, permissions
from cases.forms.sharing import ProlongForm, ShareForm
from cases.models import CaseShare, TenantCase
from cases.models.share import ShareLevel
from cases.views.case import act_page, add_refusal
from cases.views.entry import social_only

PROPOSED_MONTHS = 3
LEVEL_TONES = {ShareLevel.READ: "neutral", ShareLevel.WRITE: "progress"}


def own_case(request: HttpRequest, public_id) -> TenantCase:
    """The case of the actor's own organisation; 404 for a stranger and for whom it is shared with."""
    cases = TenantCase.objects.followed_by(request.actor).select_related("referent")
    return get_object_or_404(cases, public_id=public_id)


def share_row(share: CaseShare, today: date) -> dict[str, Any]:
    """A share as the pages print it."""
    if share.revoked_at:
        state, tone = f"retiré le {timezone.localtime(share.revoked_at):%d/%m/%Y}", "neutral"
    elif share.ends_on < today:
        state, tone = f"échu le {share.ends_on:%d/%m/%Y}", "neutral"
    else:
        state, tone = f"jusqu’au {share.ends_on:%d/%m/%Y}", "success"
    return {
        "id": str(share.public_id),
        "organisation": share.shared_with.name,
        "level": share.get_level_display(),
        "level_tone": LEVEL_TONES[ShareLevel(share.level)],
        "reason": share.reason,
        "state": state,
        "tone": tone,
        "live": not share.revoked_at and share.ends_on >= today,
        "by": share.created_by.full_name,
        "since": f"{share.starts_on:%d/%m/%Y}",
        "revoked_by": share.revoked_by.full_name if share.revoked_by else "",
    }


def shares_of(case: TenantCase) -> list[dict[str, Any]]:
    """Every share of the case, those in force first; one query."""
    today = timezone.localdate()
    shares = case.shares.select_related("shared_with", "created_by", "revoked_by").order_by("-created_at")
    rows = [share_row(share, today) for share in shares]
    return sorted(rows, key=lambda row: not row["live"])


@form_page
@social_only
def sharing(request: HttpRequest, public_id) -> HttpResponse:
    """The shares of a case, and a form to give one."""
    case = own_case(request, public_id)
    today = timezone.localdate()
    form = ShareForm(
        organisations=operations.organisations_for(request.actor),
        last_day=operations.last_day(today),
        initial={"ends_on": add_months(today, PROPOSED_MONTHS)},
    )
    if request.method == "POST":
        form = _bound(request, today)
        if form.is_valid():
            try:
                share = operations.share_case(
                    actor=request.actor,
                    case_id=case.public_id,
                    typed=operations.ShareInput(**form.cleaned_data),
                    at=timezone.now(),
                )
            except Refusal as error:
                add_refusal(form, error)
            else:
                messages.success(request, _("Dossier partagé avec %s.") % share.shared_with.name)
                return redirect("cases:sharing", case.public_id)
    context = {
        "case": case,
        "form": form,
        "shares": shares_of(case),
        "may_share": permissions.may_share(request.actor, case),
        "may_revoke": permissions.may_revoke_share(request.actor, case),
    }
    return render(request, "cases/sharing.html", context, status=422 if form.errors else 200)


def _bound(request: HttpRequest, today: date) -> ShareForm:
    return ShareForm(
        request.POST,
        organisations=operations.organisations_for(request.actor),
        last_day=operations.last_day(today),
    )


def _share(request: HttpRequest, case: TenantCase, share_id) -> CaseShare:
    return get_object_or_404(
        CaseShare.objects.visible_to(request.actor).select_related("shared_with"),
        case=case,
        public_id=share_id,
    )


@form_page
@social_only
def prolong(request: HttpRequest, public_id, share_id) -> HttpResponse:
    """Another last day for a share in force."""
    case = own_case(request, public_id)
    share = _share(request, case, share_id)
    bound = request.method == "POST"
    form = ProlongForm(request.POST if bound else None, initial={"ends_on": share.ends_on})
    if bound and form.is_valid():
        try:
            operations.prolong_share(
                actor=request.actor,
                case_id=case.public_id,
                share_id=share.public_id,
                ends_on=form.cleaned_data["ends_on"],
                at=timezone.now(),
            )
        except Refusal as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("Nouvelle date de fin enregistrée."))
            return redirect("cases:sharing", case.public_id)
    title = f"Prolonger le partage avec {share.shared_with.name}"
    back = reverse("cases:sharing", args=[case.public_id])
    return act_page(request, case, form, title, "Enregistrer", back=back)


@writing
@social_only
def revoke(request: HttpRequest, public_id, share_id) -> HttpResponse:
    """Take a share back, at once."""
    case = own_case(request, public_id)
    share = _share(request, case, share_id)
    try:
        operations.revoke_share(
            actor=request.actor, case_id=case.public_id, share_id=share.public_id, at=timezone.now()
        )
    except Refusal as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Partage avec %s retiré.") % share.shared_with.name)
    return redirect("cases:sharing", case.public_id)
