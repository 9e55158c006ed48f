"""Who the social support service is for: each rule at its boundary (DOMAIN §11)."""

from dataclasses import replace
from datetime import date

import pytest

from cases.rules.codes import EmploymentSector, EmploymentStatus, Occupancy
from cases.rules.eligibility import (
    ANSWER_LABELS,
    TRIGGER_LABELS,
    Answer,
    EligibilityFacts,
    Job,
    Trigger,
    assess,
)

MET, NOT_MET, UNKNOWN = Answer.MET, Answer.NOT_MET, Answer.UNKNOWN
PRIVATE = EmploymentSector.PRIVATE_NON_AGRICULTURAL
AGRICULTURAL = EmploymentSector.AGRICULTURAL

EMPLOYEE = Job("Karim B.", EmploymentStatus.PERMANENT, PRIVATE, 10)
FACTS = EligibilityFacts(
    assessed_on=date(2026, 3, 15),
    jobs=(EMPLOYEE,),
    department="75",
    occupancy=Occupancy.TENANT,
    triggers=frozenset({Trigger.ARREARS}),
    deliberate=False,
)


def answer(code, **changes):
    result = assess(replace(FACTS, **changes))
    rule = next(rule for rule in result.people + result.conditions if rule.code == code)
    assert rule.reason.endswith(".")
    assert rule.source
    return rule.answer


def with_job(**changes):
    return (replace(EMPLOYEE, **changes),)


@pytest.mark.parametrize(("headcount", "expected"), [(9, NOT_MET), (10, MET), (None, UNKNOWN)])
def test_private_firms_of_ten_or_more(headcount, expected):
    assert answer("private_employee", jobs=with_job(headcount=headcount)) == expected


@pytest.mark.parametrize(("headcount", "expected"), [(49, NOT_MET), (50, MET), (None, UNKNOWN)])
def test_agricultural_firms_of_fifty_or_more(headcount, expected):
    jobs = with_job(sector=AGRICULTURAL, headcount=headcount)
    assert answer("agricultural_employee", jobs=jobs) == expected
    assert answer("private_employee", jobs=jobs) == NOT_MET


@pytest.mark.parametrize(
    ("sector", "headcount", "expected"),
    [
        (EmploymentSector.PUBLIC, 5000, NOT_MET),
        (EmploymentSector.OTHER, None, NOT_MET),
        (None, 5000, UNKNOWN),
        (None, 9, NOT_MET),
        (None, None, UNKNOWN),
    ],
)
def test_the_sector_of_the_firm(sector, headcount, expected):
    assert answer("private_employee", jobs=with_job(sector=sector, headcount=headcount)) == expected


@pytest.mark.parametrize(
    "status",
    [
        EmploymentStatus.PERMANENT,
        EmploymentStatus.FIXED_TERM,
        EmploymentStatus.AGENCY,
        EmploymentStatus.ON_LEAVE,
        EmploymentStatus.EARLY_RETIRED,
    ],
)
def test_any_contract_counts_and_early_retirees_too(status):
    assert answer("private_employee", jobs=with_job(status=status)) == MET


@pytest.mark.parametrize(
    "status", [EmploymentStatus.RETIRED, EmploymentStatus.INACTIVE, EmploymentStatus.SELF_EMPLOYED]
)
def test_others_do_not(status):
    assert answer("private_employee", jobs=with_job(status=status)) == NOT_MET


@pytest.mark.parametrize(
    ("ended_on", "expected"),
    [
        (date(2025, 3, 14), NOT_MET),
        (date(2025, 3, 15), MET),
        (date(2026, 3, 14), MET),
        (None, UNKNOWN),
    ],
)
def test_job_seekers_within_twelve_months(ended_on, expected):
    jobs = with_job(status=EmploymentStatus.UNEMPLOYED_COMPENSATED, ended_on=ended_on)
    assert answer("private_employee", jobs=jobs) == expected


