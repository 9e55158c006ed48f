"""The rights of the person, each use of them written down (GDPR art. 15 to 18, DOMAIN §14)."""

import uuid

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import CaseRow, TenantCase
from members.models import User


class RequestKind(models.TextChoices):
    ACCESS = "ACCESS", _("accès : export du dossier")
    CORRECTION = "CORRECTION", _("rectification")
    LIMITATION = "LIMITATION", _("limitation")
    RELEASE = "RELEASE", _("levée de la limitation")
    ERASURE = "ERASURE", _("effacement")


class DataRequest(CaseRow):
    """What the person asked for, and who saw to it. The erasure's own row is what allows the scrub."""

    append_only = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(TenantCase, on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField(_("droit exercé"), max_length=10, choices=RequestKind)
    note = models.CharField(_("précision"), max_length=500, blank=True)
    at = models.DateTimeField(_("le"), default=timezone.now)
    by = models.ForeignKey(User, verbose_name=_("traitée par"), on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(_("en qualité de"), max_length=20)

    class Meta:
        verbose_name = _("exercice d'un droit")
        verbose_name_plural = _("exercices de droits")
        indexes = [models.Index(fields=["case", "-at"], name="data_request_by_date")]
        triggers = [
            # A handover moves the line to its case's organisation (composite foreign key), nothing else.
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["organisation"]),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%d/%m/%Y}"
