"""Filters of the lists of orders; they live in the address, and an unreadable value is said, not guessed."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from ales.forms import EuroField, FrenchDateField
from members.access import Actor
from members.models import Fund, Organisation
from payments.models import PaymentOrder, PaymentOrderLine
from payments.models.order import PaymentOrderQuerySet
from payments.states import OrderState

#: Not a state: orders of several states that must wait (`PaymentOrderQuerySet.on_hold`).
ON_HOLD = "on_hold"
#: Nor this: a word of its own, for a saved view to keep.
EVERY_STATE = "tous"
#: Funds of that many years are offered, this one included.
FUND_YEARS = 3


class OrderFilters(forms.Form):
    """Search, landlord, member, fund, day of the request, amount. `etat` is the tab, chosen elsewhere."""

    q = forms.CharField(
        label=_("Recherche"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Numéro, aide, locataire, bailleur, commune")}
        ),
    )
    bailleur = forms.CharField(label=_("Bailleur"), required=False, max_length=100)
    organisme = forms.ChoiceField(label=_("Organisme"), required=False)
    fonds = forms.ChoiceField(label=_("Fonds"), required=False)
    du = FrenchDateField(label=_("Demandé du"), required=False)
    au = FrenchDateField(label=_("au"), required=False)
    de = EuroField(label=_("Montant de"), required=False)
    a = EuroField(label=_("à"), required=False)

    #: Shown in the first line; the others open under it.
    FIRST = ("q", "bailleur")

    def __init__(self, data: QueryDict, *, actor: Actor) -> None:
        """Two queries for the association's staff; members and funds aren't a manager's to choose."""
        super().__init__(data)
        if actor.is_association:
            everyone = [("", _("Tous"))]
            members = Organisation.objects.members().values_list("public_id", "name")
            self.fields["organisme"].choices = [*everyone, *((str(pk), name) for pk, name in members)]
            self.fields["fonds"].choices = [*everyone, *_fund_choices()]
        else:
            del self.fields["organisme"], self.fields["fonds"]

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        if chosen.get("du") and chosen.get("au") and chosen["du"] > chosen["au"]:
            self.add_error("au", _("Cette date précède la première."))
        if chosen.get("de") is not None and chosen.get("a") is not None and chosen["de"] > chosen["a"]:
            self.add_error("a", _("Ce montant est inférieur au premier."))
        return chosen

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.FIRST]

    @property
    def is_open(self) -> bool:
        """Whether one of the other filters is used or at fault."""
        return any(self.data.get(field.name) or field.errors for field in self.others)

    @property
    def is_used(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def apply(self, orders: PaymentOrderQuerySet) -> PaymentOrderQuerySet:
        """`orders` narrowed by what is readable; none when a filter is at fault, so that nobody acts on
        orders they meant to leave out."""
        if not self.is_valid():
            return orders.none()
        chosen = self.cleaned_data
        if chosen["q"]:
            orders = orders.matching(chosen["q"])
        if chosen["bailleur"]:
            landlords = Organisation.objects.landlords().matching(chosen["bailleur"]).order_by()
            orders = orders.filter(landlord__in=landlords.values("pk"))
        if chosen.get("organisme"):
            orders = orders.filter(organisation__public_id=chosen["organisme"])
        if chosen.get("fonds"):
            lines = PaymentOrderLine.objects.filter(order=OuterRef("pk"), fund__public_id=chosen["fonds"])
            orders = orders.filter(Exists(lines))
        if chosen["du"]:
            orders = orders.filter(requested_at__date__gte=chosen["du"])
        if chosen["au"]:
            orders = orders.filter(requested_at__date__lte=chosen["au"])
        if chosen["de"] is not None:
            orders = orders.filter(amount__gte=chosen["de"])
        if chosen["a"] is not None:
            orders = orders.filter(amount__lte=chosen["a"])
        return orders


def _fund_choices() -> list[tuple[str, str]]:
    funds = Fund.objects.filter(year__gt=localdate().year - FUND_YEARS).select_related("owner")
    return [
        (str(fund.public_id), f"{fund} – {fund.owner.name}")
        for fund in funds.order_by("-year", "owner__sort_key", "kind", "id")
    ]


def of_tab(orders: PaymentOrderQuerySet, tab: str) -> PaymentOrderQuerySet:
    """The orders of one tab: a state, those on hold, or all of them."""
    if tab == ON_HOLD:
        return orders.on_hold()
    return orders.filter(state=tab) if tab in OrderState.values else orders


def visible_orders(actor: Actor) -> PaymentOrderQuerySet:
    """What a list of orders reads: without their frozen data, requests by a query of their own.

    Joined, row security hides from the planner how many requests there are, and it leaves the index that
    gives the order (278 ms instead of 5 at 100,000 aids).
    """
    orders = PaymentOrder.objects.visible_to(actor).select_related("landlord", "organisation")
    return orders.prefetch_related("request").defer("frozen")
