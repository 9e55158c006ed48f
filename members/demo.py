"""Demo data of this room: the 61 members, one account per role, funds since 2022, bank details.

Built through the operations, with past dates. Running it again adds only what is missing.
"""

import csv
import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from ales import tenancy
from ales.documents.demo import paper
from ales.text import group_by_four
from members import bank_details, envelopes, funds
from members.access import Actor, actor_of
from members.demo_accounts import (
    ACCOUNTS,
    ASSOCIATION,
    FIRST_CIL,
    LANDLORD,
    PASSWORD,
    SECOND_CIL,
    SECOND_LANDLORD,
    DemoAccount,
)
from members.models import BankDetails, Fund, Membership, Organisation, User
from members.roles import LandlordType, OrganisationKind

PARIS = ZoneInfo("Europe/Paris")
FIRST_YEAR = 2022
#: OPAC is the word of 2009 for today's OPH.
TYPE_OF_2009 = {"ESH": LandlordType.ESH, "OPAC": LandlordType.OPH, "": ""}
#: Causes of the demo's entries are derived from what they stand for, so a second run finds them written.
NAMESPACE = uuid.UUID("6c1f64a2-7a0b-4f36-9d5e-5b1d4a1f2c70")

#: Contributions of a year in euros: (in January, in July). The demo's cases draw on these funds.
CONTRIBUTIONS = {
    FIRST_CIL: (Decimal("48000"), Decimal("24000")),
    SECOND_CIL: (Decimal("36000"), Decimal("18000")),
    LANDLORD: (Decimal("30000"), Decimal("15000")),
    SECOND_LANDLORD: (Decimal("22500"), Decimal("12500")),
    "LOGIREP": (Decimal("12000"), Decimal("0")),
    "FRANCE HABITATION": (Decimal("9000"), Decimal("6000")),
}

#: Euros promised for this year and not brought yet.
STILL_TO_COME = Decimal("5000")

#: Postal addresses of those the demo's documents name.
ADDRESSES = {
    FIRST_CIL: ("24 rue des Lices", "37000", "Tours", "02 47 55 01 20"),
    SECOND_CIL: ("6 quai de la Fosse", "44000", "Nantes", "02 40 55 01 30"),
    LANDLORD: ("15 avenue de la République", "91120", "Palaiseau", "01 69 55 01 40"),
    SECOND_LANDLORD: ("191 cours Lafayette", "69006", "Lyon", "04 78 55 01 50"),
    ASSOCIATION: ("110 rue Lemercier", "75017", "Paris", "01 44 55 01 10"),
}

#: Bank and branch codes of the landlords' accounts: real banks, invented account numbers.
BANKS = (("30003", "03620"), ("30004", "00828"), ("20041", "01005"), ("42559", "10000"), ("14505", "00001"))

#: The landlord whose details wait for the treasurer, so that the demo has something to confirm.
AWAITING = "TROIS MOULINS HABITAT"


@transaction.atomic
def build(report: Callable[[str], None]) -> None:
    """Fill the members' room; `report` is told what was built, one short line each."""
    organisations = _organisations()
    report(f"{len(organisations) - 1} adhérents et l’association")
    actors = _accounts(organisations)
    report(f"{len(actors)} comptes de démonstration")
    report(f"{_funds(organisations, actors['admin'])} fonds depuis {FIRST_YEAR}")
    report(f"{_bank_details(organisations, actors)} bailleurs avec des coordonnées bancaires")


def demo_actor(login: str, organisation: str | None = None) -> Actor:
    """The actor of a demo account, in `organisation` (a name) or its first habilitation; two queries."""
    memberships = Membership.objects.filter(user__email=f"{login}@demo.example")
    if organisation:
        memberships = memberships.filter(organisation__name=organisation)
    return actor_of(memberships.select_related("user", "organisation").earliest("id"))


def _organisations() -> dict[str, Organisation]:
    association, _created = Organisation.objects.get_or_create(
        kind=OrganisationKind.ALES,
        name=ASSOCIATION,
        defaults={"department": "75", "siret": _siret(ASSOCIATION)} | _address(ASSOCIATION),
    )
    found = {ASSOCIATION: association}
    with (settings.BASE_DIR / "data" / "members_2009.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            organisation, _created = Organisation.objects.get_or_create(
                kind=row["kind"],
                name=row["name"],
                defaults={
                    "department": row["department"],
                    "landlord_type": TYPE_OF_2009[row["landlord_type"]],
                    "is_member": True,
                    "siret": _siret(row["name"]) if row["kind"] == OrganisationKind.BAILLEUR else "",
                }
                | _address(row["name"]),
            )
            found[row["name"]] = organisation
    return found


def _address(name: str) -> dict[str, str]:
    return dict(zip(("address", "postal_code", "town", "phone"), ADDRESSES.get(name, ()), strict=False))


def _siret(name: str) -> str:
    """An invented SIRET with right keys, always the same for a name."""
    siren = _with_luhn_key(f"9{uuid.uuid5(NAMESPACE, name).int % 10**7:07d}")
    return _with_luhn_key(f"{siren}0001")


