"""Organisations, people, funds and bank details of a volume run."""

import datetime as dt
from bisect import bisect
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from random import Random

from ales.text import fold
from ales.volume import Volume, moment
from members.models import BankDetails, Fund, FundEntry, Membership, Organisation, User
from members.models.bank_details import BankDetailsState
from members.models.fund import EntryKind, FundKind
from members.roles import LandlordType, OrganisationKind, Role

TEAMS, LANDLORDS = 46, 15  # as many as S0 counts (DOMAIN, traps)
WORKERS = 4
DEPARTMENTS = ("13", "31", "33", "34", "35", "38", "42", "44", "59", "67", "69", "75", "76", "92", "93")
BUDGET = 900  # euros contributed for each aid expected; the mean of S0 is 833
SPARE = 40_000  # euros more in each fund, so that chance never empties one


@dataclass(frozen=True)
class Team:
    """A member's social service: its people by id, its fund by year."""

    organisation_id: int
    name: str
    department: str
    workers: tuple[int, ...]
    managers: tuple[int, ...]
    funds: dict[int, int]


@dataclass(frozen=True)
class Landlord:
    """A landlord, the account its payments go to, its fund by year."""

    organisation_id: int
    name: str
    bank_details_id: int
    account_holder: str
    iban: str
    bic: str
    funds: dict[int, int]


class Weighted:
    """Draws the first more often than the last, as members are of unequal size."""

    def __init__(self, items: list) -> None:
        self.items = items
        self._ends = list(accumulate(1 / (rank + 3) for rank in range(len(items))))

    def draw(self, random: Random):
        return self.items[bisect(self._ends, random.random() * self._ends[-1])]

    def share(self, rank: int) -> float:
        """The part of the draws that the item of this rank gets."""
        return 1 / (rank + 3) / self._ends[-1]


@dataclass(frozen=True)
class MembersVolume:
    """Who the other rooms' rows belong to."""

    teams: Weighted
    landlords: Weighted
    admin_id: int
    treasurer_id: int
    association: str
    names: dict[int, str]  # by user id
    funds: dict[int, Fund]  # with their owners, by id


def build(volume: Volume) -> None:
    """Teams and landlords of unequal size, one account a person, one fund a member and year."""
    teams = _organisations(volume, OrganisationKind.CIL, "CIL d’essai", TEAMS)
    landlords = _organisations(volume, OrganisationKind.BAILLEUR, "Habitat d’essai", LANDLORDS)
    association = Organisation.objects.filter(kind=OrganisationKind.ALES).first()
    if association is None:
        association = Organisation.objects.create(kind=OrganisationKind.ALES, name="ALES")
    posts = [
        *((team, Role.SOCIAL_WORKER) for team in teams for _ in range(WORKERS)),
        *((team, Role.MANAGER) for team in teams for _ in range(2)),
        *((landlord, Role.LANDLORD_AGENT) for landlord in landlords),
        (association, Role.ASSOCIATION_ADMIN),
        (association, Role.TREASURER),
    ]
    held, names = _people(volume, posts)
    (admin,), (treasurer,) = (held[association.pk, role] for role in (Role.ASSOCIATION_ADMIN, Role.TREASURER))
    funds = _funds(volume, teams, landlords, admin)
    accounts = _accounts(volume, landlords, admin, treasurer)
    volume.give(
        MembersVolume(
            teams=Weighted(
                [
                    Team(
                        organisation_id=team.pk,
                        name=team.name,
                        department=team.department,
                        workers=tuple(held[team.pk, Role.SOCIAL_WORKER]),
                        managers=tuple(held[team.pk, Role.MANAGER]),
                        funds=funds[team.pk],
                    )
                    for team in teams
                ]
            ),
            landlords=Weighted(
                [
                    Landlord(
                        organisation_id=landlord.pk,
                        name=landlord.name,
                        bank_details_id=account.pk,
                        account_holder=account.account_holder,
                        iban=account.iban,
                        bic=account.bic,
                        funds=funds[landlord.pk],
                    )
                    for landlord, account in zip(landlords, accounts, strict=True)
                ]
            ),
            admin_id=admin,
            treasurer_id=treasurer,
            association=association.name,
            names=names,
            funds=Fund.objects.select_related("owner").in_bulk(),
        )
    )


