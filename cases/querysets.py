"""Reads of the cases' room. Every root starts with `visible_to(actor)` (DESIGN §2.5)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ales.text import words
from members import access
from members.access import Actor

#: Permissions on one case, given to another organisation's group by a share.
READ_PERMISSION = "read_shared_case"
WRITE_PERMISSION = "write_shared_case"


class TenantCaseQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> "TenantCaseQuerySet":
        """Cases followed by the actor's organisation or shared with it, for its social workers and managers;
        none for anybody else. To find one; a list takes one half, which keeps its index."""
        if actor is None or not actor.is_social:
            return self.none()
        return self.filter(Q(organisation_id=actor.organisation_id) | Q(pk__in=self._shared_ids(actor)))

    def followed_by(self, actor: Actor | None) -> "TenantCaseQuerySet":
        """Cases of the actor's organisation for its social workers and managers; none for anybody else."""
        if actor is None or not actor.is_social:
            return self.none()
        return self.filter(organisation_id=actor.organisation_id)

    def shared_with(self, actor: Actor | None) -> "TenantCaseQuerySet":
        """Cases another organisation opened to the actor's, today."""
        if actor is None or not actor.is_social:
            return self.none()
        return self.filter(pk__in=self._shared_ids(actor))

    def writable_by(self, actor: Actor | None) -> "TenantCaseQuerySet":
        """Followed by the actor's organisation, or shared with it for changes."""
        if actor is None or not actor.is_social:
            return self.none()
        shared = self._shared_ids(actor, permission=WRITE_PERMISSION, levels=("WRITE",))
        return self.filter(Q(organisation_id=actor.organisation_id) | Q(pk__in=shared))

    def _shared_ids(
        self,
        actor: Actor,
        *,
        permission: str = READ_PERMISSION,
        levels: tuple[str, ...] = ("READ", "WRITE"),
    ) -> models.QuerySet:
        """Keys of the cases shared with the organisation today: granted, and within the share's dates."""
        today = timezone.localdate()
        return (
            self.model._base_manager.filter(
                shares__shared_with_id=actor.organisation_id,
                shares__revoked_at=None,
                shares__starts_on__lte=today,
                shares__ends_on__gte=today,
                shares__level__in=levels,
            )
            .filter(pk__in=access.granted_ids(actor.organisation_id, permission, self.model))
            .values("pk")
        )

    def matching(self, text: str) -> "TenantCaseQuerySet":
        """Cases in which every word of `text` occurs (reference, names, landlord, town)."""
        found = self
        for word in words(text):
            found = found.filter(search_text__contains=word)
        return found

    def not_anonymised(self) -> "TenantCaseQuerySet":
        return self.filter(anonymised_on=None)

    def given_notice(self) -> "TenantCaseQuerySet":
        """Files soon anonymised: given notice, and not touched since."""
        return self.not_anonymised().filter(
            retention_noticed_on__isnull=False,
            limited_on=None,
            updated_at__date__lte=models.F("retention_noticed_on"),
        )

    def latest_first(self) -> "TenantCaseQuerySet":
        return self.order_by("-updated_at", "-id")

    def with_file(self) -> "TenantCaseQuerySet":
        """With everything `cases.facts` reads, in a fixed number of queries."""
        return self.select_related("household", "tenancy__landlord", "referent").prefetch_related(
            "persons__employment", "snapshots__lines__person", "entitlements", "protocols"
        )