def _with_luhn_key(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def _accounts(organisations: dict[str, Organisation]) -> dict[str, Actor]:
    return {person.login: _account(person, organisations) for person in ACCOUNTS}


def _account(person: DemoAccount, organisations: dict[str, Organisation]) -> Actor:
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User.objects.create_user(
            email=person.email,
            password=PASSWORD,
            first_name=person.first_name,
            last_name=person.last_name,
            date_joined=_at(FIRST_YEAR, 1, 4),
        )
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    memberships = [
        Membership.objects.get_or_create(
            user=user,
            organisation=organisations[name],
            role=role,
            defaults={"created_at": _at(FIRST_YEAR, 1, 4)},
        )[0]
        for name, role in person.habilitations
    ]
    return actor_of(memberships[0])


def _funds(organisations: dict[str, Organisation], admin: Actor) -> int:
    this_year = timezone.localdate().year
    with tenancy.tenant(admin.context):
        for year in range(FIRST_YEAR, this_year + 1):
            for owner, amounts in CONTRIBUTIONS.items():
                _fund(organisations[owner], year, amounts, admin)
        return Fund.objects.count()


def _fund(owner: Organisation, year: int, amounts: tuple[Decimal, ...], admin: Actor) -> None:
    is_landlord = owner.kind == OrganisationKind.BAILLEUR
    name = "Différentiel d’intérêts" if is_landlord else "Accompagnement social 2 %"
    fund = Fund.objects.filter(owner=owner, name=name, year=year).first() or funds.open_fund(
        actor=admin, owner_id=owner.pk, name=name, year=year
    )
    # A member gives a little more each year.
    growth = Decimal(1) + Decimal("0.04") * (year - FIRST_YEAR)
    given = [(amount * growth).quantize(Decimal("0.01")) for amount in amounts]
    envelope = envelopes.promise(
        actor=admin,
        fund_id=fund.pk,
        name=f"Convention {year}",
        # This year's last payment is still awaited.
        amount=sum(given) + (STILL_TO_COME if year == timezone.localdate().year else 0),
        agreed_on=dt.date(year, 1, 5),
        agreement=SimpleUploadedFile("convention.pdf", paper(f"Convention {year}", f"{owner.name}, signée.")),
        form_key=uuid.uuid5(NAMESPACE, f"{owner.name} {year} convention"),
    )
    for month, amount in zip((1, 7), given, strict=True):
        day = dt.date(year, month, 15)
        if amount and day <= timezone.localdate():
            funds.contribute(
                actor=admin,
                fund_id=fund.pk,
                envelope_id=envelope.public_id,
                amount=amount,
                label=f"Dotation {year}, {'1er' if month == 1 else '2e'} versement",
                value_date=day,
                cause_id=uuid.uuid5(NAMESPACE, f"{owner.name} {year} {month}"),
            )


def _bank_details(organisations: dict[str, Organisation], actors: dict[str, Actor]) -> int:
    admin, treasurer = actors["admin"], actors["tresorier"]
    landlords = sorted(
        (o for o in organisations.values() if o.kind == OrganisationKind.BAILLEUR), key=lambda o: o.name
    )
    with tenancy.tenant(admin.context):
        have = set(BankDetails.objects.values_list("landlord_id", flat=True))
    for rank, landlord in enumerate(landlords):
        if landlord.pk in have:
            continue
        bank, branch = BANKS[rank % len(BANKS)]
        iban = french_iban(bank, branch, f"{uuid.uuid5(NAMESPACE, landlord.name).int % 10**11:011d}")
        awaiting = landlord.name == AWAITING
        entered_at = timezone.now() - dt.timedelta(days=2) if awaiting else _at(FIRST_YEAR, 1, 10)
        with tenancy.tenant(admin.context):
            details = bank_details.enter(
                actor=admin,
                landlord_id=landlord.pk,
                account_holder=landlord.name,
                iban=iban,
                proof=rib(landlord.name, iban),
                at=entered_at,
            )
        if not awaiting:
            with tenancy.tenant(treasurer.context):
                bank_details.confirm(actor=treasurer, details_id=details.public_id, at=_at(FIRST_YEAR, 1, 12))
    return len(landlords)


def rib(holder: str, iban: str) -> SimpleUploadedFile:
    """The paper a bank gives: whose account, and its number."""
    text = f"Titulaire : {holder}. IBAN : {group_by_four(iban)}."
    return SimpleUploadedFile("rib.pdf", paper("Relevé d’identité bancaire", text))


def french_iban(bank: str, branch: str, account: str) -> str:
    """A French IBAN of these digits, with the right RIB key and check digits (no letters in `account`)."""
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97
    bban = f"{bank}{branch}{account}{key:02d}"
    check = 98 - int(f"{bban}152700") % 97
    return f"FR{check:02d}{bban}"


def _at(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day, 10, 0, tzinfo=PARIS)
