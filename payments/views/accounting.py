"""Accounting: the period to close, what it holds, and the files of the closed ones."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.documents.links import file_of_job
from ales.errors import InvalidInputError, Refusal
from ales.http import form_page, reading
from ales.money import ZERO, format_euros
from members.access import roles_required
from members.roles import Role
from payments import permissions
from payments.accounting import LABELS, movements, unposted
from payments.forms.accounting import ClosePeriodForm, PeriodForm
from payments.forms.orders import add_faults
from payments.models import AccountingPeriod
from payments.operations.accounting import close_period, next_start, usual_end
from payments.rules.fec import Movement, accounts_of

READERS = (Role.TREASURER, Role.ASSOCIATION_ADMIN)
#: Closed periods shown: ten years of months.
SHOWN = 120


@reading
@roles_required(*READERS)
def periods(request: HttpRequest) -> HttpResponse:
    """The closed periods and their files; what the next one holds until a chosen day."""
    start = next_start()
    usual = usual_end(start, today=localdate()) if start else None
    form = PeriodForm(request.GET or None, initial={"ends_on": usual})
    ends_on = form.cleaned_data["ends_on"] if form.is_valid() else usual
    found = AccountingPeriod.objects.visible_to(request.actor).select_related("closed_by", "job__document")
    context = {
        "start": start,
        "form": form,
        "preview": _preview(start, ends_on) if start and ends_on else None,
        "may_close": permissions.may_close_now(request.actor),
        "close_url": f"{reverse('payments:accounting_close')}?ends_on={ends_on:%Y-%m-%d}" if ends_on else "",
        "rows": [_row(period) for period in found.order_by("-ends_on")[:SHOWN]],
    }
    return render(request, "payments/accounting.html", context)


@form_page
@roles_required(Role.TREASURER)
def close(request: HttpRequest) -> HttpResponse:
    """The confirming page: what will be numbered and frozen for ever."""
    start = next_start()
    asked = PeriodForm(request.POST if request.method == "POST" else request.GET)
    if start is None or not asked.is_valid():
        messages.warning(request, _("Choisissez la fin de la période à clôturer."))
        return redirect("payments:accounting")
    ends_on = asked.cleaned_data["ends_on"]
    form = ClosePeriodForm(
        request.POST if request.method == "POST" else None, initial={"ends_on": ends_on, "starts_on": start}
    )
    if request.method == "POST" and form.is_valid():
        try:
            period = close_period(
                actor=request.actor,
                starts_on=form.cleaned_data["starts_on"],
                ends_on=ends_on,
                at=timezone.now(),
            )
        except InvalidInputError as error:
            add_faults(form, error)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect("payments:accounting")
        else:
            messages.success(
                request,
                _("Période close au %(end)s : écritures %(first)s à %(last)s.")
                % {
                    "end": format_date(period.ends_on),
                    "first": period.first_number,
                    "last": period.last_number,
                },
            )
            return redirect("payments:accounting")
    context = {"form": form, "preview": _preview(start, ends_on), "back_url": reverse("payments:accounting")}
    return render(request, "payments/accounting_close.html", context)


def _preview(start: dt.date, ends_on: dt.date) -> dict[str, Any]:
    """Count and total by kind of movement, and by account."""
    entries = unposted(ends_on)
    found = movements(entries, starts_on=start)
    return {
        "start": start,
        "end": ends_on,
        "count": len(found),
        "late": sum(entry.value_date < start for entry in entries),
        "kinds": [_kind_row(kind, found) for kind in LABELS if any(move.kind == kind for move in found)],
        "total": format_euros(sum((move.amount for move in found), ZERO)),
    }


def _kind_row(kind, found: list[Movement]) -> dict[str, Any]:
    own = [move for move in found if move.kind == kind]
    debit, credit = accounts_of(kind)
    amount: Decimal = sum((move.amount for move in own), ZERO)
    return {
        "label": LABELS[kind],
        "count": len(own),
        "debit": debit,
        "credit": credit,
        "amount": format_euros(amount),
    }


def _row(period: AccountingPeriod) -> dict[str, Any]:
    return {
        "label": f"{format_date(period.starts_on)} – {format_date(period.ends_on)}",
        "numbers": _("n° %(first)s à %(last)s") % {"first": period.first_number, "last": period.last_number}
        if period.last_number >= period.first_number
        else _("aucune écriture"),
        "total": format_euros(period.total),
        "closed": _("le %(day)s par %(who)s")
        % {"day": format_date(localdate(period.closed_at)), "who": period.closed_by.full_name},
        "file": file_of_job(period.job) if period.job else None,
    }
