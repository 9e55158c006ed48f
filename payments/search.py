"""Payment orders in the search box, and for a landlord's agent the aids of its tenants."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from aids.models import AidRequest
from aids.states import LANDLORD_LABELS, LANDLORD_TONES, RequestState
from ales.money import format_euros
from ales.registry import Hit, SearchSource
from ales.search.finding import hits_of
from ales.search.needles import Query
from ales.text import fold
from members.access import Actor
from members.roles import Role
from payments.models import PaymentOrder
from payments.states import TONES, OrderState


def find_orders(actor: Actor, query: Query, most: int) -> list[Hit]:
    """Orders by number, amount, aid, tenant and landlord. Two queries."""
    return hits_of(PaymentOrder.objects.visible_to(actor), query, most, _order_hit)


def words_of(order: PaymentOrder) -> str:
    """What the index of orders holds (payments/migrations/0015_search.py)."""
    request, landlord = order.frozen["request"], order.frozen["landlord"]
    said = (request["reference"], request["tenant"], request["landlord_reference"], request["town"])
    return f"{fold(' '.join((order.number, *said, landlord['name'])))} {order.amount:.2f}"


def _order_hit(order: PaymentOrder) -> Hit:
    said = (order.frozen["landlord"]["name"], order.frozen["request"]["tenant"], format_euros(order.amount))
    return Hit(
        title=order.number,
        url=reverse("payments:order", args=[order.public_id]),
        words=words_of(order),
        detail=" · ".join(said),
        state=order.get_state_display(),
        tone=TONES[OrderState(order.state)],
    )


def find_tenant_aids(actor: Actor, query: Query, most: int) -> list[Hit]:
    """The aids of the landlord's own tenants, in its words, never by what was asked. Two queries."""
    return hits_of(AidRequest.objects.visible_to(actor), query, most, _tenant_aid_hit)


def _tenant_aid_hit(aid: AidRequest) -> Hit:
    state = RequestState(aid.state)
    granted = [] if aid.granted_amount is None else [f"{aid.granted_amount:.2f}"]
    return Hit(
        title=aid.tenant_name,
        url=reverse("payments:tenant_aid", args=[aid.public_id]),
        words=" ".join([aid.search_text, *granted]),
        detail=" · ".join(filter(None, (aid.reference, aid.landlord_reference, aid.town))),
        state=str(LANDLORD_LABELS[state]),
        tone=LANDLORD_TONES[state],
    )


ORDERS = SearchSource(
    label=gettext_lazy("Ordres de paiement"),
    icon="banknotes",
    roles=frozenset({Role.TREASURER, Role.ASSOCIATION_ADMIN, Role.MANAGER}),
    order=30,
    find=find_orders,
)
TENANT_AIDS = SearchSource(
    label=gettext_lazy("Aides de nos locataires"),
    icon="home-modern",
    roles=frozenset({Role.LANDLORD_AGENT}),
    order=10,
    find=find_tenant_aids,
)
