"""Where a person is signed in."""

import datetime as dt
import uuid

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SessionRecordQuerySet(models.QuerySet):
    def open_of(self, user_id: int, at: dt.datetime) -> "SessionRecordQuerySet":
        """The person's sessions that still open pages."""
        living = Session.objects.filter(session_key=models.OuterRef("key"), expire_date__gt=at)
        return self.filter(models.Exists(living), user_id=user_id, ended_at=None)


class SessionRecord(models.Model):
    """One sign-in on one device. The session's key and the device's mark are kept hashed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="session_records"
    )
    key = models.CharField(_("empreinte de la session"), max_length=40, unique=True)
    device = models.CharField(_("appareil"), max_length=80)
    device_hash = models.CharField(_("empreinte de l’appareil"), max_length=64, blank=True)
    started_at = models.DateTimeField(_("ouverte le"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("dernière activité"), default=timezone.now)
    ended_at = models.DateTimeField(_("fermée le"), null=True, blank=True)

    objects = SessionRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        ordering = ("-last_seen_at",)

    def __str__(self) -> str:
        return self.device
