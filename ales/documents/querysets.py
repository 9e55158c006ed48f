"""Reads of the documents' room, with the same words as its policies (migrations/0002_row_security.py)."""

from datetime import datetime
from typing import Protocol

from django.db import models
from django.db.models import F, Q

#: Audiences of files joined to messages, which the organisation reads too.
TO_OTHERS = ("TO_ASSOC", "TO_LANDLORD")
_ASSOCIATION = ("MONEY", "LANDLORD", "ASSOCIATION")
#: By role, the audiences it opens (DOMAIN §3): of what is produced, then of files joined to messages too.
PRODUCED: dict[str, tuple[str, ...]] = {
    "SOCIAL_WORKER": ("SOCIAL", "LANDLORD"),
    "MANAGER": ("SOCIAL", "LANDLORD", "MONEY", "MANAGER"),
    "LANDLORD_AGENT": ("LANDLORD",),
    "ASSOCIATION_ADMIN": _ASSOCIATION,
    "TREASURER": _ASSOCIATION,
}
STORED: dict[str, tuple[str, ...]] = {
    "SOCIAL_WORKER": (*PRODUCED["SOCIAL_WORKER"], *TO_OTHERS),
    "MANAGER": (*PRODUCED["MANAGER"], *TO_OTHERS),
    "LANDLORD_AGENT": (*PRODUCED["LANDLORD_AGENT"], "TO_LANDLORD"),
    "ASSOCIATION_ADMIN": (*_ASSOCIATION, "TO_ASSOC"),
    "TREASURER": (*_ASSOCIATION, "TO_ASSOC"),
}


class Actor(Protocol):
    """What this room needs to know of who asks; members.access.Actor fits."""

    organisation_id: int
    role: str


def audiences_of(actor: Actor | None, opened: dict[str, tuple[str, ...]]) -> Q | None:
    """The rows the actor may open, of the audiences opened by role; None when there can be none."""
    if actor is None or actor.role not in opened:
        return None
    rows = Q(audience__in=opened[actor.role])
    own = Q(organisation_id=actor.organisation_id)
    return {
        "SOCIAL_WORKER": own & rows,
        "MANAGER": own & rows,
        "LANDLORD_AGENT": Q(landlord_id=actor.organisation_id) & rows,
        "ASSOCIATION_ADMIN": rows,
        "TREASURER": rows,
    }[actor.role]


class AudienceQuerySet(models.QuerySet):
    """Rows with an organisation, a landlord, an audience and a subject."""

    opened = PRODUCED

    def visible_to(self, actor: Actor | None) -> "AudienceQuerySet":
        """Rows the actor's capacity may open; none for anybody else."""
        allowed = audiences_of(actor, self.opened)
        return self.none() if allowed is None else self.filter(allowed)

    def about(self, subject_kind: str, subject_id) -> "AudienceQuerySet":
        """Rows of one subject, the latest first."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("-created_at", "-id")


class StoredDocumentQuerySet(AudienceQuerySet):
    opened = STORED


class ProductionJobQuerySet(AudienceQuerySet):
    def takeable(self, at: datetime) -> "ProductionJobQuerySet":
        """Jobs a worker may take at `at`: waiting (and not put off), or left behind by a dead worker."""
        return self.filter(
            Q(state="QUEUED", lease_until__isnull=True)
            | Q(state="QUEUED", lease_until__lte=at)
            | Q(state="RUNNING", lease_until__lte=at)
        )

    def dropped(self, at: datetime, *, silent_since: datetime) -> "ProductionJobQuerySet":
        """Takeable jobs whose nudge seems lost: wanted before `silent_since`, oldest first."""
        return self.takeable(at).filter(created_at__lte=silent_since).order_by(F("created_at"), "pk")
