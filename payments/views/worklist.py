"""The list of orders: one tab a state, its number, its total and the age of the oldest."""

import datetime as dt
from typing import Any

from django.db.models import Count, Min, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ales.dates import format_date
from ales.http import reading
from ales.keyset import AFTER, BEFORE
from ales.lists.reading import read_list
from ales.money import ZERO, format_euros, to_cents
from members.access import Actor, roles_required
from members.roles import Role
from payments import holds
from payments.forms.filters import EVERY_STATE, ON_HOLD, OrderFilters, of_tab, visible_orders
from payments.lists import ORDERS
from payments.models import PaymentOrder
from payments.models.order import PaymentOrderQuerySet
from payments.rules.references import iban_end
from payments.states import TONES, OrderState

READERS = (Role.TREASURER, Role.ASSOCIATION_ADMIN, Role.MANAGER)
#: Beyond this many orders a tab is neither counted nor summed.
COUNTED = 1000
TABS = {
    OrderState.TO_SIGN: gettext_lazy("À signer"),
    OrderState.SIGNED: gettext_lazy("Signés"),
    OrderState.BATCHED: gettext_lazy("En bordereau"),
    OrderState.SENT: gettext_lazy("Transmis"),
    OrderState.REJECTED: gettext_lazy("Rejetés"),
    ON_HOLD: gettext_lazy("En attente"),
    OrderState.EXECUTED: gettext_lazy("Exécutés"),
    OrderState.GIVEN_UP: gettext_lazy("Abandonnés"),
    EVERY_STATE: gettext_lazy("Tous"),
}
#: Tabs whose number is work somebody has to do.
TAB_TONES = {OrderState.TO_SIGN: "warning", OrderState.REJECTED: "danger", ON_HOLD: "warning"}
WAITING = {OrderState.TO_SIGN, OrderState.SIGNED, OrderState.BATCHED, OrderState.SENT, ON_HOLD}
#: What the treasurer does to ticked orders: the page's address name, and its button.
BULK_MOVES = {
    OrderState.TO_SIGN: ("payments:sign_many", gettext_lazy("Signer la sélection"), "pencil-square"),
    OrderState.SIGNED: (
        "payments:batch_prepare",
        gettext_lazy("Préparer un bordereau"),
        "document-duplicate",
    ),
}


@reading
@roles_required(*READERS)
def order_list(request: HttpRequest) -> HttpResponse:
    """What waits is read oldest first, what is done latest first."""
    actor: Actor = request.actor
    tab = tab_of(actor, request.GET)
    hidden = frozenset() if actor.is_association else frozenset({"organisme"})
    listing = read_list(request, ORDERS, without=hidden, default=order_of(tab))
    if listing.default_url:
        return redirect(listing.default_url)
    filters = OrderFilters(request.GET, actor=actor)
    narrowed = filters.apply(visible_orders(actor))
    page = listing.page(of_tab(narrowed, tab))
    tabs = _tabs(narrowed, request.GET, tab)
    context = {
        "filters": filters,
        "listing": listing,
        "tabs": tabs,
        "tab": tab,
        "is_everything": tab == EVERY_STATE,
        "current": next(row for row in tabs if row["is_current"]),
        "rows": rows_of(page.rows, actor),
        "page": page,
        "list_url": reverse("payments:orders"),
        "bulk": _bulk(actor, tab, page.rows),
        "kept": [(name, value) for name, value in request.GET.items() if name in filters.fields and value],
    }
    return render(request, "payments/order_list.html", context)


def tab_of(actor: Actor, params: QueryDict) -> str:
    """The tab of an address; the treasurer starts with what is to be signed."""
    tab = params.get("etat", OrderState.TO_SIGN if actor.is_treasurer else EVERY_STATE)
    return tab if tab in TABS else EVERY_STATE


def order_of(tab: str) -> str:
    """The order of a tab until another is asked for: what waits the oldest first, what is done the latest."""
    return "ordre" if tab in WAITING else "-ordre"


