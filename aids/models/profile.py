"""What statistics need of a granted aid, without any name (DOMAIN §1, §10)."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from aids.models.request import AidRequest
from cases.rules import codes
from members.models import Organisation


class AidProfileQuerySet(models.QuerySet):
    def household_of(self, case_id: int) -> uuid.UUID:
        """The household's pseudonym: the one its earlier aids bear, else a new one. One query."""
        known = self.filter(request__case_id=case_id).values_list("household", flat=True).first()
        return known or uuid.uuid4()


class AidProfile(models.Model):
    """One row a granted aid, written at validation. No name, no reference to the social file."""

    request = models.OneToOneField(AidRequest, on_delete=models.CASCADE, related_name="profile")
    #: Drawn at random and shared by the aids of one case: cells are hidden by households, not by aids
    #: (DOMAIN §10), and it leads to no file.
    household = models.UUIDField(_("ménage"), default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    landlord = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    department = models.CharField(_("département"), max_length=3)
    purpose = models.CharField(_("objet"), max_length=10)
    granted_on = models.DateField(_("accordée le"))
    amount = models.DecimalField(_("montant accordé"), max_digits=9, decimal_places=2)
    occupational_category = models.CharField(
        _("catégorie socioprofessionnelle"),
        max_length=1,
        blank=True,
        choices=codes.choices(codes.OccupationalCategory),
    )
    family_category = models.CharField(
        _("situation familiale"), max_length=24, blank=True, choices=codes.choices(codes.FamilyCategory)
    )
    #: Private-sector employee in work or looking for work (S0's 67 %).
    is_private_sector = models.BooleanField(_("salarié du privé, en emploi ou en recherche"), default=False)
    available_before = models.DecimalField(
        _("disponible par personne avant"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    available_after = models.DecimalField(
        _("disponible par personne après"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    # Decided on the exact fraction, not on the rounded amounts above; None when unknown (DOMAIN §5).
    was_below_threshold = models.BooleanField(_("moins de 300 € avant"), null=True)
    is_above_threshold = models.BooleanField(_("plus de 300 € après"), null=True)
    after_is_simulated = models.BooleanField(_("après simulé"), default=False)

    objects = AidProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("profil statistique")
        indexes = [models.Index(fields=["granted_on"], name="profile_by_date")]

    def __str__(self) -> str:
        return f"{self.amount} €"
