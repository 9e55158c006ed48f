"""What keeps a request from being submitted, point by point, each with the page that mends it (DOMAIN §4)."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from aids import permissions
from aids.calculation import calculate_request, is_stale
from aids.frozen import protocol_terms
from aids.models import AidRequest
from aids.states import RequestState
from ales.errors import InvalidInputError
from ales.verdict import Verdict, refused
from cases import facts as case_facts
from cases import protocols
from cases.models import TenantCase
from cases.models.protocol import ProtocolState
from members.access import Actor


@dataclass(frozen=True)
class MissingPoint:
    """One thing to do before submitting, and the page where it is done."""

    code: str
    message: str
    url_name: str
    url_args: tuple

    @property
    def url(self) -> str:
        return reverse(self.url_name, args=self.url_args)


def missing_points(request: AidRequest, case: TenantCase, at: datetime) -> list[MissingPoint]:
    """Everything that is missing, in the order of the work; empty when the request may go.

    `case` is loaded with its file (`TenantCase.objects.with_file()`).
    """
    return [
        *_file_points(case),
        *_terms_points(request, case, at),
        *_protocol_points(request, case),
        *_answer_points(request),
    ]


def may_validate(actor: Actor, request: AidRequest, case: TenantCase) -> Verdict:
    """Whether this person may grant the request on its file as it stands now.

    What was submitted, and signed by the household, is what is granted: once the file says otherwise the
    request goes back to its authors. `case` is loaded with its file.
    """
    allowed = permissions.may_validate(actor, request)
    computation = getattr(request, "computation", None)
    if allowed and (computation is None or is_stale(computation, case)):
        return refused(_("Le dossier a changé depuis la soumission : renvoyez la demande."))
    return allowed


def _file_points(case: TenantCase) -> list[MissingPoint]:
    return [
        MissingPoint(fault.code, fault.message, "cases:step", (case.public_id, fault.field))
        for fault in case_facts.missing_points(case)
    ]


def _terms_points(request: AidRequest, case: TenantCase, at: datetime) -> list[MissingPoint]:
    page = ("aids:edit", (request.public_id,))
    terms = list(request.terms.all())
    computation = getattr(request, "computation", None)
    if not terms or computation is None:
        return [MissingPoint("no_terms", _("Choisissez les mois à aider et leurs montants."), *page)]
    points = [
        MissingPoint("no_proof", _("%s : joignez le justificatif de loyer.") % str(term).capitalize(), *page)
        for term in terms
        if not term.proof_id or not term.proof_kind
    ]
    try:
        calculation = calculate_request(request, case, at)
    except InvalidInputError as error:
        return [*points, MissingPoint("no_scale", error.message, *page)]
    points += [MissingPoint(fault.code, fault.message, *page) for fault in calculation.faults]
    if is_stale(computation, case) or computation.scale != calculation.scale.as_dict():
        points.append(
            MissingPoint(
                "stale_computation",
                _("Le dossier ou le barème a changé depuis le calcul : enregistrez de nouveau les montants."),
                *page,
            )
        )
    return points


def _protocol_points(request: AidRequest, case: TenantCase) -> list[MissingPoint]:
    page = ("cases:protocol", (case.public_id, request.public_id))
    protocol = protocols.current(request.public_id)
    if protocol is None:
        return [MissingPoint("no_protocol", _("Préparez le protocole d’accord et faites-le signer."), *page)]
    computation = getattr(request, "computation", None)
    terms = protocol_terms(request, list(request.terms.all()), computation) if computation else None
    if protocol.terms != terms:
        return [
            MissingPoint(
                "protocol_differs",
                _("Le protocole ne porte plus les mois et montants de la demande : préparez-le de nouveau."),
                *page,
            )
        ]
    if protocol.state != ProtocolState.SIGNED:
        return [
            MissingPoint("protocol_unsigned", _("Déposez l’exemplaire signé du protocole d’accord."), *page)
        ]
    return []


def _answer_points(request: AidRequest) -> list[MissingPoint]:
    if request.state != RequestState.RETURNED:
        return []
    page = ("aids:points", (request.public_id,))
    return [
        MissingPoint("unanswered", _("Répondez au point renvoyé : %s") % point.text, *page)
        for point in request.points.all()
        if point.answered_at is None
    ]
