"""Closing an accounting period: its entries numbered, its file frozen (DOMAIN §9)."""

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ales.dates import first_of_month, format_date
from ales.errors import InvalidInputError, StalePageError, require
from ales.money import ZERO
from members.access import Actor
from members.models import FundEntry
from payments import integrity, permissions
from payments.accounting import movements, unposted
from payments.documents import accounting as document
from payments.models import AccountingEntry, AccountingPeriod
from payments.rules import fec


def next_start() -> dt.date | None:
    """The day after the last closed period, else the first of the month of the ledger's first entry."""
    last = AccountingPeriod.objects.order_by("-ends_on").first()
    if last:
        return last.ends_on + dt.timedelta(days=1)
    first = FundEntry.objects.order_by("value_date").values_list("value_date", flat=True).first()
    return first_of_month(first) if first else None


def usual_end(starts_on: dt.date, *, today: dt.date) -> dt.date:
    """What is closed as a rule: a past year whole, the running one until the end of last month.

    Yesterday when that month is closed already; a fiscal year is a calendar year.
    """
    if starts_on.year < today.year:
        return end_of_year(starts_on)
    last_month = first_of_month(today) - dt.timedelta(days=1)
    return max(last_month if last_month >= starts_on else today - dt.timedelta(days=1), starts_on)


def end_of_year(day: dt.date) -> dt.date:
    """The last day of the fiscal year of `day`."""
    return dt.date(day.year, 12, 31)


@transaction.atomic
def close_period(*, actor: Actor, starts_on: dt.date, ends_on: dt.date, at: dt.datetime) -> AccountingPeriod:
    """Close the period that follows the last one: number its entries for ever and produce its file.

    `starts_on` is the start that the person saw: another one means that somebody closed a period since. An
    entry written later for a day of a closed period is posted in the next one. Its lines are validated
    (ValidDate, article A47 A-1 of the LPF) on the day of the closing, which makes them final.
    Raises NotAllowedError, StalePageError, InvalidInputError (`ends_on`, or "" when the ledger has an
    imbalance).
    """
    require(permissions.may_close_now(actor))
    if starts_on != next_start():
        raise StalePageError
    _check_end(starts_on, ends_on, today=localtime(at).date())
    if broken := [finding for finding in integrity.findings(integrity.BOOKS) if finding.count]:
        raise InvalidInputError(
            {
                "": [
                    _("La période ne peut pas être clôturée : %(title)s %(row)s")
                    % {"title": finding.check.title, "row": " ; ".join(finding.rows[:3])}
                    for finding in broken
                ]
            }
        )
    entries = unposted(ends_on)
    last = AccountingPeriod.objects.order_by("-ends_on").first()
    first_number = last.last_number + 1 if last else 1
    entries.sort(key=lambda entry: max(entry.value_date, starts_on))
    # From this day on, and not before, the entries can't change any more.
    lines = _lines(entries, starts_on, localtime(at).date(), first_number)
    period = AccountingPeriod(
        starts_on=starts_on,
        ends_on=ends_on,
        first_number=first_number,
        last_number=first_number + len(entries) - 1,
        total=sum((entry.amount for entry in entries), ZERO),
        closed_by_id=actor.user_id,
        closed_at=at,
    )
    period.job = document.produce(period, lines, actor=actor, at=at)
    try:
        with transaction.atomic():
            period.save(force_insert=True)
            AccountingEntry.objects.bulk_create(
                AccountingEntry(period=period, number=number, fund_entry=entry)
                for number, entry in enumerate(entries, start=first_number)
            )
    except IntegrityError as error:
        # Somebody closed a period between our reading and our writing: its days and numbers are taken.
        raise StalePageError from error
    return period


def _lines(
    entries: Sequence[FundEntry], starts_on: dt.date, validated_on: dt.date, first_number: int
) -> tuple[fec.Line, ...]:
    try:
        return fec.entries(movements(entries, starts_on=starts_on), first_number, validated_on)
    except fec.FecError as error:
        raise InvalidInputError({"": error.faults}) from error


def _check_end(starts_on: dt.date, ends_on: dt.date, *, today: dt.date) -> None:
    if ends_on < starts_on:
        fault = _("La période commence le %s : choisissez une date de fin qui ne la précède pas.")
        raise InvalidInputError({"ends_on": [fault % format_date(starts_on)]})
    if ends_on.year != starts_on.year:
        fault = _("Une période ne dépasse pas son exercice : clôturez d’abord %(year)s, jusqu’au %(end)s.")
        values = {"year": starts_on.year, "end": format_date(end_of_year(starts_on))}
        raise InvalidInputError({"ends_on": [fault % values]})
    if ends_on >= today:
        fault = _("Une journée en cours n’est pas finie : clôturez jusqu’au %s au plus tard.")
        raise InvalidInputError({"ends_on": [fault % format_date(today - dt.timedelta(days=1))]})
