"""Asking an address of the matrix: what stands in it, who asks, what comes back."""

import re
import uuid
from dataclasses import dataclass

from members.access import Actor
from tests.access.matrix import Door, Route
from tests.access.scene import Scene, Side

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TOKENS = re.compile(
    r'(csrfmiddlewaretoken" value|nonce)="[^"]*"|"X-CSRFToken": "[^"]*"|&quot;[0-9A-Za-z]{64}&quot;'
)


def label(line: Route | Door) -> str:
    return f"{line.name} {line.about}".strip() if isinstance(line, Route) else line.name


def people(scene: Scene, route: Route) -> dict[str, Actor]:
    return scene.landlords_six if route.whose == "landlord" else scene.six


def arguments(scene: Scene, side: Side, about: str) -> list:
    """What stands in the address of an object of this side."""
    if not about:
        return []
    if about in ("scale", "draft_scale"):
        return [getattr(scene, about).public_id]
    if about == "organisation":
        return [side.world.cil.public_id]
    if about == "landlord":
        return [side.world.landlord.public_id]
    if about == "step":
        return [side.case.public_id, "budget"]
    if about == "notification":
        return [side.notification.pk]
    if about == "case_thread":
        return ["dossier", side.case.public_id]
    if about == "aid_thread":
        return ["aide", side.validated.public_id]
    if about == "share":
        return [side.share.case.public_id, side.share.public_id]
    if about == "protocol":
        return [side.case.public_id, side.draft.public_id]
    return [getattr(side, about).public_id]


def nonexistent(found: list) -> list:
    return [uuid.uuid4() if isinstance(value, uuid.UUID) else value for value in found]


def refusal(own: int) -> int:
    """What a stranger gets where their colleague would get `own`."""
    return own if own in (403, 405) else 404


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    location: str = ""
    content_type: str = ""

    @property
    def as_anybody_reads(self) -> str:
        """The body without what differs in every answer: ids, tokens, nonces."""
        return TOKENS.sub("", UUID.sub("ID", self.body))


def ask(client, method: str, url: str, data=None, **extra) -> Answer:
    """The answer, its stream read (the test client closes it then, without closing the connection)."""
    response = getattr(client, method)(url, *([data] if data else []), **extra)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return Answer(
        response.status_code,
        content.decode(errors="replace"),
        response.headers.get("Location", ""),
        response.headers.get("Content-Type", ""),
    )
