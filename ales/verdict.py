"""An answer to "may I?" that carries its reason (DESIGN §2.7)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """`allowed`, or not with a reason in French. True in a condition when allowed."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Verdict(True)


def refused(reason: str) -> Verdict:
    """A refusal and the sentence shown beside the disabled button."""
    return Verdict(False, str(reason))
