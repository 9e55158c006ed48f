"""Messages about a case or what hangs on it, each to an audience chosen by its author (DOMAIN §3)."""

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.documents.models import StoredDocument
from cases.models.case import CaseRow, TenantCase
from members.access import Actor
from members.models import Organisation, User

#: How long an author may take a message back.
TAKE_BACK = dt.timedelta(minutes=15)


class MessageAudience(models.TextChoices):
    """Who reads a message, besides the social workers and managers of the organisation."""

    ORGANISATION = "ORGANISATION", _("l’organisme seulement")
    ASSOCIATION = "ASSOCIATION", _("l’organisme et l’association")
    LANDLORD = "LANDLORD", _("l’organisme et le bailleur")


class MessageQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> "MessageQuerySet":
        """All of the organisation's for its social people; for the association and a landlord's agent those
        addressed to them. An organisation the case is shared with reads none."""
        if actor is None:
            return self.none()
        if actor.is_social:
            return self.filter(organisation_id=actor.organisation_id)
        if actor.is_association:
            return self.filter(audience=MessageAudience.ASSOCIATION)
        if actor.is_landlord_agent:
            return self.filter(audience=MessageAudience.LANDLORD, landlord_id=actor.organisation_id)
        return self.none()

    def about(self, subject_kind: str, subject_id: uuid.UUID) -> "MessageQuerySet":
        return self.filter(subject_kind=subject_kind, subject_id=subject_id)


class Message(CaseRow):
    """What somebody wrote in the thread of a case or of what hangs on it, named by kind and UUID.

    Written once; its author may take it back for a quarter of an hour: its text goes, its line stays.
    """

    updatable_columns = ("text", "mentions", "withdrawn_at")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(TenantCase, on_delete=models.PROTECT, related_name="messages")
    subject_kind = models.CharField(_("objet"), max_length=30)
    subject_id = models.UUIDField(_("identifiant de l’objet"))
    landlord = models.ForeignKey(
        Organisation,
        verbose_name=_("bailleur"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    audience = models.CharField(_("destinataires"), max_length=12, choices=MessageAudience)
    author = models.ForeignKey(User, verbose_name=_("auteur"), on_delete=models.PROTECT, related_name="+")
    author_organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisme de l’auteur"), on_delete=models.PROTECT, related_name="+"
    )
    capacity = models.CharField(_("en qualité de"), max_length=20)
    text = models.TextField(_("message"), max_length=4000, blank=True)
    mentions = ArrayField(models.BigIntegerField(), verbose_name=_("personnes citées"), default=list)
    document = models.ForeignKey(
        StoredDocument,
        verbose_name=_("pièce jointe"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("le"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("retiré le"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "at"], name="message_of_subject"),
            models.Index(fields=["case", "-at"], name="message_of_case"),
        ]
        constraints = [
            models.CheckConstraint(
                name="message_landlord_is_named",
                condition=~Q(audience="LANDLORD") | Q(landlord__isnull=False),
            ),
            models.CheckConstraint(
                name="message_taken_back_in_time",
                condition=Q(withdrawn_at=None)
                | Q(withdrawn_at__lte=F("at") + TAKE_BACK, text="", document=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_audience_display()}, {self.at:%d/%m/%Y}"


class ThreadReading(models.Model):
    """Up to when a person has read a thread."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(_("objet"), max_length=30)
    subject_id = models.UUIDField(_("identifiant de l’objet"))
    read_at = models.DateTimeField(_("lu le"))

    class Meta:
        verbose_name = _("lecture d’un fil")
        constraints = [
            models.UniqueConstraint(fields=["user", "subject_kind", "subject_id"], name="thread_reading_once")
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}"
