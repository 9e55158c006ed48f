"""Months, amounts and proofs of a request, computed as they are typed (DOMAIN §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from aids import permissions
from aids.calculation import (
    Calculation,
    applicable_scale,
    asked_position,
    calculate,
    nature_of,
    store,
    total_asked,
)
from aids.frozen import protocol_terms, term_label
from aids.history import history_of
from aids.models import AidRequest, RentTerm
from aids.models.request import Purpose
from aids.models.term import ProofKind
from aids.operations.steps import (
    copy_who_and_where,
    faults_by_field,
    lock_with_case,
    record,
    refuse_second_settlement,
    refuse_taken_purpose,
    refuse_unready,
    save,
    sign,
)
from aids.rules.ceiling import AskedTerm
from ales.documents.models import Audience
from ales.documents.uploads import store_upload
from ales.errors import InvalidInputError, require
from cases import facts as case_facts
from cases import protocols
from cases.models import TenantCase
from members.access import Actor


@dataclass(frozen=True)
class TermInput:
    """One term as typed. `month` None for a settlement; `amount` (euros) None means the whole ceiling;
    `nature` "" lets the date of the arrears say whether the month is past or coming."""

    month: date | None = None
    amount: Decimal | None = None
    nature: str = ""
    proof_kind: str = ""
    proof: UploadedFile | None = None


def preview(
    *, actor: Actor, request: AidRequest, purpose: str, terms: Sequence[TermInput], at: datetime
) -> Calculation:
    """The figures of typed terms, nothing being saved. Raises InvalidInputError without a scale."""
    case = TenantCase.objects.visible_to(actor).with_file().get(pk=request.case_id)
    return _calculate(case, request, purpose, terms, at)


def _calculate(
    case: TenantCase, request: AidRequest, purpose: str, terms: Sequence[TermInput], at: datetime
) -> Calculation:
    return calculate(
        case=case,
        purpose=purpose,
        terms=[AskedTerm(term.month, term.amount, asked_position(term.nature)) for term in terms],
        scale=applicable_scale(request, at).as_rule(),
        is_renewal=request.renewal_of_id is not None,
        history=history_of(case, excluding=request, arrears_on=case_facts.facts_of(case).arrears_on),
    )


@transaction.atomic
def save_terms(
    *,
    actor: Actor,
    request_id: UUID,
    version: int | None,
    purpose: str,
    terms: Sequence[TermInput],
    at: datetime,
) -> AidRequest:
    """Write the months, amounts and proofs, compute and freeze the figures with their explanation.

    A protocol issued for other terms is replaced. Raises InvalidInputError (fields `months`, `arrears`,
    `terms.N.amount`, `terms.N.proof`, `terms.N.proof_kind`…), NotAllowedError, StalePageError.
    """
    case, request = lock_with_case(actor, request_id, version)
    require(permissions.may_edit(actor, request))
    if request.renewal_of_id and purpose != Purpose.MAINTIEN:
        raise InvalidInputError({"purpose": [_("Un renouvellement garde l’objet « maintien ».")]})
    if purpose != request.purpose:
        refuse_taken_purpose(case, purpose, but=request)
    else:
        refuse_second_settlement(case.pk, purpose, but=request)
    refuse_unready(case)
    calculation = _calculate(case, request, purpose, terms, at)
    faults = faults_by_field(calculation.faults)
    for index, term in enumerate(terms):
        if term.proof_kind and term.proof_kind not in ProofKind.values:
            faults.setdefault(f"terms.{index}.proof_kind", []).append(
                _("Ce justificatif n’est pas dans la liste.")
            )
        if term.proof and not term.proof_kind:
            faults.setdefault(f"terms.{index}.proof_kind", []).append(
                _("Dites quel justificatif vous joignez.")
            )
    if faults:
        raise InvalidInputError(faults)
    request.purpose = Purpose(purpose)
    request.scale = applicable_scale(request, at)
    copy_who_and_where(request, case_facts.facts_of(case))
    written = _write_terms(actor, request, calculation, terms)
    request.asked_amount = total_asked(written)
    sign(request, actor)
    save(request, at)
    computation = store(request, case, calculation, at)
    _replace_protocol_if_changed(actor, request, protocol_terms(request, written, computation), at)
    record(
        request,
        actor=actor,
        at=at,
        kind="edit",
        text=_("Mois et montants enregistrés"),
        from_state=request.state,
    )
    return request


def _write_terms(
    actor: Actor, request: AidRequest, calculation: Calculation, typed: Sequence[TermInput]
) -> list[RentTerm]:
    """The request's terms as computed; a term of the same month keeps its row and its proof."""
    former = {term.month: term for term in request.terms.all()}
    kept = {computed.month for computed in calculation.computation.terms}
    request.terms.exclude(month__in=[m for m in kept if m]).exclude(
        pk__in=[term.pk for month, term in former.items() if month in kept]
    ).delete()
    written = []
    for index, (computed, source) in enumerate(zip(calculation.computation.terms, typed, strict=True)):
        term = former.get(computed.month) or RentTerm(
            organisation_id=request.organisation_id,
            case_id=request.case_id,
            request=request,
            month=computed.month,
        )
        term.landlord_id = request.landlord_id
        term.nature = nature_of(computed)
        term.ceiling, term.asked = computed.ceiling, computed.amount
        term.proof_kind = source.proof_kind
        if source.proof:
            term.proof = _store_proof(actor, request, term, index, source)
        term.save()
        written.append(term)
    return sorted(written, key=lambda term: (term.month or date.min, term.pk))


def _store_proof(actor: Actor, request: AidRequest, term: RentTerm, index: int, source: TermInput):
    label = ProofKind(source.proof_kind).label.capitalize()
    try:
        return store_upload(
            source.proof,
            organisation_id=request.organisation_id,
            audience=Audience.SOCIAL,
            subject_kind="aid_request",
            subject_id=request.public_id,
            kind="rent_proof",
            title=f"{label} – {term_label(term.month)}",
            created_by_id=actor.user_id,
        )
    except InvalidInputError as error:
        raise InvalidInputError(
            {f"terms.{index}.proof": error.faults.get("file", [error.message])}
        ) from error


def _replace_protocol_if_changed(actor: Actor, request: AidRequest, terms: dict, at: datetime) -> None:
    protocol = protocols.current(request.public_id)
    if protocol is not None and protocol.terms != terms:
        protocols.replace(request.public_id, actor=actor, at=at)
