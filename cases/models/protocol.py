"""Protocole d'accord: signed by tenants and référent, carrying the aid's terms as frozen data (DOMAIN §8)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.documents.models import ProductionJob, StoredDocument
from ales.history.tracking import tracked
from cases.models.case import CaseRow, TenantCase
from members.models import User


class ProtocolState(models.TextChoices):
    DRAFT = "DRAFT", _("en préparation")
    ISSUED = "ISSUED", _("à signer")
    SIGNED = "SIGNED", _("signé")
    REPLACED = "REPLACED", _("remplacé")


# The terms come from the aid, which has its own history.
@tracked(
    subject="case",
    title=lambda row: f"version {row.version}",
    exclude=("terms", "request_id", "job", "created_by", "created_at"),
)
class Protocol(CaseRow):
    """One version of the agreement for one aid.

    `terms` is what aids/ handed down, frozen, amounts as texts with two decimals: {reference, purpose,
    purpose_label, is_renewal, tenant_name, landlord_id, scale_name, rate_percent, months: [{label, month,
    nature_label, ceiling, amount}], total, residual_rent, arrears, arrears_on, plan_after, explanation}.
    `month` is the first day in ISO form, None for a settlement.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(TenantCase, on_delete=models.CASCADE, related_name="protocols")
    #: The aid request it carries, by UUID: this room knows no aid.
    request_id = models.UUIDField(_("demande d'aide"), db_index=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("état"), max_length=8, choices=ProtocolState, default=ProtocolState.DRAFT)
    terms = models.JSONField(_("termes de l'aide"))
    place = models.CharField(_("fait à"), max_length=80, blank=True)
    repayment_monthly = models.DecimalField(
        _("plan d'apurement, par mois"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    created_by = models.ForeignKey(
        User, verbose_name=_("préparé par"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("préparé le"), default=timezone.now)
    issued_at = models.DateTimeField(_("édité le"), null=True, blank=True)
    job = models.OneToOneField(
        ProductionJob, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_on = models.DateField(_("signé le"), null=True, blank=True)
    signed_scan = models.OneToOneField(
        StoredDocument,
        verbose_name=_("exemplaire signé"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    filed_by = models.ForeignKey(
        User, verbose_name=_("déposé par"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("protocole d'accord")
        constraints = [
            models.UniqueConstraint(fields=["request_id", "version"], name="protocol_version_once"),
            models.UniqueConstraint(
                fields=["request_id"], condition=~Q(state="REPLACED"), name="protocol_one_live_a_request"
            ),
            models.UniqueConstraint(fields=["id", "organisation"], name="protocol_with_organisation"),
            models.CheckConstraint(
                name="protocol_issued_with_file",
                condition=~Q(state__in=["ISSUED", "SIGNED"]) | Q(issued_at__isnull=False, job__isnull=False),
            ),
            models.CheckConstraint(
                name="protocol_signed_with_scan",
                condition=~Q(state="SIGNED")
                | Q(signed_on__isnull=False, signed_scan__isnull=False, filed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"protocole v{self.version}"


class Party(models.TextChoices):
    TENANT = "TENANT", _("le ménage")
    REFERENT = "REFERENT", _("le référent")


@tracked(subject="case", key=("party", "text"), exclude=("rank", "protocol"))
class Undertaking(CaseRow):
    """What one side undertakes, and by when; a follow-up date of the référent is one too."""

    case = models.ForeignKey(TenantCase, on_delete=models.CASCADE, related_name="+")
    protocol = models.ForeignKey(Protocol, on_delete=models.CASCADE, related_name="undertakings")
    party = models.CharField(_("qui s'engage"), max_length=8, choices=Party)
    text = models.CharField(_("engagement"), max_length=400)
    due_on = models.DateField(_("échéance"), null=True, blank=True)
    is_follow_up = models.BooleanField(_("date de suivi"), default=False)
    rank = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("engagement")
        ordering = ["party", "rank", "id"]

    def __str__(self) -> str:
        return self.text
