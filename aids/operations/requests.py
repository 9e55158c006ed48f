"""What the authors of a request do: enter, compute, submit, answer, withdraw (DOMAIN §4, §7)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids import notices, permissions
from aids.frozen import protocol_terms
from aids.history import renewable_aid
from aids.models import AidRequest, SendBackPoint
from aids.models.request import Purpose
from aids.operations.steps import (
    copy_who_and_where,
    lock_case,
    lock_request,
    lock_with_case,
    record,
    refuse_second_settlement,
    refuse_taken_purpose,
    refuse_unready,
    required_reason,
    save,
    sign,
)
from aids.readiness import missing_points
from aids.states import TERMS_HOLDING_MONTH, TermState
from ales.errors import InvalidInputError, require
from ales.numbering import next_number
from cases import facts as case_facts
from cases import protocols
from cases.models import Protocol, TenantCase
from members.access import Actor


@transaction.atomic
def create_request(
    *, actor: Actor, case_id: UUID, purpose: str, at: datetime, renewal_of: UUID | None = None
) -> AidRequest:
    """A new draft on this case, or the renewal of its granted aid (`renewal_of`, a request's public id).

    Raises NotAllowedError, and InvalidInputError when the case has no tenant or dwelling yet, has a
    request on its way, may not renew, or had its settlement.
    """
    case = lock_case(actor, public_id=case_id)
    require(permissions.may_create(actor, case))
    facts = case_facts.facts_of(case)
    refuse_unready(case)
    renewed = _renewed(case, purpose, renewal_of)
    year = localdate(at).year
    request = AidRequest(
        organisation_id=case.organisation_id,
        case=case,
        reference=f"A-{year}-{next_number(f'aid:{year}'):05d}",
        purpose=Purpose(purpose),
        renewal_of=renewed,
        author_ids=[actor.user_id],
        created_by_id=actor.user_id,
        created_at=at,
        updated_at=at,
    )
    copy_who_and_where(request, facts)
    request.save()
    text = _("Renouvellement de %s saisi") % renewed.reference if renewed else _("Demande saisie")
    record(request, actor=actor, at=at, kind="create", text=text, from_state="")
    return request


def _renewed(case: TenantCase, purpose: str, renewal_of: UUID | None) -> AidRequest | None:
    """The aid to renew, or None for a first one; raises InvalidInputError when neither is possible."""
    if purpose != Purpose.MAINTIEN:
        if renewal_of:
            raise InvalidInputError(
                _("L’aide au relogement est un seul règlement : elle ne se renouvelle pas.")
            )
        refuse_taken_purpose(case, purpose)
        return None
    refuse_taken_purpose(case, purpose)
    granted = (
        AidRequest.objects.granted()
        .filter(case=case, purpose=Purpose.MAINTIEN, terms__state__in=TERMS_HOLDING_MONTH)
        .distinct()
    )
    if len(granted) >= 2:
        raise InvalidInputError(
            _(
                "L’aide se renouvelle une seule fois : ce dossier a déjà eu deux périodes. "
                "Une difficulté nouvelle ouvre un nouveau dossier."
            )
        )
    if renewal_of is None:
        if granted:
            raise InvalidInputError(
                _("Ce dossier a déjà l’aide %s : demandez son renouvellement.") % granted[0].reference
            )
        return None
    renewed = renewable_aid(case)
    if renewed is None or renewed.public_id != renewal_of:
        raise InvalidInputError(
            _("Seule une aide accordée de ce dossier, non encore renouvelée, se renouvelle.")
        )
    return renewed


@transaction.atomic
def prepare_protocol(*, actor: Actor, request_id: UUID, version: int | None, at: datetime) -> Protocol:
    """Hand the computed terms to the protocol (DOMAIN §4); who prepares it becomes one of the authors.

    Raises InvalidInputError before any term, NotAllowedError, StalePageError.
    """
    _case, request = lock_with_case(actor, request_id, version)
    require(permissions.may_edit(actor, request))
    terms = list(request.terms.all())
    if not terms:
        raise InvalidInputError(_("Choisissez d’abord les mois et les montants : le protocole les porte."))
    former = protocols.current(request.public_id)
    protocol = protocols.prepare(
        actor=actor,
        case_id=_case.public_id,
        request_id=request.public_id,
        terms=protocol_terms(request, terms, request.computation),
        at=at,
    )
    if actor.user_id not in request.author_ids:
        sign(request, actor)
        save(request, at)
    if former is None or former.pk != protocol.pk:
        record(
            request,
            actor=actor,
            at=at,
            kind="protocol",
            text=_("Protocole préparé (version %s)") % protocol.version,
            from_state=request.state,
        )
    return protocol


@transaction.atomic
def submit(*, actor: Actor, request_id: UUID, version: int | None, at: datetime) -> AidRequest:
    """Send the request to the manager, the first time or after a send-back.

    Raises InvalidInputError listing every missing point, NotAllowedError, StalePageError.
    """
    case, request = lock_with_case(actor, request_id, version)
    require(permissions.may_submit(actor, request))
    refuse_second_settlement(case.pk, request.purpose, but=request)
    missing = missing_points(request, case, at)
    if missing:
        raise InvalidInputError({"": [point.message for point in missing]})
    from_state = request.state
    first = request.first_submitted_at is None
    copy_who_and_where(request, case_facts.facts_of(case))
    request.submit()
    request.submitted_by_id = actor.user_id
    request.submitted_at = at
    request.first_submitted_at = request.first_submitted_at or at
    sign(request, actor)
    save(request, at)
    request.computation.is_frozen = True
    request.computation.save(update_fields=["is_frozen"])
    text = _("Demande soumise") if first else _("Demande complétée et soumise de nouveau")
    record(request, actor=actor, at=at, kind="submit", text=text, from_state=from_state)
    notices.tell_managers_of_submission(request, at)
    return request


@transaction.atomic
def answer_points(
    *, actor: Actor, request_id: UUID, version: int | None, answers: Mapping[UUID, str], at: datetime
) -> AidRequest:
    """Answer points of a send-back, by their public id; a blank answer leaves its point open.

    Raises InvalidInputError (`points.<id>`), NotAllowedError, StalePageError.
    """
    request = lock_request(actor, request_id, version)
    require(permissions.may_answer(actor, request))
    points = list(request.points.filter(public_id__in=list(answers)))
    faults = {
        f"points.{point.public_id}": [_("La réponse dépasse 500 caractères : raccourcissez-la.")]
        for point in points
        if len(answers[point.public_id].strip()) > 500
    }
    if faults:
        raise InvalidInputError(faults)
    answered = [point for point in points if _answer(point, answers[point.public_id].strip(), actor, at)]
    if not answered:
        return request
    SendBackPoint.objects.bulk_update(answered, ["answer", "answered_by", "answered_at"])
    sign(request, actor)
    save(request, at)
    count = len(answered)
    text = _("Un point complété") if count == 1 else _("%s points complétés") % count
    record(request, actor=actor, at=at, kind="answer", text=text, from_state=request.state)
    return request


def _answer(point: SendBackPoint, answer: str, actor: Actor, at: datetime) -> bool:
    """Write the answer on the point; False when nothing changes."""
    if answer == point.answer:
        return False
    point.answer = answer
    point.answered_by_id = actor.user_id if answer else None
    point.answered_at = at if answer else None
    return True


@transaction.atomic
def withdraw(*, actor: Actor, request_id: UUID, version: int | None, reason: str, at: datetime) -> AidRequest:
    """Take the request back before its decision; its months are free again."""
    _case, request = lock_with_case(actor, request_id, version)
    require(permissions.may_withdraw(actor, request))
    reason = required_reason(reason, _("Dites pourquoi la demande est retirée."))
    from_state = request.state
    request.withdraw()
    request.closed_at = at
    save(request, at)
    request.terms.update(state=TermState.WITHDRAWN)
    protocols.discard(request.public_id, actor=actor, at=at)
    record(
        request,
        actor=actor,
        at=at,
        kind="withdraw",
        text=_("Demande retirée"),
        from_state=from_state,
        reason=reason,
    )
    return request
