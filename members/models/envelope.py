"""What a member has promised a fund, and under which balance somebody wants to be warned (DOMAIN §6)."""

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import DecimalField, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.documents.models import StoredDocument
from ales.history.tracking import tracked
from ales.money import ZERO
from members.models.fund import Fund, euros

if TYPE_CHECKING:
    from members.access import Actor


class EnvelopeQuerySet(models.QuerySet):
    def visible_to(self, actor: "Actor | None") -> "EnvelopeQuerySet":
        """Those of the funds whose lines the actor may read."""
        if actor is None or not (actor.is_association or actor.is_manager):
            return self.none()
        return self if actor.is_association else self.filter(owner_id=actor.organisation_id)

    def standing(self) -> "EnvelopeQuerySet":
        """Those not cancelled."""
        return self.filter(cancelled_at=None)

    def with_received(self) -> "EnvelopeQuerySet":
        """Each with `received`: the euros brought under it so far."""
        none = Value(ZERO, output_field=DecimalField(max_digits=12, decimal_places=2))
        return self.annotate(received=Coalesce(Sum("contributions__amount"), none))


@tracked(
    subject="fund",
    title=lambda row: row.name,
    exclude=("agreement", "created_by", "created_at", "cancelled_by", "cancelled_at"),
)
class Envelope(models.Model):
    """Money a member has promised a fund for its year, by a signed agreement. Amounts are euros.

    Never edited: a slip is cancelled with a reason, and entered anew.
    """

    #: The only columns the application's login may change.
    updatable_columns = ("cancelled_at", "cancelled_by_id", "cancel_reason")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    fund = models.ForeignKey(
        Fund, verbose_name=_("fonds"), on_delete=models.PROTECT, related_name="envelopes"
    )
    owner = models.ForeignKey(
        "members.Organisation", verbose_name=_("adhérent"), on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("intitulé"), max_length=140)
    amount = euros(_("montant promis"))
    agreed_on = models.DateField(_("signée le"))
    agreement = models.ForeignKey(
        StoredDocument, verbose_name=_("convention signée"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("saisie le"), default=timezone.now)
    created_by = models.ForeignKey(
        "members.User", verbose_name=_("saisie par"), on_delete=models.PROTECT, related_name="+"
    )
    cancelled_at = models.DateTimeField(_("annulée le"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        "members.User",
        verbose_name=_("annulée par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    cancel_reason = models.CharField(_("motif de l'annulation"), max_length=300, blank=True)

    objects = EnvelopeQuerySet.as_manager()

    class Meta:
        verbose_name = _("enveloppe")
        ordering = ["agreed_on", "id"]
        constraints = [
            models.CheckConstraint(name="envelope_positive", condition=Q(amount__gt=0)),
            # What a contribution refers to, so that both are of one fund.
            models.UniqueConstraint(fields=["id", "fund"], name="envelope_with_fund"),
            models.CheckConstraint(
                name="envelope_cancelled_with_reason",
                condition=Q(cancelled_at=None, cancelled_by=None, cancel_reason="")
                | (Q(cancelled_at__isnull=False, cancelled_by__isnull=False) & ~Q(cancel_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def to_come(self) -> Decimal:
        """Euros promised and not received yet, of an envelope read `with_received`."""
        return ZERO if self.cancelled_at else max(ZERO, self.amount - self.received)


@tracked(subject="fund", title=lambda row: "")
class FundAlert(models.Model):
    """Under how many euros left a fund is shown as low; chosen by its member or the association."""

    updatable_columns = ("threshold",)

    fund = models.OneToOneField(Fund, verbose_name=_("fonds"), on_delete=models.PROTECT, related_name="alert")
    owner = models.ForeignKey(
        "members.Organisation", verbose_name=_("adhérent"), on_delete=models.PROTECT, related_name="+"
    )
    threshold = euros(_("seuil d'alerte"))

    class Meta:
        verbose_name = _("alerte du fonds")
        constraints = [
            models.CheckConstraint(name="fund_alert_not_negative", condition=Q(threshold__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.threshold} €"
