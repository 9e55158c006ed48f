"""What was asked of the provider, kept in the browser's session until its answer: once, for ten minutes."""

import secrets
from dataclasses import asdict, dataclass

from django.contrib.sessions.backends.base import SessionBase

SESSION_KEY = "proconnect"
#: Seconds the person has at the provider.
LIFE = 600


@dataclass(frozen=True)
class Attempt:
    """One question: `state` ties the answer to this browser, `nonce` the token to it, `verifier` the code."""

    state: str
    nonce: str
    verifier: str
    next_url: str
    at: int


def begin(session: SessionBase, *, next_url: str, at: int) -> Attempt:
    """Remember a new question, in place of the former. `at` in seconds since 1970."""
    attempt = Attempt(
        secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), next_url, at
    )
    session[SESSION_KEY] = asdict(attempt)
    return attempt


def take(session: SessionBase, *, state: str, at: int) -> Attempt | None:
    """The question this answer belongs to, forgotten at once; None for a foreign, late or second answer."""
    kept = session.pop(SESSION_KEY, None)
    if kept is None:
        return None
    # Now: an answer of status 500 would not save the session, and the question could be answered again.
    session.save()
    attempt = Attempt(**kept)
    if not secrets.compare_digest(attempt.state.encode(), state.encode()):
        return None
    return attempt if at - attempt.at <= LIFE else None
