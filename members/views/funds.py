"""Funds: by year, one fund's statement, opening one, recording money brought or moved."""

import uuid
from decimal import Decimal

from django.contrib import messages
from django.db.models import Case, F, Q, Sum, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.errors import InvalidInputError, Refusal
from ales.forms import add_faults
from ales.http import form_page, reading
from ales.keyset import page_of
from ales.money import ZERO, format_euros
from members import funds, permissions
from members.access import roles_required
from members.forms import ContributionForm, FundForm, TransferForm
from members.models import Fund, FundEntry
from members.models.fund import EntryKind, euros
from members.roles import Role

#: What a line does to what is left and to what remains to be paid.
AVAILABLE_SIGN = {
    EntryKind.CONTRIBUTION: 1,
    EntryKind.TRANSFER_IN: 1,
    EntryKind.TRANSFER_OUT: -1,
    EntryKind.COMMITMENT: -1,
    EntryKind.RELEASE: 1,
    EntryKind.PAYMENT: 0,
    EntryKind.RECOVERY: 1,
}
LOW_SHARE = Decimal("0.10")
LEDGER_ORDER = ("value_date", "created_at", "id")
LINES_A_PAGE = 100


@reading
@roles_required(Role.ASSOCIATION_ADMIN, Role.TREASURER, Role.MANAGER)
def fund_list(request: HttpRequest) -> HttpResponse:
    """Funds of a year: every figure for the association; a manager's own, and what others have left."""
    actor = request.actor
    years = list(Fund.objects.order_by("-year").values_list("year", flat=True).distinct())
    year = _year(request.GET.get("annee", ""), years)
    of_year = list(Fund.objects.of_year(year)) if year else []
    own = [fund for fund in of_year if permissions.may_read_statement(actor, fund.owner_id)]
    others = [fund for fund in of_year if fund not in own]
    context = {
        "year": year,
        "years": [{"year": y, "url": f"?annee={y}", "current": y == year} for y in years],
        "rows": [_row(fund) for fund in own],
        "others": [
            {"name": fund.name, "owner": fund.owner.name, "available": format_euros(fund.available)}
            for fund in others
        ],
        "totals": _totals(own) if own else None,
        "is_association": actor.is_association,
        "may_manage": permissions.may_manage_funds(actor),
    }
    return render(request, "members/fund_list.html", context)


def _year(text: str, years: list[int]) -> int | None:
    if text.isascii() and text.isdigit() and int(text) in years:
        return int(text)
    this_year = timezone.localdate().year
    return this_year if this_year in years else next(iter(years), None)


def _row(fund: Fund) -> dict:
    brought = fund.contributed + fund.transferred_in - fund.transferred_out
    used = max(ZERO, brought - fund.available)
    return {
        "name": fund.name,
        "owner": fund.owner.name,
        "kind": fund.get_kind_display(),
        "url": reverse("members:fund", args=[fund.public_id]),
        "brought": format_euros(brought),
        "committed": format_euros(fund.committed - fund.released),
        "paid": format_euros(fund.paid - fund.recovered),
        "available": format_euros(fund.available),
        "low": brought > 0 and fund.available < brought * LOW_SHARE,
        "gauge": {
            "value": min(used, brought),
            "maximum": brought,
            "text": f"{int(min(used, brought) * 100 / brought)} % utilisés",
        }
        if brought > 0
        else None,
    }


def _totals(of_year: list[Fund]) -> dict:
    def total(value) -> str:
        return format_euros(sum((value(fund) for fund in of_year), ZERO))

    return {
        "brought": total(lambda f: f.contributed + f.transferred_in - f.transferred_out),
        "committed": total(lambda f: f.committed - f.released),
        "paid": total(lambda f: f.paid - f.recovered),
        "available": total(lambda f: f.available),
    }


def _fund(request: HttpRequest, fund_id: uuid.UUID) -> Fund:
    return get_object_or_404(
        Fund.objects.visible_to(request.actor).select_related("owner"), public_id=fund_id
    )


