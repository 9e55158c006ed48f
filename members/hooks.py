"""What this room hangs onto the rooms below (ales/registry.py)."""

from ales import registry
from members import cards, emails, guide, lists, search, statements, tour, work_notices
from members.access import actor_of_membership
from members.roles import Role


def register() -> None:
    """Called once by AppConfig.ready()."""
    registry.navigation.add(
        registry.NavEntry("Tableau de bord", "members:dashboard", "home", frozenset(Role), 0)
    )
    registry.navigation.add(
        registry.NavEntry(
            "Adhérents",
            "members:organisations",
            "building-office-2",
            frozenset({Role.ASSOCIATION_ADMIN, Role.TREASURER}),
            60,
            cards.details_awaiting,
        )
    )
    registry.navigation.add(
        registry.NavEntry(
            "Mon organisme",
            "members:own_organisation",
            "building-office",
            frozenset({Role.MANAGER, Role.LANDLORD_AGENT}),
            60,
        )
    )
    registry.navigation.add(
        registry.NavEntry(
            "Fonds",
            "members:funds",
            "banknotes",
            frozenset({Role.ASSOCIATION_ADMIN, Role.TREASURER, Role.MANAGER}),
            65,
        )
    )
    registry.dashboard_cards.add(cards.dashboard_cards)
    registry.chapters.add_all(guide.CHAPTERS)
    registry.tour_steps.add_all(tour.STEPS)
    registry.search_sources.add(search.ORGANISATIONS)
    registry.search_sources.add(search.PEOPLE)
    for shape in (lists.ORGANISATIONS, lists.PEOPLE, lists.FUNDS):
        registry.list_shapes.add(shape)
    registry.document_builders.update(statements.BUILDERS)
    registry.administrators.add(emails.administrators)
    registry.habilitations.add(actor_of_membership)
    registry.notification_kinds.add(work_notices.ENDED)
    registry.work_endings.add(work_notices.tell_asker)
