"""Reads of the documents' room, with the same words as its policies (migrations/0002_row_security.py)."""

from datetime import datetime
from typing import Protocol

from django.db import models
from django.db.models import F, Q

#: Audiences of files joined to messages, which the organisation reads too.
TO_OTHERS = ("TO_ASSOC", "TO_LANDLORD")
ASSOCIATION = ("MONEY", "LANDLORD", "ASSOCIATION", "TO_ASSOC")


class Actor(Protocol):
    """What this room needs to know of who asks; members.access.Actor fits."""

    organisation_id: int
    role: str


def audiences_of(actor: Actor | None) -> Q | None:
    """The rows the actor may open; None when there can be none (DOMAIN §3)."""
    if actor is None:
        return None
    own = Q(organisation_id=actor.organisation_id)
    return {
        "SOCIAL_WORKER": own & Q(audience__in=("SOCIAL", "LANDLORD", *TO_OTHERS)),
        "MANAGER": own & Q(audience__in=("SOCIAL", "LANDLORD", "MONEY", "MANAGER", *TO_OTHERS)),
        "LANDLORD_AGENT": Q(landlord_id=actor.organisation_id, audience__in=("LANDLORD", "TO_LANDLORD")),
        "ASSOCIATION_ADMIN": Q(audience__in=ASSOCIATION),
        "TREASURER": Q(audience__in=ASSOCIATION),
    }.get(actor.role)


class AudienceQuerySet(models.QuerySet):
    """Rows with an organisation, a landlord, an audience and a subject."""

    def visible_to(self, actor: Actor | None) -> "AudienceQuerySet":
        """Rows the actor's capacity may open; none for anybody else."""
        allowed = audiences_of(actor)
        return self.none() if allowed is None else self.filter(allowed)

    def about(self, subject_kind: str, subject_id) -> "AudienceQuerySet":
        """Rows of one subject, the latest first."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("-created_at", "-id")


class StoredDocumentQuerySet(AudienceQuerySet):
    pass


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
