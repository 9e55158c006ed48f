"""Use cases of sharing: open a case to another organisation, prolong, take back, put away what is over."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from ales import tenancy
from ales.dates import add_months, format_date
from ales.errors import InvalidInputError, NotAllowedError, require
from cases import permissions
from cases.models import CaseEvent, CaseShare, TenantCase
from cases.models.share import PERMISSIONS_OF_LEVEL, ShareKind, ShareLevel
from cases.notices import tell_managers_of_share
from cases.operations.base import day_of, lock, record
from members import access
from members.access import Actor
from members.models import Membership, Organisation
from members.roles import SOCIAL_ROLES, Role

#: A share ends by itself, at the latest after so many months (DOMAIN §11).
MAX_MONTHS = 12
GONE = "Ce partage n’existe pas ou a déjà pris fin."


@dataclass(frozen=True)
class ShareInput:
    """A share as typed: with whom (public id), how far, until when (last day), and why."""

    organisation: UUID
    level: str
    ends_on: date
    reason: str


def organisations_for(actor: Actor) -> list[tuple[str, str]]:
    """(public id, name) of the other organisations where somebody may read a case, by name."""
    organisations = (
        Organisation.objects.filter(
            memberships__in=Membership.objects.active().filter(role__in=sorted(SOCIAL_ROLES))
        )
        .exclude(pk=actor.organisation_id)
        .distinct()
        .order_by("sort_key", "id")
    )
    return [(str(organisation.public_id), organisation.name) for organisation in organisations]


def receiver(actor: Actor, public_id: UUID) -> Organisation:
    """That organisation; raises InvalidInputError at `organisation` for one nobody could open a case in."""
    if str(public_id) not in dict(organisations_for(actor)):
        raise InvalidInputError(
            {"organisation": ["Choisissez un organisme de la liste : il a des travailleurs sociaux."]}
        )
    return Organisation.objects.get(public_id=public_id)


def last_day(on: date) -> date:
    """The last day a share decided on that day may reach."""
    return add_months(on, MAX_MONTHS)


def _check_end(ends_on: date, on: date) -> list[str]:
    if ends_on < on:
        return ["La date de fin est passée : un partage se termine aujourd’hui au plus tôt."]
    if ends_on > last_day(on):
        return [f"Un partage dure douze mois au plus : jusqu’au {format_date(last_day(on))}."]
    return []


@transaction.atomic
def share_case(*, actor: Actor, case_id: UUID, typed: ShareInput, at: datetime) -> CaseShare:
    """Open the case to another organisation until a day, twelve months at most.

    Raises InvalidInputError for an organisation nobody works in, a date out of reach, a missing reason or
    a share that stands already; NotAllowedError when the case isn't the actor's to share.
    """
    case = lock(actor, case_id)
    require(permissions.may_share(actor, case))
    today = day_of(at)
    faults: dict[str, list[str]] = {}
    if ends := _check_end(typed.ends_on, today):
        faults["ends_on"] = ends
    if not typed.reason.strip():
        faults["reason"] = ["Indiquez pourquoi ce dossier est partagé."]
    if typed.level not in ShareLevel.values:
        faults["level"] = ["Choisissez lecture, ou lecture et modification."]
    organisation = receiver(actor, typed.organisation)
    for former in CaseShare.objects.filter(case=case, shared_with=organisation).expired(today):
        _put_away(former, case, at)
    if CaseShare.objects.filter(case=case, shared_with=organisation, revoked_at=None, ended_at=None).exists():
        faults["organisation"] = [
            "Ce dossier est déjà partagé avec cet organisme : prolongez ou retirez ce partage."
        ]
    if faults:
        raise InvalidInputError(faults)
    share = CaseShare.objects.create(
        case=case,
        organisation_id=case.organisation_id,
        shared_with=organisation,
        kind=ShareKind.SHARE,
        level=typed.level,
        reason=typed.reason.strip(),
        starts_on=today,
        ends_on=typed.ends_on,
        decided_on=today,
        created_by_id=actor.user_id,
        created_at=at,
    )
    for permission in PERMISSIONS_OF_LEVEL[ShareLevel(share.level)]:
        access.grant(organisation.pk, permission, case)
    record(
        case,
        actor,
        at,
        "shared",
        f"Dossier partagé avec {organisation.name} ({share.get_level_display()}) "
        f"jusqu’au {format_date(share.ends_on)} : {share.reason}",
    )
    tell_managers_of_share(share, actor.organisation_name, at)
    return share


def _live_share(case: TenantCase, share_id: UUID, on: date) -> CaseShare:
    share = (
        CaseShare.objects.filter(case=case, public_id=share_id)
        .live(on)
        .select_related("shared_with")
        .select_for_update(of=("self",))
        .first()
    )
    if share is None:
        raise NotAllowedError(GONE)
    return share


@transaction.atomic
def prolong_share(*, actor: Actor, case_id: UUID, share_id: UUID, ends_on: date, at: datetime) -> CaseShare:
    """Give a standing share another last day, twelve months from today at most."""
    case = lock(actor, case_id)
    require(permissions.may_share(actor, case))
    share, today = _live_share(case, share_id, day_of(at)), day_of(at)
    if faults := _check_end(ends_on, today):
        raise InvalidInputError({"ends_on": faults})
    if ends_on == share.ends_on:
        return share
    share.ends_on, share.decided_on = ends_on, today
    share.save(update_fields=["ends_on", "decided_on"])
    record(
        case,
        actor,
        at,
        "shared",
        f"Partage avec {share.shared_with.name} : nouvelle échéance le {format_date(ends_on)}",
    )
    return share


@transaction.atomic
def revoke_share(*, actor: Actor, case_id: UUID, share_id: UUID, at: datetime) -> CaseShare:
    """Close the case again to the other organisation, at once."""
    case = lock(actor, case_id)
    require(permissions.may_revoke_share(actor, case))
    share = _live_share(case, share_id, day_of(at))
    _take_back(share, case, actor, at)
    return share


def close_to_others(case: TenantCase, *, actor: Actor, at: datetime) -> None:
    """Take back every share in force, for a case that is being frozen. The caller holds the case."""
    for share in case.shares.live(day_of(at)).select_related("shared_with").order_by("pk"):
        _take_back(share, case, actor, at, why=" : dossier gelé")


def _take_back(share: CaseShare, case: TenantCase, actor: Actor, at: datetime, *, why: str = "") -> None:
    share.revoked_at, share.revoked_by_id = at, actor.user_id
    share.save(update_fields=["revoked_at", "revoked_by"])
    _withdraw_grants(share, case)
    record(case, actor, at, "share_ended", f"Partage avec {share.shared_with.name} retiré{why}")


def _withdraw_grants(share: CaseShare, case: TenantCase) -> None:
    for permission in PERMISSIONS_OF_LEVEL[ShareLevel.WRITE]:
        access.withdraw(share.shared_with_id, permission, case)


def _put_away(share: CaseShare, case: TenantCase, at: datetime) -> None:
    """Write the end of a share past its last day; the access itself ended that day."""
    share.ended_at = at
    share.save(update_fields=["ended_at"])
    _withdraw_grants(share, case)
    CaseEvent.objects.create(
        case=case,
        organisation_id=case.organisation_id,
        kind="share_ended",
        text=f"Partage avec {share.shared_with.name} arrivé à échéance le {format_date(share.ends_on)}",
        at=at,
        by_id=share.created_by_id,
        capacity=Role.MANAGER,
    )


def end_expired_shares(at: datetime) -> int:
    """Put away every share past its end, one organisation after the other; how many there were.

    Each in the capacity of its own organisation: nothing here reads across two of them.
    """
    count = 0
    for organisation_id in Organisation.objects.order_by("id").values_list("pk", flat=True):
        with tenancy.tenant(tenancy.TenantContext(None, organisation_id, Role.MANAGER)):
            expired = (
                CaseShare.objects.filter(organisation_id=organisation_id)
                .expired(day_of(at))
                .values_list("pk", "case_id")
            )
            for share_id, case_id in list(expired):
                case = TenantCase.objects.select_for_update().get(pk=case_id)
                share = CaseShare.objects.select_related("shared_with").get(pk=share_id)
                if share.ended_at is None and share.revoked_at is None:
                    _put_away(share, case, at)
                    count += 1
    return count


@transaction.atomic
def mark_reading(*, actor: Actor, case: TenantCase, at: datetime) -> None:
    """A line in the timeline when somebody of another organisation opens the case: one a person and day."""
    start = at - timedelta(days=1)
    same_day = CaseEvent.objects.filter(case=case, kind="shared_view", by_id=actor.user_id, at__gte=start)
    if any(day_of(seen) == day_of(at) for seen in same_day.values_list("at", flat=True)):
        return
    record(case, actor, at, "shared_view", "Dossier consulté")