def rows_of(orders: list[PaymentOrder], actor: Actor) -> list[dict[str, Any]]:
    """Rows with their text and address ready made; one query more tells which are on hold."""
    waiting = holds.reasons(orders)
    return [
        {
            "id": str(order.public_id),
            "url": reverse("payments:order", args=[order.public_id]),
            "number": order.number,
            "asked": format_date(localtime(order.requested_at).date()),
            "landlord": order.landlord.name,
            "account": _("compte %s") % iban_end(order.iban),
            "aid": order.request.reference,
            "tenant": order.request.tenant_name,
            "organisation": order.organisation.name,
            "state": order.get_state_display(),
            "tone": TONES[OrderState(order.state)],
            "amount": order.amount,
            "cents": to_cents(order.amount),
            "hold": waiting.get(order.pk, ""),
            "is_barred": actor.is_treasurer and actor.user_id in order.barred_ids,
        }
        for order in orders
    ]


def _bulk(actor: Actor, tab: str, orders: list[PaymentOrder]) -> dict[str, Any] | None:
    """What the treasurer may do to several orders of this tab at once."""
    if not actor.is_treasurer or tab not in BULK_MOVES or not orders:
        return None
    name, label, icon = BULK_MOVES[OrderState(tab)]
    return {"url": reverse(name), "label": label, "icon": icon}


# --- The tabs -------------------------------------------------------------------------------------


def _tabs(orders: PaymentOrderQuerySet, params: QueryDict, chosen: str) -> list[dict[str, Any]]:
    """The tabs, under the filters chosen: their number, total, and oldest. Two queries."""
    sums = _sums(orders)
    today = localdate()
    return [
        {
            "label": label,
            "url": f"?{_with_tab(params, tab)}",
            "is_current": tab == chosen,
            "tone": TAB_TONES.get(tab, ""),
            **_figures(sums.get(tab, {}), today, is_waiting=tab in WAITING),
        }
        for tab, label in TABS.items()
    ]


def _sums(orders: PaymentOrderQuerySet) -> dict[str, dict[str, Any]]:
    """Number, total and oldest by tab, of COUNTED + 1 orders each at most."""
    plain = orders.select_related(None).prefetch_related(None).order_by()
    bounded = [plain.filter(state=state).values("pk")[: COUNTED + 1] for state in OrderState.values]
    measures = {"number": Count("pk"), "total": Sum("amount"), "oldest": Min("requested_at")}
    found = _measured(bounded[0].union(*bounded[1:], all=True)).values("state").annotate(**measures)
    sums: dict[str, dict[str, Any]] = {row["state"]: row for row in found.order_by()}
    sums[EVERY_STATE] = {
        "number": sum(row["number"] for row in sums.values()),
        "total": sum((row["total"] for row in sums.values()), ZERO),
    }
    sums[ON_HOLD] = _measured(plain.on_hold().values("pk")[: COUNTED + 1]).aggregate(**measures)
    return sums


def _measured(ids: QuerySet) -> QuerySet:
    return PaymentOrder.objects.filter(pk__in=ids)


def _figures(sums: dict[str, Any], today: dt.date, *, is_waiting: bool) -> dict[str, Any]:
    number = sums.get("number", 0)
    if number > COUNTED:
        return {"count": _("+ de 1 000"), "has_orders": True, "total": "", "age": ""}
    age = ""
    if is_waiting and number:
        days = (today - localtime(sums["oldest"]).date()).days
        age = ngettext("le plus ancien a %s jour", "le plus ancien a %s jours", days) % days if days else ""
    total = format_euros(sums.get("total") or ZERO)
    return {"count": str(number), "has_orders": number > 0, "total": total, "age": age}


def _with_tab(params: QueryDict, tab: str) -> str:
    kept = params.copy()
    for name in (AFTER, BEFORE):
        kept.pop(name, None)
    kept["etat"] = tab
    return kept.urlencode()
