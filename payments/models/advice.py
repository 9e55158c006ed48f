"""Avis de paiement: what the landlord reads of a payment, without fund nor evidence (DOMAIN §3, §9)."""

import uuid
from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aids.models import AidRequest
from ales.documents.models import ProductionJob
from members.access import Actor
from members.models import Organisation, User
from payments.models.order import PaymentOrder


class PaymentAdviceQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> "PaymentAdviceQuerySet":
        """The landlord's agents, the organisation's social people, the association's staff."""
        if actor is None:
            return self.none()
        if actor.is_landlord_agent:
            return self.filter(landlord_id=actor.organisation_id)
        if actor.is_social:
            return self.filter(organisation_id=actor.organisation_id)
        if actor.is_association:
            return self.all()
        return self.none()

    def awaiting_receipt(self) -> "PaymentAdviceQuerySet":
        """Paid, and not yet confirmed received by the landlord; the oldest first."""
        return self.filter(received_on=None, cancelled_on=None).order_by("executed_on", "id")


def receipts_in(advices: "Iterable[PaymentAdvice]") -> dict[date | None, date]:
    """First day of each month these advices paid (None for a settlement) -> day of the receipt; none of one
    not confirmed or cancelled."""
    return {
        date.fromisoformat(paid["month"]) if paid["month"] else None: advice.received_on
        for advice in advices
        if advice.received_on and not advice.cancelled_on
        for paid in advice.months
    }


class PaymentAdvice(models.Model):
    """Written when the order is executed. `months` is frozen: [{month, amount, label}]."""

    updatable_columns = ("received_on", "received_by_id", "cancelled_on", "cancelled_reason")
    #: What the journal keeps of a row (ales/journal).
    journaled_columns = (
        "id",
        "organisation_id",
        "landlord_id",
        "request_id",
        "order_id",
        "amount",
        "executed_on",
        "received_on",
        "received_by_id",
        "cancelled_on",
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", editable=False)
    landlord = models.ForeignKey(
        Organisation, verbose_name=_("bailleur"), on_delete=models.PROTECT, related_name="+"
    )
    request = models.ForeignKey(
        AidRequest, verbose_name=_("demande"), on_delete=models.PROTECT, related_name="advices"
    )
    order = models.OneToOneField(PaymentOrder, on_delete=models.PROTECT, related_name="advice")
    #: Copied: a landlord's agent cannot read the order.
    order_number = models.CharField(_("numéro"), max_length=20)
    end_to_end_id = models.CharField(_("référence de bout en bout"), max_length=35)
    amount = models.DecimalField(_("montant"), max_digits=9, decimal_places=2)
    executed_on = models.DateField(_("payé le"))
    months = models.JSONField(_("échéances"))
    job = models.OneToOneField(
        ProductionJob, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("émis le"), default=timezone.now)
    received_on = models.DateField(_("reçu le"), null=True, blank=True)
    received_by = models.ForeignKey(
        User,
        verbose_name=_("réception confirmée par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    #: The bank returned the transfer after all.
    cancelled_on = models.DateField(_("annulé le"), null=True, blank=True)
    cancelled_reason = models.CharField(_("motif de l'annulation"), max_length=200, blank=True)

    objects = PaymentAdviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("avis de paiement")
        verbose_name_plural = _("avis de paiement")
        constraints = [
            models.UniqueConstraint(fields=["id", "organisation", "landlord"], name="advice_with_parties"),
            models.UniqueConstraint(fields=["id", "organisation"], name="advice_with_organisation"),
            models.CheckConstraint(name="advice_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="advice_received_by_somebody",
                condition=Q(received_on=None, received_by=None)
                | Q(received_on__isnull=False, received_by__isnull=False),
            ),
            models.CheckConstraint(
                name="advice_cancelled_with_reason",
                condition=Q(cancelled_on=None, cancelled_reason="")
                | (Q(cancelled_on__isnull=False) & ~Q(cancelled_reason="")),
            ),
        ]
        indexes = [models.Index(fields=["landlord", "-executed_on", "-id"], name="advice_of_landlord")]

    def __str__(self) -> str:
        return f"avis {self.order_number}"
