"""What people are told of their long works: its name and how it ended, never a row of it (DOMAIN §14)."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ales.registry import NotificationKind
from ales.works.models import Work, WorkState
from members.access import Actor
from members.models import Membership
from members.notifications import notify
from members.roles import Role

ENDED = NotificationKind(
    "work_ended",
    gettext_lazy("Exports, imports et traitements terminés"),
    frozenset(Role),
    digest=True,
    order=60,
)
TITLES = {
    WorkState.DONE: gettext_lazy("Travail terminé"),
    WorkState.FAILED: gettext_lazy("Travail en échec"),
    WorkState.TO_CONFIRM: gettext_lazy("Travail à confirmer"),
}


def tell_asker(actor: Actor, work: Work) -> None:
    """The person who asked for the work, in the habilitation they asked in."""
    notify(
        Membership.objects.filter(public_id=actor.membership_id),
        kind=ENDED,
        title=str(TITLES[WorkState(work.state)]),
        text=_("« %s » : ouvrez le travail pour voir ce qu’il a donné.") % work.title,
        path=reverse("works:detail", args=[work.public_id]),
        at=timezone.now(),
    )
