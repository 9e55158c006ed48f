"""The people and organisations of the tests, and cases as the domain tells them.

Rows are written as the person who would write them: row security stands in the tests too.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from allauth.account.models import EmailAddress
from django.utils import timezone

from aids.models import Scale, ScaleBand
from ales import tenancy
from cases.models import (
    BudgetLine,
    BudgetSnapshot,
    Employment,
    Entitlement,
    Household,
    Person,
    Tenancy,
    TenantCase,
)
from cases.rules import codes
from members.access import Actor, actor_of
from members.models import BankDetails, Fund, FundEntry, Membership, Organisation, User
from members.models.bank_details import BankDetailsState
from members.roles import OrganisationKind, Role

TODAY = dt.date(2026, 6, 15)
PASSWORD = "secret-of-the-tests"
NOW = dt.datetime(2026, 6, 15, 10, 0, tzinfo=dt.UTC)


def person(name: str, organisation: Organisation, role: str) -> Actor:
    """A new user `name@test.example` with one habilitation, as an actor."""
    user = User.objects.create_user(
        email=f"{name}@test.example",
        password=PASSWORD,
        first_name=name.capitalize(),
        last_name="Test",
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    # Its tour is behind it; tests/members/test_tour.py begins it again.
    membership = Membership.objects.create(
        user=user, organisation=organisation, role=role, toured_at=timezone.now()
    )
    return actor_of(membership)


@dataclass
class World:
    """Names of the people: `claire` is a social worker of the first CIL, `marc` its manager…"""

    cil: Organisation
    other_cil: Organisation
    landlord: Organisation
    other_landlord: Organisation
    ales: Organisation
    claire: Actor  # social worker of `cil`
    cecile: Actor  # a second social worker of `cil`
    marc: Actor  # manager of `cil`
    denis: Actor  # social worker of `other_cil`
    diane: Actor  # manager of `other_cil`
    lea: Actor  # agent of `landlord`
    louis: Actor  # agent of `other_landlord`
    sonia: Actor  # social worker of `landlord`
    rachid: Actor  # manager of `landlord`
    anne: Actor  # association admin
    theo: Actor  # treasurer
    bruno: Actor  # board member

    @classmethod
    def build(cls) -> "World":
        def organisation(name: str, kind: str, **fields) -> Organisation:
            return Organisation.objects.create(
                name=name, kind=kind, is_member=kind != OrganisationKind.ALES, **fields
            )

        cil = organisation("CIL de l'Essai", OrganisationKind.CIL, department="38")
        other_cil = organisation("Autre CIL", OrganisationKind.CIL, department="69")
        landlord = organisation(
            "Habitat d'Essai", OrganisationKind.BAILLEUR, landlord_type="ESH", siret="55208131766522"
        )
        other_landlord = organisation("Autre Bailleur", OrganisationKind.BAILLEUR, landlord_type="OPH")
        ales = organisation("ALES", OrganisationKind.ALES, siret="90000001900019")
        return cls(
            cil=cil,
            other_cil=other_cil,
            landlord=landlord,
            other_landlord=other_landlord,
            ales=ales,
            claire=person("claire", cil, Role.SOCIAL_WORKER),
            cecile=person("cecile", cil, Role.SOCIAL_WORKER),
            marc=person("marc", cil, Role.MANAGER),
            denis=person("denis", other_cil, Role.SOCIAL_WORKER),
            diane=person("diane", other_cil, Role.MANAGER),
            lea=person("lea", landlord, Role.LANDLORD_AGENT),
            louis=person("louis", other_landlord, Role.LANDLORD_AGENT),
            sonia=person("sonia", landlord, Role.SOCIAL_WORKER),
            rachid=person("rachid", landlord, Role.MANAGER),
            anne=person("anne", ales, Role.ASSOCIATION_ADMIN),
            theo=person("theo", ales, Role.TREASURER),
            bruno=person("bruno", ales, Role.BOARD_MEMBER),
        )

    # --- Things most tests need -------------------------------------------------------------------

    def fund(
        self,
        amount: str = "10000",
        *,
        owner: Organisation | None = None,
        kind: str = "EMPLOYER",
        year: int = 2026,
    ) -> Fund:
        """A fund of the first CIL (or of `owner`) with `amount` euros contributed."""
        owner = owner or self.cil
        with tenancy.tenant(self.anne.context):
            fund = Fund.objects.create(owner=owner, kind=kind, name=f"Fonds {owner.name}", year=year)
            if Decimal(amount):
                FundEntry.objects.create(
                    fund=fund,
                    owner=owner,
                    kind="CONTRIBUTION",
                    amount=Decimal(amount),
                    label="Versement",
                    cause_kind="contribution",
                    cause_id=fund.public_id,
                    value_date=dt.date(year, 1, 2),
                    created_by_id=self.anne.user_id,
                )
            fund.refresh_from_db()
        return fund

    def scale(self) -> Scale:
        """The example scale of DOMAIN §4, published and in force since 2026-01-01."""
        scale = Scale.objects.create(
            name="Barème d'exemple – à voter par le CA",
            state="PUBLISHED",
            in_force_from=dt.date(2020, 1, 1),
            monthly_cap=Decimal("300"),
            settlement_cap=Decimal("1800"),
            created_by_id=self.anne.user_id,
            published_by_id=self.anne.user_id,
            published_at=NOW,
        )
        for lower, rate in (("0", "0.90"), ("200", "0.75"), ("350", "0.60"), ("500", "0.50")):
            ScaleBand.objects.create(scale=scale, lower=Decimal(lower), rate=Decimal(rate))
        return scale

    def bank_details(self, landlord: Organisation | None = None) -> BankDetails:
        """Confirmed details of a landlord, entered by Anne and confirmed by Théo."""
        details = self.proposed_account(landlord)
        with tenancy.tenant(self.theo.context):
            details.state = BankDetailsState.CONFIRMED
            details.decided_by_id, details.decided_at = self.theo.user_id, NOW
            details.save(update_fields=["state", "decided_by", "decided_at"])
        return details

    def proposed_account(self, landlord: Organisation | None = None) -> BankDetails:
        """Details of a landlord entered by Anne, which await their second person."""
        landlord = landlord or self.landlord
        with tenancy.tenant(self.anne.context):
            return BankDetails.objects.create(
                landlord=landlord,
                account_holder=landlord.name,
                iban="FR1420041010050500013M02606",
                bic="PSSTFRPPLIL",
                entered_by_id=self.anne.user_id,
            )

    def complete_case(
        self, actor: Actor | None = None, *, landlord: Organisation | None = None
    ) -> TenantCase:
        """S0's worked example: driver, 42, salary 1,200 €, couple with two children, rent 600 €, APL 138 €,
        arrears 7,130 €, lease terminated, eviction requested; every entitlement explained."""
        actor = actor or self.claire
        with tenancy.tenant(actor.context):
            case = TenantCase.objects.create(
                organisation_id=actor.organisation_id,
                reference=f"D-2026-{TenantCase.objects.count() + 1:05d}",
                referent_id=actor.user_id,
                opened_on=TODAY,
                life_event=codes.LifeEvent.INCOME_DROP,
                tenant_name="MARTIN Paul",
                landlord_name=(landlord or self.landlord).name,
                town="Grenoble",
                search_text="martin paul grenoble",
                created_by_id=actor.user_id,
            )
            Household.objects.create(case=case, family_category=codes.FamilyCategory.COUPLE_WITH_CHILDREN)
            tenant = Person.objects.create(
                case=case,
                position="TENANT",
                last_name="Martin",
                first_name="Paul",
                birth_date=dt.date(1984, 3, 1),
                occupational_category=codes.OccupationalCategory.WORKERS,
                employment_status=codes.EmploymentStatus.PERMANENT,
            )
            Person.objects.create(
                case=case, position="PARTNER", rank=1, last_name="Martin", first_name="Julie"
            )
            Person.objects.create(case=case, position="CHILD", rank=2, last_name="Martin", first_name="Tom")
            Person.objects.create(case=case, position="CHILD", rank=3, last_name="Martin", first_name="Zoé")
            Employment.objects.create(
                case=case,
                person=tenant,
                employer_name="Transports du Dauphiné",
                headcount=40,
                contribution="YES",
                sector=codes.EmploymentSector.PRIVATE_NON_AGRICULTURAL,
                contract=codes.ContractType.PERMANENT,
                started_on=dt.date(2015, 9, 1),
            )
            Tenancy.objects.create(
                case=case,
                landlord=landlord or self.landlord,
                landlord_reference="L-4512",
                address="12 rue des Lilas",
                postal_code="38000",
                town="Grenoble",
                department="38",
                lease_state=codes.LeaseState.EVICTION_PROCEDURE,
                rent=Decimal("600"),
                housing_benefit=Decimal("138"),
                arrears=Decimal("7130"),
                arrears_on=TODAY,
                arrears_since=dt.date(2025, 4, 1),
            )
            snapshot = BudgetSnapshot.objects.create(case=case, moment="DURING", as_of=TODAY)
            BudgetLine.objects.create(
                case=case,
                snapshot=snapshot,
                kind="RESOURCE",
                code=codes.ResourceCode.SALARY,
                amount=Decimal("1200"),
            )
            for code in codes.EntitlementCode:
                Entitlement.objects.create(case=case, code=code, state="NOT_APPLICABLE", on_date=TODAY)
            case.refresh_from_db()
        return case
