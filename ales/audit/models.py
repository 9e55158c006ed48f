"""Who opened which social file, kept apart and for twelve months (DOMAIN §14): ids and codes, no name.

What an id stands for is looked up when the log is read, by who may read both.
"""

import uuid

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    VIEWED = "VIEWED", _("consulté")
    DOWNLOADED = "DOWNLOADED", _("téléchargé")
    EXPORTED = "EXPORTED", _("exporté")
    PRINTED = "PRINTED", _("imprimé")


class AccessLogQuerySet(models.QuerySet):
    def visible_to(self, actor) -> "AccessLogQuerySet":
        """Accesses to the files of the actor's organisation, for its manager; none for anybody else."""
        if actor is None or not actor.is_manager:
            return self.none()
        return self.filter(subject_organisation_id=actor.organisation_id)


class AccessLog(models.Model):
    """One reading. Its key is drawn by us: who adds a line may not read it back (no RETURNING)."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("le"), default=timezone.now)
    user_id = models.BigIntegerField(_("personne"), null=True, blank=True)
    membership_id = models.UUIDField(_("habilitation"), null=True, blank=True)
    organisation_id = models.BigIntegerField(_("organisme du lecteur"), null=True, blank=True)
    capacity = models.CharField(_("en qualité de"), max_length=20)
    action = models.CharField(_("action"), max_length=10, choices=Action)
    subject_kind = models.CharField(_("objet"), max_length=30)
    subject_id = models.UUIDField(_("identifiant de l'objet"))
    subject_organisation_id = models.BigIntegerField(_("organisme du dossier"))
    #: The name of the page's address, never the address itself.
    route = models.CharField(_("page"), max_length=80)

    #: Of an export: how many rows left, and the filters chosen (codes; never the words searched).
    rows = models.PositiveIntegerField(_("lignes"), null=True, blank=True)
    filters = models.TextField(_("filtres"), blank=True)

    objects = AccessLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("accès à un dossier")
        verbose_name_plural = _("accès aux dossiers")
        indexes = [
            models.Index(fields=["subject_organisation_id", "-at", "-id"], name="access_of_organisation"),
            models.Index(fields=["subject_id", "-at", "-id"], name="access_to_subject"),
            # The nightly purge.
            models.Index(fields=["at"], name="access_by_date"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_kind} {self.subject_id}"


class ScrubStage(models.TextChoices):
    ANONYMISE = "ANONYMISE", _("anonymisation du dossier")
    ACCOUNTS = "ACCOUNTS", _("fin de la conservation comptable")


class ScrubReason(models.TextChoices):
    RETENTION = "RETENTION", _("fin de la durée de conservation")
    ERASURE = "ERASURE", _("demande de la personne")


class ScrubLogQuerySet(models.QuerySet):
    def visible_to(self, actor) -> "ScrubLogQuerySet":
        """Files of the actor's organisation, for its manager."""
        if actor is None or not actor.is_manager:
            return self.none()
        return self.filter(subject_organisation_id=actor.organisation_id)


class ScrubLog(models.Model):
    """One clearing of a file, written by the database's own function and by nobody else."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("le"))
    #: Transaction of PostgreSQL: within it the protections of append-only tables step aside.
    transaction_id = models.BigIntegerField(_("transaction"), db_index=True)
    user_id = models.BigIntegerField(_("personne"), null=True, blank=True)
    subject_id = models.UUIDField(_("identifiant du dossier"))
    subject_organisation_id = models.BigIntegerField(_("organisme du dossier"))
    stage = models.CharField(_("étape"), max_length=10, choices=ScrubStage)
    reason = models.CharField(_("motif"), max_length=10, choices=ScrubReason)

    objects = ScrubLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("effacement")

    def __str__(self) -> str:
        return f"{self.stage} {self.subject_id}"