@reading
@roles_required(Role.ASSOCIATION_ADMIN, Role.TREASURER, Role.MANAGER)
def statement(request: HttpRequest, fund_id: uuid.UUID) -> HttpResponse:
    """A fund's ledger, oldest line first, with what was left after each; it ends at the fund's sums."""
    fund = _fund(request, fund_id)
    entries = fund.entries.select_related("created_by")
    page = page_of(entries, request.GET, LEDGER_ORDER, descending=False, size=LINES_A_PAGE)
    opening = available = _available_before(fund, page.rows[0]) if page.rows else ZERO
    lines = []
    for entry in page.rows:
        change = AVAILABLE_SIGN[EntryKind(entry.kind)] * entry.amount
        available += change
        lines.append(
            {
                "date": f"{entry.value_date:%d/%m/%Y}",
                "kind": entry.get_kind_display().capitalize(),
                "label": entry.label,
                "who": entry.created_by.full_name,
                "into": format_euros(change) if change > 0 else "",
                "out": format_euros(-change) if change < 0 else "",
                "paid": format_euros(entry.amount) if entry.kind == EntryKind.PAYMENT else "",
                "available": format_euros(available),
            }
        )
    context = {
        "fund": fund,
        "row": _row(fund),
        "to_pay_help": f"dont {format_euros(fund.to_pay)} restant à payer",
        "page": page,
        "lines": lines,
        "opening": format_euros(opening) if page.previous_url else "",
        "closing": format_euros(available) if not page.next_url else "",
        "may_manage": permissions.may_manage_funds(request.actor),
    }
    return render(request, "members/fund_statement.html", context)


def _available_before(fund: Fund, entry: FundEntry) -> Decimal:
    """What the lines before `entry` left available; one query."""
    earlier = Q(value_date__lt=entry.value_date) | Q(value_date=entry.value_date) & (
        Q(created_at__lt=entry.created_at) | Q(created_at=entry.created_at, id__lt=entry.id)
    )
    signed = Case(
        *(When(kind=kind, then=F("amount") * sign) for kind, sign in AVAILABLE_SIGN.items()),
        output_field=euros("available"),
    )
    return fund.entries.filter(earlier).aggregate(total=Sum(signed))["total"] or ZERO


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def fund_create(request: HttpRequest) -> HttpResponse:
    """Open a fund."""
    form = FundForm(request.POST or None, initial={"year": timezone.localdate().year})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            fund = funds.open_fund(
                actor=request.actor, owner_id=typed["owner"].pk, name=typed["name"], year=typed["year"]
            )
        except InvalidInputError as refusal:
            refusal.faults["owner"] = refusal.faults.pop("owner_id", [])
            add_faults(form, refusal)
        else:
            messages.success(request, _("Le fonds est ouvert. Enregistrez maintenant son premier versement."))
            return redirect("members:fund", fund.public_id)
    return render(request, "members/fund_form.html", {"form": form})


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def contribute(request: HttpRequest, fund_id: uuid.UUID) -> HttpResponse:
    """Record money brought: the form, then a page to confirm it, since a ledger's line is never changed."""
    fund = _fund(request, fund_id)
    form = ContributionForm(request.POST or None, initial={"value_date": timezone.localdate()})
    context = {"fund": fund, "form": form}
    if request.method == "POST" and form.is_valid() and "corriger" not in request.POST:
        typed = form.cleaned_data
        if "confirmer" not in request.POST:
            after = [
                ("Fonds", f"{fund.name} {fund.year}"),
                ("Adhérent", fund.owner.name),
                ("Montant versé", format_euros(typed["amount"])),
                ("Libellé", typed["label"]),
                ("Date de valeur", format_date(typed["value_date"])),
                ("Disponible après ce versement", format_euros(fund.available + typed["amount"])),
            ]
            return render(request, "members/fund_contribution_confirm.html", context | {"items": after})
        funds.contribute(
            actor=request.actor,
            fund_id=fund.pk,
            amount=typed["amount"],
            label=typed["label"],
            value_date=typed["value_date"],
            cause_id=typed["cause"],
        )
        messages.success(
            request, _("Versement de %(amount)s enregistré.") % {"amount": format_euros(typed["amount"])}
        )
        return redirect("members:fund", fund.public_id)
    return render(request, "members/fund_contribution.html", context)


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def transfer(request: HttpRequest, fund_id: uuid.UUID) -> HttpResponse:
    """Move what is left of a fund to another fund of the same member."""
    fund = _fund(request, fund_id)
    targets = Fund.objects.filter(owner_id=fund.owner_id).exclude(pk=fund.pk).order_by("-year", "name")
    form = TransferForm(request.POST or None, funds=targets, initial={"value_date": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            funds.transfer(
                actor=request.actor,
                from_fund_id=fund.pk,
                to_fund_id=typed["to_fund"].pk,
                amount=typed["amount"],
                label=typed["label"],
                value_date=typed["value_date"],
                cause_id=typed["cause"],
            )
        except Refusal as refusal:
            form.add_error("amount", refusal.message)
        else:
            messages.success(
                request, _("Virement de %(amount)s enregistré.") % {"amount": format_euros(typed["amount"])}
            )
            return redirect("members:fund", fund.public_id)
    return render(
        request, "members/fund_transfer.html", {"fund": fund, "form": form, "has_targets": targets.exists()}
    )
