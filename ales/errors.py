"""What an operation raises when it changes nothing (DESIGN §2.2, §2.10)."""

from ales.verdict import Verdict


class Refusal(Exception):
    """Base: the operation was refused and nothing was changed. `message` is shown to the person."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = str(message)


class NotAllowedError(Refusal):
    """The person may not do this, and `message` says why."""


class StalePageError(Refusal):
    """Somebody changed the object since the page was loaded."""

    def __init__(
        self, message: str = "Cette page a changé entre-temps : relisez-la avant de recommencer."
    ) -> None:
        super().__init__(message)


class InvalidInputError(Refusal):
    """Input at fault. `faults` maps a field's name (or "") to its messages in French."""

    def __init__(self, faults: dict[str, list[str]] | str) -> None:
        if isinstance(faults, str):
            faults = {"": [faults]}
        self.faults = faults
        super().__init__(" ".join(message for messages in faults.values() for message in messages))


def require(verdict: Verdict) -> None:
    """Raise NotAllowedError with the verdict's reason unless it allows."""
    if not verdict:
        raise NotAllowedError(verdict.reason)
