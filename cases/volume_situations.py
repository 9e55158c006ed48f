"""Households as the volume builder draws them: each a coherent file, of which only names and dates change."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from ales.money import from_cents
from cases.models.household import PersonPosition as Position
from cases.rules import codes
from cases.rules.budget import Budget, Housing, Line
from cases.rules.codes import ChargeCode, EntitlementCode, EntitlementState, ResourceCode

LAST_NAMES = [
    "Martin",
    "Bernard",
    "Thomas",
    "Petit",
    "Robert",
    "Richard",
    "Durand",
    "Dubois",
    "Moreau",
    "Laurent",
    "Simon",
    "Michel",
    "Lefèvre",
    "Leroy",
    "Roux",
    "David",
    "Bertrand",
    "Morel",
    "Fournier",
    "Girard",
    "Bonnet",
    "Dupont",
    "Lambert",
    "Fontaine",
    "Rousseau",
    "Vincent",
    "Müller",
    "Faure",
    "André",
    "Mercier",
    "Blanc",
    "Guérin",
    "Boyer",
    "Garnier",
    "Chevalier",
    "Legrand",
    "Gauthier",
    "Garcia",
    "Perrin",
    "Robin",
    "Clément",
    "Morin",
    "Nicolas",
    "Henry",
    "Roussel",
    "Mathieu",
    "Gautier",
    "Masson",
    "Marchand",
    "Duval",
    "Denis",
    "Dumont",
    "Marie",
    "Lemaire",
    "Noël",
    "Meyer",
    "Dufour",
    "Benali",
    "Diallo",
    "Nguyen",
    "Da-Silva",
    "Traoré",
    "Haddad",
    "Kaya",
    "Cissé",
    "Ferreira",
    "Lopez",
    "Rodrigues",
]
FIRST_NAMES = [
    "Marie",
    "Paul",
    "Nathalie",
    "Karim",
    "Isabelle",
    "Julien",
    "Sylvie",
    "David",
    "Fatima",
    "Laurent",
    "Céline",
    "Mohamed",
    "Sandrine",
    "Nicolas",
    "Aminata",
    "Thierry",
    "Valérie",
    "Sébastien",
    "Leïla",
    "Christophe",
    "Stéphanie",
    "Frédéric",
    "Amélie",
    "Olivier",
    "Chloé",
    "Antoine",
    "Inès",
    "Mathieu",
    "Awa",
    "Guillaume",
    "Zoé",
    "Éric",
    "Hélène",
    "Samir",
    "Émilie",
    "Bruno",
    "Lucie",
    "Patrick",
    "Nadia",
    "Yann",
]

#: Town, department, postal code, INSEE code.
TOWNS = (
    ("Grenoble", "38", "38000", "38185"),
    ("Lyon", "69", "69003", "69383"),
    ("Saint-Étienne", "42", "42000", "42218"),
    ("Marseille", "13", "13003", "13203"),
    ("Lille", "59", "59000", "59350"),
    ("Roubaix", "59", "59100", "59512"),
    ("Nantes", "44", "44000", "44109"),
    ("Rennes", "35", "35000", "35238"),
    ("Le Havre", "76", "76600", "76351"),
    ("Bordeaux", "33", "33000", "33063"),
    ("Toulouse", "31", "31000", "31555"),
    ("Montpellier", "34", "34000", "34172"),
    ("Metz", "57", "57000", "57463"),
    ("Saint-Denis", "93", "93200", "93066"),
    ("Nanterre", "92", "92000", "92050"),
)
STREETS = (
    "rue des Lilas",
    "avenue Jean-Jaurès",
    "allée des Érables",
    "rue de la République",
    "place du Marché",
)


@dataclass(frozen=True)
class Member:
    """A person of the household: place, age in years."""

    position: str
    age: int


@dataclass(frozen=True)
class Situation:
    """A file but for its names and dates. Amounts in euros, monthly but for the arrears."""

    members: tuple[Member, ...]
    family_category: str
    occupational_category: str
    employment_status: str
    sector: str
    contribution: str
    life_event: str
    lease_state: str
    entitlements: tuple[tuple[str, str], ...]
    budget: Budget
    arrears: Decimal

    @property
    def is_private_sector(self) -> bool:
        return self.sector == codes.EmploymentSector.PRIVATE_NON_AGRICULTURAL

    @property
    def housing(self) -> Housing:
        return self.budget.housing


@dataclass(frozen=True)
class _Household:
    members: tuple[Member, ...]
    family_category: str
    benefit: int
    resources: tuple[tuple[str, int], ...]
    activated: frozenset[str]


_ALONE = (Member(Position.TENANT, 46),)
_HOUSEHOLDS = (
    _Household(_ALONE, codes.FamilyCategory.SINGLE, 95, (), frozenset()),
    _Household(
        (Member(Position.TENANT, 34), Member(Position.CHILD, 9), Member(Position.CHILD, 5)),
        codes.FamilyCategory.SINGLE_PARENT,
        210,
        ((ResourceCode.FAMILY_ALLOWANCES, 141), (ResourceCode.ASF, 196)),
        frozenset({EntitlementCode.FAMILY_BENEFITS, EntitlementCode.ASF}),
    ),
    _Household(
        (Member(Position.TENANT, 52), Member(Position.PARTNER, 50)),
        codes.FamilyCategory.COUPLE,
        60,
        ((ResourceCode.OTHER, 320),),
        frozenset(),
    ),
    _Household(
        (
            Member(Position.TENANT, 42),
            Member(Position.PARTNER, 40),
            Member(Position.CHILD, 12),
            Member(Position.CHILD, 7),
        ),
        codes.FamilyCategory.COUPLE_WITH_CHILDREN,
        138,
        ((ResourceCode.FAMILY_ALLOWANCES, 141),),
        frozenset({EntitlementCode.FAMILY_BENEFITS}),
    ),
)
_SEEKING = codes.EmploymentStatus.UNEMPLOYED_COMPENSATED
_WORK = (
    # occupational category, status, sector, contribution, resource, euros, life event
    ("6", "PERMANENT", "PRIVATE_NON_AGRICULTURAL", "YES", ResourceCode.SALARY, 1200, "INCOME_DROP"),
    ("5", "FIXED_TERM", "PRIVATE_NON_AGRICULTURAL", "YES", ResourceCode.SALARY, 1050, "CONTRACT_END"),
    ("6", _SEEKING, "PRIVATE_NON_AGRICULTURAL", "YES", ResourceCode.UNEMPLOYMENT, 940, "JOB_LOSS"),
    ("5", "PERMANENT", "PUBLIC", "NO", ResourceCode.SALARY, 1380, "SEPARATION"),
    ("5", "ON_LEAVE", "PRIVATE_NON_AGRICULTURAL", "YES", ResourceCode.DAILY_ALLOWANCES, 890, "SICK_LEAVE"),
)  # fmt: skip
#: Rent, service charges, arrears as months of residual rent, lease state.
_RENTS = (
    (430, 45, 3, codes.LeaseState.CURRENT),
    (520, 60, 5, codes.LeaseState.PAYMENT_DEMAND),
    (600, 80, 9, codes.LeaseState.SUMMONED),
    (690, 95, 14, codes.LeaseState.EVICTION_PROCEDURE),
)
_CHARGES = (
    (ChargeCode.ENERGY, 85),
    (ChargeCode.TELECOM, 35),
    (ChargeCode.CREDIT_INSTALMENT, 110),
)


def _euros(amount: int) -> Decimal:
    return from_cents(100 * amount)


def _situation(household: _Household, work: tuple, rent: tuple) -> Situation:
    category, status, sector, contribution, resource, euros, event = work
    amount, service_charges, months, lease_state = rent
    housing = Housing(
        rent=_euros(amount),
        service_charges=_euros(service_charges),
        housing_benefit=_euros(household.benefit),
    )
    activated = household.activated | {EntitlementCode.HOUSING_BENEFIT}
    if status == _SEEKING:
        activated |= {EntitlementCode.ARE}
    return Situation(
        members=household.members,
        family_category=household.family_category,
        occupational_category=category,
        employment_status=status,
        sector=sector,
        contribution=contribution,
        life_event=event,
        lease_state=lease_state,
        entitlements=tuple(
            (code, EntitlementState.ACTIVATED if code in activated else EntitlementState.NOT_APPLICABLE)
            for code in EntitlementCode
        ),
        budget=Budget(
            resources=tuple(
                Line(code, _euros(value)) for code, value in ((resource, euros), *household.resources)
            ),
            charges=tuple(Line(code, _euros(value)) for code, value in _CHARGES),
            housing=housing,
            persons=len(household.members),
        ),
        arrears=_euros((amount + service_charges - household.benefit) * months),
    )


SITUATIONS = tuple(_situation(*parts) for parts in product(_HOUSEHOLDS, _WORK, _RENTS))
