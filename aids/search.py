"""Aid requests in the search box."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from aids.display import purpose_text, state_of
from aids.models import AidRequest
from ales.money import format_euros
from ales.registry import Hit, SearchSource
from ales.search.finding import hits_of
from ales.search.needles import Query
from members.access import Actor
from members.roles import ASSOCIATION_ROLES, SOCIAL_ROLES


def find_aids(actor: Actor, query: Query, most: int) -> list[Hit]:
    """Aid requests by tenant, references, landlord, town and amount. Two queries."""
    requests = AidRequest.objects.visible_to(actor).select_related("organisation")
    everywhere = actor.is_association
    return hits_of(requests, query, most, lambda found: _hit(found, with_organisation=everywhere))


def words_of(request: AidRequest) -> str:
    """What the index of requests holds (aids/migrations/0014_search.py)."""
    amounts = (request.asked_amount, request.granted_amount)
    return " ".join([request.search_text, *(f"{amount:.2f}" for amount in amounts if amount is not None)])


def _hit(request: AidRequest, *, with_organisation: bool) -> Hit:
    amount = request.asked_amount if request.granted_amount is None else request.granted_amount
    whose = request.organisation.name if with_organisation else request.town
    state = state_of(request)
    return Hit(
        title=request.tenant_name,
        url=reverse("aids:detail", args=[request.public_id]),
        words=words_of(request),
        detail=" · ".join((request.reference, purpose_text(request), whose, format_euros(amount))),
        state=state["label"],
        tone=state["tone"],
    )


AIDS = SearchSource(
    label=gettext_lazy("Demandes d’aide"),
    icon="document-text",
    roles=frozenset(SOCIAL_ROLES | ASSOCIATION_ROLES),
    order=20,
    find=find_aids,
)
