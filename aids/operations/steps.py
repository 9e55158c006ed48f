"""What every operation on a request shares: load and lock, sign, save, record (DESIGN §2.2, §2.3)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from aids.history import held_settlement, second_settlement_text
from aids.models import AidEvent, AidRequest
from aids.models.request import Purpose
from aids.states import RequestState
from ales.errors import InvalidInputError, NotAllowedError, StalePageError
from ales.explanation import Fault
from ales.text import fold
from cases import facts as case_facts
from cases.models import TenantCase
from members.access import Actor


def lock_case(actor: Actor, **lookup) -> TenantCase:
    """The case, locked, with its file; raises NotAllowedError when the actor can't see it."""
    case = TenantCase.objects.visible_to(actor).filter(**lookup).select_for_update(no_key=True).first()
    if case is None:
        raise NotAllowedError(_("Ce dossier n’est pas accessible avec votre habilitation."))
    return TenantCase.objects.with_file().get(pk=case.pk)


def lock_request(actor: Actor, request_id: UUID, version: int | None) -> AidRequest:
    """The request, locked. Raises NotAllowedError when the actor can't see it, StalePageError when
    somebody changed it since the page (`version`) was loaded."""
    request = (
        AidRequest.objects.visible_to(actor)
        .filter(public_id=request_id)
        .select_for_update(no_key=True)
        .first()
    )
    if request is None:
        raise NotAllowedError(_("Cette demande n’est pas accessible avec votre habilitation."))
    if version is not None and request.version != version:
        raise StalePageError
    return request


def lock_with_case(actor: Actor, request_id: UUID, version: int | None) -> tuple[TenantCase, AidRequest]:
    """Case then request, in the house's order of locks."""
    case_id = (
        AidRequest.objects.visible_to(actor)
        .filter(public_id=request_id)
        .values_list("case_id", flat=True)
        .first()
    )
    case = lock_case(actor, pk=case_id)
    return case, lock_request(actor, request_id, version)


def sign(request: AidRequest, actor: Actor) -> None:
    """The actor becomes one of the authors: they may not decide it any more (DOMAIN §3)."""
    if actor.user_id not in request.author_ids:
        request.author_ids = [*request.author_ids, actor.user_id]


def save(request: AidRequest, at: datetime) -> None:
    """Save with a new version, so that pages loaded before are stale."""
    request.version += 1
    request.updated_at = at
    request.save()


def record(
    request: AidRequest,
    *,
    actor: Actor,
    at: datetime,
    kind: str,
    text: str,
    from_state: str,
    reason: str = "",
) -> None:
    """One line of the timeline: who, when, in which capacity, from where to where and why."""
    AidEvent.objects.create(
        organisation_id=request.organisation_id,
        request=request,
        kind=kind,
        from_state=from_state,
        to_state=request.state,
        text=text,
        reason=reason,
        at=at,
        by_id=actor.user_id,
        capacity=actor.role,
    )


def required_reason(reason: str, message: str) -> str:
    """The reason, trimmed; raises InvalidInputError on `reason` when it is empty or too long."""
    reason = reason.strip()
    if not reason:
        raise InvalidInputError({"reason": [message]})
    if len(reason) > 2000:
        raise InvalidInputError({"reason": [_("Le motif dépasse 2 000 caractères : raccourcissez-le.")]})
    return reason


def refuse_unready(case: TenantCase) -> None:
    """Raise InvalidInputError while the case has no tenant or no dwelling: nothing can be computed."""
    blocking = {"no_person", "no_tenant", "no_tenancy"}
    faults = [fault.message for fault in case_facts.missing_points(case) if fault.code in blocking]
    if faults:
        raise InvalidInputError({"": faults})


def refuse_taken_purpose(case: TenantCase, purpose: str, *, but: AidRequest | None = None) -> None:
    """Raise InvalidInputError when another request of the case than `but` has this purpose and is on its way,
    or when its one settlement is taken. Call it under the lock of the case."""
    pending = (
        AidRequest.objects.filter(
            case=case,
            purpose=purpose,
            state__in=[RequestState.DRAFT, RequestState.SUBMITTED, RequestState.RETURNED],
        )
        .exclude(pk=but.pk if but else None)
        .first()
    )
    if pending:
        raise InvalidInputError(
            _("La demande %s de ce dossier est déjà en cours : terminez-la ou retirez-la.")
            % pending.reference
        )
    refuse_second_settlement(case.pk, purpose, but=but)


def refuse_second_settlement(case_id: int, purpose: str, *, but: AidRequest | None = None) -> None:
    """Raise InvalidInputError when a RELOGEMENT is asked for and another request of the case holds its one
    settlement (DOMAIN §4). Call it under the lock of the case."""
    if purpose != Purpose.RELOGEMENT:
        return
    held = held_settlement(case_id, but=but)
    if held:
        raise InvalidInputError(second_settlement_text(held))


def copy_who_and_where(request: AidRequest, facts: case_facts.CaseFacts) -> None:
    """What the association and the landlord may read without the social file."""
    request.tenant_name = facts.tenant_name
    request.landlord_id = facts.landlord_id
    request.landlord_reference = facts.landlord_reference
    request.town = facts.town
    request.department = facts.department
    request.search_text = fold(
        " ".join(
            (request.reference, facts.tenant_name, facts.landlord_name, facts.landlord_reference, facts.town)
        )
    )


def faults_by_field(faults: Sequence[Fault]) -> dict[str, list[str]]:
    """Faults of the rules as InvalidInputError wants them."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.field, []).append(fault.message)
    return found
