"""Money written into a fund: brought, moved, carried over. A form, then a page to confirm: an entry stays."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.errors import InvalidInputError, Refusal
from ales.forms import add_faults
from ales.http import form_page
from ales.money import format_euros
from members import funds
from members.access import roles_required
from members.fund_forms import CarryOverForm, ContributionForm, TransferForm
from members.models import Fund
from members.roles import Role
from members.views.funds import find_fund

#: What was typed, by field.
Typed = dict[str, Any]


@dataclass(frozen=True)
class Move:
    """How a move of money is told: its form's page, the confirming page, and what it writes."""

    template: str
    title: str
    #: The pairs to read again before confirming; raises Refusal for what can't be.
    tell: Callable[[Typed], list[tuple[str, str]]]
    #: Writes, and gives the message.
    write: Callable[[Typed], str]


def _two_steps(request: HttpRequest, fund: Fund, form: forms.Form, move: Move, **context) -> HttpResponse:
    """The form, the page that repeats it, and the entry; a refusal comes back to the form as it was typed."""
    context |= {"fund": fund, "form": form, "title": move.title, "seen": str(fund.available)}
    if request.method == "POST" and form.is_valid() and "corriger" not in request.POST:
        try:
            if "confirmer" not in request.POST:
                context["items"] = move.tell(form.cleaned_data)
                return render(request, "members/fund_move_confirm.html", context)
            messages.success(request, move.write(form.cleaned_data))
        except funds.InsufficientFundsError as refusal:
            form.add_error("amount", refusal.message)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            return redirect("members:fund", fund.public_id)
    return render(request, move.template, context)


def _entry(typed: Typed) -> dict[str, Any]:
    """What every move passes to its operation."""
    names = {"amount": "amount", "label": "label", "value_date": "value_date", "form_key": "cause_id"}
    return {argument: typed[field] for field, argument in names.items()}


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def contribute(request: HttpRequest, fund_id: uuid.UUID) -> HttpResponse:
    """Record money brought."""
    fund = find_fund(request, fund_id)
    envelopes = fund.envelopes.standing()
    awaited = next((e for e in envelopes.with_received() if e.to_come), None)
    initial = {"value_date": timezone.localdate(), "envelope": awaited.public_id if awaited else None}
    form = ContributionForm(request.POST or None, envelopes=envelopes, initial=initial)

    def tell(typed: Typed) -> list[tuple[str, str]]:
        envelope = typed["envelope"]
        return [
            ("Fonds", str(fund)),
            ("Adhérent", fund.owner.name),
            ("Au titre de", envelope.name if envelope else "Hors convention"),
            ("Montant versé", format_euros(typed["amount"])),
            ("Libellé", typed["label"]),
            ("Date de valeur", format_date(typed["value_date"])),
            ("Disponible après ce versement", format_euros(fund.available + typed["amount"])),
        ]

    def write(typed: Typed) -> str:
        envelope = typed["envelope"]
        funds.contribute(
            actor=request.actor,
            fund_id=fund.pk,
            envelope_id=envelope.public_id if envelope else None,
            **_entry(typed),
        )
        return _("Versement de %(amount)s enregistré.") % {"amount": format_euros(typed["amount"])}

    move = Move("members/fund_contribution.html", _("Confirmer le versement"), tell, write)
    return _two_steps(request, fund, form, move)


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def transfer(request: HttpRequest, fund_id: uuid.UUID) -> HttpResponse:
    """Move what is left of a fund to another fund of the same member."""
    fund = find_fund(request, fund_id)
    targets = Fund.objects.filter(owner_id=fund.owner_id).exclude(pk=fund.pk).order_by("-year", "name")
    form = TransferForm(request.POST or None, funds=targets, initial={"value_date": timezone.localdate()})

    def tell(typed: Typed) -> list[tuple[str, str]]:
        return _told_transfer(fund, typed["to_fund"], typed)

    def write(typed: Typed) -> str:
        funds.transfer(
            actor=request.actor,
            from_fund_id=fund.pk,
            to_fund_id=typed["to_fund"].pk,
            seen=typed["seen"],
            **_entry(typed),
        )
        return _moved(typed, typed["to_fund"])

    move = Move("members/fund_transfer.html", _("Confirmer le virement"), tell, write)
    return _two_steps(request, fund, form, move, has_targets=targets.exists())


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def carry_over(request: HttpRequest, fund_id: uuid.UUID) -> HttpResponse:
    """Move what is left of a fund to the same fund of the next year, opened if need be."""
    fund = find_fund(request, fund_id)
    following = fund.next_year()
    initial = {
        "amount": fund.available,
        "label": _("Report du disponible %(year)s") % {"year": fund.year},
        "value_date": timezone.localdate(),
    }
    form = CarryOverForm(request.POST or None, initial=initial)

    def tell(typed: Typed) -> list[tuple[str, str]]:
        return _told_transfer(fund, following, typed)

    def write(typed: Typed) -> str:
        target = funds.carry_over(actor=request.actor, fund_id=fund.pk, seen=typed["seen"], **_entry(typed))
        return _moved(typed, target)

    move = Move("members/fund_carry_over.html", _("Confirmer le report"), tell, write)
    return _two_steps(request, fund, form, move, following=following, next_year=fund.year + 1)


def _told_transfer(fund: Fund, target: Fund | None, typed: Typed) -> list[tuple[str, str]]:
    """The move and what it leaves on both sides; `target` is None for a fund that the move will open."""
    amount = typed["amount"]
    if amount > fund.available:
        message = _("Il reste %(left)s sur ce fonds : indiquez au plus ce montant.")
        raise InvalidInputError({"amount": [message % {"left": format_euros(fund.available)}]})
    name = (
        str(target)
        if target
        else _("%(name)s %(year)s, qui sera ouvert")
        % {
            "name": fund.name,
            "year": fund.year + 1,
        }
    )
    received = amount + (target.available if target else 0)
    return [
        ("Adhérent", fund.owner.name),
        ("Du fonds", str(fund)),
        ("Vers le fonds", name),
        ("Montant du virement", format_euros(amount)),
        ("Libellé", typed["label"]),
        ("Date de valeur", format_date(typed["value_date"])),
        (_("Restera sur %(fund)s") % {"fund": fund}, format_euros(fund.available - amount)),
        ("Disponible ensuite sur le fonds qui reçoit", format_euros(received)),
    ]


def _moved(typed: Typed, target: Fund) -> str:
    return _("Virement de %(amount)s vers %(fund)s enregistré.") % {
        "amount": format_euros(typed["amount"]),
        "fund": target,
    }
