"""What this room hangs onto the rooms below (ales/registry.py)."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aids import forecast, guide, lists, notices, permissions, search, threads
from aids.display import list_row, purpose_text, queue_row, state_of
from aids.history import held_settlement, renewable_aid, second_settlement_text
from aids.models import AidRequest
from aids.models.request import Purpose
from aids.states import GRANTED, RequestState
from ales import registry
from ales.documents.production import Builder
from ales.registry import Card, CaseSubject, NavEntry, Panel, ThreadSubject
from ales.verdict import Verdict, refused
from cases.models import TenantCase
from members.access import Actor
from members.roles import Role

SOCIAL = frozenset({Role.SOCIAL_WORKER, Role.MANAGER})
CARD_ROWS = 5
COUNT_BOUND = 99
LATELY = timedelta(days=14)
GIVEN_UP = (RequestState.WITHDRAWN, RequestState.REJECTED)
PENDING = (RequestState.DRAFT, RequestState.SUBMITTED, RequestState.RETURNED)


def aid_page(request_id: UUID) -> str:
    """Address of the page of a request."""
    return reverse("aids:detail", args=[request_id])


def register() -> None:
    """Called once by AppConfig.ready()."""
    for kind in notices.KINDS:
        registry.notification_kinds.add(kind)
    registry.chapters.add_all(guide.CHAPTERS)
    registry.tour_steps.add_all(guide.TOUR)
    registry.aid_pages.add(aid_page)
    registry.navigation.add(
        NavEntry(
            label=_("Demandes d’aide"),
            url_name="aids:list",
            icon="document-text",
            roles=SOCIAL | {Role.ASSOCIATION_ADMIN, Role.TREASURER},
            order=20,
        )
    )
    registry.navigation.add(
        NavEntry(
            label=_("À décider"),
            url_name="aids:queue",
            icon="scale",
            roles=frozenset({Role.MANAGER}),
            order=15,
            count=count_to_decide,
        )
    )
    registry.navigation.add(
        NavEntry(
            label=_("Barèmes"),
            url_name="aids:scales",
            icon="calculator",
            roles=frozenset({Role.ASSOCIATION_ADMIN}),
            order=70,
        )
    )
    registry.dashboard_cards.add(cards)
    registry.search_sources.add(search.AIDS)
    registry.list_shapes.add(lists.REQUESTS)
    registry.case_panels.add(case_panel)
    registry.case_locks.add(needs_the_file_as_it_stands)
    registry.handover_refusals.add(handover_refusals)
    registry.fund_payments_expected.add(forecast.payments_expected)
    registry.fund_demands.add(forecast.demands)
    registry.aid_panels.add(threads.aid_panel)
    registry.thread_subjects.add(ThreadSubject(threads.KIND, "aide", threads.of_aid))
    registry.case_subjects.add(CaseSubject("aid_request", _("Demande d’aide"), AidRequest, "case"))
    registry.document_builders.setdefault("decision_letter", Builder("documents/decision_letter.html"))
    registry.document_builders.setdefault("refusal_letter", Builder("documents/refusal_letter.html"))


def _decidable(actor: Actor):
    """What this manager may decide: submitted, and none of their own entries."""
    return (
        AidRequest.objects.visible_to(actor).awaiting_decision().exclude(author_ids__contains=[actor.user_id])
    )


def count_to_decide(actor: Actor) -> int:
    """How many wait for this manager, counted to 99 at most; one query."""
    return len(_decidable(actor).values_list("pk", flat=True)[:COUNT_BOUND])


def needs_the_file_as_it_stands(case: TenantCase) -> bool:
    """A manager is deciding on this file: it stays open, where it is. Its steps may still be corrected, and
    a change of what the figures rest on has the request sent back instead of granted."""
    return AidRequest.objects.filter(case=case, state=RequestState.SUBMITTED).exists()


def handover_refusals(case: TenantCase) -> list[str]:
    """A request submitted is decided where it was submitted; the database says the same."""
    if not needs_the_file_as_it_stands(case):
        return []
    return ["Une demande d’aide attend une décision : le dossier ne peut pas changer d’organisme."]


def cards(request: HttpRequest) -> list[Card]:
    """What waits for this person among the aids."""
    actor = request.actor
    if not actor.is_social:
        return []
    own = AidRequest.objects.visible_to(actor).filter(author_ids__contains=[actor.user_id])
    returned = own.filter(state=RequestState.RETURNED).latest_first()[:CARD_ROWS]
    drafts = own.filter(state=RequestState.DRAFT).latest_first()[:CARD_ROWS]
    decided = own.filter(decided_at__gte=timezone.now() - LATELY).order_by("-decided_at")[:CARD_ROWS]
    found = [
        *_to_stop(actor),
        Card(
            title=_("À compléter"),
            icon="arrow-uturn-left",
            rows=[_row(aid) for aid in returned],
            empty=_("Aucune demande ne vous est renvoyée."),
            order=15,
            tone="warning",
        ),
        Card(
            title=_("Mes brouillons"),
            icon="pencil-square",
            rows=[_row(aid) for aid in drafts],
            empty=_("Aucune demande en brouillon."),
            order=40,
        ),
        Card(
            title=_("Décidées récemment"),
            icon="check-badge",
            rows=[_row(aid) for aid in decided],
            empty=_("Aucune décision récente sur vos demandes."),
            order=60,
            tone="success",
        ),
    ]
    if actor.is_manager:
        found.insert(0, _to_decide(actor))
    return found


def _to_decide(actor: Actor) -> Card:
    now = timezone.now()
    waiting = _decidable(actor).select_related("submitted_by")[:CARD_ROWS]
    rows = [queue_row(aid, now) for aid in waiting]
    return Card(
        title=_("À décider"),
        icon="scale",
        rows=[
            {
                "text": row["tenant"],
                "url": row["url"],
                "detail": f"{row['reference']} · {row['amount']}",
                "badge": row["waiting"],
                "tone": row["tone"],
            }
            for row in rows
        ],
        empty=_("Aucune demande n’attend votre décision."),
        url=reverse("aids:queue"),
        url_label=_("Toutes les demandes à décider"),
        order=10,
        tone="info",
    )


def _to_stop(actor: Actor) -> list[Card]:
    """The manager's, while a landlord of theirs is suspended."""
    if not actor.is_manager:
        return []
    aids = AidRequest.objects.visible_to(actor).with_suspended_landlord().select_related("landlord")
    rows = [
        {
            "text": aid.tenant_name,
            "url": reverse("aids:stop", args=[aid.public_id]),
            "detail": f"{aid.reference} · {aid.landlord.name}",
            "badge": _("bailleur suspendu"),
            "tone": "warning",
        }
        for aid in aids.latest_first()[:CARD_ROWS]
    ]
    if not rows:
        return []
    return [
        Card(
            title=_("Aides à arrêter"),
            icon="stop-circle",
            rows=rows,
            empty="",
            url=reverse("aids:to_stop"),
            url_label=_("Toutes les aides dont le bailleur est suspendu"),
            order=12,
            tone="warning",
        )
    ]


