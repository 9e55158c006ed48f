"""Barèmes: percentages by residual rent, dated versions voted by the board (DOMAIN §4)."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aids.rules import scale as rules
from ales.dates import format_date
from ales.history.tracking import tracked
from ales.money import format_euros, format_percent
from members.models import User


class ScaleState(models.TextChoices):
    DRAFT = "DRAFT", _("projet")
    PUBLISHED = "PUBLISHED", _("publié")


class ScaleQuerySet(models.QuerySet):
    def in_force(self, on) -> "Scale | None":
        """The published version in force on a date, with its bands; None before the first one."""
        return (
            self.filter(state=ScaleState.PUBLISHED, in_force_from__lte=on)
            .prefetch_related("bands")
            .order_by("-in_force_from", "-id")
            .first()
        )


@tracked(exclude=("created_by", "created_at"), title=lambda row: "")
class Scale(models.Model):
    """A version of the scale. Published, it is never changed: a new version replaces it from a date."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("nom"), max_length=120)
    state = models.CharField(_("état"), max_length=10, choices=ScaleState, default=ScaleState.DRAFT)
    in_force_from = models.DateField(_("en vigueur à partir du"), null=True, blank=True)
    voted_on = models.DateField(_("voté par le CA le"), null=True, blank=True)
    monthly_cap = models.DecimalField(
        _("plafond mensuel"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    settlement_cap = models.DecimalField(
        _("plafond d'apurement (relogement)"),
        max_digits=9,
        decimal_places=2,
        validators=[MinValueValidator(0)],
    )
    months = models.PositiveSmallIntegerField(
        _("mois par aide"), default=3, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    renewals = models.PositiveSmallIntegerField(
        _("renouvellements"), default=1, validators=[MaxValueValidator(1)]
    )
    created_by = models.ForeignKey(
        User, verbose_name=_("préparé par"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("préparé le"), default=timezone.now)
    published_by = models.ForeignKey(
        User, verbose_name=_("publié par"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(_("publié le"), null=True, blank=True)

    objects = ScaleQuerySet.as_manager()

    class Meta:
        verbose_name = _("barème")
        constraints = [
            models.UniqueConstraint(
                fields=["in_force_from"],
                condition=Q(state="PUBLISHED"),
                name="scale_one_a_date",
                violation_error_message=_("Un barème publié prend déjà effet à cette date."),
            ),
            models.CheckConstraint(
                name="scale_published_with_date",
                condition=Q(state="DRAFT")
                | Q(in_force_from__isnull=False, published_by__isnull=False, published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def as_rule(self) -> rules.Scale:
        """The pure scale the computations take; raises rules.ScaleError while its figures don't hold."""
        start = self.in_force_from
        return rules.Scale(
            name=self.name,
            version=f"en vigueur depuis le {format_date(start)}" if start else "projet",
            in_force_from=start,
            bands=tuple(rules.ScaleBand(band.lower, band.rate) for band in self.bands.all()),
            monthly_cap=self.monthly_cap,
            settlement_cap=self.settlement_cap,
            months=self.months,
            renewals=self.renewals,
        )


@tracked(
    subject="scale",
    key=("lower",),
    title=lambda row: f"à partir de {format_euros(row.lower)}",
    formats={"rate": lambda row: format_percent(row.rate * 100)},
)
class ScaleBand(models.Model):
    """From `lower` euros of residual rent (included), `rate` of it is the ceiling."""

    scale = models.ForeignKey(Scale, on_delete=models.CASCADE, related_name="bands")
    lower = models.DecimalField(
        _("à partir de"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    rate = models.DecimalField(
        _("taux"), max_digits=5, decimal_places=4, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )

    class Meta:
        verbose_name = _("tranche")
        ordering = ["lower"]
        constraints = [
            models.UniqueConstraint(fields=["scale", "lower"], name="scale_band_once"),
            models.CheckConstraint(name="scale_band_rate_is_a_share", condition=Q(rate__gte=0, rate__lte=1)),
            models.CheckConstraint(name="scale_band_lower_not_negative", condition=Q(lower__gte=0)),
        ]

    def __str__(self) -> str:
        return f"≥ {self.lower} € : {self.rate}"
