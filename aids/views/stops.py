"""Stopping a granted aid: what is given back, what is under way, what was paid; and the aids to stop."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import DecimalField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids import operations as ops
from aids import permissions
from aids.display import state_of
from aids.forms.decisions import StopForm
from aids.models import AidRequest, FundAllocation, RentTerm
from aids.models.request import StopCause
from aids.querysets import AidRequestQuerySet
from aids.states import TermState
from aids.views.shared import find, page_version, refused
from ales import registry
from ales.dates import format_date, format_month
from ales.errors import InvalidInputError, Refusal
from ales.forms import add_faults
from ales.http import form_page, reading
from ales.keyset import page_of
from ales.money import ZERO, format_euros
from members.access import Actor, roles_required
from members.roles import Role


@form_page
@roles_required(Role.SOCIAL_WORKER, Role.MANAGER)
def stop(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Why, and what becomes of each term, before it can't be taken back."""
    found = find(request, request_id)
    suspended = "" if found.landlord.is_active else StopCause.LANDLORD_SUSPENDED
    form = StopForm(request.POST or None, initial={"cause": suspended})
    if request.method == "POST" and form.is_valid():
        try:
            ops.stop(
                actor=request.actor,
                request_id=request_id,
                version=page_version(request),
                at=timezone.now(),
                **form.cleaned_data,
            )
        except InvalidInputError as refusal:
            add_faults(form, refusal)
        except Refusal as refusal:
            return refused(request, refusal, "aids:detail", request_id)
        else:
            messages.success(request, _("L’aide est arrêtée : ce qui n’était pas payé est rendu aux fonds."))
            return redirect("aids:detail", request_id)
    context = {
        "aid": found,
        "form": form,
        "verdict": permissions.may_stop(request.actor, found),
        "panels": registry.stop_panels_for(request, found),
        **_released(found, names_funds=request.actor.is_manager),
    }
    return render(request, "aids/stop.html", context, status=422 if form.errors else 200)


def _released(aid: AidRequest, *, names_funds: bool) -> dict[str, Any]:
    """What a stop gives back now: its terms, and the euros of each fund; two queries.

    A social worker reads the total: a fund is named to the managers (DOMAIN §3, §6).
    """
    waiting = aid.terms.filter(state=TermState.GRANTED)
    shares = (
        FundAllocation.objects.filter(term__in=waiting)
        .values("fund__name", "fund__year")
        .annotate(euros=Sum("amount"))
        .order_by("fund__year", "fund__name")
    )
    funds = [
        {"name": f"{share['fund__name']} {share['fund__year']}", "amount": share["euros"]} for share in shares
    ]
    return {
        "released_funds": funds if names_funds else [],
        "released_total": sum((fund["amount"] for fund in funds), start=ZERO),
        "released_terms": ", ".join(_month(term) for term in waiting),
    }


def _month(term: RentTerm) -> str:
    return format_month(term.month) if term.month else _("l’apurement de la dette")


@reading
@roles_required(Role.MANAGER)
def to_stop(request: HttpRequest) -> HttpResponse:
    """Granted aids of the organisation whose landlord is suspended: none is paid until it is stopped, or the
    landlord reinstated. Nothing is given back by itself."""
    aids = aids_to_stop(request.actor).select_related("landlord")
    page = page_of(aids, request.GET, ("updated_at", "id"), descending=True)
    context = {"rows": _rows(page.rows), "page": page}
    return render(request, "aids/to_stop.html", context)


def aids_to_stop(actor: Actor) -> AidRequestQuerySet:
    """What the list shows, each with `unpaid`: its euros neither paid nor given back."""
    unpaid = RentTerm.objects.filter(request=OuterRef("pk"), state__in=[TermState.GRANTED, TermState.ORDERED])
    euros = unpaid.order_by().values("request").annotate(euros=Sum("granted")).values("euros")
    aids = AidRequest.objects.visible_to(actor).with_suspended_landlord()
    return aids.annotate(unpaid=Coalesce(Subquery(euros), ZERO, output_field=DecimalField()))


def _rows(aids: list[AidRequest]) -> list[dict[str, Any]]:
    return [
        {
            "url": reverse("aids:stop", args=[aid.public_id]),
            "tenant": aid.tenant_name,
            "town": aid.town,
            "reference": aid.reference,
            "landlord": aid.landlord.name,
            "state": state_of(aid),
            "updated": format_date(localdate(aid.updated_at)),
            "unpaid": format_euros(aid.unpaid),
        }
        for aid in aids
    ]
