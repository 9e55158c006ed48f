"""The plan of a file, day by day (DOMAIN §14)."""

import datetime as dt
from dataclasses import replace

import pytest

from cases.rules.retention import (
    RetentionAction,
    RetentionFacts,
    accounts_until,
    action_on,
    plan,
    years_after,
)

DAY = dt.timedelta(days=1)
CONTACT = dt.date(2024, 3, 10)
FILE = RetentionFacts(contacts=(dt.date(2023, 1, 5), CONTACT))
DUE = dt.date(2026, 3, 10)
NOTICE = dt.date(2026, 1, 9)


@pytest.mark.parametrize(
    ("contact", "notice", "anonymise"),
    [
        (CONTACT, NOTICE, DUE),
        (dt.date(2024, 2, 29), dt.date(2025, 12, 30), dt.date(2026, 2, 28)),
        (dt.date(2023, 12, 31), dt.date(2025, 11, 1), dt.date(2025, 12, 31)),
    ],
)
def test_two_years_after_the_last_contact(contact, notice, anonymise):
    found = plan(RetentionFacts(contacts=(contact,)))
    assert (found.last_contact_on, found.notice_on, found.anonymise_on) == (contact, notice, anonymise)


@pytest.mark.parametrize(
    ("payment", "until"),
    [
        (None, None),
        (dt.date(2024, 1, 20), dt.date(2034, 12, 31)),
        (dt.date(2024, 12, 31), dt.date(2034, 12, 31)),
        (dt.date(2025, 1, 1), dt.date(2035, 12, 31)),
    ],
)
def test_ten_years_from_the_end_of_the_financial_year(payment, until):
    assert accounts_until(payment) == until


def test_a_leap_day():
    assert years_after(dt.date(2024, 2, 29), 2) == dt.date(2026, 2, 28)
    assert years_after(dt.date(2024, 2, 29), 4) == dt.date(2028, 2, 29)


class TestDayByDay:
    @pytest.mark.parametrize(
        ("day", "action"),
        [
            (NOTICE - DAY, RetentionAction.NONE),
            (NOTICE, RetentionAction.NOTICE),
            (DUE, RetentionAction.NOTICE),  # never anonymised without notice
            (DUE + 400 * DAY, RetentionAction.NOTICE),
        ],
    )
    def test_before_the_notice(self, day, action):
        assert action_on(day, FILE) == action

    @pytest.mark.parametrize(
        ("day", "action"),
        [
            (NOTICE, RetentionAction.NONE),
            (DUE - DAY, RetentionAction.NONE),
            (DUE, RetentionAction.ANONYMISE),
        ],
    )
    def test_after_the_notice(self, day, action):
        assert action_on(day, replace(FILE, noticed_on=NOTICE)) == action

    def test_a_late_notice_still_leaves_sixty_days(self):
        late = replace(FILE, noticed_on=DUE)
        assert plan(late).anonymise_on == DUE + 60 * DAY
        assert action_on(DUE + 59 * DAY, late) == RetentionAction.NONE
        assert action_on(DUE + 60 * DAY, late) == RetentionAction.ANONYMISE

    def test_a_contact_after_the_notice_starts_everything_again(self):
        again = replace(FILE, noticed_on=NOTICE, contacts=(CONTACT, NOTICE + DAY))
        assert action_on(DUE, again) == RetentionAction.NONE
        assert plan(again).anonymise_on == dt.date(2028, 1, 10)

    @pytest.mark.parametrize("change", [{"is_suspended": True}, {"is_needed": True}])
    def test_suspended_or_needed(self, change):
        for day in (NOTICE, DUE, DUE + 1000 * DAY):
            assert action_on(day, replace(FILE, noticed_on=NOTICE, **change)) == RetentionAction.NONE


class TestAccounts:
    paid = replace(FILE, anonymised_on=DUE, last_payment_on=dt.date(2024, 1, 20))

    @pytest.mark.parametrize(
        ("day", "action"),
        [
            (dt.date(2034, 12, 31), RetentionAction.NONE),
            (dt.date(2035, 1, 1), RetentionAction.CLEAR_ACCOUNTS),
        ],
    )
    def test_kept_to_the_last_day(self, day, action):
        assert action_on(day, self.paid) == action

    def test_once(self):
        done = replace(self.paid, accounts_cleared_on=dt.date(2035, 1, 1))
        assert action_on(dt.date(2036, 1, 1), done) == RetentionAction.NONE

    def test_nothing_to_clear_without_a_payment(self):
        assert (
            action_on(dt.date(2050, 1, 1), replace(self.paid, last_payment_on=None)) == RetentionAction.NONE
        )


def test_the_plan_tells_what_is_done():
    found = plan(replace(FILE, noticed_on=NOTICE, last_payment_on=dt.date(2024, 1, 20)))
    assert [(step.on, step.is_done) for step in found.steps] == [
        (CONTACT, True),
        (NOTICE, True),
        (DUE, False),
        (dt.date(2034, 12, 31), False),
    ]
