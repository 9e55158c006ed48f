"""Rows and blocks of the pages, with their text and address ready made (DESIGN §2.11)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids.frozen import term_label
from aids.models import AidEvent, AidRequest, RentTerm
from aids.models.request import Purpose
from aids.states import TONES, RequestState, TermState
from ales import registry
from ales.dates import format_date
from ales.money import format_euros, to_cents
from cases.models import Protocol
from members.access import Actor
from members.roles import Role

TERM_TONES = {
    TermState.ASKED: "neutral",
    TermState.GRANTED: "info",
    TermState.ORDERED: "progress",
    TermState.PAID: "success",
    TermState.RELEASED: "warning",
    TermState.REFUSED: "danger",
    TermState.WITHDRAWN: "neutral",
}
EVENT_TONES = {
    "submit": "info",
    "send_back": "warning",
    "validate": "success",
    "reject": "danger",
    "reopen": "info",
    "withdraw": "neutral",
    "stop": "warning",
    "order": "progress",
    "return": "warning",
    "execution": "success",
    "recovery": "warning",
}
EVENT_ICONS = {
    "create": "document-plus",
    "edit": "pencil-square",
    "protocol": "document-check",
    "submit": "paper-airplane",
    "send_back": "arrow-uturn-left",
    "answer": "chat-bubble-left",
    "withdraw": "archive-box",
    "stop": "stop-circle",
    "order": "banknotes",
    "execution": "banknotes",
    "recovery": "arrow-uturn-left",
}
#: Reasons the association may read: those of a decision, never those of the social work.
DECISION_EVENTS = frozenset({"reject", "reopen", "stop", "recovery"})


def state_of(request: AidRequest) -> dict[str, str]:
    """Label and tone of the request's badge."""
    return {"label": str(RequestState(request.state).label), "tone": TONES[RequestState(request.state)]}


def purpose_text(request: AidRequest) -> str:
    """`maintien dans le logement (renouvellement)`."""
    label = str(Purpose(request.purpose).label)
    return f"{label} (renouvellement)" if request.renewal_of_id else label


def list_row(request: AidRequest, *, with_organisation: bool) -> dict[str, Any]:
    """A line of the list of requests; landlord (and organisation) must be loaded."""
    amount = request.asked_amount if request.granted_amount is None else request.granted_amount
    state = state_of(request)
    return {
        "id": str(request.public_id),
        "cents": to_cents(amount),
        "url": reverse("aids:detail", args=[request.public_id]),
        "tenant": request.tenant_name,
        "town": request.town,
        "reference": request.reference,
        "purpose": purpose_text(request),
        "landlord": request.landlord.name,
        "organisation": request.organisation.name if with_organisation else "",
        "state": state["label"],
        "tone": state["tone"],
        "amount": format_euros(amount),
        "amount_kind": "demandé" if request.granted_amount is None else "accordé",
        "updated": format_date(localdate(request.updated_at)),
    }


def waiting_days(request: AidRequest, now: datetime) -> int:
    """Whole days since the submission."""
    return (localdate(now) - localdate(request.submitted_at)).days


def waiting_text(days: int) -> str:
    """`aujourd’hui`, `depuis 1 jour`, `depuis 12 jours`."""
    if days <= 0:
        return "soumise aujourd’hui"
    return "depuis 1 jour" if days == 1 else f"depuis {days} jours"


def queue_row(request: AidRequest, now: datetime, url_name: str = "aids:decision") -> dict[str, Any]:
    """A line of the manager's queue."""
    days = waiting_days(request, now)
    return {
        "id": str(request.public_id),
        "cents": to_cents(request.asked_amount),
        "url": reverse(url_name, args=[request.public_id]),
        "tenant": request.tenant_name,
        "town": request.town,
        "reference": request.reference,
        "purpose": purpose_text(request),
        "amount": format_euros(request.asked_amount),
        "submitter": request.submitted_by.full_name,
        "submitted": format_date(localdate(request.submitted_at)),
        "waiting": waiting_text(days),
        "tone": "danger" if days >= 10 else "warning" if days >= 5 else "neutral",
    }


def told_states(actor: Actor, aid: AidRequest) -> dict[int, tuple[str, str]]:
    """By a term's id, the label and tone that the rooms above show instead of its own state."""
    told: dict[int, tuple[str, str]] = {}
    for states in registry.term_states:
        told |= states(actor, aid)
    return told


def term_rows(
    terms: Iterable[RentTerm], told: Mapping[int, tuple[str, str]] = MappingProxyType({})
) -> list[dict[str, Any]]:
    """The échéances of a request; the database hides the proofs from who may not open them. `told`: see
    `told_states`."""
    own = {state: (str(state.label), TERM_TONES[state]) for state in TermState}
    return [
        {
            "label": term_label(term.month),
            "nature": str(term.get_nature_display()),
            "ceiling": format_euros(term.ceiling),
            "asked": format_euros(term.asked),
            "granted": None if term.granted is None else format_euros(term.granted),
            "reason": term.reduction_reason,
            "state": told.get(term.pk, own[TermState(term.state)])[0],
            "tone": told.get(term.pk, own[TermState(term.state)])[1],
            "paid_on": f"le {format_date(term.paid_on)}" if term.paid_on else "",
            "proof_kind": str(term.get_proof_kind_display()) if term.proof_kind else "",
            "proof_url": (reverse("documents:download", args=[term.proof.public_id]) if term.proof else ""),
        }
        for term in terms
    ]


def timeline_rows(events: Iterable[AidEvent], *, social: bool) -> list[dict[str, Any]]:
    """The timeline; without `social`, only the reasons of decisions are told."""
    return [
        {
            "at": event.at,
            "what": event.text,
            "who": event.by.full_name,
            "capacity": str(Role(event.capacity).label),
            "reason": event.reason if social or event.kind in DECISION_EVENTS else "",
            "tone": EVENT_TONES.get(event.kind, "neutral"),
            "icon": EVENT_ICONS.get(event.kind, ""),
        }
        for event in events
    ]


def signature_rows(versions: Iterable[Protocol]) -> list[dict[str, Any]]:
    """Each signed version of the agreement as a step of the timeline, on the day it was signed."""
    return [
        {
            "at": protocol.signed_on,
            "what": _("Protocole signé"),
            "who": protocol.filed_by.full_name,
            "reason": _("Version %s ; exemplaire signé déposé au dossier.") % protocol.version,
            "tone": "success",
            "icon": "document-check",
        }
        for protocol in versions
        if protocol.signed_on
    ]
