"""cases.facts on the worked case of DOMAIN §4 (S0)."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from ales import tenancy
from cases import facts, protocols
from cases.models import BudgetLine, BudgetSnapshot, Entitlement, Person, TenantCase
from cases.rules import codes
from tests.world import NOW

pytestmark = pytest.mark.django_db
UUID_OF_AID = "6a1e0c1e-7a50-4ef1-9a5e-0d8f4d2f7a11"
TERMS = {
    "reference": "A-2026-00001",
    "purpose": "MAINTIEN",
    "months": [
        {
            "label": "avril 2026",
            "month": "2026-04-01",
            "nature_label": "mois échu",
            "ceiling": "277.20",
            "amount": "277.20",
        },
    ],
    "residual_rent": "462.00",
    "plan_after": "6298.40",
}


@pytest.fixture
def case(world):
    """The worked case, read as Claire."""
    made = world.complete_case()
    with tenancy.tenant(world.claire.context):
        yield TenantCase.objects.with_file().get(pk=made.pk)


def test_residual_rent_of_the_worked_case(case):
    value, explanation = facts.residual_rent_of(case)
    assert value == Decimal("462.00")
    assert explanation.title == "Loyer résiduel"


def test_indicators_are_exact_fractions(case):
    current = facts.indicators_of(case)[codes.SnapshotMoment.DURING]
    assert current.debt_ratio.value == Fraction(462, 1200)
    assert current.debt_ratio.text == "38\u00a0%"
    assert current.living_remainder.value == Decimal("738.00")
    assert current.available_per_person.value == Fraction(738, 4)


def test_after_is_simulated_from_the_monthly_aid(case):
    after = facts.indicators_of(case, Decimal("277.20"))[codes.SnapshotMoment.AFTER]
    assert after.simulated
    assert after.available_per_person.value == Fraction(Decimal("1015.20")) / 4


def test_after_reads_the_aid_of_the_live_agreement(world, case):
    protocols.prepare(actor=world.claire, case_id=case.public_id, request_id=UUID_OF_AID, terms=TERMS, at=NOW)
    case = TenantCase.objects.with_file().get(pk=case.pk)
    assert facts.monthly_aid_of(case) == Decimal("277.20")
    after = facts.indicators_of(case)[codes.SnapshotMoment.AFTER]
    assert after.living_remainder.value == Decimal("1015.20")


def test_a_settlement_does_not_lower_the_month(world, case):
    settlement = TERMS | {
        "months": [{"label": "apurement", "month": None, "ceiling": "1800.00", "amount": "1800.00"}]
    }
    protocols.prepare(
        actor=world.claire, case_id=case.public_id, request_id=UUID_OF_AID, terms=settlement, at=NOW
    )
    assert facts.monthly_aid_of(TenantCase.objects.with_file().get(pk=case.pk)) == 0


def test_a_typed_after_is_not_simulated(case):
    after = BudgetSnapshot.objects.create(case=case, moment="AFTER")
    BudgetLine.objects.create(case=case, snapshot=after, kind="RESOURCE", code="SALARY", amount=1500)
    found = facts.indicators_of(TenantCase.objects.with_file().get(pk=case.pk), Decimal("277.20"))
    assert not found["AFTER"].simulated
    assert found["AFTER"].living_remainder.value == Decimal("1038.00")


def test_facts_of_the_worked_case(world, case):
    found = facts.facts_of(case)
    assert found.tenant_name == "MARTIN Paul"
    assert len(found.persons) == 4
    assert (found.landlord_id, found.department) == (world.landlord.pk, "38")
    assert found.is_private_sector
    assert found.occupational_category == codes.OccupationalCategory.WORKERS
    assert found.family_category == codes.FamilyCategory.COUPLE_WITH_CHILDREN
    assert (found.arrears, found.arrears_since) == (Decimal("7130.00"), dt.date(2025, 4, 1))
    (job,) = found.employments
    assert (job.subject, job.headcount, job.ended_on) == (codes.ContributionSubject.YES, 40, None)


def test_a_child_at_work_does_not_make_the_household_private_sector(case):
    person = case.persons.all()[0]
    Person.objects.filter(pk=person.pk).update(position="CHILD")
    assert not facts.facts_of(TenantCase.objects.with_file().get(pk=case.pk)).is_private_sector


def test_family_category_follows_the_positions_when_none_is_chosen(case):
    case.household.family_category = ""
    assert facts.family_category_of(case) == codes.FamilyCategory.COUPLE_WITH_CHILDREN


def test_a_complete_case_misses_nothing(case):
    assert facts.missing_points(case) == []


def test_what_an_empty_case_misses(world):
    with tenancy.tenant(world.claire.context):
        case = TenantCase.objects.create(
            organisation=world.cil,
            reference="D-2026-00099",
            referent_id=world.claire.user_id,
            created_by_id=world.claire.user_id,
            opened_on=dt.date(2026, 1, 5),
        )
        faults = facts.missing_points(case)
        assert [(fault.code, fault.field) for fault in faults] == [
            ("no_person", "menage"),
            ("no_tenancy", "logement"),
            ("no_life_event", "difficulte"),
            ("no_resources", "budget"),
            ("unexplained_entitlements", "droits"),
        ]
        assert facts.indicators_of(case) == {}


def test_an_unexplained_entitlement_is_named(case):
    Entitlement.objects.filter(case=case, code="RSA").update(state="", on_date=None)
    (fault,) = facts.missing_points(TenantCase.objects.with_file().get(pk=case.pk))
    assert (fault.field, fault.message) == ("droits", "Un droit n’est pas expliqué : RSA.")


def test_a_prepared_case_reads_without_another_query(case, django_assert_num_queries):
    list(case.persons.all())
    with django_assert_num_queries(0):
        facts.facts_of(case)
        facts.indicators_of(case)
        facts.missing_points(case)