def test_a_job_seeker_from_too_small_a_firm_is_not_met():
    jobs = with_job(status=EmploymentStatus.UNEMPLOYED_COMPENSATED, ended_on=date(2026, 1, 1), headcount=9)
    assert answer("private_employee", jobs=jobs) == NOT_MET


def test_an_ended_contract_is_judged_as_a_job_seekers():
    assert answer("private_employee", jobs=with_job(ended_on=date(2025, 3, 14))) == NOT_MET
    assert answer("private_employee", jobs=with_job(ended_on=date(2026, 3, 15))) == MET


def test_one_person_of_the_household_is_enough():
    assert answer("private_employee", jobs=(*with_job(headcount=9), EMPLOYEE)) == MET
    assert answer("private_employee", jobs=()) == UNKNOWN


@pytest.mark.parametrize(
    ("declared", "dwellings", "expected"),
    [
        (True, 500, NOT_MET),
        (True, 501, MET),
        (False, 501, NOT_MET),
        (None, 501, UNKNOWN),
        (None, 500, NOT_MET),
        (True, None, UNKNOWN),
    ],
)
def test_technological_disasters_over_500_dwellings(declared, dwellings, expected):
    changes = {"technological_disaster_declared": declared, "uninhabitable_dwellings": dwellings}
    assert answer("technological_disaster", **changes) == expected


@pytest.mark.parametrize(
    ("decree", "jobs", "expected"),
    [
        (True, with_job(sector=EmploymentSector.PUBLIC, headcount=2), MET),
        (True, with_job(status=EmploymentStatus.INACTIVE), NOT_MET),
        (True, (), UNKNOWN),
        (False, with_job(), NOT_MET),
        (None, with_job(), UNKNOWN),
    ],
)
def test_natural_disasters_help_any_employee(decree, jobs, expected):
    assert answer("natural_disaster", natural_disaster_decree=decree, jobs=jobs) == expected


@pytest.mark.parametrize(("event", "expected"), [(True, MET), (False, NOT_MET), (None, UNKNOWN)])
def test_visale(event, expected):
    assert answer("visale", visale_event=event) == expected


@pytest.mark.parametrize(
    ("department", "expected"),
    [("01", MET), ("2A", MET), ("95", MET), ("971", MET), ("974", MET), ("976", MET),
     ("975", NOT_MET), ("977", NOT_MET), ("988", NOT_MET), (None, UNKNOWN), ("", UNKNOWN)],
)  # fmt: skip
def test_mainland_and_overseas_departments(department, expected):
    assert answer("territory", department=department) == expected


@pytest.mark.parametrize("occupancy", list(Occupancy))
def test_all_six_occupancies_count(occupancy):
    assert answer("occupancy", occupancy=occupancy) == MET


@pytest.mark.parametrize(
    ("triggers", "expected"),
    [(None, UNKNOWN), (frozenset(), NOT_MET), *((frozenset({trigger}), MET) for trigger in Trigger)],
)
def test_one_trigger_is_enough(triggers, expected):
    assert answer("trigger", triggers=triggers) == expected


@pytest.mark.parametrize(("deliberate", "expected"), [(True, NOT_MET), (False, MET), (None, UNKNOWN)])
def test_the_difficulty_is_not_deliberate(deliberate, expected):
    assert answer("not_deliberate", deliberate=deliberate) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, MET),
        ({"deliberate": None}, UNKNOWN),
        ({"deliberate": None, "triggers": frozenset()}, NOT_MET),
        ({"occupancy": None}, UNKNOWN),
        ({"jobs": with_job(headcount=9)}, NOT_MET),
        ({"jobs": with_job(headcount=None)}, UNKNOWN),
        ({"jobs": with_job(headcount=9), "visale_event": True}, MET),
    ],
)
def test_the_whole(changes, expected):
    result = assess(replace(FACTS, **changes))
    assert result.answer == expected
    assert "n’est pas un droit ouvert" in result.notice


def test_answers_and_triggers_have_labels():
    assert set(ANSWER_LABELS) == set(Answer)
    assert set(TRIGGER_LABELS) == set(Trigger)
