"""How long a file is kept (DOMAIN §14, CNIL référentiel 2021-028). Pure: no Django, no clock.

The active file is kept two years after the last contact, then anonymised; a notice comes sixty days before,
and nothing is anonymised without sixty days' notice. What proves a payment (amounts, dates, landlord, order
numbers) is kept ten years from the end of its financial year (Commercial Code, L123-22). A limitation asked
for by the person, or a dispute, suspends everything.

| last contact | notice | anonymised | last payment | accounts until |
|---|---|---|---|---|
| 2024-03-10 | 2026-01-09 | 2026-03-10 | 2024-01-20 | 2034-12-31 |
| 2024-02-29 | 2025-12-30 | 2026-02-28 | – | – |
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ACTIVE_YEARS = 2
ACCOUNTING_YEARS = 10
NOTICE_DAYS = 60


class RetentionAction(StrEnum):
    """What the nightly task does with a file today."""

    NONE = "NONE"
    NOTICE = "NOTICE"
    ANONYMISE = "ANONYMISE"
    CLEAR_ACCOUNTS = "CLEAR_ACCOUNTS"


@dataclass(frozen=True)
class RetentionFacts:
    """What a file says of its own keeping. `contacts`: opening, contacts, closing, last change."""

    contacts: tuple[date, ...]
    last_payment_on: date | None = None
    noticed_on: date | None = None
    anonymised_on: date | None = None
    accounts_cleared_on: date | None = None
    is_suspended: bool = False
    #: Something under way (an aid, a payment) needs the file.
    is_needed: bool = False


@dataclass(frozen=True)
class RetentionStep:
    """A line of the plan: when, what happens, and whether it has."""

    on: date
    label: str
    is_done: bool = False


@dataclass(frozen=True)
class RetentionPlan:
    """The dated plan of a file. `accounts_until` is None without a payment."""

    last_contact_on: date
    notice_on: date
    anonymise_on: date
    accounts_until: date | None
    is_suspended: bool
    is_needed: bool
    steps: tuple[RetentionStep, ...]


def years_after(day: date, years: int) -> date:
    """The same day some years later; 29 February gives the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def accounts_until(last_payment_on: date | None) -> date | None:
    """The last day on which the proof of a payment is kept."""
    return date(last_payment_on.year + ACCOUNTING_YEARS, 12, 31) if last_payment_on else None


def _valid_notice(facts: RetentionFacts, notice_on: date) -> date | None:
    """The notice given, unless a contact since has put the date off."""
    return facts.noticed_on if facts.noticed_on and facts.noticed_on >= notice_on else None


def plan(facts: RetentionFacts) -> RetentionPlan:
    """The plan of a file. A notice given late puts the anonymisation off: sixty days are always left."""
    last = max(facts.contacts)
    due = years_after(last, ACTIVE_YEARS)
    notice = due - timedelta(days=NOTICE_DAYS)
    noticed = _valid_notice(facts, notice)
    anonymise = max(due, noticed + timedelta(days=NOTICE_DAYS)) if noticed else due
    until = accounts_until(facts.last_payment_on)
    done = facts.anonymised_on
    steps = [
        RetentionStep(last, "Dernier contact ou dernière modification", True),
        RetentionStep(noticed or notice, "Préavis au référent et aux responsables", bool(noticed or done)),
        RetentionStep(
            done or anonymise, "Anonymisation : noms, adresses, notes et documents effacés", bool(done)
        ),
    ]
    if until:
        steps.append(
            RetentionStep(
                until,
                "Fin de la conservation comptable : les références qui relient encore un paiement "
                "au locataire sont effacées",
                bool(facts.accounts_cleared_on),
            )
        )
    return RetentionPlan(last, notice, anonymise, until, facts.is_suspended, facts.is_needed, tuple(steps))


def action_on(day: date, facts: RetentionFacts) -> RetentionAction:
    """What is to be done with the file on `day`; done twice the same day, the second time is NONE."""
    if facts.is_suspended or facts.accounts_cleared_on:
        return RetentionAction.NONE
    if facts.anonymised_on:
        until = accounts_until(facts.last_payment_on)
        return RetentionAction.CLEAR_ACCOUNTS if until and day > until else RetentionAction.NONE
    if facts.is_needed:
        return RetentionAction.NONE
    planned = plan(facts)
    if _valid_notice(facts, planned.notice_on) is None:
        return RetentionAction.NOTICE if day >= planned.notice_on else RetentionAction.NONE
    return RetentionAction.ANONYMISE if day >= planned.anonymise_on else RetentionAction.NONE
