"""Long works: what one person asked for and a worker does, step by step (docs/works.md).

An export, a decision on many requests, an import. The row is the truth: whoever asked leaves the page and
finds the work again, with how far it is and what became of each line.
"""

import uuid
from typing import Protocol
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WorkState(models.TextChoices):
    QUEUED = "QUEUED", _("en attente")
    RUNNING = "RUNNING", _("en cours")
    TO_CONFIRM = "TO_CONFIRM", _("à confirmer")
    DONE = "DONE", _("terminé")
    FAILED = "FAILED", _("en échec")
    CANCELLED = "CANCELLED", _("annulé")


#: A worker has, or will have, something to do.
UNDER_WAY = (WorkState.QUEUED, WorkState.RUNNING)
OVER = (WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED)

TONES = {
    WorkState.QUEUED: "neutral",
    WorkState.RUNNING: "progress",
    WorkState.TO_CONFIRM: "warning",
    WorkState.DONE: "success",
    WorkState.FAILED: "danger",
    WorkState.CANCELLED: "neutral",
}


class Asker(Protocol):
    """What this room needs to know of who asks; members.access.Actor fits."""

    user_id: int
    membership_id: UUID
    organisation_id: int
    role: str


class WorkQuerySet(models.QuerySet):
    def visible_to(self, actor: Asker | None) -> "WorkQuerySet":
        """One's own works, asked for in this very capacity; nobody else's."""
        if actor is None:
            return self.none()
        return self.filter(user_id=actor.user_id, organisation_id=actor.organisation_id, capacity=actor.role)

    def latest_first(self) -> "WorkQuerySet":
        return self.order_by("-created_at", "-id")

    def takeable(self, at) -> "WorkQuerySet":
        """Works a worker may take: waiting (and not put off), or left behind by a dead worker."""
        return self.filter(
            Q(state=WorkState.QUEUED, lease_until=None) | Q(state__in=UNDER_WAY, lease_until__lte=at)
        )


#: Of the storage: what works read and write.
FOLDER = "travaux"


def storage_name(work: "Work", filename: str) -> str:
    """Path of the file a work made, in the private storage."""
    return f"{FOLDER}/{work.public_id.hex}"


def source_name(work: "Work", filename: str) -> str:
    """Path of the file a work reads."""
    return f"{FOLDER}/{work.public_id.hex}-recu"


class Work(models.Model):
    """One long work of one person, in one capacity. Counts are of rows or lines."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation_id = models.BigIntegerField(_("organisme"))
    user_id = models.BigIntegerField(_("demandé par"))
    membership_id = models.UUIDField(_("habilitation"))
    capacity = models.CharField(_("en qualité de"), max_length=20)
    kind = models.CharField(_("nature"), max_length=40)
    title = models.CharField(_("titre"), max_length=200)
    params = models.JSONField(_("choix"), default=dict, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=WorkState, default=WorkState.QUEUED)
    total = models.PositiveIntegerField(_("lignes à traiter"), default=0)
    done = models.PositiveIntegerField(_("lignes traitées"), default=0)
    refused = models.PositiveIntegerField(_("lignes non traitées"), default=0)
    #: Rises each time a worker takes the work: the fencing number of its lease.
    turn = models.PositiveIntegerField(_("tour"), default=0)
    failures = models.PositiveSmallIntegerField(_("échecs"), default=0)
    lease_until = models.DateTimeField(_("réservé jusqu’au"), null=True, blank=True)
    cancel_asked = models.BooleanField(_("annulation demandée"), default=False)
    error = models.CharField(_("erreur"), max_length=300, blank=True)
    source = models.FileField(_("fichier reçu"), upload_to=source_name, max_length=100, blank=True)
    file = models.FileField(_("fichier produit"), upload_to=storage_name, max_length=100, blank=True)
    file_name = models.CharField(_("nom du fichier"), max_length=200, blank=True)
    content_type = models.CharField(_("type"), max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("taille en octets"), default=0)
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("demandé le"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmé le"), null=True, blank=True)
    finished_at = models.DateTimeField(_("terminé le"), null=True, blank=True)
    #: When its asker has seen it finished.
    seen_at = models.DateTimeField(_("vu le"), null=True, blank=True)
    expires_at = models.DateTimeField(_("gardé jusqu’au"), null=True, blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("travail")
        indexes = [
            models.Index(fields=["user_id", "organisation_id", "-created_at", "-id"], name="work_of_asker"),
            models.Index(
                fields=["created_at"], condition=Q(state__in=["QUEUED", "RUNNING"]), name="work_under_way"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="work_running_has_lease", condition=~Q(state="RUNNING") | Q(lease_until__isnull=False)
            ),
            models.CheckConstraint(
                name="work_over_has_end",
                condition=~Q(state__in=["DONE", "FAILED", "CANCELLED"]) | Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def is_over(self) -> bool:
        return self.state in OVER


class Outcome(models.TextChoices):
    WAITING = "WAITING", _("à faire")
    DONE = "DONE", _("fait")
    REFUSED = "REFUSED", _("impossible")


OUTCOME_TONES = {Outcome.WAITING: "neutral", Outcome.DONE: "success", Outcome.REFUSED: "warning"}


class WorkLineQuerySet(models.QuerySet):
    def counted(self) -> "models.QuerySet":
        """(outcome, number of lines, sum of their euros) of each outcome there is; one query."""
        return (
            self.order_by("outcome")
            .values_list("outcome")
            .annotate(number=models.Count("pk"), euros=models.Sum("amount"))
        )


class WorkLine(models.Model):
    """One thing to do of a work, once: the request decided, the line of a file written; and what became of
    it. Only its work's asker sees it; it goes with the work's file, seven days after the end."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="lines", verbose_name=_("travail"))
    #: Rank in the list, or the line's number in the file.
    position = models.PositiveIntegerField(_("ligne"))
    subject_id = models.UUIDField(_("identifiant de l’objet"), null=True, blank=True)
    label = models.CharField(_("objet"), max_length=250)
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    amount = models.DecimalField(_("montant"), max_digits=12, decimal_places=2, null=True, blank=True)
    data = models.JSONField(_("contenu"), default=dict, blank=True)
    outcome = models.CharField(_("suite"), max_length=8, choices=Outcome, default=Outcome.WAITING)
    #: What was done, or why not: for a line of a file, one dict a fault (column, value, message).
    detail = models.TextField(_("explication"), blank=True)
    faults = models.JSONField(_("fautes"), default=list, blank=True)

    objects = WorkLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("ligne d’un travail")
        constraints = [
            models.UniqueConstraint(fields=["work", "position"], name="work_line_once"),
        ]
        indexes = [models.Index(fields=["work", "outcome", "position"], name="work_line_by_outcome")]

    def __str__(self) -> str:
        return self.label
