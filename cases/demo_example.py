"""S0's worked example as a case of the demo (DOMAIN §4): its figures are those of every test."""

import datetime as dt
from decimal import Decimal

from ales.dates import add_months, first_of_month
from ales.demo import at_work, chance
from cases.demo_budgets import add_snapshot
from cases.demo_file import CaseFile
from cases.demo_households import describe
from cases.models import Employment, Entitlement, Household, Person, Tenancy, TenantCase
from cases.models.household import PersonPosition
from cases.rules import codes
from cases.rules.codes import EntitlementState
from members.access import Actor
from members.communes import Commune
from members.models import Organisation

LAST_NAME = "Castelnau"
NOTES = (
    "Exemple de la plaquette de l’ALES : conducteur, 42 ans, 1\u202f200\u00a0€ de salaire, deux enfants, "
    "dette de 7\u202f130\u00a0€, bail résilié et expulsion demandée. Le salaire a baissé avec la fin des "
    "heures supplémentaires."
)
ENTITLEMENTS = {
    codes.EntitlementCode.HOUSING_BENEFIT: EntitlementState.ACTIVATED,
    codes.EntitlementCode.FSL_MAINTIEN: EntitlementState.REFUSED,
    codes.EntitlementCode.ACTIVITY_BONUS: EntitlementState.REQUESTED,
    codes.EntitlementCode.FAMILY_BENEFITS: EntitlementState.ACTIVATED,
    codes.EntitlementCode.OVER_INDEBTEDNESS_FILE: EntitlementState.REQUESTED,
}


def named_example(
    organisation: Organisation, author: Actor, landlord: Organisation, commune: Commune, today: dt.date
) -> CaseFile:
    """Driver, 42, 1,200 €, couple with two children, rent 600 €, APL 138 €, arrears 7,130 €, lease
    terminated, eviction requested; opened four months ago."""
    opened_at = at_work(add_months(first_of_month(today), -4) + dt.timedelta(days=9), chance("example"))
    opened_on = opened_at.date()
    case = TenantCase(
        organisation=organisation,
        referent_id=author.user_id,
        opened_on=opened_on,
        life_event=codes.LifeEvent.INCOME_DROP,
        life_event_on=add_months(opened_on, -14),
        social_notes=NOTES,
        created_by_id=author.user_id,
        created_at=opened_at,
        last_contact_on=opened_on,
    )
    tenancy = Tenancy(
        case=case,
        organisation=organisation,
        landlord=landlord,
        landlord_reference="L-4512",
        address="12 rue des Lilas",
        postal_code=commune.postal_code,
        town=commune.name,
        insee_code=commune.insee_code,
        department=commune.department,
        dwelling="T4",
        lease_on=add_months(opened_on, -80),
        lease_state=codes.LeaseState.EVICTION_PROCEDURE,
        lease_state_on=add_months(opened_on, -1),
        rent=Decimal("600.00"),
        housing_benefit=Decimal("138.00"),
        arrears=Decimal("7130.00"),
        arrears_on=opened_on,
        arrears_since=add_months(first_of_month(opened_on), -16),
    )
    household = Household(
        case=case, organisation=organisation, family_category=codes.FamilyCategory.COUPLE_WITH_CHILDREN
    )
    file = CaseFile(organisation, author, opened_at, case, household, tenancy, [])
    file.persons = [
        file.row(
            Person,
            position=position,
            rank=rank,
            last_name=LAST_NAME,
            first_name=first_name,
            birth_date=add_months(opened_on, -12 * age - 3),
            occupational_category=category,
            employment_status=status,
        )
        for rank, (position, first_name, age, category, status) in enumerate(
            (
                (PersonPosition.TENANT, "Michel", 42, "6", codes.EmploymentStatus.PERMANENT),
                (PersonPosition.CO_TENANT, "Anne", 39, "8", codes.EmploymentStatus.INACTIVE),
                (PersonPosition.CHILD, "Lucie", 11, "", ""),
                (PersonPosition.CHILD, "Théo", 8, "", ""),
            )
        )
    ]
    file.employments = [
        file.row(
            Employment,
            person=file.persons[0],
            employer_name="Transports Riverain",
            sector=codes.EmploymentSector.PRIVATE_NON_AGRICULTURAL,
            headcount=64,
            contribution=codes.ContributionSubject.YES,
            contract=codes.ContractType.PERMANENT,
            started_on=add_months(opened_on, -110),
        )
    ]
    salary = [(codes.ResourceCode.SALARY, Decimal("1200.00"))]
    add_snapshot(file, codes.SnapshotMoment.DURING, opened_on, salary, [])
    file.entitlements = [
        file.row(
            Entitlement,
            code=code,
            state=ENTITLEMENTS.get(code, EntitlementState.NOT_APPLICABLE),
            on_date=opened_on,
        )
        for code in codes.EntitlementCode
    ]
    describe(file)
    return file
