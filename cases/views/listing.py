"""The list of the organisation's cases, and the opening of one."""

import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ales.errors import InvalidInputError
from ales.http import form_page, reading
from ales.lists.reading import read_list
from ales.text import fold
from cases import operations, permissions
from cases.forms.case import CaseFilters
from cases.forms.housing import NewCaseForm
from cases.lists import CASES
from cases.models import CaseShare, TenantCase
from cases.models.case import CaseState
from cases.querysets import TenantCaseQuerySet
from members.access import Actor, roles_required
from members.communes import communes
from members.models import Organisation
from members.roles import Role

TONES = {CaseState.OPEN: "success", CaseState.CLOSED: "neutral"}


@reading
@roles_required(Role.SOCIAL_WORKER, Role.MANAGER)
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases of the active organisation; filters and sort stay in the address."""
    listing = read_list(request, CASES)
    if listing.default_url:
        return redirect(listing.default_url)
    filters, wanted, queryset = wanted_cases(request.actor, request.GET)
    page = listing.page(
        queryset.select_related("referent").defer(
            "search_text", "social_notes", "step_versions", "step_saves"
        )
    )
    base = reverse("cases:list")
    shares, shared_count = _shares(request.actor, [case.pk for case in page.rows])
    context = {
        "filters": filters,
        "listing": listing,
        "is_filtered": bool(wanted),
        "page": page,
        "received": is_received(filters),
        "shared_count": shared_count,
        "rows": [_row(case, base, shares.get(case.pk, "")) for case in page.rows],
        "may_create": permissions.may_create(request.actor),
    }
    return render(request, "cases/list.html", context)


def wanted_cases(actor: Actor, params: QueryDict) -> tuple[CaseFilters, dict[str, str], TenantCaseQuerySet]:
    """The filters of an address, those used, and the cases they show this person; two queries."""
    landlords = Organisation.objects.landlords_for(actor.organisation_id)
    filters = CaseFilters(
        params,
        referents=operations.referents_of(actor.organisation_id),
        landlords=[(str(public_id), name) for public_id, name in landlords.values_list("public_id", "name")],
    )
    filters.is_valid()
    wanted = {name: value for name, value in filters.cleaned_data.items() if value}
    wanted.pop("suivi", None)
    cases = TenantCase.objects
    roots = cases.shared_with(actor) if is_received(filters) else cases.followed_by(actor)
    return filters, wanted, filtered(roots.not_anonymised(), wanted, actor.user_id)


def is_received(filters: CaseFilters) -> bool:
    """Whether the list is of the cases others opened to us."""
    return filters.cleaned_data.get("suivi") == "partage"


def _shares(actor: Actor, case_ids: list[int]) -> tuple[dict[int, str], int]:
    """What the page says of sharing: a line by case, and how many cases others opened to us; one query."""
    live = (
        CaseShare.objects.visible_to(actor)
        .live(timezone.localdate())
        .filter(Q(case_id__in=case_ids) | Q(shared_with_id=actor.organisation_id))
        .select_related("organisation", "shared_with")
        .order_by("case_id", "id")
    )
    given: dict[int, list[str]] = {}
    received: dict[int, str] = {}
    for share in live:
        if share.shared_with_id == actor.organisation_id:
            until = f"{share.ends_on:%d/%m/%Y}"
            received[share.case_id] = (
                f"de {share.organisation.name}, {share.get_level_display()} jusqu’au {until}"
            )
        else:
            given.setdefault(share.case_id, []).append(share.shared_with.name)
    lines = {case_id: f"partagé avec {', '.join(names)}" for case_id, names in given.items()}
    return lines | received, len(received)


def filtered(queryset: TenantCaseQuerySet, wanted: dict[str, str], user_id: int) -> TenantCaseQuerySet:
    """The cases that match the filters `wanted` (fields of CaseFilters)."""
    if "q" in wanted:
        queryset = queryset.matching(wanted["q"])
    if "etat" in wanted:
        queryset = queryset.filter(state=wanted["etat"])
    if wanted.get("referent") == "moi":
        queryset = queryset.filter(referent_id=user_id)
    elif "referent" in wanted:
        queryset = queryset.filter(referent__public_id=wanted["referent"])
    if "bailleur" in wanted:
        queryset = queryset.filter(tenancy__landlord__public_id=wanted["bailleur"])
    if "lieu" in wanted:
        place = wanted["lieu"].strip()
        if place.upper() in {commune.department for commune in communes()}:
            queryset = queryset.filter(tenancy__department=place.upper())
        else:
            queryset = queryset.filter(search_text__contains=fold(place))
    return queryset


def _row(case: TenantCase, base: str, share: str) -> dict:
    """Text and address ready made: the template only prints (PITFALLS, speed of pages)."""
    return {
        "url": f"{base}{case.public_id}/",
        "tenant": case.tenant_name or _("Locataire à renseigner"),
        "reference": case.reference,
        "share": share,
        "town": case.town,
        "landlord": case.landlord_name or "–",
        "referent": case.referent.full_name,
        "state": capfirst(case.get_state_display()),
        "tone": TONES[case.state],
        "updated": f"{timezone.localtime(case.updated_at):%d/%m/%Y}",
    }


@form_page
@roles_required(Role.SOCIAL_WORKER, Role.MANAGER)
def new_case(request: HttpRequest) -> HttpResponse:
    """Open a case with the tenant's name, then go on with the first step."""
    referents = operations.referents_of(request.actor.organisation_id)
    mine = next((pk for pk, _name in referents if pk == str(request.user.public_id)), None)
    form = NewCaseForm(
        request.POST or None,
        referents=referents,
        initial={"opened_on": timezone.localdate(), "referent": mine, "key": uuid.uuid4()},
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            case = operations.create_case(
                actor=request.actor,
                key=typed["key"],
                last_name=typed["last_name"],
                first_name=typed["first_name"],
                referent_id=typed["referent"],
                opened_on=typed["opened_on"],
                at=timezone.now(),
            )
        except InvalidInputError as error:
            for name, texts in error.faults.items():
                form.add_error(name or None, texts)
        else:
            messages.success(request, _("Dossier %(reference)s ouvert.") % {"reference": case.reference})
            return redirect("cases:step", case.public_id, "menage")
    return render(request, "cases/new.html", {"form": form}, status=422 if form.errors else 200)
