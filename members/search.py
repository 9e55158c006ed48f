"""Organisations and the people who work there, in the search box."""

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from ales.registry import Hit, SearchSource
from ales.search.finding import hits_of
from ales.search.needles import Query, phone_figures
from ales.text import fold
from members.access import Actor
from members.models import Membership, Organisation, User
from members.roles import OrganisationKind, Role

READERS = frozenset({Role.ASSOCIATION_ADMIN, Role.TREASURER, Role.MANAGER, Role.LANDLORD_AGENT})


def find_organisations(actor: Actor, query: Query, most: int) -> list[Hit]:
    """Organisations by name, place, e-mail, telephone and SIRET. Two queries."""
    return hits_of(
        Organisation.objects.visible_to(actor), query, most, lambda found: _organisation_hit(actor, found)
    )


def _organisation_hit(actor: Actor, organisation: Organisation) -> Hit:
    kind = capfirst(str(OrganisationKind(organisation.kind).label))
    return Hit(
        title=organisation.name,
        url=_page(actor, organisation),
        words=words_of_organisation(organisation),
        detail=" · ".join(filter(None, (kind, organisation.town))),
        state="" if organisation.is_active else "Inactif",
        tone="neutral" if organisation.is_active else "danger",
    )


def words_of_organisation(organisation: Organisation) -> str:
    """What the index of organisations holds (members/migrations/0020_search.py)."""
    names = ("name", "town", "postal_code", "email", "siret")
    text = fold(" ".join(getattr(organisation, name) for name in names))
    return f"{text} {phone_figures(organisation.phone)}"


def find_people(actor: Actor, query: Query, most: int) -> list[Hit]:
    """People by name, e-mail and telephone, in the organisations whose page opens. Three queries."""
    memberships = Membership.objects.visible_to(actor).select_related("organisation").order_by("role", "id")
    people = (
        User.objects.filter(pk__in=Membership.objects.visible_to(actor).values("user_id"))
        .prefetch_related(Prefetch("memberships", queryset=memberships, to_attr="shown_memberships"))
        .only("first_name", "last_name", "email", "phone")
    )
    return hits_of(people, query, most, lambda found: _person_hit(actor, found))


def _person_hit(actor: Actor, person: User) -> Hit:
    held = person.shown_memberships
    roles = (f"{capfirst(str(Role(m.role).label))}, {m.organisation.name}" for m in held)
    suspended = all(m.suspended_at for m in held)
    return Hit(
        title=person.full_name,
        url=_page(actor, held[0].organisation),
        words=words_of_person(person),
        detail=" · ".join((*roles, person.email)),
        state="Suspendu" if suspended else "",
        tone="danger" if suspended else "neutral",
    )


def words_of_person(person: User) -> str:
    """What the index of people holds (members/migrations/0020_search.py)."""
    text = fold(f"{person.first_name} {person.last_name} {person.email}")
    return f"{text} {phone_figures(person.phone)}"


def _page(actor: Actor, organisation: Organisation) -> str:
    if actor.is_association:
        return reverse("members:organisation", args=[organisation.public_id])
    return reverse("members:own_organisation")


ORGANISATIONS = SearchSource(
    label=gettext_lazy("Organismes"),
    icon="building-office-2",
    roles=READERS,
    order=40,
    find=find_organisations,
)
PEOPLE = SearchSource(
    label=gettext_lazy("Personnes"), icon="users", roles=READERS, order=50, find=find_people
)
