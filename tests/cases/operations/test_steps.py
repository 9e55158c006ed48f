"""What each step writes and refuses."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from ales import registry, tenancy
from ales.errors import InvalidInputError, StalePageError
from cases import operations
from cases.models import BudgetLine, Employment, Person, TenantCase
from cases.rules import budget
from members.communes import find
from members.models import Organisation
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db
PAGE = operations.Page()


@pytest.fixture
def case(world):
    made = world.complete_case()
    with tenancy.tenant(world.claire.context):
        yield TenantCase.objects.get(pk=made.pk)


def save_household(world, case, *persons, page=PAGE):
    return operations.save_household(
        actor=world.claire,
        case_id=case.public_id,
        page=page,
        household={"occupancy": "TENANT", "family_category": "", "phone": "", "email": ""},
        persons=list(persons),
        at=NOW,
    )


def housing_input(landlord, **fields):
    given = {
        "commune": find("97400 Saint-Denis"),
        "address": "1 rue de Paris",
        "landlord": landlord,
        "housing": budget.Housing(rent=Decimal("500"), housing_benefit=Decimal("100")),
    }
    return operations.HousingInput(**(given | fields))


def save_housing(world, case, typed, page=PAGE):
    return operations.save_housing(actor=world.claire, case_id=case.public_id, page=page, typed=typed, at=NOW)


def test_people_keep_their_row_and_their_work(world, case):
    tenant = case.persons.get(position="TENANT")
    kept = operations.PersonInput("TENANT", "Martin", "Jean-Paul", None, tenant.public_id)
    save_household(world, case, kept, operations.PersonInput("CHILD", "Martin", "Léa"))
    assert [person.first_name for person in case.persons.all()] == ["Jean-Paul", "Léa"]
    assert Employment.objects.get(person__public_id=tenant.public_id).headcount == 40
    case.refresh_from_db()
    assert case.tenant_name == "MARTIN Jean-Paul"


def test_the_tenant_may_pass_to_the_partner(world, case):
    tenant, partner = case.persons.all()[:2]
    save_household(
        world,
        case,
        operations.PersonInput("OTHER", "Martin", "Paul", None, tenant.public_id),
        operations.PersonInput("TENANT", "Martin", "Julie", None, partner.public_id),
    )
    assert case.persons.get(position="TENANT").first_name == "Julie"


@pytest.mark.parametrize("positions", [[], ["CHILD"], ["TENANT", "TENANT"]])
def test_a_household_has_one_tenant(world, case, positions):
    with pytest.raises(InvalidInputError):
        save_household(world, case, *(operations.PersonInput(p, "Martin", "Paul") for p in positions))
    assert case.persons.count() == 4


def test_a_birth_date_to_come_is_refused(world, case):
    with pytest.raises(InvalidInputError, match="futur"):
        save_household(
            world, case, operations.PersonInput("TENANT", "Martin", "Paul", TODAY + dt.timedelta(days=1))
        )


def test_a_stale_step_is_refused_but_another_step_is_not(world, case):
    save_household(world, case, operations.PersonInput("TENANT", "Un", "Paul"), page=operations.Page(0))
    with pytest.raises(StalePageError, match="conservée"):
        save_household(world, case, operations.PersonInput("TENANT", "Deux", "Paul"), page=operations.Page(0))
    save_housing(world, case, housing_input(world.landlord), page=operations.Page(0))
    case.refresh_from_db()
    assert case.step_versions == {"menage": 1, "logement": 1}
    assert case.tenant_name == "UN Paul"


def test_the_same_form_twice_is_saved_once(world, case):
    page = operations.Page(0, uuid.uuid4())
    for _twice in range(2):
        save_housing(world, case, housing_input(None, new_landlord="SCI des Tilleuls"), page=page)
    case.refresh_from_db()
    assert case.step_versions["logement"] == 1
    assert Organisation.objects.filter(name="SCI des Tilleuls").count() == 1


def test_department_comes_from_the_commune(world, case):
    save_housing(world, case, housing_input(world.landlord))
    case.tenancy.refresh_from_db()
    assert (case.tenancy.department, case.tenancy.insee_code) == ("974", "97411")
    case.refresh_from_db()
    assert case.town == "Saint-Denis"


def test_a_private_landlord_stays_with_the_organisation(world, case):
    save_housing(world, case, housing_input(None, new_landlord="SCI des Tilleuls"))
    made = Organisation.objects.get(name="SCI des Tilleuls")
    assert (made.landlord_type, made.registered_by, made.is_member) == ("PRIVATE", world.cil, False)
    assert made in Organisation.objects.landlords_for(world.cil.pk)
    assert made not in Organisation.objects.landlords_for(world.other_cil.pk)


def test_no_rls_overseas(world, case):
    typed = housing_input(world.landlord, housing=budget.Housing(rent=Decimal("500"), rls=Decimal("40")))
    with pytest.raises(InvalidInputError) as refusal:
        save_housing(world, case, typed)
    assert "rls" in refusal.value.faults


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"arrears": Decimal("10")}, "arrears_on"),
        (
            {
                "arrears": Decimal("10"),
                "arrears_on": dt.date(2026, 1, 1),
                "arrears_since": dt.date(2026, 2, 1),
            },
            "arrears_since",
        ),
    ],
)
def test_debts_that_contradict_themselves(world, case, fields, field):
    with pytest.raises(InvalidInputError) as refusal:
        save_housing(world, case, housing_input(world.landlord, **fields))
    assert field in refusal.value.faults


def test_the_landlord_of_an_aid_under_way_does_not_change(world, case, monkeypatch):
    monkeypatch.setattr(registry, "case_locks", [lambda case: True])
    with pytest.raises(InvalidInputError) as refusal:
        save_housing(world, case, housing_input(world.other_landlord))
    assert "landlord" in refusal.value.faults
    save_housing(world, case, housing_input(world.landlord))


def save_budget(world, case, step="budget", resources=(), charges=()):
    return operations.save_budget(
        actor=world.claire,
        case_id=case.public_id,
        step=step,
        page=PAGE,
        as_of=TODAY,
        resources=list(resources),
        charges=list(charges),
        at=NOW,
    )


def test_a_budget_replaces_its_rows_and_an_empty_one_is_removed(world, case):
    line = operations.LineInput("SALARY", Decimal("1500.00"))
    save_budget(world, case, "budget-apres", [line])
    save_budget(world, case, "budget-apres", [line])
    assert BudgetLine.objects.filter(snapshot__moment="AFTER").count() == 1
    save_budget(world, case, "budget-apres")
    assert not case.snapshots.filter(moment="AFTER").exists()


def test_rent_is_never_typed_in_the_budget(world, case):
    with pytest.raises(InvalidInputError, match="logement"):
        save_budget(world, case, charges=[operations.LineInput("RENT", Decimal("500"))])


def test_a_removed_person_keeps_the_household_s_lines(world, case):
    child = case.persons.get(first_name="Tom")
    save_budget(world, case, resources=[operations.LineInput("OTHER", Decimal("10"), "", child.public_id)])
    tenant = case.persons.get(position="TENANT")
    save_household(world, case, operations.PersonInput("TENANT", "Martin", "Paul", None, tenant.public_id))
    assert BudgetLine.objects.get(snapshot__case=case, code="OTHER").person is None


def test_employment_of_a_stranger_is_refused(world, case):
    with pytest.raises(InvalidInputError, match="ménage a changé"):
        operations.save_employment(
            actor=world.claire,
            case_id=case.public_id,
            page=PAGE,
            jobs={uuid.uuid4(): operations.EmploymentInput()},
            at=NOW,
        )


def test_without_a_sector_no_employer_is_kept(world, case):
    tenant = case.persons.get(position="TENANT")
    operations.save_employment(
        actor=world.claire,
        case_id=case.public_id,
        page=PAGE,
        jobs={tenant.public_id: operations.EmploymentInput("7", "RETIRED")},
        at=NOW,
    )
    assert not Employment.objects.filter(person=tenant).exists()
    assert Person.objects.get(pk=tenant.pk).employment_status == "RETIRED"


def test_an_entitlement_state_needs_a_date_that_has_come(world, case):
    for on in (None, TODAY + dt.timedelta(days=2)):
        with pytest.raises(InvalidInputError) as refusal:
            operations.save_entitlements(
                actor=world.claire,
                case_id=case.public_id,
                page=PAGE,
                entries={"RSA": ("REQUESTED", on, "")},
                at=NOW,
            )
        assert "RSA_on" in refusal.value.faults
