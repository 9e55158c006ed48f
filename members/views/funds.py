"""Funds: by year, one fund with what was promised and what is expected, opening one, its alert."""

import datetime as dt
import uuid
from collections import defaultdict
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ales import registry
from ales.dates import format_date, format_month
from ales.documents.models import StoredDocument
from ales.errors import InvalidInputError, Refusal
from ales.forms import add_faults
from ales.http import form_page, reading
from ales.lists.reading import read_list
from ales.money import ZERO, format_euros, format_percent, half_up_percent
from members import envelopes, funds, permissions
from members.access import Actor, roles_required
from members.fund_forms import AlertForm, FundForm
from members.lists import FUNDS
from members.models import Envelope, Fund
from members.pictures import fund_picture, fund_strip, use_of
from members.roles import Role

READERS = (Role.ASSOCIATION_ADMIN, Role.TREASURER, Role.MANAGER)


def find_fund(request: HttpRequest, fund_id: uuid.UUID) -> Fund:
    """The fund of the address with its owner and alert, 404 for one whose lines the actor may not read."""
    visible = Fund.objects.visible_to(request.actor).select_related("owner", "alert")
    return get_object_or_404(visible, public_id=fund_id)


@reading
@roles_required(*READERS)
def fund_list(request: HttpRequest) -> HttpResponse:
    """Funds of a year: every figure for the association; a manager's own, and what others have left."""
    actor = request.actor
    listing = read_list(request, FUNDS)
    if listing.default_url:
        return redirect(listing.default_url)
    years = _years()
    year = _year(request.GET.get("annee", ""), years)
    of_year = listing.whole(Fund.objects.of_year(year)) if year else []
    own = [fund for fund in of_year if permissions.may_read_statement(actor, fund.owner_id)]
    others = [fund for fund in of_year if fund not in own]
    to_come = _to_come(actor, year)
    context = {
        "year": year,
        "listing": listing,
        "years": [
            {"year": y, "url": f"?{urlencode([('annee', y), *listing.kept])}", "current": y == year}
            for y in years
        ],
        "rows": [row_of(fund, to_come.get(fund.pk, ZERO)) for fund in own],
        "others": [
            {"name": fund.name, "owner": fund.owner.name, "available": format_euros(fund.available)}
            for fund in others
        ],
        "totals": _totals(own, sum(to_come.values(), ZERO)) if own else None,
        "is_association": actor.is_association,
        "may_manage": permissions.may_manage_funds(actor),
    }
    return render(request, "members/fund_list.html", context)


def _years() -> list[int]:
    return list(Fund.objects.order_by("-year").values_list("year", flat=True).distinct())


def year_of(text: str) -> int | None:
    """The year the list shows for the `annee` of an address; None while there is no fund. One query."""
    return _year(text, _years())


def _year(text: str, years: list[int]) -> int | None:
    if text.isascii() and text.isdigit() and int(text) in years:
        return int(text)
    this_year = timezone.localdate().year
    return this_year if this_year in years else next(iter(years), None)


def _to_come(actor: Actor, year: int | None) -> dict[int, Decimal]:
    """Fund id -> euros promised for its year and not received yet; one query."""
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    promised = Envelope.objects.visible_to(actor).standing().filter(fund__year=year)
    for envelope in promised.with_received():
        sums[envelope.fund_id] += envelope.to_come
    return dict(sums)


def row_of(fund: Fund, to_come: Decimal = ZERO) -> dict:
    """The figures of a fund, ready made; `moved_in` and `moved_out` are empty where nothing was."""
    used = max(ZERO, fund.committed - fund.released - fund.recovered)
    share = half_up_percent(used, fund.contributed + fund.transferred_in)
    return {
        "name": fund.name,
        "owner": fund.owner.name,
        "kind": fund.get_kind_display(),
        "url": reverse("members:fund", args=[fund.public_id]),
        "contributed": format_euros(fund.contributed),
        "moved_in": format_euros(fund.transferred_in) if fund.transferred_in else "",
        "moved_out": format_euros(fund.transferred_out) if fund.transferred_out else "",
        "to_come": format_euros(to_come) if to_come else "",
        "committed": format_euros(fund.committed),
        "released": format_euros(fund.released),
        "paid": format_euros(fund.paid),
        "recovered": format_euros(fund.recovered),
        "available": format_euros(fund.available),
        "low": fund.is_low,
        "emptied": fund.is_emptied,
        "strip": fund_strip(fund),
        "share": "" if share is None else f"{format_percent(share)} utilisés",
    }


def _totals(of_year: list[Fund], to_come: Decimal) -> dict:
    def total(value) -> str:
        return format_euros(sum((value(fund) for fund in of_year), ZERO))

    return {
        "contributed": total(lambda f: f.contributed),
        "moved_in": total(lambda f: f.transferred_in) if any(f.transferred_in for f in of_year) else "",
        "moved_out": total(lambda f: f.transferred_out) if any(f.transferred_out for f in of_year) else "",
        "to_come": f"encore {format_euros(to_come)} à recevoir" if to_come else "",
        "committed": total(lambda f: f.committed),
        "released": total(lambda f: f.released),
        "paid": total(lambda f: f.paid),
        "recovered": total(lambda f: f.recovered),
        "available": total(lambda f: f.available),
    }


