"""What a person is told, by which way they chose, and the daily mail that sums it up."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from members.access import Actor


class Channel(models.TextChoices):
    """How a kind of notification is mailed; in the page all of them stand."""

    NOW = "NOW", _("Tout de suite")
    DAILY = "DAILY", _("Une fois par jour, en un seul message")
    NEVER = "NEVER", _("Jamais par mail")


class MailState(models.TextChoices):
    """Where the mail of a notification stands. SENDING: handed to the mail server, no answer noted yet."""

    PENDING = "PENDING", _("à distribuer")
    SENDING = "SENDING", _("en cours d’envoi")
    DIGEST = "DIGEST", _("pour le message du jour")
    SENT = "SENT", _("envoyé")
    NONE = "NONE", _("sans mail")


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, actor: "Actor | None") -> "NotificationQuerySet":
        """The person's own, in the organisation they act for."""
        if actor is None:
            return self.none()
        return self.filter(user_id=actor.user_id, organisation_id=actor.organisation_id)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(unread=True)


class Notification(models.Model):
    """One thing that happened, told to one person of one organisation.

    `title` and `text` name references, organisations and days: never a household, an amount or a reason,
    since they go out by mail (DOMAIN §14). `path` is the address of the page, below the site's.
    """

    # Made by us: the writer may not read back a row that is somebody else's.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("members.User", on_delete=models.PROTECT, related_name="notifications")
    organisation = models.ForeignKey("members.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("nature"), max_length=30)
    title = models.CharField(_("titre"), max_length=200)
    text = models.CharField(_("texte"), max_length=400)
    path = models.CharField(_("page"), max_length=200)
    created_at = models.DateTimeField(_("le"), default=timezone.now)
    unread = models.BooleanField(_("non lue"), default=True)
    read_at = models.DateTimeField(_("lue le"), null=True, blank=True)
    mail = models.CharField(_("mail"), max_length=7, choices=MailState, default=MailState.PENDING)
    digest = models.ForeignKey(
        "members.NotificationDigest",
        verbose_name=_("message du jour"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="notifications",
    )

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        indexes = [
            models.Index(
                fields=["user", "organisation", "unread", "created_at", "id"], name="notification_of_person"
            ),
            models.Index(
                fields=["user"],
                condition=Q(mail__in=["PENDING", "SENDING", "DIGEST"]),
                name="notification_to_mail",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="notification_read_has_date", condition=Q(unread=True) ^ Q(read_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.title


class NotificationPreference(models.Model):
    """How a person chose to be mailed about one kind; no row where they chose nothing."""

    user = models.ForeignKey("members.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("nature"), max_length=30)
    channel = models.CharField(_("mail"), max_length=5, choices=Channel)

    class Meta:
        verbose_name = _("choix de notification")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="preference_once_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} : {self.get_channel_display()}"


class NotificationDigest(models.Model):
    """The mail of a day to one person: claimed before it leaves, so that two schedulers send one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("members.User", on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("jour"))
    claimed_at = models.DateTimeField(_("pris en charge le"), null=True, blank=True)
    sent_at = models.DateTimeField(_("envoyé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("message du jour")
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}"
