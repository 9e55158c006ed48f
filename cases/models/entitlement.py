"""Statutory benefits and schemes, and where the household stands with each (DOMAIN §4)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ales.history.tracking import tracked
from cases.models.case import CaseRow, TenantCase
from cases.rules import codes


@tracked(subject="case", key=("code",), title=lambda row: row.get_code_display())
class Entitlement(CaseRow):
    """One line of the closed list. `state` empty means not explained yet: it blocks a request."""

    case = models.ForeignKey(TenantCase, on_delete=models.CASCADE, related_name="entitlements")
    code = models.CharField(_("droit"), max_length=24, choices=codes.choices(codes.EntitlementCode))
    state = models.CharField(
        _("où il en est"), max_length=16, blank=True, choices=codes.choices(codes.EntitlementState)
    )
    on_date = models.DateField(_("date"), null=True, blank=True)
    note = models.CharField(_("précision"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("droit")
        constraints = [
            models.UniqueConstraint(fields=["case", "code"], name="entitlement_once"),
            models.CheckConstraint(
                name="entitlement_state_dated",
                condition=Q(state="") | Q(on_date__isnull=False),
                violation_error_message=_("Indiquez la date."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} : {self.get_state_display() or '—'}"
