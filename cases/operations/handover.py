"""Use cases of a handover: propose a case to another organisation, call it back, accept, refuse."""

from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from ales import registry
from ales.errors import InvalidInputError, NotAllowedError, Refusal, require
from ales.numbering import next_number
from cases import permissions
from cases.models import CaseEvent, CaseHandover, TenantCase
from cases.models.share import HandoverState
from cases.notices import tell_managers_of_answer, tell_managers_of_proposal
from cases.operations.base import lock, record, refresh_summary, touch
from cases.operations.case import referent_of
from cases.operations.sharing import receiver
from members.access import Actor

GONE = "Ce transfert n’existe pas ou a déjà reçu sa réponse."
#: SQLSTATE of a refusal by the database, whose message is for the person (migrations *_handover).
REFUSED = "AL409"


def handover_refusals(case: TenantCase) -> list[str]:
    """Why the case can't leave now, from this room and the rooms above; empty when it can."""
    return [reason for refusals in registry.handover_refusals for reason in refusals(case)]


@transaction.atomic
def propose_handover(
    *, actor: Actor, case_id: UUID, organisation: UUID, reason: str, at: datetime
) -> CaseHandover:
    """Propose the case to another organisation: its managers accept or refuse.

    Raises NotAllowedError while an aid is submitted or an order under way, InvalidInputError at a field.
    """
    case = lock(actor, case_id)
    require(permissions.may_propose_handover(actor, case, refusals=handover_refusals(case)))
    if not reason.strip():
        raise InvalidInputError({"reason": ["Indiquez pourquoi ce dossier change d’organisme."]})
    to_organisation = receiver(actor, organisation)
    if CaseHandover.objects.filter(case=case).waiting().exists():
        raise InvalidInputError("Un transfert de ce dossier attend déjà une réponse.")
    handover = CaseHandover.objects.create(
        case=case,
        organisation_id=case.organisation_id,
        from_organisation_id=case.organisation_id,
        to_organisation=to_organisation,
        reference=case.reference,
        town=case.town,
        opened_on=case.opened_on,
        reason=reason.strip(),
        proposed_by_id=actor.user_id,
        proposed_at=at,
    )
    record(case, actor, at, "handover", f"Transfert proposé à {to_organisation.name} : {handover.reason}")
    tell_managers_of_proposal(handover, at)
    return handover


def _waiting(actor: Actor, handover_id: UUID) -> CaseHandover:
    """The proposal, locked, while it waits. First lock here: the receiver can't see the case yet."""
    handover = (
        CaseHandover.objects.visible_to(actor)
        .waiting()
        .select_for_update(of=("self",))
        .select_related("from_organisation", "to_organisation")
        .filter(public_id=handover_id)
        .first()
    )
    if handover is None:
        raise NotAllowedError(GONE)
    return handover


def _answer(handover: CaseHandover, actor: Actor, at: datetime, state: str, reason: str = "") -> None:
    handover.state, handover.decision_reason = state, reason
    handover.decided_by_id, handover.decided_at = actor.user_id, at
    handover.save(update_fields=["state", "decision_reason", "decided_by", "decided_at"])


@transaction.atomic
def cancel_handover(*, actor: Actor, handover_id: UUID, at: datetime) -> CaseHandover:
    """Call a proposal back, while it waits."""
    handover = _waiting(actor, handover_id)
    require(permissions.may_cancel_handover(actor, handover))
    _answer(handover, actor, at, HandoverState.CANCELLED)
    CaseEvent.objects.create(
        case_id=handover.case_id,
        organisation_id=handover.organisation_id,
        kind="handover",
        text=f"Transfert à {handover.to_organisation.name} annulé",
        at=at,
        by_id=actor.user_id,
        capacity=actor.role,
    )
    return handover


@transaction.atomic
def refuse_handover(*, actor: Actor, handover_id: UUID, reason: str, at: datetime) -> CaseHandover:
    """Leave the case where it is, and say why."""
    handover = _waiting(actor, handover_id)
    require(permissions.may_answer_handover(actor, handover))
    if not reason.strip():
        raise InvalidInputError({"reason": ["Indiquez pourquoi ce transfert est refusé."]})
    _answer(handover, actor, at, HandoverState.REFUSED, reason.strip())
    tell_managers_of_answer(handover, at)
    return handover


@transaction.atomic
def accept_handover(*, actor: Actor, handover_id: UUID, referent_id: UUID, at: datetime) -> TenantCase:
    """Take the case over with its history, a référent of ours and a reference of ours.

    The database's own function moves it (`cases_handover`): no organisation may write another's rows.
    Raises NotAllowedError when an aid was submitted or an order written in the meantime.
    """
    handover = _waiting(actor, handover_id)
    require(permissions.may_answer_handover(actor, handover))
    referent = referent_of(actor.organisation_id, referent_id)
    _move(handover, referent.pk, _free_reference(actor, handover.opened_on.year), at)
    case = TenantCase.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=handover.case_id)
    touch(case, at)
    refresh_summary(case)
    handover.refresh_from_db()
    record(
        case,
        actor,
        at,
        "handover",
        f"Dossier transféré de {handover.from_organisation.name} à {handover.to_organisation.name}, "
        f"ancienne référence {handover.reference}, référent : {referent.full_name}",
    )
    tell_managers_of_answer(handover, at)
    return case


def _free_reference(actor: Actor, year: int) -> str:
    """The receiver's next reference of that year, those taken passed over."""
    while True:
        number = next_number(f"case:{actor.organisation_id}:{year}")
        reference = f"D-{year}-{number:05d}"
        if not TenantCase.objects.followed_by(actor).filter(reference=reference).exists():
            return reference


def _move(handover: CaseHandover, referent_id: int, reference: str, at: datetime) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT cases_handover(%s, %s, %s, %s)", [handover.public_id, referent_id, reference, at]
            )
    except DatabaseError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis is None or diagnosis.sqlstate != REFUSED:
            raise
        raise Refusal(diagnosis.message_primary) from error
