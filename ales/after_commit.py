"""What follows a commit, and must not fail what is committed."""

from collections.abc import Callable
from functools import wraps

from django.db import transaction


def after_commit(function: Callable[..., object], *args: object) -> None:
    """Call it once this transaction is committed; a failure is logged by Django, and nobody sees it."""

    # Not a `partial`: Django's line about a failure asks for a name, which a partial has not.
    @wraps(function)
    def follow() -> None:
        function(*args)

    transaction.on_commit(follow, robust=True)
