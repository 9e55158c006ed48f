"""Reads of the cases' room. Every root starts with `visible_to(actor)` (DESIGN §2.5)."""

from django.db import models

from ales.text import words
from members.access import Actor


class TenantCaseQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> "TenantCaseQuerySet":
        """Cases of the actor's organisation for its social workers and managers; none for anybody else."""
        if actor is None or not actor.is_social:
            return self.none()
        return self.filter(organisation_id=actor.organisation_id)

    def matching(self, text: str) -> "TenantCaseQuerySet":
        """Cases in which every word of `text` occurs (reference, names, landlord, town)."""
        found = self
        for word in words(text):
            found = found.filter(search_text__contains=word)
        return found

    def latest_first(self) -> "TenantCaseQuerySet":
        return self.order_by("-updated_at", "-id")

    def with_file(self) -> "TenantCaseQuerySet":
        """With everything `cases.facts` reads, in a fixed number of queries."""
        return self.select_related("household", "tenancy__landlord", "referent").prefetch_related(
            "persons__employment", "snapshots__lines__person", "entitlements", "protocols"
        )
