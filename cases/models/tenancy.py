"""Dwelling, landlord, lease state, rent and arrears (DOMAIN §2, §4)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ales.history.tracking import tracked
from cases.models.case import CaseRow, TenantCase
from cases.rules import codes
from members.models import Organisation


def monthly_euros(label, **options) -> models.DecimalField:
    """Monthly euros, between 0 and 20,000: more is a typing mistake."""
    return models.DecimalField(
        label,
        max_digits=8,
        decimal_places=2,
        default=0,
        validators=[
            MinValueValidator(0, _("Un montant ne peut pas être négatif.")),
            MaxValueValidator(20_000, _("Ce montant mensuel dépasse 20 000 € : vérifiez la saisie.")),
        ],
        **options,
    )


def total_euros(label, **options) -> models.DecimalField:
    """Euros owed, between 0 and 200,000."""
    return models.DecimalField(
        label,
        max_digits=9,
        decimal_places=2,
        default=0,
        validators=[
            MinValueValidator(0, _("Un montant ne peut pas être négatif.")),
            MaxValueValidator(200_000, _("Ce montant dépasse 200 000 € : vérifiez la saisie.")),
        ],
        **options,
    )


@tracked(subject="case", title=lambda row: "")
class Tenancy(CaseRow):
    """The dwelling of a case and what is owed for it each month. Rent, charges and benefit are typed
    here only; the budget reads them from here (DOMAIN §5)."""

    case = models.OneToOneField(TenantCase, on_delete=models.CASCADE, related_name="tenancy")
    landlord = models.ForeignKey(
        Organisation, verbose_name=_("bailleur"), on_delete=models.PROTECT, related_name="+"
    )
    landlord_reference = models.CharField(
        _("référence du locataire chez le bailleur"), max_length=40, blank=True
    )
    address = models.CharField(_("adresse du logement"), max_length=200)
    postal_code = models.CharField(_("code postal"), max_length=5)
    town = models.CharField(_("commune"), max_length=80)
    insee_code = models.CharField(_("code INSEE"), max_length=5, blank=True)
    department = models.CharField(_("département"), max_length=3)
    dwelling = models.CharField(_("type de logement"), max_length=20, blank=True)
    lease_on = models.DateField(_("date du bail"), null=True, blank=True)
    lease_state = models.CharField(
        _("état du bail"),
        max_length=26,
        choices=codes.choices(codes.LeaseState),
        default=codes.LeaseState.CURRENT,
    )
    lease_state_on = models.DateField(_("depuis le"), null=True, blank=True)
    rent = monthly_euros(_("loyer"))
    annexes = monthly_euros(_("annexes"))
    service_charges = monthly_euros(_("charges locatives"))
    sls = monthly_euros(_("supplément de loyer de solidarité"))
    other_lines = monthly_euros(_("autres lignes de la quittance"))
    rls = monthly_euros(_("réduction de loyer de solidarité"))
    housing_benefit = monthly_euros(_("APL ou AL"))
    arrears = total_euros(_("dette de loyer"))
    arrears_on = models.DateField(_("dette arrêtée au"), null=True, blank=True)
    arrears_since = models.DateField(_("premier mois impayé"), null=True, blank=True)
    benefit_arrears = total_euros(_("rappel d'APL ou d'AL attendu"))

    class Meta:
        verbose_name = _("logement")
        constraints = [
            models.CheckConstraint(
                name="tenancy_amounts_not_negative",
                condition=Q(
                    rent__gte=0, annexes__gte=0, service_charges__gte=0, sls__gte=0, other_lines__gte=0
                )
                & Q(rls__gte=0, housing_benefit__gte=0, arrears__gte=0, benefit_arrears__gte=0),
            ),
            models.CheckConstraint(
                name="tenancy_arrears_dated",
                condition=Q(arrears=0) | Q(arrears_on__isnull=False),
                violation_error_message=_("Une dette est arrêtée à une date."),
            ),
            models.CheckConstraint(
                name="tenancy_arrears_dates_in_order",
                condition=Q(arrears_since=None)
                | Q(arrears_on=None)
                | Q(arrears_since__lte=models.F("arrears_on")),
                violation_error_message=_("Le premier mois impayé est après la date de la dette."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}, {self.postal_code} {self.town}"
