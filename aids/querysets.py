"""Reads of the aids' room (DESIGN §2.5)."""

from django.db import models

from aids.states import GRANTED, LANDLORD_STATES, MOVES, RequestState
from ales.text import words
from members.access import Actor


class AidRequestQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> "AidRequestQuerySet":
        """Own organisation's for its social people, own tenants' for a landlord's agent (once
        submitted), all for the association's staff, none for anybody else (DOMAIN §3)."""
        if actor is None:
            return self.none()
        if actor.is_social:
            return self.filter(organisation_id=actor.organisation_id)
        if actor.is_landlord_agent:
            return self.filter(landlord_id=actor.organisation_id, state__in=sorted(LANDLORD_STATES))
        if actor.is_association:
            return self.all()
        return self.none()

    def matching(self, text: str) -> "AidRequestQuerySet":
        """Requests in which every word occurs (reference, tenant, landlord, its reference, town)."""
        found = self
        for word in words(text):
            found = found.filter(search_text__contains=word)
        return found

    def awaiting_decision(self) -> "AidRequestQuerySet":
        """Submitted, the oldest first."""
        return self.filter(state=RequestState.SUBMITTED).order_by("submitted_at", "id")

    def granted(self) -> "AidRequestQuerySet":
        return self.filter(state__in=sorted(GRANTED))

    def with_suspended_landlord(self) -> "AidRequestQuerySet":
        """Granted, not over, and their landlord is suspended: nothing of them is paid."""
        return self.filter(state__in=sorted(MOVES["stop"].sources), landlord__is_active=False)

    def latest_first(self) -> "AidRequestQuerySet":
        return self.order_by("-updated_at", "-id")
