"""What this room hangs onto the rooms below (ales/registry.py)."""

from datetime import timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales import registry
from ales.registry import Card, CaseSubject, NavEntry, QuickAction, ThreadSubject
from cases import calendar, facts, guide, lists, notices, search
from cases.documents import protocol
from cases.models import CaseHandover, Protocol, TenantCase, Undertaking
from cases.models.case import CaseState
from cases.models.protocol import ProtocolState
from cases.personal_data import export
from cases.personal_data.panel import access_panel
from cases.rules.retention import NOTICE_DAYS
from cases.threads import display as threads
from cases.threads import notices as thread_notices
from cases.threads import subjects
from members.roles import SOCIAL_ROLES, Role

NOTICE = timedelta(days=NOTICE_DAYS)
ACCESS_LOG = NavEntry(
    label=_("Journal des accès"),
    url_name="privacy:access_log",
    icon="eye",
    roles=frozenset({Role.MANAGER}),
    order=62,
)
REGISTER = NavEntry(
    label=_("Registre des traitements"),
    url_name="privacy:register",
    icon="clipboard-document-list",
    roles=frozenset({Role.ASSOCIATION_ADMIN}),
    order=90,
)
SILENT_DAYS = 30
FOLLOW_UP_DAYS = 21
CARD_ROWS = 5
SCANNED_CASES = 30

NAVIGATION = NavEntry(
    label=_("Dossiers"), url_name="cases:list", icon="folder", roles=frozenset(SOCIAL_ROLES), order=10
)

NEW_CASE = QuickAction(
    label=_("Nouveau dossier"), url_name="cases:new", icon="plus", roles=frozenset(SOCIAL_ROLES)
)


def dashboard_cards(request: HttpRequest) -> list[Card]:
    """Of my open cases: the silent ones, the follow-up dates to come, the incomplete files."""
    actor = request.actor
    if actor is None or not actor.is_social:
        return []
    mine = TenantCase.objects.followed_by(actor).filter(referent_id=actor.user_id, state=CaseState.OPEN)
    found = [_follow_up_card(request), _incomplete_card(mine), _silent_card(mine)]
    return [*found, *_soon_anonymised_card(request), *_handover_cards(request)]


def _soon_anonymised_card(request: HttpRequest) -> list[Card]:
    """Files given notice: all of the organisation's for its manager, one's own for a référent."""
    noticed = TenantCase.objects.followed_by(request.actor).given_notice()
    if not request.actor.is_manager:
        noticed = noticed.filter(referent_id=request.actor.user_id)
    cases = noticed.order_by("retention_noticed_on", "id")[:CARD_ROWS]
    rows = [
        {
            "text": case.tenant_name or case.reference,
            "detail": f"{case.reference} · à partir du {case.retention_noticed_on + NOTICE:%d/%m/%Y}",
            "url": _address(case),
        }
        for case in cases
    ]
    if not rows:
        return []
    title = "Bientôt anonymisés, sans nouveau contact"
    return [Card(title=title, icon="eye-slash", rows=rows, empty="", order=25, tone="warning")]


def _address(case: TenantCase) -> str:
    return reverse("cases:detail", args=[case.public_id])


def _handover_cards(request: HttpRequest) -> list[Card]:
    """For a manager: the cases another organisation proposes, when there are any."""
    actor = request.actor
    if not actor.is_manager:
        return []
    waiting = (
        CaseHandover.objects.visible_to(actor)
        .waiting()
        .filter(to_organisation_id=actor.organisation_id)
        .select_related("from_organisation")
        .order_by("proposed_at")[:CARD_ROWS]
    )
    rows = [
        {
            "text": f"Dossier {handover.reference}",
            "detail": f"de {handover.from_organisation.name}, "
            f"proposé le {timezone.localtime(handover.proposed_at):%d/%m/%Y}",
            "url": reverse("cases:handover_answer", args=[handover.public_id]),
        }
        for handover in waiting
    ]
    if not rows:
        return []
    return [
        Card(
            title="Transferts proposés",
            icon="arrows-right-left",
            rows=rows,
            empty="Aucun transfert ne vous est proposé.",
            url=reverse("cases:handovers"),
            url_label="Tous les transferts",
            order=12,
            tone="warning",
        )
    ]


