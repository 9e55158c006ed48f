"""Demo data of this room: some 350 households since 2022, in thirteen organisations.

Files are written whole, as the référent left them, without going through each step of the entry; numbers
come from the same counters. What becomes of them is told by `aids.demo` and `payments.demo`.
"""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from allauth.account.models import EmailAddress
from django.utils import timezone

from ales import tenancy
from ales.demo import FIRST_DAY, at_work, chance
from ales.numbering import next_number
from ales.text import fold
from cases.demo_example import named_example
from cases.demo_file import CaseFile, Traits
from cases.demo_households import deal, family
from cases.demo_words import MEN, PRIVATE_LANDLORDS, WOMEN
from cases.models import (
    BudgetLine,
    BudgetSnapshot,
    CaseEvent,
    Employment,
    Entitlement,
    Household,
    Person,
    Tenancy,
    TenantCase,
)
from members import bank_details, funds
from members.access import Actor, actor_of
from members.communes import Commune, communes
from members.demo import demo_actor, french_iban, rib
from members.demo_accounts import FIRST_CIL, LANDLORD, SECOND_CIL, SECOND_LANDLORD
from members.models import BankDetails, Fund, Membership, Organisation, User
from members.roles import LandlordType, OrganisationKind, Role

#: Who follows how many households, in which towns (names of data/communes.csv).
SHARE: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
    (FIRST_CIL, "37", 90, ("Tours", "Joué-lès-Tours", "Saint-Pierre-des-Corps", "Amboise", "Chinon")),
    (SECOND_CIL, "44", 60, ("Nantes", "Saint-Nazaire", "Saint-Herblain", "Rezé", "Orvault")),
    (LANDLORD, "91", 46, ("Palaiseau", "Massy", "Corbeil-Essonnes", "Étampes", "Les Ulis")),
    ("EPERGOS", "38", 14, ("Grenoble", "Échirolles", "Voiron", "Vienne")),
    ("ALLIADE", "69", 16, ("Villeurbanne", "Vénissieux", "Bron", "Vaulx-en-Velin")),
    ("CILEST", "57", 14, ("Metz", "Thionville", "Forbach", "Sarreguemines")),
    ("PLURIAL", "51", 14, ("Reims", "Châlons-en-Champagne", "Épernay")),
    ("CCI DE BREST", "29", 12, ("Brest", "Quimper", "Morlaix", "Landerneau")),
    ("CIL DE LA SARTHE", "72", 13, ("Le Mans", "Sablé-sur-Sarthe", "La Flèche", "Allonnes")),
    ("CILR", "42", 13, ("Saint-Étienne", "Roanne", "Firminy", "Saint-Chamond")),
    ("CIL SUD 59", "59", 14, ("Cambrai", "Valenciennes", "Maubeuge", "Denain")),
    ("CIL DE LA RÉUNION", "974", 12, ("Saint-Denis", "Saint-Pierre", "Le Port", "Saint-Paul")),
    ("CCI DU DOUBS", "25", 12, ("Besançon", "Montbéliard", "Pontarlier", "Audincourt")),
)
#: Of ten cases of a demo account's organisation, how many opened in the last weeks: each queue has work.
RECENT = {FIRST_CIL: 0.27, SECOND_CIL: 0.27, LANDLORD: 0.28}
RECENT_DAYS = 75
OTHER_LANDLORDS = ("LOGIREP", "FRANCE HABITATION", "FOYER REMOIS", "OPAC DU RHÔNE", "SOLLAR")
#: Euros a year of the funds that members.demo doesn't open.
YEARLY_FUND = "14000"


@dataclass(frozen=True)
class Team:
    """Those who follow and decide in an organisation."""

    organisation: Organisation
    workers: tuple[Actor, ...]
    manager: Actor


