"""Coordonnées bancaires of landlords: entered by one person, confirmed by another (DOMAIN §2, §9)."""

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.documents.models import StoredDocument
from ales.history.tracking import tracked

if TYPE_CHECKING:
    from members.access import Actor


class BankDetailsState(models.TextChoices):
    PROPOSED = "PROPOSED", _("à confirmer")
    CONFIRMED = "CONFIRMED", _("confirmées")
    REFUSED = "REFUSED", _("refusées")
    REPLACED = "REPLACED", _("remplacées")


#: Tone of the badge (components: status_badge).
STATE_TONES = {
    BankDetailsState.PROPOSED: "warning",
    BankDetailsState.CONFIRMED: "success",
    BankDetailsState.REFUSED: "danger",
    BankDetailsState.REPLACED: "neutral",
}


class BankDetailsQuerySet(models.QuerySet):
    def visible_to(self, actor: "Actor | None") -> "BankDetailsQuerySet":
        """All for the association's staff; their own for a landlord's managers and agents."""
        if actor is None:
            return self.none()
        if actor.is_association:
            return self
        if actor.is_manager or actor.is_landlord_agent:
            return self.filter(landlord_id=actor.organisation_id)
        return self.none()

    def confirmed_for(self, landlord_id: int) -> "BankDetails | None":
        """The details payments go to, or None; None too while a change awaits its second person."""
        rows = list(self.filter(landlord_id=landlord_id, state__in=["PROPOSED", "CONFIRMED"]))
        if any(row.state == BankDetailsState.PROPOSED for row in rows):
            return None
        return rows[0] if rows else None

    def confirmed_ids(self, landlord_ids: Iterable[int]) -> set[int]:
        """`confirmed_for` of several landlords in one query: the ids of the details payments go to."""
        rows = self.filter(landlord_id__in=landlord_ids, state__in=["PROPOSED", "CONFIRMED"])
        rows = list(rows.values_list("landlord_id", "id", "state"))
        awaiting = {landlord for landlord, _id, state in rows if state == BankDetailsState.PROPOSED}
        return {pk for landlord, pk, _state in rows if landlord not in awaiting}

    def refused_by_bank(self) -> "BankDetailsQuerySet":
        """Those in force that the bank refused, and nobody vouched for since: payments to them wait."""
        return self.filter(
            state=BankDetailsState.CONFIRMED, bank_refused_on__isnull=False, vouched_at__isnull=True
        )

    def awaiting(self) -> "BankDetailsQuerySet":
        return (
            self.filter(state=BankDetailsState.PROPOSED)
            .select_related("landlord", "entered_by")
            .order_by("entered_at")
        )


@tracked(
    subject="landlord",
    title=lambda row: row.account_holder,
    # Never changes, and is shown with its row.
    exclude=("proof",),
    formats={
        "iban": lambda row: " ".join(row.iban[start : start + 4] for start in range(0, len(row.iban), 4))
    },
)
class BankDetails(models.Model):
    """One version of a landlord's account. A change is a new row, never an edit."""

    #: The only columns the application's login may change: the decision, and what the bank made of it.
    updatable_columns = (
        "state",
        "decided_by_id",
        "decided_at",
        "refusal_reason",
        "bank_refused_on",
        "bank_refused_reason",
        "vouched_by_id",
        "vouched_at",
        "vouched_note",
    )
    #: What the journal keeps of a row (ales/journal); of the account, its fingerprint.
    journaled_columns = (
        "id",
        "landlord_id",
        "state",
        "entered_by_id",
        "decided_by_id",
        "bank_refused_on",
        "vouched_by_id",
    )
    journaled_fingerprints = ("iban",)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    landlord = models.ForeignKey(
        "members.Organisation",
        verbose_name=_("bailleur"),
        on_delete=models.PROTECT,
        related_name="bank_details",
    )
    account_holder = models.CharField(_("titulaire du compte"), max_length=70)
    iban = models.CharField(_("IBAN"), max_length=34)
    bic = models.CharField(_("BIC"), max_length=11)
    #: The RIB. None only for details older than the rule.
    proof = models.ForeignKey(
        StoredDocument,
        verbose_name=_("RIB"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    state = models.CharField(
        _("état"), max_length=10, choices=BankDetailsState, default=BankDetailsState.PROPOSED
    )
    entered_by = models.ForeignKey(
        "members.User", verbose_name=_("saisies par"), on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(_("saisies le"), default=timezone.now)
    decided_by = models.ForeignKey(
        "members.User",
        verbose_name=_("confirmées par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("confirmées le"), null=True, blank=True)
    refusal_reason = models.CharField(_("motif du refus"), max_length=500, blank=True)
    #: Day the bank gave a transfer back because of the account itself; the latest one.
    bank_refused_on = models.DateField(_("compte refusé par la banque le"), null=True, blank=True)
    #: Its code and what it means, in French (`AC04 : le compte est clôturé`).
    bank_refused_reason = models.CharField(_("motif de la banque"), max_length=140, blank=True)
    #: The treasurer asked the landlord since, and the account is right all the same.
    vouched_by = models.ForeignKey(
        "members.User",
        verbose_name=_("compte vérifié par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    vouched_at = models.DateTimeField(_("compte vérifié le"), null=True, blank=True)
    vouched_note = models.CharField(_("comment le compte a été vérifié"), max_length=500, blank=True)

    objects = BankDetailsQuerySet.as_manager()

    class Meta:
        verbose_name = _("coordonnées bancaires")
        constraints = [
            # What an order refers to, so that the account it pays is the one confirmed.
            models.UniqueConstraint(
                fields=["id", "landlord", "iban", "bic", "account_holder"], name="bank_details_with_account"
            ),
            models.UniqueConstraint(
                fields=["landlord"], condition=Q(state="CONFIRMED"), name="bank_details_one_confirmed"
            ),
            models.UniqueConstraint(
                fields=["landlord"], condition=Q(state="PROPOSED"), name="bank_details_one_proposed"
            ),
            models.CheckConstraint(
                name="bank_details_second_person",
                condition=Q(decided_by=None) | ~Q(decided_by=F("entered_by")),
            ),
            models.CheckConstraint(
                name="bank_details_decided_by_somebody",
                condition=Q(state="PROPOSED", decided_by=None, decided_at=None)
                | (~Q(state="PROPOSED") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="bank_details_vouched_once_refused",
                condition=Q(vouched_by=None, vouched_at=None, vouched_note="")
                | (
                    Q(vouched_by__isnull=False, vouched_at__isnull=False, bank_refused_on__isnull=False)
                    & ~Q(vouched_note="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_holder} …{self.iban[-4:]}"

    @property
    def is_refused_by_bank(self) -> bool:
        """`refused_by_bank` of one row, whatever its state."""
        return self.bank_refused_on is not None and self.vouched_at is None
