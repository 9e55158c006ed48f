"""Ordres de paiement: one a landlord and payment request, numbered without gaps (DOMAIN §9)."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from aids.models import AidRequest, RentTerm
from aids.states import RequestState
from ales.documents.models import ProductionJob
from ales.text import words
from members.access import Actor
from members.models import BankDetails, Fund, Organisation, User
from members.models.bank_details import BankDetailsState
from payments.models.batch import PaymentBatch
from payments.rules.references import order_number, parse_order_number
from payments.states import MOVES, UNDER_WAY, WAITING_FOR_BANK, OrderState


class RejectionOutcome(models.TextChoices):
    """What becomes of the money of a rejected order."""

    REORDERED = "REORDERED", _("paiement redemandé")
    RELEASED = "RELEASED", _("montant rendu aux fonds")


def move(name: str):
    """The FSM decorator of a move listed in `states.MOVES`."""
    sources, target = MOVES[name]
    return transition(field="state", source=sorted(sources), target=target)


class PaymentOrderQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> "PaymentOrderQuerySet":
        """Own organisation's for its manager, all for the association's staff; never a landlord's agent,
        since an order names funds and evidence (DOMAIN §3)."""
        if actor is None:
            return self.none()
        if actor.is_manager:
            return self.filter(organisation_id=actor.organisation_id)
        if actor.is_association:
            return self.all()
        return self.none()

    def latest_first(self) -> "PaymentOrderQuerySet":
        return self.order_by("-year", "-sequence")

    def oldest_first(self) -> "PaymentOrderQuerySet":
        return self.order_by("year", "sequence")

    def under_way(self) -> "PaymentOrderQuerySet":
        """Neither paid nor given back: signed or not, with the bank, or rejected without a decision."""
        return self.filter(Q(state__in=sorted(UNDER_WAY))) | self.awaiting_decision()

    def awaiting_signature(self) -> "PaymentOrderQuerySet":
        return self.filter(state=OrderState.TO_SIGN)

    def awaiting_decision(self) -> "PaymentOrderQuerySet":
        """Rejected by the bank: somebody has to ask again or give the money back."""
        return self.filter(state=OrderState.REJECTED, rejection_outcome="")

    def on_hold(self) -> "PaymentOrderQuerySet":
        """Not yet with the bank, and to wait: aid stopped, landlord suspended, its account not the order's,
        awaiting its second person or refused by the bank (`holds.reasons` says which)."""
        stopped = AidRequest.objects.filter(pk=OuterRef("request_id"), state=RequestState.STOPPED)
        suspended = Organisation.objects.filter(pk=OuterRef("landlord_id"), is_active=False)
        proposed = BankDetails.objects.filter(
            landlord_id=OuterRef("landlord_id"), state=BankDetailsState.PROPOSED
        )
        confirmed = BankDetails.objects.filter(
            pk=OuterRef("bank_details_id"), state=BankDetailsState.CONFIRMED
        )
        refused = BankDetails.objects.refused_by_bank().filter(pk=OuterRef("bank_details_id"))
        return self.filter(
            Exists(stopped) | Exists(suspended) | Exists(proposed) | ~Exists(confirmed) | Exists(refused),
            state__in=sorted(WAITING_FOR_BANK),
        )

    def matching(self, text: str) -> "PaymentOrderQuerySet":
        """Orders of that number, or whose request holds every word (reference, tenant, landlord, town)."""
        if number := parse_order_number(text):
            return self.filter(year=number[0], sequence=number[1])
        found = self
        for word in words(text):
            found = found.filter(request__search_text__contains=word)
        return found


class PaymentOrder(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """An order to pay one landlord. `frozen` holds the data its PDF is built from (DESIGN §2.8)."""

    #: What may change once the order is written; the rest is what the treasurer signs.
    updatable_columns = (
        "state",
        "signed_by_id",
        "signed_at",
        "executed_on",
        "executed_by_id",
        "given_up_at",
        "given_up_by_id",
        "given_up_reason",
        "batch_id",
        "rejected_on",
        "rejected_code",
        "rejected_by_id",
        "rejected_at",
        "rejection_outcome",
        "rejection_reason",
        "rejection_settled_by_id",
        "rejection_settled_at",
        "job_id",
    )
    #: What the journal keeps of a row (ales/journal).
    journaled_columns = (
        "id",
        "organisation_id",
        "request_id",
        "landlord_id",
        "year",
        "sequence",
        "state",
        "amount",
        "bank_details_id",
        "batch_id",
        "requested_by_id",
        "signed_by_id",
        "executed_on",
        "executed_by_id",
        "given_up_by_id",
        "rejected_on",
        "rejected_by_id",
        "rejection_outcome",
        "rejection_settled_by_id",
    )
    journaled_fingerprints = ("iban",)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisme"), on_delete=models.PROTECT, related_name="+"
    )
    request = models.ForeignKey(
        AidRequest, verbose_name=_("demande"), on_delete=models.PROTECT, related_name="orders"
    )
    landlord = models.ForeignKey(
        Organisation, verbose_name=_("bailleur"), on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField(_("année"))
    sequence = models.PositiveIntegerField(_("rang"))
    state = FSMField(_("état"), default=OrderState.TO_SIGN, choices=OrderState.choices, protected=True)
    amount = models.DecimalField(_("montant"), max_digits=9, decimal_places=2)
    bank_details = models.ForeignKey(
        BankDetails, verbose_name=_("coordonnées bancaires"), on_delete=models.PROTECT, related_name="+"
    )
    account_holder = models.CharField(_("titulaire du compte"), max_length=70)
    iban = models.CharField(_("IBAN"), max_length=34)
    bic = models.CharField(_("BIC"), max_length=11)
    end_to_end_id = models.CharField(_("référence de bout en bout"), max_length=35, unique=True)
    frozen = models.JSONField(_("données figées"))
    requested_by = models.ForeignKey(
        User, verbose_name=_("demandé par"), on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(_("demandé le"), default=timezone.now)
    #: Authors and validator of the request, and who asked for the payment: none may sign nor record the
    #: execution (two CHECKs say so).
    barred_ids = ArrayField(models.BigIntegerField(), verbose_name=_("ne peuvent signer"))
    signed_by = models.ForeignKey(
        User, verbose_name=_("signé par"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(_("signé le"), null=True, blank=True)
    executed_on = models.DateField(_("exécuté le"), null=True, blank=True)
    executed_by = models.ForeignKey(
        User,
        verbose_name=_("exécution constatée par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    given_up_at = models.DateTimeField(_("abandonné le"), null=True, blank=True)
    given_up_by = models.ForeignKey(
        User,
        verbose_name=_("abandonné par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    given_up_reason = models.CharField(_("motif de l'abandon"), max_length=500, blank=True)
    batch = models.ForeignKey(
        PaymentBatch,
        verbose_name=_("bordereau"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    rejected_on = models.DateField(_("rejeté le"), null=True, blank=True)
    #: The bank's ISO 20022 code (AC04 closed account…) or its own words, "" when it gave none.
    rejected_code = models.CharField(_("motif de la banque"), max_length=140, blank=True)
    rejected_by = models.ForeignKey(
        User,
        verbose_name=_("rejet constaté par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    rejected_at = models.DateTimeField(_("rejet constaté le"), null=True, blank=True)
    rejection_outcome = models.CharField(
        _("suite du rejet"), max_length=10, choices=RejectionOutcome, blank=True
    )
    rejection_reason = models.CharField(_("motif de la suite"), max_length=500, blank=True)
    rejection_settled_by = models.ForeignKey(
        User,
        verbose_name=_("suite décidée par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    rejection_settled_at = models.DateTimeField(_("suite décidée le"), null=True, blank=True)
    #: The rejected order whose terms this one asks again.
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("remplace l'ordre"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="successor",
    )
    job = models.OneToOneField(
        ProductionJob, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PaymentOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("ordre de paiement")
        verbose_name_plural = _("ordres de paiement")
        constraints = [
            models.UniqueConstraint(fields=["year", "sequence"], name="order_number_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="order_with_organisation"),
            models.CheckConstraint(name="order_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="order_signed_has_signer",
                condition=Q(state__in=["to_sign", "given_up"])
                | Q(signed_by__isnull=False, signed_at__isnull=False),
            ),
            models.CheckConstraint(
                # A bank also returns what it had executed: the rejected order keeps the day.
                name="order_executed_on_a_date",
                condition=Q(
                    state__in=["executed", "rejected"], executed_on__isnull=False, executed_by__isnull=False
                )
                | (~Q(state="executed") & Q(executed_on=None, executed_by=None)),
            ),
            models.CheckConstraint(
                name="order_in_a_batch",
                condition=~Q(state__in=["batched", "sent"]) | Q(batch__isnull=False),
            ),
            models.CheckConstraint(
                name="order_waits_outside_batches",
                condition=~Q(state__in=["to_sign", "signed", "given_up"]) | Q(batch=None),
            ),
            models.CheckConstraint(
                name="order_rejected_on_a_date",
                condition=Q(
                    state="rejected",
                    rejected_on__isnull=False,
                    rejected_by__isnull=False,
                    rejected_at__isnull=False,
                )
                | (
                    ~Q(state="rejected")
                    & Q(rejected_on=None, rejected_by=None, rejected_at=None, rejection_outcome="")
                ),
            ),
            models.CheckConstraint(
                name="order_rejection_settled_with_reason",
                condition=Q(rejection_outcome="", rejection_settled_by=None, rejection_settled_at=None)
                | (
                    Q(rejection_settled_by__isnull=False, rejection_settled_at__isnull=False)
                    & ~Q(rejection_outcome="")
                    & ~Q(rejection_reason="")
                ),
            ),
            models.CheckConstraint(
                name="order_given_up_with_reason",
                condition=~Q(state="given_up")
                | (Q(given_up_at__isnull=False, given_up_by__isnull=False) & ~Q(given_up_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "year", "sequence"], name="order_by_state_number"),
            models.Index(fields=["organisation", "year", "sequence"], name="order_of_organisation"),
            models.Index(fields=["amount", "id"], name="order_by_amount"),
            models.Index(fields=["state", "amount", "id"], name="order_by_state_amount"),
            models.Index(fields=["organisation", "amount", "id"], name="order_of_member_by_amount"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Continuous yearly number, as printed: `OP-2026-000042`."""
        return order_number(self.year, self.sequence)

    @move("sign")
    def sign(self) -> None: ...

    @move("execute")
    def execute(self) -> None: ...

    @move("batch")
    def join_batch(self) -> None: ...

    @move("unbatch")
    def leave_batch(self) -> None: ...

    @move("send")
    def send(self) -> None: ...

    @move("reject")
    def reject(self) -> None: ...

    @move("give_up")
    def give_up(self) -> None: ...


class PaymentOrderLine(models.Model):
    """What an order draws on one fund for one term. At most one live line a term and fund."""

    updatable_columns = ("is_live",)

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", editable=False)
    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="lines")
    term = models.ForeignKey(
        RentTerm, verbose_name=_("échéance"), on_delete=models.PROTECT, related_name="order_lines"
    )
    fund = models.ForeignKey(Fund, verbose_name=_("fonds"), on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(_("montant"), max_digits=9, decimal_places=2)
    is_live = models.BooleanField(_("en cours"), default=True)

    class Meta:
        verbose_name = _("ligne d'ordre de paiement")
        constraints = [
            models.UniqueConstraint(
                fields=["term", "fund"], condition=Q(is_live=True), name="order_line_one_live"
            ),
            models.CheckConstraint(name="order_line_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} €"
