"""What the manager sends back or refuses, and what the association reopens (DOMAIN §3, §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from aids import notices, permissions
from aids.frozen import refusal_letter
from aids.models import AidRequest, RentTerm, SendBackPoint
from aids.models.event import SendBackSection
from aids.operations.letters import enqueue_letter
from aids.operations.steps import (
    lock_request,
    lock_with_case,
    record,
    refuse_second_settlement,
    required_reason,
    save,
)
from aids.states import LIVE, TERMS_HOLDING_MONTH, TermState
from ales.errors import InvalidInputError, require
from cases import facts as case_facts
from members.access import Actor

#: Constraints of the database that leave a month, a settlement or a renewal to one request.
ONE_HOLDER = ("term_month_once_a_case", "term_settlement_once_a_case", "aid_renewed_once")


@dataclass(frozen=True)
class PointInput:
    """One thing to mend, and the part of the file where it lies (SendBackSection)."""

    section: str
    text: str


@transaction.atomic
def send_back(
    *, actor: Actor, request_id: UUID, version: int | None, points: Sequence[PointInput], at: datetime
) -> AidRequest:
    """Return the request with the points to mend, each in its part of the file.

    Raises InvalidInputError (`points`, `points.N.text`), NotAllowedError, StalePageError.
    """
    request = lock_request(actor, request_id, version)
    require(permissions.may_send_back(actor, request))
    faults = {}
    for index, point in enumerate(points):
        if point.section not in SendBackSection.values:
            faults[f"points.{index}.section"] = [_("Choisissez la partie du dossier à compléter.")]
        if not point.text.strip():
            faults[f"points.{index}.text"] = [_("Dites ce qui est à compléter.")]
        elif len(point.text.strip()) > 500:
            faults[f"points.{index}.text"] = [_("Ce point dépasse 500 caractères : raccourcissez-le.")]
    if not points:
        faults["points"] = [_("Nommez au moins un point à compléter.")]
    if faults:
        raise InvalidInputError(faults)
    from_state = request.state
    request.send_back()
    save(request, at)
    for point in points:
        SendBackPoint.objects.create(
            organisation_id=request.organisation_id,
            request=request,
            section=point.section,
            text=point.text.strip(),
            raised_by_id=actor.user_id,
            raised_at=at,
        )
    # The association reads this line: the points themselves stay with the organisation.
    count = len(points)
    text = (
        _("Renvoyée : un point à compléter") if count == 1 else _("Renvoyée : %s points à compléter") % count
    )
    record(request, actor=actor, at=at, kind="send_back", text=text, from_state=from_state)
    notices.tell_author_of_send_back(request, at)
    return request


@transaction.atomic
def reject(*, actor: Actor, request_id: UUID, version: int | None, reason: str, at: datetime) -> AidRequest:
    """Refuse the request with a reason, told to the household by letter; its months are free again."""
    case, request = lock_with_case(actor, request_id, version)
    require(permissions.may_reject(actor, request))
    reason = required_reason(
        reason, _("Dites pourquoi la demande est refusée et ce qui permettrait de la revoir.")
    )
    from_state = request.state
    request.reject()
    request.decided_by_id, request.decided_at = actor.user_id, at
    request.decision_reason, request.closed_at = reason, at
    save(request, at)
    request.terms.update(state=TermState.REFUSED)
    record(
        request,
        actor=actor,
        at=at,
        kind="reject",
        text=_("Demande refusée"),
        from_state=from_state,
        reason=reason,
    )
    enqueue_letter(
        request,
        actor,
        kind="refusal_letter",
        title=_("Lettre de refus %s") % request.reference,
        payload=refusal_letter(request, case_facts.facts_of(case), actor, at),
        at=at,
    )
    notices.tell_author_of_decision(request, at)
    return request


@transaction.atomic
def reopen(*, actor: Actor, request_id: UUID, version: int | None, reason: str, at: datetime) -> AidRequest:
    """The association has a refusal looked at again: it waits for a decision anew.

    Raises InvalidInputError when another request of the case took its place meanwhile.
    """
    request = lock_request(actor, request_id, version)
    require(permissions.may_reopen(actor, request))
    reason = required_reason(reason, _("Dites pourquoi la demande est rouverte."))
    _refuse_taken_place(request)
    from_state = request.state
    request.reopen()
    request.decided_by = request.decided_at = request.closed_at = None
    request.decision_reason = ""
    try:
        with transaction.atomic():
            save(request, at)
            request.terms.update(state=TermState.ASKED)
    except IntegrityError as error:
        # The association can't lock the case: another request may take the place at the same moment.
        if not any(name in str(error) for name in ONE_HOLDER):
            raise
        raise InvalidInputError(
            _(
                "Une autre demande de ce dossier vient de prendre la place : "
                "celle-ci ne peut pas être rouverte."
            )
        ) from error
    record(
        request,
        actor=actor,
        at=at,
        kind="reopen",
        text=_("Demande rouverte"),
        from_state=from_state,
        reason=reason,
    )
    notices.tell_managers_of_submission(request, at)
    return request


def _refuse_taken_place(request: AidRequest) -> None:
    others = AidRequest.objects.filter(case_id=request.case_id, purpose=request.purpose).exclude(
        pk=request.pk
    )
    follower = others.filter(state__in=sorted(LIVE), created_at__gt=request.created_at).first()
    if follower:
        raise InvalidInputError(
            _("Une autre demande de ce dossier, %s, a pris la suite : celle-ci ne peut pas être rouverte.")
            % follower.reference
        )
    refuse_second_settlement(request.case_id, request.purpose, but=request)
    months = [month for month in request.terms.values_list("month", flat=True) if month]
    taken = RentTerm.objects.filter(
        case_id=request.case_id, month__in=months, state__in=TERMS_HOLDING_MONTH
    ).first()
    if taken:
        raise InvalidInputError(_("Le mois %s est déjà aidé par une autre demande du dossier.") % taken)
