"""Who lives there, tenant and co-tenant first, and their employment (DOMAIN §2, §5)."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ales.history.tracking import tracked
from cases.models.case import CaseRow, TenantCase
from cases.rules import codes


class PersonPosition(models.TextChoices):
    TENANT = "TENANT", _("locataire")
    CO_TENANT = "CO_TENANT", _("colocataire ou conjoint titulaire du bail")
    PARTNER = "PARTNER", _("conjoint non titulaire")
    CHILD = "CHILD", _("enfant")
    OTHER = "OTHER", _("autre personne")


@tracked(subject="case", title=lambda row: "")
class Household(CaseRow):
    """The household of a case: its occupancy, its category for statistics and how to reach it."""

    case = models.OneToOneField(TenantCase, on_delete=models.CASCADE, related_name="household")
    occupancy = models.CharField(
        _("statut d'occupation"),
        max_length=20,
        choices=codes.choices(codes.Occupancy),
        default=codes.Occupancy.TENANT,
    )
    family_category = models.CharField(
        _("situation familiale"), max_length=24, blank=True, choices=codes.choices(codes.FamilyCategory)
    )
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    email = models.EmailField(_("adresse électronique"), blank=True)

    class Meta:
        verbose_name = _("ménage")

    def __str__(self) -> str:
        return f"ménage du dossier {self.case_id}"


@tracked(subject="case", exclude=("rank",))
class Person(CaseRow):
    """A member of the household. No social security number, no medical detail (DOMAIN §14)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(TenantCase, on_delete=models.CASCADE, related_name="persons")
    position = models.CharField(_("place dans le ménage"), max_length=10, choices=PersonPosition)
    rank = models.PositiveSmallIntegerField(default=0, editable=False)
    last_name = models.CharField(_("nom"), max_length=80)
    first_name = models.CharField(_("prénom"), max_length=80)
    birth_date = models.DateField(_("date de naissance"), null=True, blank=True)
    occupational_category = models.CharField(
        _("catégorie socioprofessionnelle"),
        max_length=1,
        blank=True,
        choices=codes.choices(codes.OccupationalCategory),
    )
    employment_status = models.CharField(
        _("situation d'emploi"), max_length=26, blank=True, choices=codes.choices(codes.EmploymentStatus)
    )

    class Meta:
        verbose_name = _("personne du ménage")
        ordering = ["rank", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(position="TENANT"), name="person_one_tenant"
            ),
            models.UniqueConstraint(fields=["id", "organisation"], name="person_with_organisation"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.last_name.upper()} {self.first_name}".strip()


@tracked(subject="case")
class Employment(CaseRow):
    """A person's employer: decides which funds are open and the private-sector indicator (DOMAIN §6, §1)."""

    case = models.ForeignKey(TenantCase, on_delete=models.CASCADE, related_name="employments")
    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="employment")
    employer_name = models.CharField(_("employeur"), max_length=140, blank=True)
    sector = models.CharField(_("secteur"), max_length=26, choices=codes.choices(codes.EmploymentSector))
    headcount = models.PositiveIntegerField(_("effectif"), null=True, blank=True)
    contribution = models.CharField(
        _("assujetti à la participation des employeurs"),
        max_length=8,
        choices=codes.choices(codes.ContributionSubject),
        default=codes.ContributionSubject.UNKNOWN,
    )
    contract = models.CharField(
        _("contrat"), max_length=16, blank=True, choices=codes.choices(codes.ContractType)
    )
    started_on = models.DateField(_("début"), null=True, blank=True)
    ended_on = models.DateField(_("fin"), null=True, blank=True)

    class Meta:
        verbose_name = _("emploi")
        constraints = [
            models.CheckConstraint(
                name="employment_dates_in_order",
                condition=Q(started_on=None) | Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                violation_error_message=_("La fin du contrat précède son début."),
            )
        ]

    def __str__(self) -> str:
        return self.employer_name
