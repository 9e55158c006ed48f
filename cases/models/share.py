"""Cases opened to another organisation for a time, and cases that change organisation (DOMAIN §3, §11)."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import CaseRow, TenantCase
from cases.querysets import READ_PERMISSION, WRITE_PERMISSION
from members.access import Actor, GroupGrant
from members.models import Organisation, User
from members.roles import Role


class CaseGroupObjectPermission(GroupGrant):
    """A grant on one case for the group of an organisation: what the code's filter asks (DESIGN §2.5)."""

    content_object = models.ForeignKey(TenantCase, on_delete=models.CASCADE, related_name="grants")

    class Meta(GroupGrant.Meta):
        verbose_name = _("droit sur un dossier partagé")
        constraints = [
            models.UniqueConstraint(fields=["group", "permission", "content_object"], name="case_grant_once")
        ]
        unique_together = []


class ShareKind(models.TextChoices):
    """Why the case is open to another organisation: partner mandates (DOMAIN §11) will be a second kind."""

    SHARE = "SHARE", _("partage")


class ShareLevel(models.TextChoices):
    READ = "READ", _("lecture")
    WRITE = "WRITE", _("lecture et modification")


#: Permissions granted at each level.
PERMISSIONS_OF_LEVEL = {
    ShareLevel.READ: (READ_PERMISSION,),
    ShareLevel.WRITE: (READ_PERMISSION, WRITE_PERMISSION),
}


class CaseShareQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> "CaseShareQuerySet":
        """Shares given or received by the actor's organisation, for its social workers and managers."""
        if actor is None or not actor.is_social:
            return self.none()
        return self.filter(Q(organisation_id=actor.organisation_id) | Q(shared_with_id=actor.organisation_id))

    def live(self, on: date) -> "CaseShareQuerySet":
        """In force on that day; the same words as the policies of row security."""
        return self.filter(revoked_at=None, starts_on__lte=on, ends_on__gte=on)

    def expired(self, on: date) -> "CaseShareQuerySet":
        """Past their end, and not yet put away by the nightly task."""
        return self.filter(revoked_at=None, ended_at=None, ends_on__lt=on)


class CaseShare(CaseRow):
    """A case opened to another organisation: by whom, why, how far and until when.

    `organisation` is the one that follows the case. The days are those of France; `ends_on` is the last one.
    """

    #: The rest of a share is what was decided: another one takes its place.
    updatable_columns = ("ends_on", "decided_on", "revoked_at", "revoked_by_id", "ended_at")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(TenantCase, on_delete=models.CASCADE, related_name="shares")
    shared_with = models.ForeignKey(
        Organisation, verbose_name=_("partagé avec"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("nature"), max_length=10, choices=ShareKind, default=ShareKind.SHARE)
    level = models.CharField(_("accès"), max_length=5, choices=ShareLevel)
    reason = models.CharField(_("motif"), max_length=300)
    starts_on = models.DateField(_("à partir du"))
    ends_on = models.DateField(_("jusqu'au"))
    #: When it was given, or prolonged last: twelve months at most run from here (a CHECK says so).
    decided_on = models.DateField(_("décidé le"))
    created_by = models.ForeignKey(
        User, verbose_name=_("partagé par"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("partagé le"), default=timezone.now)
    revoked_at = models.DateTimeField(_("retiré le"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, verbose_name=_("retiré par"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: When the nightly task wrote its end in the timeline; the access itself ended with `ends_on`.
    ended_at = models.DateTimeField(_("échéance constatée le"), null=True, blank=True)

    objects = CaseShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("partage d'un dossier")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "shared_with"],
                condition=Q(revoked_at=None, ended_at=None),
                name="share_one_live_an_organisation",
            ),
            models.CheckConstraint(
                name="share_with_another_organisation",
                # A share that is over stays on record when the case itself is handed to that organisation.
                condition=Q(revoked_at__isnull=False)
                | Q(ended_at__isnull=False)
                | ~Q(organisation=F("shared_with")),
            ),
            models.CheckConstraint(
                name="share_dates_in_order",
                condition=Q(ends_on__gte=F("starts_on"), decided_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(name="share_with_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="share_revoked_has_actor",
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["shared_with", "ends_on"], name="share_by_receiver")]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.shared_with_id}"


class HandoverState(models.TextChoices):
    PROPOSED = "PROPOSED", _("proposé")
    ACCEPTED = "ACCEPTED", _("accepté")
    REFUSED = "REFUSED", _("refusé")
    CANCELLED = "CANCELLED", _("annulé")


class CaseHandoverQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> "CaseHandoverQuerySet":
        """Sent or received by the manager's organisation; those of its cases for its social workers."""
        if actor is None or not actor.is_social:
            return self.none()
        if actor.role != Role.MANAGER:
            return self.filter(organisation_id=actor.organisation_id)
        return self.filter(
            Q(from_organisation_id=actor.organisation_id) | Q(to_organisation_id=actor.organisation_id)
        )

    def waiting(self) -> "CaseHandoverQuerySet":
        return self.filter(state=HandoverState.PROPOSED)


class CaseHandover(CaseRow):
    """A case proposed to another organisation, and its answer. Accepted, `organisation` is the receiver's.

    What the receiver reads before accepting is copied here: neither a name nor the social file.
    """

    #: Only the database's function accepts (cases_handover): it alone may write the new reference.
    updatable_columns = ("state", "decided_by_id", "decided_at", "decision_reason")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(TenantCase, on_delete=models.CASCADE, related_name="handovers")
    from_organisation = models.ForeignKey(
        Organisation, verbose_name=_("de"), on_delete=models.PROTECT, related_name="+"
    )
    to_organisation = models.ForeignKey(
        Organisation, verbose_name=_("à"), on_delete=models.PROTECT, related_name="+"
    )
    reference = models.CharField(_("référence"), max_length=30)
    new_reference = models.CharField(_("nouvelle référence"), max_length=30, blank=True)
    town = models.CharField(_("commune"), max_length=80, blank=True)
    opened_on = models.DateField(_("ouvert le"))
    reason = models.CharField(_("motif"), max_length=500)
    state = models.CharField(_("état"), max_length=9, choices=HandoverState, default=HandoverState.PROPOSED)
    proposed_by = models.ForeignKey(
        User, verbose_name=_("proposé par"), on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposé le"), default=timezone.now)
    decided_by = models.ForeignKey(
        User, verbose_name=_("répondu par"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("répondu le"), null=True, blank=True)
    decision_reason = models.CharField(_("motif de la réponse"), max_length=500, blank=True)

    objects = CaseHandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfert d'un dossier")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="PROPOSED"), name="handover_one_waiting"
            ),
            models.CheckConstraint(
                name="handover_to_another_organisation",
                condition=~Q(from_organisation=F("to_organisation")),
            ),
            models.CheckConstraint(name="handover_with_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="handover_decided_has_actor",
                condition=Q(state="PROPOSED", decided_by=None, decided_at=None)
                | (~Q(state="PROPOSED") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="handover_accepted_has_reference",
                condition=(Q(state="ACCEPTED") & ~Q(new_reference=""))
                | (~Q(state="ACCEPTED") & Q(new_reference="")),
            ),
            models.CheckConstraint(
                name="handover_refused_with_reason", condition=~Q(state="REFUSED") | ~Q(decision_reason="")
            ),
        ]
        indexes = [
            models.Index(fields=["to_organisation", "-proposed_at"], name="handover_by_receiver"),
            models.Index(fields=["from_organisation", "-proposed_at"], name="handover_by_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} → {self.to_organisation_id}"
