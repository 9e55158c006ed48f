"""Accounting periods: once closed, their entries are numbered and their file never changes (DOMAIN §9)."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.documents.models import ProductionJob
from members.models import FundEntry, User
from payments.models.statement import AssociationOnlyQuerySet


class AccountingPeriod(models.Model):
    """A closed period: what was written until its end and posted in none before. Periods leave no gap."""

    updatable_columns = ("job_id",)
    #: What the journal keeps of a row (ales/journal).
    journaled_columns = (
        "id",
        "starts_on",
        "ends_on",
        "first_number",
        "last_number",
        "total",
        "closed_by_id",
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    starts_on = models.DateField(_("du"), unique=True)
    ends_on = models.DateField(_("au"), unique=True)
    first_number = models.PositiveIntegerField(_("premier numéro"))
    last_number = models.PositiveIntegerField(_("dernier numéro"))
    total = models.DecimalField(_("total des débits et des crédits"), max_digits=14, decimal_places=2)
    closed_by = models.ForeignKey(
        User, verbose_name=_("clôturée par"), on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(_("clôturée le"), default=timezone.now)
    job = models.OneToOneField(
        ProductionJob, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AssociationOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("période comptable")
        verbose_name_plural = _("périodes comptables")
        constraints = [
            models.CheckConstraint(name="period_in_order", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="period_numbers_follow", condition=Q(last_number__gte=F("first_number") - 1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%d/%m/%Y} – {self.ends_on:%d/%m/%Y}"


class AccountingEntry(models.Model):
    """One posted movement of the funds' ledger and its number. An entry of the ledger is posted once."""

    append_only = True

    period = models.ForeignKey(AccountingPeriod, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField(_("numéro"), unique=True)
    fund_entry = models.OneToOneField(FundEntry, on_delete=models.PROTECT, related_name="+")

    objects = AssociationOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("écriture comptable")

    def __str__(self) -> str:
        return str(self.number)
