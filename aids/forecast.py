"""What the aids will use of a fund: committed and to be paid, and asked for (DOMAIN §6, §7)."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from aids.funding import YEARS_BACK
from aids.models import AidRequest, FundAllocation
from aids.states import EDITABLE, RequestState, TermState
from ales.money import ZERO
from ales.registry import FundDemand
from members.access import Actor
from members.models import Fund
from members.models.fund import FundKind

#: Committed, and the bank has not paid it yet.
TO_PAY = (TermState.GRANTED, TermState.ORDERED)


def payments_expected(actor: Actor, fund: Fund, today: date) -> dict[date, Decimal]:
    """Euros committed on the fund and not paid yet, by the month they are expected to be paid in: that of the
    term, and this one for what is due already. One query.

    A manager reads their own organisation's aids; what others draw is in the fund's sums only.
    """
    drawn = FundAllocation.objects.filter(fund=fund, term__state__in=TO_PAY)
    if not actor.is_association:
        drawn = drawn.filter(organisation_id=actor.organisation_id)
    this_month = today.replace(day=1)
    months: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for month, amount in drawn.values_list("term__month").annotate(Sum("amount")).order_by():
        months[max(month or this_month, this_month)] += amount
    return dict(sorted(months.items()))


def demands(actor: Actor, fund: Fund, today: date) -> list[FundDemand]:
    """Aids submitted, and those still being entered, that could be charged to the fund: its landlord's
    tenants, or its member's cases. None for a fund too old to be drawn on. One query."""
    if not today.year - YEARS_BACK <= fund.year <= today.year:
        return []
    whose = "landlord_id" if fund.kind == FundKind.LANDLORD else "organisation_id"
    pending = (
        AidRequest.objects.visible_to(actor)
        .filter(**{whose: fund.owner_id}, state__in=[RequestState.SUBMITTED, *EDITABLE])
        .order_by()
        .values_list("state")
        .annotate(Count("pk"), Sum("asked_amount"))
    )
    found = {state: (number, amount) for state, number, amount in pending}
    return [
        _demand(_("Demandes soumises, à décider"), [RequestState.SUBMITTED], found),
        _demand(_("Demandes en cours de saisie ou à compléter"), sorted(EDITABLE), found),
    ]


def _demand(label: str, states: list[str], found: dict[str, tuple[int, Decimal]]) -> FundDemand:
    counted = [found[state] for state in states if state in found]
    return FundDemand(
        label, sum(number for number, _amount in counted), sum((amount for _n, amount in counted), ZERO)
    )
