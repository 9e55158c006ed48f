"""Organisations: members of the association, landlords, partners, public bodies (DOMAIN §2)."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ales.history.tracking import tracked
from ales.text import fold, words
from members.roles import LandlordType, OrganisationKind

if TYPE_CHECKING:
    from members.access import Actor


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, actor: "Actor | None") -> "OrganisationQuerySet":
        """Organisations whose page the actor may open: all for the association's staff, else one's own."""
        if actor is None:
            return self.none()
        return self if actor.is_association else self.filter(pk=actor.organisation_id)

    def matching(self, text: str) -> "OrganisationQuerySet":
        """Organisations whose name contains every word of `text`."""
        found = self
        for word in words(text):
            found = found.filter(sort_key__contains=word)
        return found

    def members(self) -> "OrganisationQuerySet":
        """Members of the association, by name."""
        return self.filter(is_member=True).order_by("sort_key", "id")

    def landlords_for(self, organisation_id: int) -> "OrganisationQuerySet":
        """Landlords a social worker may choose: those everybody knows, and the private ones
        this organisation registered itself (a private landlord's name is personal data)."""
        return (
            self.filter(kind=OrganisationKind.BAILLEUR, is_active=True)
            .filter(Q(registered_by=None) | Q(registered_by_id=organisation_id))
            .order_by("sort_key", "id")
        )

    def landlords(self) -> "OrganisationQuerySet":
        return self.filter(kind=OrganisationKind.BAILLEUR).order_by("sort_key", "id")


@tracked(exclude=("sort_key", "created_at"), title=lambda row: "")
class Organisation(models.Model):
    """An organisation. A private landlord is one that is no member and may have no SIRET."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("organisme"), max_length=12, choices=OrganisationKind)
    landlord_type = models.CharField(_("nature du bailleur"), max_length=12, choices=LandlordType, blank=True)
    name = models.CharField(_("nom"), max_length=140)
    department = models.CharField(_("département"), max_length=3, blank=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    email = models.EmailField(_("adresse électronique"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postal_code = models.CharField(_("code postal"), max_length=5, blank=True)
    town = models.CharField(_("commune"), max_length=80, blank=True)
    is_member = models.BooleanField(_("adhérent"), default=False)
    is_active = models.BooleanField(_("actif"), default=True)
    registered_by = models.ForeignKey(
        "self",
        verbose_name=_("enregistré par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    sort_key = models.CharField(max_length=160, editable=False, db_index=True)
    created_at = models.DateTimeField(_("créé le"), auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisme")
        constraints = [
            models.CheckConstraint(
                name="organisation_landlord_type_of_landlord",
                condition=Q(kind="BAILLEUR") | Q(landlord_type=""),
                violation_error_message=_("Seul un bailleur a une nature de bailleur."),
            ),
            models.UniqueConstraint(
                fields=["siret"],
                condition=~Q(siret=""),
                name="organisation_siret_once",
                violation_error_message=_("Un organisme porte déjà ce SIRET."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.sort_key = fold(self.name)
        super().save(*args, **kwargs)
