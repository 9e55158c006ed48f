"""People and their habilitations: of every organisation for the association, else of one's own."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.http import reading
from ales.lists.reading import read_list
from ales.text import words
from members.access import Actor, roles_required
from members.forms import PeopleFilters
from members.lists import DIRECTORY_ROLES, PEOPLE
from members.models import Membership
from members.models.membership import MembershipQuerySet
from members.roles import Role


@reading
@roles_required(*sorted(DIRECTORY_ROLES))
def people(request: HttpRequest) -> HttpResponse:
    """A line a habilitation; a person who holds two stands twice."""
    actor: Actor = request.actor
    own_alone = not actor.is_association
    listing = read_list(request, PEOPLE, without=frozenset({"organisme"}) if own_alone else frozenset())
    if listing.default_url:
        return redirect(listing.default_url)
    filters, found = wanted_people(actor, request.GET)
    page = listing.page(found.select_related("user", "organisation"))
    context = {
        "filters": filters,
        "listing": listing,
        "page": page,
        "rows": [_row(actor, membership) for membership in page.rows],
        "own_alone": own_alone,
    }
    return render(request, "members/people.html", context)


def wanted_people(actor: Actor, params: QueryDict) -> tuple[PeopleFilters, MembershipQuerySet]:
    """The filters of an address, and the habilitations they show this person."""
    form = PeopleFilters(params or {})
    form.is_valid()
    wanted = form.cleaned_data
    found = Membership.objects.visible_to(actor)
    for word in words(wanted.get("q", "")):
        found = found.filter(Q(user__name_key__contains=word) | Q(user__email__contains=word))
    if wanted.get("role"):
        found = found.filter(role=wanted["role"])
    if wanted.get("etat"):
        found = found.filter(suspended_at__isnull=wanted["etat"] == "actif")
    return form, found


def _row(actor: Actor, membership: Membership) -> dict[str, Any]:
    organisation = membership.organisation
    is_suspended = membership.suspended_at is not None
    return {
        "name": membership.user.full_name,
        "email": membership.user.email,
        "url": reverse("members:organisation", args=[organisation.public_id])
        if actor.is_association
        else reverse("members:own_organisation"),
        "organisation": organisation.name,
        "role": capfirst(str(Role(membership.role).label)),
        "state": (_("Suspendu"), "danger") if is_suspended else (_("Accès ouvert"), "success"),
        "since": format_date(localdate(membership.created_at)),
    }
