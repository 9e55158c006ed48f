"""The request's timeline, and the points of a send-back (DOMAIN §7)."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aids.models.request import AidRequest
from members.models import Organisation, User


class AidEvent(models.Model):
    """A step: who, when, in which capacity, from which state to which, and why."""

    append_only = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", editable=False)
    request = models.ForeignKey(AidRequest, on_delete=models.PROTECT, related_name="events")
    #: The move's name (`states.MOVES`) or another happening (`create`, `edit`, `order`, `execution`…).
    kind = models.CharField(_("étape"), max_length=30)
    from_state = models.CharField(_("de"), max_length=12, blank=True)
    to_state = models.CharField(_("à"), max_length=12, blank=True)
    text = models.CharField(_("texte"), max_length=300)
    reason = models.TextField(_("motif"), blank=True, max_length=2000)
    at = models.DateTimeField(_("le"), default=timezone.now)
    by = models.ForeignKey(User, verbose_name=_("par"), on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(_("en qualité de"), max_length=20)

    class Meta:
        verbose_name = _("étape de la demande")
        indexes = [models.Index(fields=["request", "at"], name="aid_event_by_date")]
        triggers = [
            # A handover moves the line to its request's organisation (composite foreign key), nothing else.
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["organisation"]),
            )
        ]

    def __str__(self) -> str:
        return self.text


class SendBackSection(models.TextChoices):
    """Where the point to mend lies: the step of the case or of the request to open."""

    HOUSEHOLD = "HOUSEHOLD", _("ménage et emploi")
    TENANCY = "TENANCY", _("logement et dette")
    BUDGET = "BUDGET", _("budget")
    ENTITLEMENTS = "ENTITLEMENTS", _("droits")
    TERMS = "TERMS", _("mois et montants")
    PROOFS = "PROOFS", _("justificatifs")
    PROTOCOL = "PROTOCOL", _("protocole")
    OTHER = "OTHER", _("autre")


class SendBackPoint(models.Model):
    """One thing to mend, named by the manager and answered by the social worker."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", editable=False)
    request = models.ForeignKey(AidRequest, on_delete=models.CASCADE, related_name="points")
    section = models.CharField(_("partie"), max_length=12, choices=SendBackSection)
    text = models.CharField(_("à compléter"), max_length=500)
    raised_by = models.ForeignKey(
        User, verbose_name=_("demandé par"), on_delete=models.PROTECT, related_name="+"
    )
    raised_at = models.DateTimeField(_("demandé le"), default=timezone.now)
    answer = models.CharField(_("réponse"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        User, verbose_name=_("répondu par"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("répondu le"), null=True, blank=True)

    class Meta:
        verbose_name = _("point à compléter")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="send_back_answer_has_author",
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.text
