"""Bordereaux: signed orders sent together to the bank, in one file that never changes (DOMAIN §9)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from ales.documents.models import ProductionJob
from members.access import Actor
from members.models import User
from payments.rules.references import batch_number
from payments.states import BATCH_MOVES, BatchState


def move(name: str):
    """The FSM decorator of a move listed in `states.BATCH_MOVES`."""
    sources, target = BATCH_MOVES[name]
    return transition(field="state", source=sorted(sources), target=target)


class PaymentBatchQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> "PaymentBatchQuerySet":
        """The association's staff only: a batch mixes the orders of every member."""
        return self.all() if actor is not None and actor.is_association else self.none()

    def latest_first(self) -> "PaymentBatchQuerySet":
        return self.order_by("-year", "-sequence")


class PaymentBatch(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """Orders of one bank file. `frozen` holds the file's data, its two identifiers among them: the file is
    produced once from it, kept with its SHA-256, and served again byte for byte."""

    updatable_columns = (
        "state",
        "sent_by_id",
        "sent_at",
        "cancelled_by_id",
        "cancelled_at",
        "cancelled_reason",
        "file_job_id",
        "statement_job_id",
    )
    #: What the journal keeps of a row (ales/journal).
    journaled_columns = (
        "id",
        "year",
        "sequence",
        "state",
        "execution_on",
        "orders_count",
        "control_sum",
        "created_by_id",
        "sent_by_id",
        "cancelled_by_id",
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField(_("année"))
    sequence = models.PositiveIntegerField(_("rang"))
    state = FSMField(_("état"), default=BatchState.PREPARED, choices=BatchState.choices, protected=True)
    message_id = models.CharField(_("identifiant du message"), max_length=35, unique=True)
    payment_information_id = models.CharField(_("identifiant du lot"), max_length=35, unique=True)
    schema = models.CharField(_("format"), max_length=20)
    execution_on = models.DateField(_("date d'exécution demandée"))
    orders_count = models.PositiveIntegerField(_("nombre d'ordres"))
    control_sum = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    frozen = models.JSONField(_("données figées"))
    created_by = models.ForeignKey(
        User, verbose_name=_("préparé par"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("préparé le"), default=timezone.now)
    sent_by = models.ForeignKey(
        User,
        verbose_name=_("transmis par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    sent_at = models.DateTimeField(_("transmis le"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, verbose_name=_("annulé par"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_at = models.DateTimeField(_("annulé le"), null=True, blank=True)
    cancelled_reason = models.CharField(_("motif de l'annulation"), max_length=500, blank=True)
    file_job = models.OneToOneField(
        ProductionJob, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    statement_job = models.OneToOneField(
        ProductionJob, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PaymentBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("bordereau")
        verbose_name_plural = _("bordereaux")
        constraints = [
            models.UniqueConstraint(fields=["year", "sequence"], name="batch_number_once"),
            models.CheckConstraint(
                name="batch_holds_money", condition=Q(orders_count__gt=0, control_sum__gt=0)
            ),
            models.CheckConstraint(
                name="batch_sent_by_somebody",
                condition=Q(state="sent", sent_by__isnull=False, sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_by=None, sent_at=None)),
            ),
            models.CheckConstraint(
                name="batch_cancelled_with_reason",
                condition=~Q(state="cancelled")
                | (Q(cancelled_by__isnull=False, cancelled_at__isnull=False) & ~Q(cancelled_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=["execution_on", "id"], name="batch_by_execution"),
            models.Index(fields=["control_sum", "id"], name="batch_by_sum"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Continuous yearly number, as printed: `BV-2026-000007`."""
        return batch_number(self.year, self.sequence)

    @move("send")
    def send(self) -> None: ...

    @move("cancel")
    def cancel(self) -> None: ...
