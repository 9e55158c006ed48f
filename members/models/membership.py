"""Habilitations: who has which role in which organisation, and invitations to one."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.history.tracking import tracked
from members.roles import Role

if TYPE_CHECKING:
    from members.access import Actor


class MembershipQuerySet(models.QuerySet):
    def active(self) -> "MembershipQuerySet":
        """Habilitations that open a door today: neither suspended, of an active person and organisation."""
        return self.filter(suspended_at=None, user__is_active=True, organisation__is_active=True)

    def visible_to(self, actor: "Actor | None") -> "MembershipQuerySet":
        """Habilitations shown on the pages of organisations: all for the association, else one's own's."""
        if actor is None:
            return self.none()
        return self if actor.is_association else self.filter(organisation_id=actor.organisation_id)

    def of(self, user_id: int) -> "MembershipQuerySet":
        return (
            self.filter(user_id=user_id)
            .select_related("organisation")
            .order_by("organisation__sort_key", "role")
        )


@tracked(subject="organisation", exclude=("created_at", "toured_at"), title=lambda row: "", named_by="user")
class Membership(models.Model):
    """A person's role in an organisation. A person may hold several; one is active at a time."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        "members.User", verbose_name=_("personne"), on_delete=models.PROTECT, related_name="memberships"
    )
    organisation = models.ForeignKey(
        "members.Organisation",
        verbose_name=_("organisme"),
        on_delete=models.PROTECT,
        related_name="memberships",
    )
    role = models.CharField(_("rôle"), max_length=20, choices=Role)
    created_at = models.DateTimeField(_("depuis le"), default=timezone.now)
    suspended_at = models.DateTimeField(_("suspendue le"), null=True, blank=True)
    suspended_by = models.ForeignKey(
        "members.User",
        verbose_name=_("suspendue par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    #: When the person put the first visit's tour away; empty, their dashboard shows it (members/tour.py).
    toured_at = models.DateTimeField(_("visite terminée le"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("habilitation")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation", "role"], name="membership_once"),
            models.CheckConstraint(
                name="membership_suspension_has_actor",
                condition=Q(suspended_at=None, suspended_by=None)
                | Q(suspended_at__isnull=False, suspended_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["role", "id"], name="membership_by_role"),
            models.Index(fields=["created_at", "id"], name="membership_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} – {self.organisation}"


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, actor: "Actor | None") -> "InvitationQuerySet":
        """Invitations into organisations the actor may see."""
        if actor is None:
            return self.none()
        return self if actor.is_association else self.filter(organisation_id=actor.organisation_id)

    def unanswered(self) -> "InvitationQuerySet":
        """Neither accepted nor cancelled, expired ones included: they may be sent again."""
        return self.filter(accepted_at=None, cancelled_at=None).order_by("-created_at")

    def pending(self, now) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, cancelled_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """An invitation sent by mail. Only the SHA-256 of its token is kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("adresse électronique"))
    first_name = models.CharField(_("prénom"), max_length=80)
    last_name = models.CharField(_("nom"), max_length=80)
    organisation = models.ForeignKey(
        "members.Organisation", verbose_name=_("organisme"), on_delete=models.PROTECT
    )
    role = models.CharField(_("rôle"), max_length=20, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        "members.User", verbose_name=_("invitée par"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("envoyée le"), default=timezone.now)
    expires_at = models.DateTimeField(_("valable jusqu'au"))
    accepted_at = models.DateTimeField(_("acceptée le"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("annulée le"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")

    def __str__(self) -> str:
        return f"invitation {self.public_id}"