def _row(aid: AidRequest) -> dict[str, str]:
    state = state_of(aid)
    return {
        "text": aid.tenant_name,
        "url": reverse("aids:detail", args=[aid.public_id]),
        "detail": f"{aid.reference} · {purpose_text(aid)}",
        "badge": state["label"],
        "tone": state["tone"],
    }


def case_panel(request: HttpRequest, case: TenantCase) -> list[Panel]:
    """The aids of a case, with what may be asked next and why not."""
    if not request.actor.is_social or request.actor.organisation_id != case.organisation_id:
        # A shared case is shared without its aids.
        return []
    aids = list(
        AidRequest.objects.visible_to(request.actor)
        .filter(case=case)
        .select_related("landlord", "organisation")
        .order_by("-created_at")
    )
    renewable = renewable_aid(case)
    may_create = permissions.may_create(request.actor, case)
    maintien = _unless_pending(may_create, aids, Purpose.MAINTIEN)
    renewed = any(aid.renewal_of_id and aid.state not in GIVEN_UP for aid in aids)
    if maintien and renewed and not renewable:
        maintien = refused(_("L’aide se renouvelle une seule fois : ce dossier a déjà eu deux périodes."))
    context = {
        "rows": [list_row(aid, with_organisation=False) for aid in aids],
        "create_url": reverse("aids:create", args=[case.public_id]),
        "may_create": maintien,
        "renewable": str(renewable.public_id) if renewable else "",
        "may_renew": maintien,
        "may_settle": _unless_settled(_unless_pending(may_create, aids, Purpose.RELOGEMENT), case, aids),
    }
    return [Panel(title=_("Aides"), template="aids/_case_panel.html", context=context, order=20)]


def _unless_settled(verdict: Verdict, case: TenantCase, aids: list[AidRequest]) -> Verdict:
    """One settlement a case (DOMAIN §4); asks the database only when one was granted."""
    granted = any(aid.purpose == Purpose.RELOGEMENT and aid.state in GRANTED for aid in aids)
    held = held_settlement(case.pk) if verdict and granted else None
    return refused(second_settlement_text(held)) if held else verdict


def _unless_pending(verdict: Verdict, aids: list[AidRequest], purpose: str) -> Verdict:
    pending = next((aid for aid in aids if aid.purpose == purpose and aid.state in PENDING), None)
    if verdict and pending:
        return refused(_("La demande %s est déjà en cours : terminez-la ou retirez-la.") % pending.reference)
    return verdict