def _silent_card(mine) -> Card:
    since = timezone.now() - timedelta(days=SILENT_DAYS)
    rows = [
        {
            "text": case.tenant_name or case.reference,
            "detail": f"sans changement depuis le {timezone.localtime(case.updated_at):%d/%m/%Y}",
            "url": _address(case),
        }
        for case in mine.filter(updated_at__lt=since).order_by("updated_at", "id")[:CARD_ROWS]
    ]
    return Card(
        title="Dossiers à reprendre",
        icon="clock",
        rows=rows,
        empty="Aucun de vos dossiers n’est resté plus de 30 jours sans nouvelle.",
        url=reverse("cases:list") + "?referent=moi&etat=OPEN",
        url_label="Mes dossiers ouverts",
        order=30,
        tone="warning" if rows else "neutral",
    )


def _follow_up_card(request: HttpRequest) -> Card:
    today = timezone.localdate()
    coming = (
        Undertaking.objects.filter(
            organisation_id=request.actor.organisation_id,
            is_follow_up=True,
            due_on__range=(today - timedelta(days=7), today + timedelta(days=FOLLOW_UP_DAYS)),
            protocol__state__in=(ProtocolState.ISSUED, ProtocolState.SIGNED),
            case__referent_id=request.actor.user_id,
            case__state=CaseState.OPEN,
        )
        .select_related("case")
        .order_by("due_on", "id")[:CARD_ROWS]
    )
    rows = [
        {
            "text": undertaking.case.tenant_name,
            "detail": f"{undertaking.due_on:%d/%m/%Y} : {undertaking.text}",
            "url": _address(undertaking.case),
        }
        for undertaking in coming
    ]
    return Card(
        title="Suivis à venir",
        icon="calendar-days",
        rows=rows,
        empty="Aucun rendez-vous de suivi dans les trois semaines.",
        order=10,
        tone="info" if rows else "neutral",
    )


def _incomplete_card(mine) -> Card:
    """Among the cases touched last: reading every file of a busy social worker would cost too much."""
    rows = []
    for case in mine.with_file().latest_first()[:SCANNED_CASES]:
        points = facts.missing_points(case)
        if points:
            more = f" (et {len(points) - 1} autres points)" if len(points) > 1 else ""
            if len(points) == 2:
                more = " (et un autre point)"
            rows.append(
                {
                    "text": case.tenant_name or case.reference,
                    "detail": f"{points[0].message}{more}",
                    "url": reverse("cases:summary", args=[case.public_id]),
                }
            )
        if len(rows) == CARD_ROWS:
            break
    return Card(
        title="Dossiers à compléter",
        icon="pencil-square",
        rows=rows,
        empty="Vos dossiers récents sont complets.",
        order=20,
        tone="warning" if rows else "neutral",
    )


def register() -> None:
    """Called once by AppConfig.ready()."""
    for kind in (*notices.KINDS, *thread_notices.KINDS):
        registry.notification_kinds.add(kind)
    registry.chapters.add_all(guide.CHAPTERS)
    registry.tour_steps.add_all(guide.TOUR)
    registry.navigation.add(NAVIGATION)
    registry.quick_actions.add(NEW_CASE)
    registry.search_sources.add(search.CASES)
    registry.list_shapes.add(lists.CASES)
    registry.navigation.add(ACCESS_LOG)
    registry.navigation.add(REGISTER)
    registry.dashboard_cards.add(dashboard_cards)
    registry.calendar_entries.add(calendar.entries)
    registry.case_panels.add(access_panel)
    registry.case_panels.add(threads.case_panel)
    registry.case_events.add(threads.case_events)
    registry.thread_subjects.add(ThreadSubject(subjects.CASE, "dossier", subjects.of_case))
    registry.document_builders[protocol.KIND] = protocol.builder
    registry.document_builders[export.PDF] = export.pdf_builder
    registry.document_builders[export.JSON] = export.json_builder
    registry.case_subjects.add(CaseSubject("case", _("Dossier"), TenantCase, ""))
    registry.case_subjects.add(CaseSubject(protocol.KIND, _("Protocole"), Protocol, "case"))
