"""The thread of an aid request: the organisation, the association and the landlord each read their part."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from aids.models import AidRequest
from aids.models.request import ANONYMISED_NAME
from aids.states import LANDLORD_STATES
from ales import registry
from ales.registry import Panel
from ales.verdict import ALLOWED, Verdict, refused
from cases import permissions
from cases.models import Message
from cases.threads import display
from cases.threads.subjects import Thread
from members.access import Actor

KIND = "aid_request"


def of_aid(actor: Actor, subject_id: UUID) -> Thread | None:
    """The thread of an aid the actor may see, as its page does (DOMAIN §3)."""
    aids = AidRequest.objects.visible_to(actor).select_related("organisation", "landlord", "case")
    if not actor.is_social:
        aids = AidRequest.objects.visible_to(actor).select_related("organisation", "landlord")
    aid = aids.filter(public_id=subject_id).first()
    return thread_of(actor, aid) if aid else None


def thread_of(actor: Actor, aid: AidRequest) -> Thread:
    """The landlord can be written to once the aid shows on its pages."""
    page = registry.landlord_aid_page if actor.is_landlord_agent else registry.aid_page
    return Thread(
        kind=KIND,
        subject_id=aid.public_id,
        case_id=aid.case_id,
        organisation=aid.organisation,
        landlord=aid.landlord,
        reference=aid.reference,
        title=_("Aide %s") % aid.reference,
        page_url=page(aid.public_id),
        referent_id=aid.submitted_by_id or aid.created_by_id,
        writable=_writable(actor, aid),
        with_landlord=aid.state in LANDLORD_STATES,
    )


def _writable(actor: Actor, aid: AidRequest) -> Verdict:
    """Not once the file is anonymised or frozen: others know it by the name that is gone."""
    if actor.is_social:
        return permissions.as_it_is(aid.case)
    return (
        ALLOWED
        if aid.tenant_name != ANONYMISED_NAME
        else refused(_("Ce dossier est anonymisé : il ne se modifie plus."))
    )


def aid_panel(request: HttpRequest, aid: AidRequest) -> list[Panel]:
    """The last messages about the aid."""
    return display.panel(request, of_aid(request.actor, aid.public_id), order=60)


def aid_events(request: HttpRequest, aid: AidRequest) -> list[dict[str, Any]]:
    """Messages about the aid that the actor reads, for its timeline."""
    return display.events(Message.objects.visible_to(request.actor).about(KIND, aid.public_id))
