"""Recouvrements: paid money that must come back, by an entry of its own, never an edit (DOMAIN §6)."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aids.models import AidRequest, RentTerm
from ales.documents.models import ProductionJob
from members.access import Actor
from members.models import Fund, Organisation, User
from payments.models.order import PaymentOrder
from payments.rules.references import recovery_number

#: What the ledger's entries of a recovery name as their cause.
RECOVERY_CAUSE = "payment_recovery"


class RecoveryState(models.TextChoices):
    ASKED = "ASKED", _("demandé au bailleur")
    RECEIVED = "RECEIVED", _("reçu")
    DROPPED = "DROPPED", _("abandonné")


#: What a landlord gives back, or has given back.
LIVE = (RecoveryState.ASKED, RecoveryState.RECEIVED)


class RecoveryCause(models.TextChoices):
    """Why money must come back, as the landlord reads it: closed, so that it tells nothing of a household."""

    TENANT_LEFT = "TENANT_LEFT", _("départ du locataire avant l’échéance")
    NOT_DUE = "NOT_DUE", _("échéance qui n’était pas due")
    PAID_BY_ANOTHER = "PAID_BY_ANOTHER", _("échéance déjà réglée par ailleurs")
    WRONG_PAYEE = "WRONG_PAYEE", _("virement adressé au mauvais bailleur")
    OTHER = "OTHER", _("autre cause")


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

    def awaiting(self) -> "PaymentRecoveryQuerySet":
        """Asked for and not come back yet; the oldest first."""
        return self.filter(state=RecoveryState.ASKED).order_by("year", "sequence")

    def sums_of(self, year: int) -> dict[str, tuple[int, Decimal]]:
        """State -> how many and how much: all those asked, and those received that year; one query."""
        wanted = Q(state=RecoveryState.ASKED) | Q(state=RecoveryState.RECEIVED, received_on__year=year)
        rows = self.filter(wanted).order_by().values_list("state")
        return {
            state: (number, euros)
            for state, number, euros in rows.annotate(number=Count("pk"), euros=Sum("amount"))
        }


class PaymentRecovery(models.Model):
    """What a landlord has to give back of one executed order. Its lines say of which term and fund.

    `reason` stays with the organisation and the association; the landlord reads the cause. `months` is
    frozen: [{month, label, amount}].
    """

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
    request = models.ForeignKey(
        AidRequest, verbose_name=_("demande"), on_delete=models.PROTECT, related_name="recoveries"
    )
    year = models.PositiveSmallIntegerField(_("année"))
    sequence = models.PositiveIntegerField(_("rang"))
    #: Copied: a landlord's agent cannot read the order.
    order_number = models.CharField(_("numéro de l'ordre"), max_length=20)
    months = models.JSONField(_("échéances"))
    cause = models.CharField(_("cause"), max_length=20, choices=RecoveryCause)
    job = models.OneToOneField(
        ProductionJob, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
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
            models.UniqueConstraint(fields=["year", "sequence"], name="recovery_number_once"),
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

        indexes = [
            models.Index(fields=["organisation", "year", "sequence"], name="recovery_of_organisation"),
            models.Index(fields=["landlord", "year", "sequence"], name="recovery_of_landlord"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Continuous yearly number, as printed, and the reference the landlord quotes: `RC-2026-000003`."""
        return recovery_number(self.year, self.sequence)


class PaymentRecoveryLineQuerySet(models.QuerySet):
    def coming_back(self, order: PaymentOrder) -> dict[tuple[int, int], Decimal]:
        """(term, fund) -> euros of this order asked back or given back; one query."""
        rows = self.filter(recovery__order=order, recovery__state__in=LIVE)
        sums = rows.order_by().values_list("term", "fund").annotate(euros=Sum("amount"))
        return {(term, fund): euros for term, fund, euros in sums}


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

    objects = PaymentRecoveryLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("ligne de recouvrement")
        constraints = [
            models.UniqueConstraint(fields=["recovery", "term", "fund"], name="recovery_line_once"),
            models.CheckConstraint(name="recovery_line_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} €"
