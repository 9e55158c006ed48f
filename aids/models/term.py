"""Échéances of an aid, and the funds each draws on (DOMAIN §2, §4, §6)."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aids.models.request import AidRequest
from aids.states import TERMS_HOLDING_MONTH, TermState
from ales.dates import format_month
from ales.documents.models import StoredDocument
from ales.history.tracking import tracked
from cases.models import TenantCase
from members.models import Fund, Organisation


class TermNature(models.TextChoices):
    PAST = "PAST", _("mois échu, compris dans la dette")
    COMING = "COMING", _("mois à venir")
    SETTLEMENT = "SETTLEMENT", _("apurement de la dette")


class ProofKind(models.TextChoices):
    RENT_NOTICE = "RENT_NOTICE", _("avis d’échéance")
    RECEIPT = "RECEIPT", _("quittance")
    PART_RECEIPT = "PART_RECEIPT", _("reçu")
    STATEMENT = "STATEMENT", _("décompte")


def _month_of(term: "RentTerm") -> str:
    return format_month(term.month) if term.month else "apurement de la dette"


@tracked(
    subject="request",
    exclude=("case", "landlord"),
    key=("month", "nature"),
    title=_month_of,
    formats={"month": _month_of},
)
class RentTerm(models.Model):
    """One month's rent in an aid; `month` is its first day, None for the settlement of a RELOGEMENT.

    Amounts in euros: asked ≤ ceiling, granted ≤ asked.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", editable=False)
    landlord = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", editable=False)
    case = models.ForeignKey(TenantCase, on_delete=models.PROTECT, related_name="+", editable=False)
    request = models.ForeignKey(AidRequest, on_delete=models.CASCADE, related_name="terms")
    month = models.DateField(_("mois"), null=True, blank=True)
    nature = models.CharField(_("nature"), max_length=10, choices=TermNature)
    proof_kind = models.CharField(_("justificatif"), max_length=12, blank=True, choices=ProofKind)
    proof = models.ForeignKey(
        StoredDocument,
        verbose_name=_("fichier du justificatif"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    ceiling = models.DecimalField(_("plafond"), max_digits=9, decimal_places=2)
    asked = models.DecimalField(_("demandé"), max_digits=9, decimal_places=2)
    granted = models.DecimalField(_("accordé"), max_digits=9, decimal_places=2, null=True, blank=True)
    reduction_reason = models.CharField(_("motif de la réduction"), max_length=300, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=TermState, default=TermState.ASKED)
    paid_on = models.DateField(_("payé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("échéance")
        ordering = ["month", "id"]
        constraints = [
            # What lines of orders and recoveries refer to, so that their organisation is the term's.
            models.UniqueConstraint(fields=["id", "organisation"], name="term_with_organisation"),
            models.UniqueConstraint(
                fields=["case", "month"],
                condition=Q(state__in=TERMS_HOLDING_MONTH, month__isnull=False),
                name="term_month_once_a_case",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=TERMS_HOLDING_MONTH, month__isnull=True),
                name="term_settlement_once_a_case",
            ),
            models.CheckConstraint(name="term_month_is_a_first", condition=Q(month=None) | Q(month__day=1)),
            models.CheckConstraint(
                name="term_asked_within_ceiling", condition=Q(asked__gt=0, asked__lte=F("ceiling"))
            ),
            models.CheckConstraint(
                name="term_granted_within_asked",
                condition=Q(granted=None) | Q(granted__gte=0, granted__lte=F("asked")),
            ),
            models.CheckConstraint(
                name="term_reduction_has_reason",
                condition=Q(granted=None) | Q(granted=F("asked")) | ~Q(reduction_reason=""),
            ),
            models.CheckConstraint(
                name="term_state_has_amount",
                condition=Q(state__in=["ASKED", "REFUSED", "WITHDRAWN"]) | Q(granted__isnull=False),
            ),
            models.CheckConstraint(
                name="term_paid_on_a_date",
                condition=Q(state="PAID", paid_on__isnull=False) | (~Q(state="PAID") & Q(paid_on=None)),
            ),
            models.CheckConstraint(
                name="term_settlement_without_month",
                condition=Q(nature="SETTLEMENT", month=None)
                | (~Q(nature="SETTLEMENT") & Q(month__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.month.strftime("%m/%Y") if self.month else "apurement"


@tracked(subject="request", key=("term", "fund"), title=lambda row: "", named_by="term")
class FundAllocation(models.Model):
    """A fixed amount of one fund for one term, set at validation (DOMAIN §6)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", editable=False)
    request = models.ForeignKey(AidRequest, on_delete=models.CASCADE, related_name="allocations")
    term = models.ForeignKey(RentTerm, on_delete=models.CASCADE, related_name="allocations")
    fund = models.ForeignKey(Fund, verbose_name=_("fonds"), on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(_("montant"), max_digits=9, decimal_places=2)

    class Meta:
        verbose_name = _("imputation")
        constraints = [
            models.UniqueConstraint(fields=["term", "fund"], name="allocation_once"),
            models.CheckConstraint(name="allocation_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} €"