def _organisations(volume: Volume, kind: str, name: str, count: int) -> list[Organisation]:
    rows = []
    for rank in range(1, count + 1):
        full = f"{name} {volume.run}-{rank:02d}"
        rows.append(
            Organisation(
                public_id=volume.uuid(),
                kind=kind,
                landlord_type=LandlordType.ESH if kind == OrganisationKind.BAILLEUR else "",
                name=full,
                sort_key=fold(full),
                department=volume.random.choice(DEPARTMENTS),
                is_member=True,
            )
        )
    return Organisation.objects.bulk_create(rows)


def _people(
    volume: Volume, posts: list[tuple[Organisation, str]]
) -> tuple[dict[tuple[int, str], list[int]], dict[int, str]]:
    """One account a post, without a usable password; user ids by (organisation, role), names by id."""
    users = User.objects.bulk_create(
        User(
            public_id=volume.uuid(),
            email=f"volume-{volume.run}-{rank}@volume.example",
            first_name=Role(role).label.capitalize()[:80],
            last_name=f"n° {rank}",
            password="!",  # Django's mark of an account that cannot sign in
            date_joined=moment(volume.since),
        )
        for rank, (_organisation, role) in enumerate(posts, start=1)
    )
    Membership.objects.bulk_create(
        Membership(
            public_id=volume.uuid(),
            user=user,
            organisation=organisation,
            role=role,
            created_at=moment(volume.since),
        )
        for user, (organisation, role) in zip(users, posts, strict=True)
    )
    held: dict[tuple[int, str], list[int]] = {}
    for user, (organisation, role) in zip(users, posts, strict=True):
        held.setdefault((organisation.pk, role), []).append(user.pk)
    return held, {user.pk: user.full_name for user in users}


def _funds(
    volume: Volume, teams: list[Organisation], landlords: list[Organisation], admin: int
) -> dict[int, dict[int, int]]:
    """A fund a member and year, with what the expected aids need; fund ids by owner and year."""
    years = range(volume.since.year, volume.until.year + 1)
    by_owner: dict[int, dict[int, int]] = {}
    contributions = []
    for owners, kind in ((teams, FundKind.EMPLOYER), (landlords, FundKind.LANDLORD)):
        weights = Weighted(owners)
        funds = Fund.objects.bulk_create(
            Fund(
                public_id=volume.uuid(),
                owner=owner,
                kind=kind,
                name=f"Fonds {owner.name}",
                year=year,
                created_at=moment(dt.date(year, 1, 2)),
            )
            for owner in owners
            for year in years
        )
        ranks = {owner.pk: rank for rank, owner in enumerate(owners)}
        for fund in funds:
            by_owner.setdefault(fund.owner_id, {})[fund.year] = fund.pk
            expected = volume.aids * weights.share(ranks[fund.owner_id]) / (len(years) - 1)
            amount = Decimal(round(expected * BUDGET * 1.2 + SPARE, -3))
            contributions.append(
                (
                    fund.pk,
                    fund.owner_id,
                    EntryKind.CONTRIBUTION,
                    amount,
                    f"Dotation {fund.year}",
                    "contribution",
                    volume.uuid(),
                    dt.date(fund.year, 1, 2),
                    moment(dt.date(fund.year, 1, 2)),
                    admin,
                )
            )
    volume.copy(FundEntry, ENTRY_COLUMNS, contributions)
    return by_owner


#: The columns of a ledger line, in the order in which every room's builder gives them.
ENTRY_COLUMNS = (
    "fund_id",
    "owner_id",
    "kind",
    "amount",
    "label",
    "cause_kind",
    "cause_id",
    "value_date",
    "created_at",
    "created_by_id",
)


def _accounts(volume: Volume, landlords: list[Organisation], admin: int, treasurer: int) -> list[BankDetails]:
    day = moment(volume.since)
    return BankDetails.objects.bulk_create(
        BankDetails(
            public_id=volume.uuid(),
            landlord=landlord,
            account_holder=f"HABITAT D ESSAI {volume.run}-{rank:02d}",
            iban=french_iban(volume.run * 1_000 + rank),
            bic="PSSTFRPPLIL",
            state=BankDetailsState.CONFIRMED,
            entered_by_id=admin,
            entered_at=day,
            decided_by_id=treasurer,
            decided_at=day + dt.timedelta(hours=2),
        )
        for rank, landlord in enumerate(landlords, start=1)
    )


def french_iban(account: int) -> str:
    """A French IBAN of account number `account`, both of its keys right."""
    bank, branch = 20041, 1005
    key = 97 - (89 * bank + 15 * branch + 3 * account) % 97
    bban = f"{bank:05d}{branch:05d}{account:011d}{key:02d}"
    check = 98 - int(f"{bban}152700") % 97  # F = 15, R = 27
    return f"FR{check:02d}{bban}"
