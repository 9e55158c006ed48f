"""The rights of the person, as their manager sees to them (GDPR art. 15 to 18, DOMAIN §14)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from ales.audit.models import ScrubReason
from ales.errors import InvalidInputError, require
from cases.models import DataRequest, TenantCase
from cases.models.case import LimitKind
from cases.models.data_request import RequestKind
from cases.operations.base import day_of, lock
from cases.operations.sharing import close_to_others
from cases.personal_data import permissions, scrubbing
from cases.personal_data.keeping import duties_of
from members.access import Actor


def log(case: TenantCase, actor: Actor, kind: RequestKind, at: datetime, note: str = "") -> DataRequest:
    """Write down that a right was exercised."""
    return DataRequest.objects.create(
        case=case,
        organisation_id=case.organisation_id,
        kind=kind,
        note=note,
        at=at,
        by_id=actor.user_id,
        capacity=actor.role,
    )


@transaction.atomic
def record_correction(*, actor: Actor, case_id: UUID, note: str, at: datetime) -> None:
    """Write down what the person asked to correct; the correction itself is made in the steps."""
    case = lock(actor, case_id)
    require(permissions.may_correct(actor, case))
    if not note.strip():
        raise InvalidInputError({"note": ["Dites ce que la personne demande de corriger."]})
    log(case, actor, RequestKind.CORRECTION, at, note.strip())


@transaction.atomic
def limit(*, actor: Actor, case_id: UUID, kind: str, reason: str, at: datetime) -> None:
    """Freeze the file: read only, for its own organisation alone, neither handed over, anonymised nor erased
    until released. Shares in force are taken back: to consult is to process (GDPR art. 18)."""
    case = lock(actor, case_id)
    require(permissions.may_limit(actor, case))
    faults = {}
    if kind not in LimitKind.values:
        faults["kind"] = ["Choisissez pourquoi le dossier est gelé."]
    if not reason.strip():
        faults["reason"] = ["Indiquez le motif : il est montré sur le dossier."]
    if faults:
        raise InvalidInputError(faults)
    # `updated_at` stays: freezing a file is no contact with the person.
    case.limit_kind, case.limit_reason, case.limited_on = kind, reason.strip(), day_of(at)
    case.save(update_fields=["limit_kind", "limit_reason", "limited_on"])
    close_to_others(case, actor=actor, at=at)
    log(case, actor, RequestKind.LIMITATION, at, reason.strip())


@transaction.atomic
def release(*, actor: Actor, case_id: UUID, at: datetime) -> None:
    """Lift the freeze."""
    case = lock(actor, case_id)
    require(permissions.may_release(actor, case))
    case.limit_kind, case.limit_reason, case.limited_on = "", "", None
    case.save(update_fields=["limit_kind", "limit_reason", "limited_on"])
    log(case, actor, RequestKind.RELEASE, at)


@transaction.atomic
def erase(*, actor: Actor, case_id: UUID, typed_reference: str, at: datetime) -> None:
    """Anonymise now, at the person's request, within the accounting duty; there is no way back.

    The reference typed once more is the second look. Raises NotAllowedError while a duty needs the file.
    """
    case = lock(actor, case_id)
    require(permissions.may_erase(actor, case, duties=duties_of(case)))
    if typed_reference.strip().upper() != case.reference:
        raise InvalidInputError({"reference": [f"Recopiez la référence du dossier : {case.reference}."]})
    log(case, actor, RequestKind.ERASURE, at)
    scrubbing.anonymise(case, ScrubReason.ERASURE)
