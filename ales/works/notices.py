"""What the header of every page says of one's works: under way, or just over.

The session tells whether there is anything to ask the database: pages of people who asked for nothing pay
no query.
"""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ales.works.models import UNDER_WAY, Work, WorkState
from ales.works.wording import number

SESSION_KEY = "works"
#: Works named one by one; the page « Mes travaux » has them all.
SHOWN = 3

MESSAGES = {
    WorkState.DONE: (_("%s : prêt"), "success"),
    WorkState.FAILED: (_("%s : en échec"), "danger"),
    WorkState.TO_CONFIRM: (_("%s : à confirmer"), "warning"),
}


def expect(request: HttpRequest) -> None:
    """This person has asked for a work: look for it from now on."""
    request.session[SESSION_KEY] = True


def notice_of(request: HttpRequest) -> dict[str, Any] | None:
    """Works under way and those over but not seen yet; None when there are none. One query at most."""
    actor = getattr(request, "actor", None)
    if actor is None or not request.session.get(SESSION_KEY):
        return None
    found = [
        work
        for work in Work.objects.visible_to(actor).filter(seen_at=None).latest_first()[: 4 * SHOWN]
        if work.state != WorkState.CANCELLED
    ]
    if not found:
        del request.session[SESSION_KEY]
        return None
    waiting = [work for work in found if work.state in UNDER_WAY]
    return {
        "url": reverse("works:list"),
        "poll_url": reverse("works:notice") if waiting else "",
        "under_way": [
            {
                "title": work.title,
                "url": reverse("works:detail", args=[work.public_id]),
                "percent": _share(work),
            }
            for work in waiting[:SHOWN]
        ],
        "over": [
            {
                "text": str(MESSAGES[WorkState(work.state)][0]) % work.title,
                "tone": MESSAGES[WorkState(work.state)][1],
                "url": reverse("works:detail", args=[work.public_id]),
            }
            for work in found
            if work.state in MESSAGES
        ][:SHOWN],
    }


def _share(work: Work) -> str:
    return f"{number(100 * work.done // work.total)} %" if work.total else "…"


def layout(request: HttpRequest) -> dict[str, Any]:
    """Context processor of every page."""
    return {"works_notice": notice_of(request)}
