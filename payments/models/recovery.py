"""Recouvrements: paid money that must come back, by an entry of its own, never an edit (DOMAIN §6)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aids.models import RentTerm
from members.access import Actor
from members.models import Fund, Organisation, User
from payments.models.order import PaymentOrder


class RecoveryState(models.TextChoices):
    ASKED = "ASKED", _("demandé au bailleur")
    RECEIVED = "RECEIVED", _("reçu")
    DROPPED = "DROPPED", _("abandonné")


class PaymentRecoveryQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> "PaymentRecoveryQuerySet":
        """Own organisation's for its manager, all for the association's staff, own for a landlord's agent."""
        if actor is None:
            return self.none()
        if actor.is_manager:
            return self.filter(organisation_id=actor.organisation_id)
        if actor.is_landlord_agent:
            return self.filter(landlord_id=actor.organisation_id)
        return self.all() if actor.is_association else self.none()


class PaymentRecovery(models.Model):
    """What a landlord has to give back of one executed order. Its lines say of which term and fund."""

    updatable_columns = ("state", "settled_by_id", "settled_at", "received_on", "settlement_reason")
    #: What the journal keeps of a row (ales/journal).
    journaled_columns = (
        "id",
        "organisation_id",
        "landlord_id",
        "order_id",
        "amount",
        "state",
        "asked_by_id",
        "received_on",
        "settled_by_id",
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", editable=False)
    landlord = models.ForeignKey(
        Organisation, verbose_name=_("bailleur"), on_delete=models.PROTECT, related_name="+"
    )
    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="recoveries")
    amount = models.DecimalField(_("montant"), max_digits=9, decimal_places=2)
    reason = models.CharField(_("motif"), max_length=500)
    state = models.CharField(_("état"), max_length=10, choices=RecoveryState, default=RecoveryState.ASKED)
    asked_by = models.ForeignKey(
        User, verbose_name=_("demandé par"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("demandé le"), default=timezone.now)
    received_on = models.DateField(_("reçu le"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User,
        verbose_name=_("constaté par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    settled_at = models.DateTimeField(_("constaté le"), null=True, blank=True)
    settlement_reason = models.CharField(_("motif de l'abandon"), max_length=500, blank=True)

    objects = PaymentRecoveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("recouvrement")
        constraints = [
            models.UniqueConstraint(fields=["id", "organisation"], name="recovery_with_organisation"),
            models.CheckConstraint(name="recovery_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="recovery_with_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="recovery_settled_by_somebody",
                condition=Q(state="ASKED", settled_by=None, settled_at=None, received_on=None)
                | Q(
                    state="RECEIVED",
                    settled_by__isnull=False,
                    settled_at__isnull=False,
                    received_on__isnull=False,
                )
                | (
                    Q(state="DROPPED", settled_by__isnull=False, settled_at__isnull=False, received_on=None)
                    & ~Q(settlement_reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} : {self.amount} €"


class PaymentRecoveryLine(models.Model):
    """What comes back of one term to one fund."""

    append_only = True

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", editable=False)
    recovery = models.ForeignKey(PaymentRecovery, on_delete=models.PROTECT, related_name="lines")
    term = models.ForeignKey(
        RentTerm, verbose_name=_("échéance"), on_delete=models.PROTECT, related_name="recovery_lines"
    )
    fund = models.ForeignKey(Fund, verbose_name=_("fonds"), on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(_("montant"), max_digits=9, decimal_places=2)

    class Meta:
        verbose_name = _("ligne de recouvrement")
        constraints = [
            models.UniqueConstraint(fields=["recovery", "term", "fund"], name="recovery_line_once"),
            models.CheckConstraint(name="recovery_line_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} €"
