"""Stored files and the production queue (DESIGN §2.8, §2.9).

Rows name their organisation by its number and their subject by kind and UUID: this room knows no domain.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.documents.querysets import ProductionJobQuerySet, StoredDocumentQuerySet


class Audience(models.TextChoices):
    """Who may open a file, besides the policies of its subject (DOMAIN §3)."""

    SOCIAL = "SOCIAL", _("travailleurs sociaux et responsables de l’organisme")
    MONEY = "MONEY", _("responsables de l’organisme, équipe et trésorier de l’association")
    LANDLORD = "LANDLORD", _("bailleur, responsables de l’organisme, association")
    MANAGER = "MANAGER", _("responsables de l’organisme")
    ASSOCIATION = "ASSOCIATION", _("équipe et trésorier de l’association")
    #: Files joined to a message: those of the organisation and the side it was written to.
    TO_ASSOCIATION = "TO_ASSOC", _("organisme, équipe et trésorier de l’association")
    TO_LANDLORD = "TO_LANDLORD", _("organisme, bailleur")


def storage_name(document: "StoredDocument", filename: str) -> str:
    """Unguessable path under the private storage; the person's file name is never used."""
    return f"{document.public_id.hex[:2]}/{document.public_id.hex}"


class StoredDocument(models.Model):
    """A file kept privately: an upload, rewritten, or a document produced from frozen data."""

    append_only = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation_id = models.BigIntegerField(_("organisme"), db_index=True)
    landlord_id = models.BigIntegerField(_("bailleur"), null=True, blank=True, db_index=True)
    audience = models.CharField(_("destinataires"), max_length=12, choices=Audience)
    subject_kind = models.CharField(_("objet"), max_length=30)
    subject_id = models.UUIDField(_("identifiant de l’objet"))
    kind = models.CharField(_("nature"), max_length=30)
    title = models.CharField(_("titre"), max_length=200)
    file_name = models.CharField(_("nom du fichier"), max_length=200)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("taille en octets"))
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64)
    file = models.FileField(_("fichier"), upload_to=storage_name, max_length=100)
    payload = models.JSONField(_("données figées"), null=True, blank=True)
    created_at = models.DateTimeField(_("créé le"), default=timezone.now)
    created_by_id = models.BigIntegerField(_("créé par"), null=True, blank=True)
    #: Its case was anonymised: the row stays for what refers to it, the file is deleted.
    erased_at = models.DateTimeField(_("effacé le"), null=True, blank=True, editable=False)

    objects = StoredDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="document_by_subject")]

    def __str__(self) -> str:
        return self.title


#: The `error` of a job whose case was anonymised before it ran (ales/privacy/house.py).
ERASED = "Erased"


class JobState(models.TextChoices):
    DEFERRED = "DEFERRED", _("à la première ouverture")
    QUEUED = "QUEUED", _("en attente")
    RUNNING = "RUNNING", _("en cours")
    DONE = "DONE", _("prêt")
    FAILED = "FAILED", _("en échec")


class ProductionJob(models.Model):
    """Something to produce: written in the transaction that wants it, done later, once (DESIGN §2.9)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation_id = models.BigIntegerField(_("organisme"), db_index=True)
    landlord_id = models.BigIntegerField(_("bailleur"), null=True, blank=True)
    audience = models.CharField(_("destinataires"), max_length=12, choices=Audience)
    kind = models.CharField(_("nature"), max_length=30)
    subject_kind = models.CharField(_("objet"), max_length=30)
    subject_id = models.UUIDField(_("identifiant de l’objet"))
    unique_key = models.CharField(_("clé"), max_length=120, unique=True)
    payload = models.JSONField(_("données figées"))
    title = models.CharField(_("titre"), max_length=200)
    file_name = models.CharField(_("nom du fichier"), max_length=200)
    state = models.CharField(_("état"), max_length=8, choices=JobState, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("essais"), default=0)
    lease_until = models.DateTimeField(_("réservé jusqu’au"), null=True, blank=True)
    error = models.CharField(_("erreur"), max_length=300, blank=True)
    document = models.OneToOneField(
        StoredDocument,
        verbose_name=_("document"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="job",
    )
    created_at = models.DateTimeField(_("demandé le"), default=timezone.now)
    created_by_id = models.BigIntegerField(_("demandé par"), null=True, blank=True)

    objects = ProductionJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("production de document")
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(state__in=["QUEUED", "RUNNING"]), name="job_waiting"
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="job_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                name="job_done_has_document", condition=~Q(state="DONE") | Q(document__isnull=False)
            ),
            models.CheckConstraint(
                name="job_running_has_lease", condition=~Q(state="RUNNING") | Q(lease_until__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