def build(report: Callable[[str], None]) -> None:
    """Write the teams, their funds, and the households with their whole file; needs members.demo."""
    if TenantCase.objects.exists():
        return
    today = timezone.localdate()
    organisations = {organisation.name: organisation for organisation in Organisation.objects.all()}
    teams = {name: team(organisations[name]) for name, _department, _count, _towns in SHARE}
    report(f"{len(teams)} équipes de travailleurs sociaux")
    report(f"{_funds(teams, today)} fonds ouverts pour elles")
    files = _plan(teams, organisations, today)
    for name, own in teams.items():
        with tenancy.tenant(own.manager.context):
            _write([file for file in files if file.organisation.name == name])
    report(f"{len(files)} dossiers, de {FIRST_DAY:%m/%Y} à {today:%m/%Y}")


def draws(case: TenantCase, *names: object) -> random.Random:
    """Draws of this case's story. They depend on who the household is, never on the day the demo is written
    nor on the database's numbers: the demo of any day has the same proportions. Reads `case.organisation`
    and `case.tenancy`."""
    return chance(*names, case.organisation.name, case.tenant_name, case.tenancy.address)


# --- People and money ---------------------------------------------------------------------------


def team(organisation: Organisation) -> Team:
    """The organisation's team; people are made where the demo accounts leave none."""
    found = (
        Membership.objects.active().filter(organisation=organisation).select_related("user", "organisation")
    )
    by_role = defaultdict(list)
    for membership in found.order_by("id"):
        by_role[membership.role].append(actor_of(membership))
    draw = chance("team", organisation.name)
    wanted = {Role.SOCIAL_WORKER: 1 + (organisation.department in ("69", "59")), Role.MANAGER: 1}
    for role, count in wanted.items():
        while len(by_role[role]) < count:
            by_role[role].append(_colleague(organisation, role, draw))
    return Team(organisation, tuple(by_role[Role.SOCIAL_WORKER]), by_role[Role.MANAGER][0])


def _colleague(organisation: Organisation, role: Role, draw) -> Actor:
    """A person who can't sign in: no password, an address of the demo's domain."""
    first_name = draw.choice(WOMEN if draw.random() < 0.7 else MEN)
    last_name = draw.choice(COLLEAGUES)
    place = fold(organisation.name).replace(" ", "-")
    email = f"{fold(first_name)}.{fold(last_name).replace(' ', '-')}@{place}.demo.example"
    user = User.objects.filter(email=email).first() or User.objects.create_user(
        email=email,
        password=None,
        first_name=first_name,
        last_name=last_name,
        date_joined=at_work(FIRST_DAY, draw),
    )
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return actor_of(
        Membership.objects.create(
            user=user, organisation=organisation, role=role, created_at=at_work(FIRST_DAY, draw)
        )
    )


COLLEAGUES = (
    *("Arnaud", "Bertin", "Caron", "Duval", "Estève", "Faure", "Gillet", "Humbert", "Imbert", "Joly"),
    *("Klein", "Labbé", "Mallet", "Noël", "Olivier", "Perrot", "Quentin", "Royer", "Simonet", "Toussaint"),
)


def _funds(teams: dict[str, Team], today: dt.date) -> int:
    """A fund a year for the members that members.demo gave none."""
    admin = demo_actor("admin")
    opened = 0
    with tenancy.tenant(admin.context):
        owners = set(Fund.objects.values_list("owner_id", flat=True))
        for own in teams.values():
            if own.organisation.pk in owners:
                continue
            for year in range(FIRST_DAY.year, today.year + 1):
                fund = funds.open_fund(
                    actor=admin,
                    owner_id=own.organisation.pk,
                    name="Accompagnement social 2 %",
                    year=year,
                )
                funds.contribute(
                    actor=admin,
                    fund_id=fund.pk,
                    amount=Fund._meta.get_field("contributed").to_python(YEARLY_FUND),
                    label=f"Dotation {year}",
                    value_date=dt.date(year, 1, 15),
                )
                opened += 1
    return opened


# --- Who is helped, where and when --------------------------------------------------------------


