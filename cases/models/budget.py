"""Resources and charges before, during and after the difficulty (DOMAIN §5)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ales.history.tracking import tracked
from cases.models.case import CaseRow, TenantCase
from cases.models.household import Person
from cases.rules import codes


@tracked(subject="case", key=("moment",))
class BudgetSnapshot(CaseRow):
    """The household's budget at one moment. Rent, charges and housing benefit come from the tenancy."""

    case = models.ForeignKey(TenantCase, on_delete=models.CASCADE, related_name="snapshots")
    moment = models.CharField(_("moment"), max_length=6, choices=codes.choices(codes.SnapshotMoment))
    as_of = models.DateField(_("au"), null=True, blank=True)

    class Meta:
        verbose_name = _("budget")
        constraints = [
            models.UniqueConstraint(fields=["case", "moment"], name="snapshot_once_a_moment"),
            models.UniqueConstraint(fields=["id", "organisation"], name="snapshot_with_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.get_moment_display()}"


class LineKind(models.TextChoices):
    RESOURCE = "RESOURCE", _("ressource")
    CHARGE = "CHARGE", _("charge")


def _code_label(line: "BudgetLine") -> str:
    codes_of = codes.ResourceCode if line.kind == LineKind.RESOURCE else codes.ChargeCode
    return codes.label(codes_of(line.code)) if line.code in list(codes_of) else line.code


@tracked(
    subject="case",
    key=("kind", "code", "label", "person"),
    title=_code_label,
    named_by="snapshot",
    formats={"code": _code_label},
)
class BudgetLine(CaseRow):
    """One monthly amount, of one person or of the household, with or without a proof."""

    case = models.ForeignKey(TenantCase, on_delete=models.CASCADE, related_name="+")
    snapshot = models.ForeignKey(BudgetSnapshot, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(_("nature"), max_length=8, choices=LineKind)
    code = models.CharField(_("poste"), max_length=24)
    label = models.CharField(_("précision"), max_length=100, blank=True)
    amount = models.DecimalField(
        _("montant mensuel"),
        max_digits=8,
        decimal_places=2,
        validators=[
            MinValueValidator(0, _("Un montant ne peut pas être négatif.")),
            MaxValueValidator(50_000, _("Ce montant mensuel dépasse 50 000 € : vérifiez la saisie.")),
        ],
    )
    person = models.ForeignKey(
        Person, verbose_name=_("personne"), null=True, blank=True, on_delete=models.SET_NULL
    )
    has_proof = models.BooleanField(_("justificatif vu"), default=False)

    class Meta:
        verbose_name = _("ligne du budget")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="budget_line_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.amount} €"
