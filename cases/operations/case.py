"""Use cases on the case as a whole: open, close, reopen, hand over, keep what is being typed."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from ales import registry
from ales.errors import InvalidInputError, require
from ales.numbering import next_number
from cases import permissions
from cases.models import Household, Person, StepDraft, TenantCase
from cases.models.case import CaseState
from cases.models.household import PersonPosition
from cases.operations.base import check_case, day_of, lock, record, refresh_summary, touch
from members.access import Actor
from members.models import Membership, User
from members.roles import SOCIAL_ROLES


def is_held(case: TenantCase) -> bool:
    """Whether a room above still needs the case as it stands (an aid under way)."""
    return any(needs(case) for needs in registry.case_locks)


def referents_of(organisation_id: int) -> list[tuple[str, str]]:
    """(public id, name) of the people who may follow a case of this organisation, by name."""
    people = (
        User.objects.filter(
            memberships__in=Membership.objects.active().filter(
                organisation_id=organisation_id, role__in=SOCIAL_ROLES
            )
        )
        .distinct()
        .order_by("last_name", "first_name", "id")
    )
    return [(str(person.public_id), person.full_name) for person in people]


def referent_of(organisation_id: int, public_id: UUID) -> User:
    """The person of that organisation; raises InvalidInputError for anybody else."""
    if str(public_id) not in dict(referents_of(organisation_id)):
        raise InvalidInputError(
            {"referent": ["Choisissez un travailleur social ou un responsable de votre organisme."]}
        )
    return User.objects.get(public_id=public_id)


@transaction.atomic
def create_case(
    *,
    actor: Actor,
    key: UUID,
    last_name: str,
    first_name: str,
    referent_id: UUID,
    opened_on: date,
    at: datetime,
) -> TenantCase:
    """Open a case with its tenant and its reference D-YYYY-NNNNN (a number a year and organisation).

    `key` becomes the case's public id: the same form sent twice opens one case.
    """
    require(permissions.may_create(actor))
    already = TenantCase.objects.visible_to(actor).filter(public_id=key).first()
    if already is not None:
        return already
    referent = referent_of(actor.organisation_id, referent_id)
    number = next_number(f"case:{actor.organisation_id}:{opened_on.year}")
    try:
        with transaction.atomic():
            case = TenantCase.objects.create(
                public_id=key,
                organisation_id=actor.organisation_id,
                reference=f"D-{opened_on.year}-{number:05d}",
                referent=referent,
                opened_on=opened_on,
                created_by_id=actor.user_id,
                created_at=at,
                updated_at=at,
            )
    except IntegrityError as error:
        # The key is somebody else's, hidden by row security: nothing of it may be told.
        raise InvalidInputError("Ce formulaire a expiré : rechargez la page, puis recommencez.") from error
    Household.objects.create(case=case)
    Person.objects.create(
        case=case, position=PersonPosition.TENANT, last_name=last_name, first_name=first_name
    )
    refresh_summary(case)
    record(case, actor, at, "opened", f"Dossier ouvert, référent : {referent.full_name}")
    return case


@transaction.atomic
def close_case(
    *, actor: Actor, case_id: UUID, version: int | None, reason: str, closed_on: date, at: datetime
) -> TenantCase:
    """Close the case with its reason, on a day from the opening to today."""
    case = lock(actor, case_id)
    check_case(case, version)
    require(permissions.may_close(actor, case, held=is_held(case)))
    faults = {}
    if not reason.strip():
        faults["closing_reason"] = ["Indiquez le motif de clôture."]
    if not case.opened_on <= closed_on <= day_of(at):
        faults["closed_on"] = ["La clôture se situe entre l’ouverture du dossier et aujourd’hui."]
    if faults:
        raise InvalidInputError(faults)
    case.state = CaseState.CLOSED
    case.closed_on = closed_on
    case.closing_reason = reason.strip()
    touch(case, at)
    case.save()
    record(case, actor, at, "closed", f"Dossier clos : {case.closing_reason}")
    return case


@transaction.atomic
def reopen_case(*, actor: Actor, case_id: UUID, version: int | None, at: datetime) -> TenantCase:
    """Reopen a closed case; why it was closed stays in the timeline."""
    case = lock(actor, case_id)
    check_case(case, version)
    require(permissions.may_reopen(actor, case))
    case.state = CaseState.OPEN
    case.closed_on = None
    case.closing_reason = ""
    touch(case, at)
    case.save()
    record(case, actor, at, "reopened", "Dossier rouvert")
    return case


@transaction.atomic
def change_referent(
    *, actor: Actor, case_id: UUID, version: int | None, referent_id: UUID, at: datetime
) -> TenantCase:
    """Hand the case over to a colleague of the same organisation; the same one twice changes nothing."""
    case = lock(actor, case_id)
    check_case(case, version)
    require(permissions.may_follow(actor, case))
    referent = referent_of(case.organisation_id, referent_id)
    if referent.pk == case.referent_id:
        return case
    case.referent = referent
    touch(case, at)
    case.save()
    record(case, actor, at, "referent", f"Nouveau référent : {referent.full_name}")
    return case


@transaction.atomic
def save_draft(
    *, actor: Actor, case_id: UUID, step: str, data: dict[str, list[str]], at: datetime
) -> StepDraft:
    """Keep what was typed in a step, valid or not, one draft a person; the last one wins.

    NUL bytes are dropped: PostgreSQL can't store them and nobody types them.
    """
    case = lock(actor, case_id)
    require(permissions.may_edit(actor, case))
    clean = {
        name.replace("\x00", ""): [value.replace("\x00", "") for value in values]
        for name, values in data.items()
    }
    draft, _ = StepDraft.objects.update_or_create(
        case=case,
        step=step,
        user_id=actor.user_id,
        defaults={"data": clean, "saved_at": at, "organisation_id": case.organisation_id},
    )
    return draft


@transaction.atomic
def discard_draft(*, actor: Actor, case_id: UUID, step: str) -> None:
    """Forget what this person typed in a step and never saved."""
    case = lock(actor, case_id)
    StepDraft.objects.filter(case=case, step=step, user_id=actor.user_id).delete()
