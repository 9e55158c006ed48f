"""Which funds are open to a request (DOMAIN §6)."""

from datetime import date, timedelta

import pytest

from aids.rules.funding import EmploymentFacts, FundFacts, FundKind, openness
from ales.dates import add_months
from cases.rules.codes import ContributionSubject, EmploymentSector, EmploymentStatus

ON = date(2026, 3, 15)
LANDLORD_FUND = FundFacts(FundKind.LANDLORD, owner_id=7)
EMPLOYER_FUND = FundFacts(FundKind.EMPLOYER, owner_id=3)


def job(**changes):
    facts = {
        "person": "Karim B.",
        "status": EmploymentStatus.PERMANENT,
        "sector": EmploymentSector.PRIVATE_NON_AGRICULTURAL,
        "subject": ContributionSubject.YES,
    }
    return EmploymentFacts(**(facts | changes))


def employer(*jobs, on=ON, landlord_id=None, organisation_id=3):
    return openness(
        EMPLOYER_FUND, landlord_id=landlord_id, organisation_id=organisation_id, employments=jobs, on=on
    )


def test_an_employers_fund_serves_the_cases_of_its_own_member():
    assert employer(job()).open
    verdict = employer(job(), organisation_id=4)
    assert not verdict.open
    assert "l’adhérent qui l’a apporté" in verdict.reason


@pytest.mark.parametrize(("landlord_id", "is_open"), [(7, True), (8, False), (None, False)])
def test_a_landlords_fund_helps_its_own_tenants_only(landlord_id, is_open):
    verdict = openness(LANDLORD_FUND, landlord_id=landlord_id, organisation_id=1, employments=(), on=ON)
    assert verdict.open is is_open
    assert verdict.reason.endswith(".")


def test_a_landlords_fund_never_looks_at_the_job():
    verdict = openness(
        LANDLORD_FUND,
        landlord_id=7,
        organisation_id=1,
        employments=[job(subject=ContributionSubject.NO)],
        on=ON,
    )
    assert verdict.open


@pytest.mark.parametrize("landlord_id", [None, 7, 99])
def test_an_employers_fund_takes_any_landlord(landlord_id):
    assert employer(job(), landlord_id=landlord_id).open


@pytest.mark.parametrize(
    ("subject", "is_open", "word"),
    [
        (ContributionSubject.YES, True, "salarié d’une entreprise assujettie"),
        (ContributionSubject.NO, False, "n’est pas assujetti"),
        (ContributionSubject.UNKNOWN, False, "précisez"),
    ],
)
def test_the_contribution_decides(subject, is_open, word):
    verdict = employer(job(subject=subject))
    assert verdict.open is is_open
    assert word in verdict.reason


@pytest.mark.parametrize("status", [EmploymentStatus.UNEMPLOYED_COMPENSATED, EmploymentStatus.PERMANENT])
@pytest.mark.parametrize("ended_on", [date(2025, 3, 15), date(2024, 2, 29), date(2025, 8, 31)])
def test_the_twelve_months_day_by_day(ended_on, status):
    left = job(status=status, ended_on=ended_on)
    last = add_months(ended_on, 12)
    day = ended_on
    while day <= last + timedelta(days=40):
        assert employer(left, on=day).open is (day <= last), day
        day += timedelta(days=1)


def test_the_boundary_in_dates():
    left = job(status=EmploymentStatus.UNEMPLOYED_COMPENSATED, ended_on=date(2025, 3, 15))
    assert employer(left, on=date(2026, 3, 15)).open
    refused = employer(left, on=date(2026, 3, 16))
    assert not refused.open
    assert "15 mars 2026" in refused.reason


def test_a_contract_that_ends_later_is_still_a_job():
    verdict = employer(job(status=EmploymentStatus.FIXED_TERM, ended_on=ON))
    assert verdict.open
    assert "ancien" not in verdict.reason


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (EmploymentStatus.UNEMPLOYED_UNCOMPENSATED, "date de fin d’emploi"),
        (EmploymentStatus.RETIRED, "date de fin d’emploi"),
        (EmploymentStatus.INACTIVE, "n’est pas salarié"),
        (EmploymentStatus.SELF_EMPLOYED, "n’est pas salarié"),
    ],
)
def test_without_a_job_and_without_a_date_it_is_closed(status, word):
    verdict = employer(job(status=status))
    assert not verdict.open
    assert word in verdict.reason


def test_one_person_is_enough_and_gives_the_reason():
    verdict = employer(job(person="Léa", subject=ContributionSubject.NO), job(person="Karim"))
    assert verdict.open
    assert verdict.reason.startswith("Karim")


def test_closed_gives_the_reason_of_each_person():
    verdict = employer(
        job(person="Léa", subject=ContributionSubject.NO),
        job(person="Paul", subject=ContributionSubject.UNKNOWN, sector=EmploymentSector.PUBLIC),
    )
    assert "Léa" in verdict.reason
    assert "employeur public" in verdict.reason


def test_nobody_employed_is_said():
    assert "Aucun emploi" in employer().reason