@reading
@roles_required(*READERS)
def fund_detail(request: HttpRequest, fund_id: uuid.UUID) -> HttpResponse:
    """A fund: its figures, what was promised and received, what the aids will use, its alert."""
    fund = find_fund(request, fund_id)
    actor = request.actor
    promised = _promised(actor, fund)
    context = {
        "fund": fund,
        "row": row_of(fund),
        "picture": fund_picture(use_of(fund), fund.alert_threshold),
        "to_pay_help": f"dont {format_euros(fund.to_pay)} restant à payer",
        "envelopes": promised,
        "envelope_totals": _envelope_totals(promised),
        "outside": _outside(fund, promised),
        "forecast": _forecast(actor, fund, timezone.localdate()),
        "threshold": format_euros(fund.alert_threshold),
        "threshold_chosen": hasattr(fund, "alert"),
        "may_manage": permissions.may_manage_funds(actor),
        "may_set_alert": permissions.may_set_alert(actor, fund.owner_id),
    }
    return render(request, "members/fund_detail.html", context)


def _promised(actor: Actor, fund: Fund) -> list[dict]:
    """The envelopes of the fund with what came under each; two queries."""
    found = list(Envelope.objects.visible_to(actor).filter(fund=fund).with_received())
    readable = StoredDocument.objects.visible_to(actor).in_bulk([e.agreement_id for e in found])
    return [
        {
            "id": envelope.public_id,
            "name": envelope.name,
            "agreed_on": format_date(envelope.agreed_on),
            "amount": envelope.amount,
            "received": envelope.received,
            "to_come": envelope.to_come,
            "cancelled": envelope.cancel_reason,
            "agreement_url": reverse("documents:download", args=[readable[envelope.agreement_id].public_id])
            if envelope.agreement_id in readable
            else "",
            "may_cancel": not envelope.received and not envelope.cancelled_at,
        }
        for envelope in found
    ]


def _envelope_totals(promised: list[dict]) -> dict[str, Decimal]:
    standing = [envelope for envelope in promised if not envelope["cancelled"]]
    return {key: sum((e[key] for e in standing), ZERO) for key in ("amount", "received", "to_come")}


def _outside(fund: Fund, promised: list[dict]) -> str:
    """What was brought under no agreement; empty where there is none."""
    outside = fund.contributed - sum((envelope["received"] for envelope in promised), ZERO)
    return format_euros(outside) if outside else ""


def _forecast(actor: Actor, fund: Fund, today: dt.date) -> dict:
    """What is committed by the month of its payment, and what is asked for: the rooms above tell it."""
    months: dict[dt.date, Decimal] = defaultdict(lambda: ZERO)
    for expected in registry.fund_payments_expected:
        for month, amount in expected(actor, fund, today).items():
            months[month] += amount
    demands = [demand for asked in registry.fund_demands for demand in asked(actor, fund, today)]
    elsewhere = fund.to_pay - sum(months.values(), ZERO)
    after = fund.available - sum((demand.amount for demand in demands), ZERO)
    return {
        "months": [
            {"label": format_month(month), "amount": format_euros(amount)}
            for month, amount in sorted(months.items())
        ],
        "elsewhere": format_euros(elsewhere) if elsewhere > 0 else "",
        "to_pay": format_euros(fund.to_pay),
        "demands": [
            {"label": demand.label, "requests": demand.requests, "amount": format_euros(demand.amount)}
            for demand in demands
            if demand.requests
        ],
        "after": format_euros(after),
        "short": after < 0,
    }


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def fund_create(request: HttpRequest) -> HttpResponse:
    """Open a fund."""
    form = FundForm(request.POST or None, initial={"year": timezone.localdate().year})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            fund = funds.open_fund(
                actor=request.actor,
                owner_id=typed["owner"].pk,
                name=typed["name"],
                year=typed["year"],
                form_key=typed["form_key"],
            )
        except InvalidInputError as refusal:
            refusal.faults["owner"] = refusal.faults.pop("owner_id", [])
            add_faults(form, refusal)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(
                request, _("Le fonds est ouvert. Enregistrez maintenant ce que l’adhérent promet.")
            )
            return redirect("members:fund", fund.public_id)
    return render(request, "members/fund_form.html", {"form": form})


@form_page
@roles_required(Role.ASSOCIATION_ADMIN, Role.MANAGER)
def fund_alert(request: HttpRequest, fund_id: uuid.UUID) -> HttpResponse:
    """Choose under which balance the fund is shown as low."""
    fund = find_fund(request, fund_id)
    form = AlertForm(request.POST or None, initial={"threshold": fund.alert_threshold})
    if request.method == "POST" and form.is_valid():
        threshold = form.cleaned_data["threshold"]
        try:
            envelopes.set_alert(actor=request.actor, fund_id=fund.pk, threshold=threshold)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(
                request, _("Seuil d’alerte fixé à %(amount)s.") % {"amount": format_euros(threshold)}
            )
            return redirect("members:fund", fund.public_id)
    return render(request, "members/fund_alert.html", {"fund": fund, "form": form})