def _plan(teams: dict[str, Team], organisations: dict[str, Organisation], today: dt.date) -> list[CaseFile]:
    """Every file, in the order of opening."""
    places = [(name, department, towns) for name, department, count, towns in SHARE for _ in range(count)]
    chance("deal").shuffle(places)
    files = []
    for index, (name, department, towns) in enumerate(places):
        draw = chance("case", name, index)
        own, traits = teams[name], deal(index)
        opened = _opening(name, draw, today)
        landlord = _landlord(own, traits, organisations, draw)
        files.append(
            family(
                traits=traits,
                draw=draw,
                organisation=own.organisation,
                author=draw.choice(own.workers),
                landlord=landlord,
                commune=_commune(department, draw.choice(towns)),
                opened_at=at_work(opened, draw),
            )
        )
    own = teams[FIRST_CIL]
    tours = _commune("37", "Tours")
    files.append(named_example(own.organisation, own.workers[0], organisations[LANDLORD], tours, today))
    return sorted(files, key=lambda file: file.opened_at)


@cache
def _commune(department: str, name: str) -> Commune:
    return next(each for each in communes() if each.department == department and each.name == name)


def _opening(name: str, draw, today: dt.date) -> dt.date:
    if draw.random() < RECENT.get(name, 0.06):
        return today - dt.timedelta(days=draw.randrange(3, RECENT_DAYS))
    span = (today - FIRST_DAY).days - RECENT_DAYS
    # A little more each year: the square root leans towards the later days.
    return FIRST_DAY + dt.timedelta(days=int(span * draw.random() ** 0.85))


def _landlord(own: Team, traits: Traits, organisations: dict[str, Organisation], draw) -> Organisation:
    """A landlord's service helps its own tenants; the others rent from several, seldom from a private one.

    Who isn't an employee of the private sector is helped by a landlord that brings a fund.
    """
    if own.organisation.kind == OrganisationKind.BAILLEUR:
        return own.organisation
    drawn = draw.random()
    if not traits.is_private:
        return organisations[LANDLORD if drawn < 0.6 else SECOND_LANDLORD]
    if drawn < 0.09:
        return _private_landlord(own, draw.choice(PRIVATE_LANDLORDS), draw)
    if drawn < 0.42:
        return organisations[LANDLORD]
    if drawn < 0.66:
        return organisations[SECOND_LANDLORD]
    return organisations[draw.choice(OTHER_LANDLORDS)]


def _private_landlord(own: Team, name: str, draw) -> Organisation:
    """The private landlord as this organisation knows it, with confirmed bank details."""
    landlord, created = Organisation.objects.get_or_create(
        kind=OrganisationKind.BAILLEUR,
        landlord_type=LandlordType.PRIVATE,
        name=name,
        registered_by=own.organisation,
    )
    if created:
        admin, treasurer = demo_actor("admin"), demo_actor("tresorier")
        iban = french_iban("20041", "01005", f"{draw.randrange(10**11):011d}")
        with tenancy.tenant(admin.context):
            details: BankDetails = bank_details.enter(
                actor=admin,
                landlord_id=landlord.pk,
                account_holder=name,
                iban=iban,
                proof=rib(name, iban),
                at=at_work(FIRST_DAY, draw),
            )
        with tenancy.tenant(treasurer.context):
            bank_details.confirm(actor=treasurer, details_id=details.public_id, at=at_work(FIRST_DAY, draw))
    return landlord


# --- Writing ------------------------------------------------------------------------------------


def _write(files: list[CaseFile]) -> None:
    """The files of one organisation, a query a table."""
    for file in files:
        file.case.reference = _reference(file)
        file.case.search_text = fold(
            " ".join((file.case.reference, *(p.full_name for p in file.persons), file.search_tail))
        )
    TenantCase.objects.bulk_create(file.case for file in files)
    for model, rows in (
        (Household, [file.household for file in files]),
        (Person, [person for file in files for person in file.persons]),
        (Employment, [job for file in files for job in file.employments]),
        (Tenancy, [file.tenancy for file in files]),
        (BudgetSnapshot, [snapshot for file in files for snapshot in file.snapshots]),
        (BudgetLine, [line for file in files for line in file.lines]),
        (Entitlement, [entitlement for file in files for entitlement in file.entitlements]),
        (CaseEvent, [event for file in files for event in file.events]),
    ):
        model.objects.bulk_create(rows, batch_size=1000)


def _reference(file: CaseFile) -> str:
    year = file.case.opened_on.year
    return f"D-{year}-{next_number(f'case:{file.organisation.pk}:{year}'):05d}"
