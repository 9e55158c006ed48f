"""Relevés: what the bank says it did, read from its files and matched to the orders (DOMAIN §9)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.documents.models import StoredDocument
from members.access import Actor
from members.models import User
from payments.models.order import PaymentOrder


class StatementState(models.TextChoices):
    READ = "READ", _("à vérifier")
    APPLYING = "APPLYING", _("en cours d’application")
    APPLIED = "APPLIED", _("appliqué")
    SET_ASIDE = "SET_ASIDE", _("écarté")


class LineOutcome(models.TextChoices):
    """What a line means, or became once the statement was applied."""

    EXECUTION = "EXECUTION", _("virement exécuté")
    REJECT = "REJECT", _("virement rejeté")
    KNOWN = "KNOWN", _("déjà constaté")
    TO_SETTLE = "TO_SETTLE", _("à rapprocher")
    SETTLED = "SETTLED", _("rapproché à la main")
    UNRELATED = "UNRELATED", _("sans rapport avec un ordre")


class AssociationOnlyQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> "AssociationOnlyQuerySet":
        """The association's staff only: the account is its own."""
        return self.all() if actor is not None and actor.is_association else self.none()


class StatementLineQuerySet(AssociationOnlyQuerySet):
    def to_settle(self) -> "StatementLineQuerySet":
        """Lines that a statement, once applied, left to settle by hand."""
        return self.filter(outcome=LineOutcome.TO_SETTLE, statement__state=StatementState.APPLIED)


class BankStatement(models.Model):
    """One file of the bank. Its bytes are kept; the same bytes are the same statement."""

    updatable_columns = ("state", "decided_by_id", "decided_at", "decision_reason")
    #: What the journal keeps of a row (ales/journal).
    journaled_columns = (
        "id",
        "document_id",
        "sha256",
        "state",
        "from_on",
        "to_on",
        "opening",
        "closing",
        "imported_by_id",
        "decided_by_id",
    )
    journaled_fingerprints = ("account_iban",)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document = models.OneToOneField(StoredDocument, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(_("empreinte du fichier"), max_length=64, unique=True)
    format = models.CharField(_("format"), max_length=20)
    statement_id = models.CharField(_("référence de la banque"), max_length=80, blank=True)
    account_iban = models.CharField(_("compte"), max_length=34)
    from_on = models.DateField(_("du"), null=True, blank=True)
    to_on = models.DateField(_("au"), null=True, blank=True)
    opening = models.DecimalField(_("solde initial"), max_digits=14, decimal_places=2, null=True, blank=True)
    closing = models.DecimalField(_("solde final"), max_digits=14, decimal_places=2, null=True, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=StatementState, default=StatementState.READ)
    imported_by = models.ForeignKey(
        User, verbose_name=_("importé par"), on_delete=models.PROTECT, related_name="+"
    )
    imported_at = models.DateTimeField(_("importé le"), default=timezone.now)
    decided_by = models.ForeignKey(
        User, verbose_name=_("décidé par"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("décidé le"), null=True, blank=True)
    decision_reason = models.CharField(_("motif"), max_length=500, blank=True)

    objects = AssociationOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("relevé")
        constraints = [
            models.CheckConstraint(
                name="statement_decided_by_somebody",
                condition=Q(state="READ", decided_by=None, decided_at=None)
                | (~Q(state="READ") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.statement_id or str(self.public_id)


class StatementLine(models.Model):
    """One movement. `fingerprint` tells the same movement told twice (camt.054 then camt.053).

    `outcome` is what the line means while the statement waits; once applied, what became of it, and
    `settled_at` says when an execution or a reject was recorded.
    """

    updatable_columns = ("outcome", "order_id", "settled_by_id", "settled_at", "note")
    #: What the journal keeps of a row (ales/journal).
    journaled_columns = (
        "id",
        "statement_id",
        "position",
        "booked_on",
        "amount",
        "is_credit",
        "outcome",
        "order_id",
        "settled_by_id",
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField(_("rang"))
    booked_on = models.DateField(_("date comptable"))
    amount = models.DecimalField(_("montant"), max_digits=12, decimal_places=2)
    is_credit = models.BooleanField(_("crédit"))
    end_to_end_id = models.CharField(_("référence de bout en bout"), max_length=35, blank=True)
    bank_reference = models.CharField(_("référence de la banque"), max_length=80, blank=True)
    #: PmtInfId of our file, where the bank repeats it: a whole batch may be one line.
    batch_reference = models.CharField(_("référence du lot"), max_length=35, blank=True)
    counterparty = models.CharField(_("contrepartie"), max_length=140, blank=True)
    label = models.TextField(_("libellé"), blank=True)
    #: What the bank says it is (rules.statements.EntryKind).
    kind = models.CharField(_("nature"), max_length=10, default="other")
    #: An ISO 20022 code, or the bank's own words.
    return_reason = models.CharField(_("motif de la banque"), max_length=140, blank=True)
    fingerprint = models.CharField(_("empreinte"), max_length=64, db_index=True)
    outcome = models.CharField(_("suite"), max_length=10, choices=LineOutcome)
    order = models.ForeignKey(
        PaymentOrder,
        verbose_name=_("ordre"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="statement_lines",
    )
    settled_by = models.ForeignKey(
        User,
        verbose_name=_("rapproché par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    settled_at = models.DateTimeField(_("rapproché le"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = StatementLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("ligne de relevé")
        constraints = [
            models.UniqueConstraint(fields=["statement", "position"], name="statement_line_once"),
            models.CheckConstraint(name="statement_line_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="statement_line_settled_with_note",
                condition=~Q(outcome="SETTLED")
                | (Q(settled_by__isnull=False, settled_at__isnull=False) & ~Q(note="")),
            ),
        ]
        indexes = [models.Index(fields=["outcome", "booked_on", "id"], name="statement_line_to_settle")]

    def __str__(self) -> str:
        return f"{self.booked_on} {'+' if self.is_credit else '-'}{self.amount} €"
