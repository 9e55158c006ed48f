"""Figures of DOMAIN §1: who counts what, exactly, and what is hidden from whom (DOMAIN §10)."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from aids.models import AidProfile
from ales import tenancy
from association.statistics import Period, statistics_for
from cases.rules.codes import FamilyCategory, OccupationalCategory
from tests.association.aids import grant

pytestmark = pytest.mark.django_db

YEAR = Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def figures(actor, period=YEAR, **options):
    with tenancy.tenant(actor.context):
        return statistics_for(actor, period, **options)


def table(statistics, name):
    return next(table for table in statistics.tables if table.name == name)


def row(statistics, name, key):
    return next(row for row in table(statistics, name).rows if row.key == key)


def shares(statistics):
    return {share.name: share for share in statistics.shares}


def test_the_study_of_2008(statistics_world) -> None:
    """S0: 854 aids, 572, 623, 794 and 572 of them → 67, 73, 93 and 67 %."""
    world = statistics_world
    for start, end in ((0, 572), (572, 623), (623, 794), (794, 854)):
        grant(
            world,
            end - start,
            granted_on=dt.date(2008, 6, 2),
            is_private_sector=start < 572,
            family_category=FamilyCategory.SINGLE_PARENT if start < 623 else FamilyCategory.COUPLE,
            was_below_threshold=start < 794,
            is_above_threshold=start < 572,
            after_is_simulated=start < 572,
        )
    found = figures(world.anne, Period(dt.date(2008, 1, 1), dt.date(2008, 12, 31)))
    assert found.total.aids == 854
    assert {name: (s.numerator, s.denominator, s.percent) for name, s in shares(found).items()} == {
        "private_sector": (572, 854, 67),
        "alone": (572 + 51, 854, 73),
        "below_before": (794, 854, 93),
        "above_after": (572, 854, 67),
    }
    assert shares(found)["above_after"].simulated == 572
    assert found.total.mean == Decimal("833.00")


def test_unknown_is_left_out_and_said(statistics_world) -> None:
    grant(statistics_world, 6)
    grant(statistics_world, 2, family_category="", was_below_threshold=None, is_above_threshold=None)
    grant(statistics_world, 1, was_below_threshold=False, is_above_threshold=False, is_private_sector=False)
    found = shares(figures(statistics_world.anne))
    assert (found["private_sector"].numerator, found["private_sector"].denominator) == (8, 9)
    assert (found["alone"].numerator, found["alone"].denominator, found["alone"].unknown) == (7, 7, 2)
    below = found["below_before"]
    assert (below.numerator, below.denominator, below.unknown, below.percent) == (6, 7, 2, 86)
    assert ("Aides écartées, faute de l’information", "2") in below.explanation.inputs
    assert below.explanation.result == "86\u00a0%"


def test_nothing_granted_is_no_zero_percent(statistics_world) -> None:
    found = figures(statistics_world.anne)
    assert found.total.aids == 0
    assert found.total.mean is None
    assert all(share.percent is None for share in found.shares)


def test_breakdowns(statistics_world) -> None:
    world = statistics_world
    grant(world, 3, amount="100", granted_on=dt.date(2026, 1, 1))
    grant(world, 2, amount="50.05", granted_on=dt.date(2026, 3, 31), purpose="RELOGEMENT", department="69")
    grant(
        world,
        1,
        by=world.denis,
        amount="0.01",
        granted_on=dt.date(2026, 4, 1),
        occupational_category=OccupationalCategory.RETIRED,
        family_category="",
    )
    found = figures(world.anne, Period(YEAR.start, YEAR.end, "quarter"))
    assert [(r.label, r.aids, r.amount) for r in table(found, "periode").rows] == [
        ("1er trimestre 2026", 5, Decimal("400.10")),
        ("2e trimestre 2026", 1, Decimal("0.01")),
        ("3e trimestre 2026", 0, Decimal("0.00")),
        ("4e trimestre 2026", 0, Decimal("0.00")),
    ]
    assert [(r.label, r.aids) for r in table(found, "adherent").rows] == [
        ("Autre CIL", 1),
        ("CIL de l'Essai", 5),
    ]
    assert row(found, "categorie-socioprofessionnelle", "7").aids == 1
    assert row(found, "situation-familiale", "").label == "Non renseigné"
    assert row(found, "objet", "RELOGEMENT").mean == Decimal("50.05")
    assert [(r.label, r.aids) for r in table(found, "departement").rows] == [
        ("38 – Isère", 4),
        ("69 – Rhône", 2),
    ]
    for each in found.tables:
        assert sum(r.aids for r in each.rows) == found.total.aids, each.name
        assert sum(r.amount for r in each.rows) == found.total.amount == Decimal("400.11"), each.name


def test_both_bounds_are_included(statistics_world) -> None:
    grant(statistics_world, 1, granted_on=dt.date(2026, 1, 1))
    grant(statistics_world, 1, granted_on=dt.date(2026, 12, 31))
    grant(statistics_world, 1, granted_on=dt.date(2025, 12, 31))
    grant(statistics_world, 1, granted_on=dt.date(2027, 1, 1))
    assert figures(statistics_world.anne).total.aids == 2


def test_the_member_counts_its_own_only(statistics_world) -> None:
    world = statistics_world
    grant(world, 2)
    grant(world, 7, by=world.denis)
    for actor, aids in (
        (world.claire, 2),
        (world.marc, 2),
        (world.denis, 7),
        (world.sonia, 0),
        (world.anne, 9),
        (world.theo, 9),
        (world.bruno, 9),
    ):
        found = figures(actor)
        assert found.total.aids == aids, actor.name
        assert ("adherent" in {t.name for t in found.tables}) is (actor.organisation_id == world.ales.pk)
    # The member itself sees its small cells.
    assert not any(t.has_hidden for t in figures(world.claire).tables)


def test_only_the_staff_narrows_to_a_member(statistics_world) -> None:
    world = statistics_world
    grant(world, 6)
    grant(world, 7, by=world.denis)
    assert figures(world.anne, organisation_id=world.cil.pk).total.aids == 6
    assert figures(world.bruno, organisation_id=world.cil.pk).total.aids == 13
    assert figures(world.denis, organisation_id=world.cil.pk).total.aids == 7


def test_the_landlord_counts_its_own_tenants_without_their_profile(statistics_world) -> None:
    world = statistics_world
    grant(world, 3, amount="120")
    grant(world, 4, by=world.denis, landlord=world.other_landlord)
    found = figures(world.lea)
    assert (found.total.aids, found.total.amount) == (3, Decimal("360.00"))
    assert found.shares == ()
    assert {t.name for t in found.tables} == {"periode", "objet", "departement"}
    with tenancy.tenant(world.lea.context):
        assert AidProfile.objects.count() == 0


def test_small_cells_are_hidden_from_the_board_alone(statistics_world) -> None:
    world = statistics_world
    grant(world, 20)
    grant(world, 3, occupational_category=OccupationalCategory.RETIRED)
    grant(world, 8, occupational_category=OccupationalCategory.CLERICAL)
    hidden = {r.key for r in table(figures(world.bruno), "categorie-socioprofessionnelle").rows if r.hidden}
    # The retired, and the smallest other category: else the total would give the retired back.
    assert hidden == {OccupationalCategory.RETIRED, OccupationalCategory.CLERICAL}
    for actor in (world.anne, world.theo):
        assert not any(t.has_hidden for t in figures(actor).tables)


def test_a_cell_counts_households_not_aids(statistics_world) -> None:
    """Six aids to three households are a small cell."""
    households = [uuid.uuid4() for _ in range(3)]
    grant(statistics_world, 20)
    grant(
        statistics_world,
        6,
        cases=households * 2,
        occupational_category=OccupationalCategory.RETIRED,
    )
    found = figures(statistics_world.bruno)
    assert row(found, "categorie-socioprofessionnelle", "7").hidden
    assert found.total.households == 23


def test_a_percentage_hides_its_small_other_side(statistics_world) -> None:
    grant(statistics_world, 30)
    grant(statistics_world, 2, was_below_threshold=False)
    assert shares(figures(statistics_world.bruno))["below_before"].hidden
    assert shares(figures(statistics_world.bruno))["below_before"].explanation is None
    assert shares(figures(statistics_world.anne))["below_before"].percent == 94


def test_a_percentage_hides_when_few_are_left_out(statistics_world) -> None:
    """All less those counted would be a small cell too."""
    grant(statistics_world, 30)
    grant(statistics_world, 10, was_below_threshold=False)
    grant(statistics_world, 1, was_below_threshold=None)
    assert shares(figures(statistics_world.bruno))["below_before"].hidden


def test_a_small_total_is_hidden_too(statistics_world) -> None:
    grant(statistics_world, 4)
    found = figures(statistics_world.bruno)
    assert found.total.hidden
    assert all(share.hidden for share in found.shares)
    assert all(r.hidden for t in found.tables for r in t.rows if r.households)


def test_the_household_keeps_its_pseudonym(statistics_world) -> None:
    world = statistics_world
    grant(world, 1)
    with tenancy.tenant(world.claire.context):
        profile = AidProfile.objects.get()
        assert AidProfile.objects.household_of(profile.request.case_id) == profile.household
        assert AidProfile.objects.household_of(0) != profile.household


@pytest.mark.parametrize("name", ["claire", "anne", "bruno", "lea"])
def test_number_of_queries(statistics_world, name, django_assert_max_num_queries) -> None:
    world = statistics_world
    grant(world, 3)
    grant(world, 12, by=world.denis)
    actor = getattr(world, name)
    with tenancy.tenant(actor.context), django_assert_max_num_queries(7):
        statistics_for(actor, YEAR)
