"""Funds members bring, and their append-only ledger (DOMAIN §6)."""

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ales.history.tracking import tracked
from ales.money import round_half_up

if TYPE_CHECKING:
    from members.access import Actor


class FundKind(models.TextChoices):
    LANDLORD = "LANDLORD", _("différentiel d’intérêts (bailleur)")
    EMPLOYER = "EMPLOYER", _("subvention 2 % accompagnement social (CIL, CCI)")


class EntryKind(models.TextChoices):
    CONTRIBUTION = "CONTRIBUTION", _("versement")
    TRANSFER_IN = "TRANSFER_IN", _("virement reçu")
    TRANSFER_OUT = "TRANSFER_OUT", _("virement émis")
    COMMITMENT = "COMMITMENT", _("engagement")
    RELEASE = "RELEASE", _("dégagement")
    PAYMENT = "PAYMENT", _("paiement")
    RECOVERY = "RECOVERY", _("recouvrement")


#: A fund is low under this share of what was brought, where nobody chose a threshold.
LOW_SHARE = Decimal("0.10")
#: A fund's year lies between these.
FIRST_YEAR, LAST_YEAR = 1998, 2100


def euros(label, **options) -> models.DecimalField:
    """A column of euros, two places."""
    return models.DecimalField(label, max_digits=12, decimal_places=2, **options)


class FundQuerySet(models.QuerySet):
    def visible_to(self, actor: "Actor | None") -> "FundQuerySet":
        """Funds whose lines the actor may read: all for the association, a manager's own (DOMAIN §6)."""
        if actor is None or not (actor.is_association or actor.is_manager):
            return self.none()
        return self if actor.is_association else self.filter(owner_id=actor.organisation_id)

    def of_year(self, year: int) -> "FundQuerySet":
        """With owners and alerts, in the owners' order."""
        found = self.filter(year=year).select_related("owner", "alert").with_emptied()
        return found.order_by("owner__sort_key", "kind", "id")

    def with_emptied(self) -> "FundQuerySet":
        """Each with what `Fund.is_emptied` says, asked of the ledger only where nothing is left."""
        last = FundEntry.objects.filter(fund=OuterRef("pk")).changes().latest_first().values("kind")[:1]
        emptied = When(
            available=0, transferred_out__gt=0, then=Q(Exact(Subquery(last), EntryKind.TRANSFER_OUT.value))
        )
        return self.annotate(is_emptied=Case(emptied, default=Value(False)))

    def locked(self, ids) -> "list[Fund]":
        """The funds `ids`, locked in one order (DESIGN §2.3) until the transaction ends."""
        return list(self.filter(id__in=ids).order_by("id").select_for_update(no_key=True))


# Its sums have their own history, the ledger.
@tracked(only=("owner", "kind", "name", "year"))
class Fund(models.Model):
    """Money a member brings for a year. The sums are kept by the ledger's trigger, never written here.

    `available = contributed + transferred_in − transferred_out − committed + released + recovered`,
    `to_pay = committed − released − paid`; the database refuses either below zero, and more recovered than
    paid.
    """

    #: The only columns the application's login may change: the sums belong to the ledger's trigger.
    updatable_columns = ("name",)
    #: Its sums are the ledger's, whose every line is journaled.
    journaled_columns = ("id", "owner_id", "kind", "year")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        "members.Organisation", verbose_name=_("adhérent"), on_delete=models.PROTECT, related_name="funds"
    )
    kind = models.CharField(_("nature"), max_length=10, choices=FundKind)
    name = models.CharField(_("nom"), max_length=140)
    year = models.PositiveSmallIntegerField(_("année"))
    contributed = euros(_("versé"), default=0)
    transferred_in = euros(_("virements reçus"), default=0)
    transferred_out = euros(_("virements émis"), default=0)
    committed = euros(_("engagé"), default=0)
    released = euros(_("dégagé"), default=0)
    paid = euros(_("payé"), default=0)
    recovered = euros(_("recouvré"), default=0)
    available = models.GeneratedField(
        expression=F("contributed")
        + F("transferred_in")
        - F("transferred_out")
        - F("committed")
        + F("released")
        + F("recovered"),
        output_field=euros(_("disponible")),
        db_persist=True,
    )
    to_pay = models.GeneratedField(
        expression=F("committed") - F("released") - F("paid"),
        output_field=euros(_("reste à payer")),
        db_persist=True,
    )
    created_at = models.DateTimeField(_("créé le"), default=timezone.now)

    objects = FundQuerySet.as_manager()

    class Meta:
        verbose_name = _("fonds")
        verbose_name_plural = _("fonds")
        constraints = [
            models.UniqueConstraint(fields=["owner", "kind", "year", "name"], name="fund_once"),
            # What envelopes and alerts refer to, so that theirs is the fund's owner.
            models.UniqueConstraint(fields=["id", "owner"], name="fund_with_owner"),
            models.CheckConstraint(name="fund_available_not_negative", condition=Q(available__gte=0)),
            models.CheckConstraint(name="fund_to_pay_not_negative", condition=Q(to_pay__gte=0)),
            models.CheckConstraint(name="fund_recovered_within_paid", condition=Q(recovered__lte=F("paid"))),
            models.CheckConstraint(
                name="fund_year_plausible", condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"

    @property
    def brought(self) -> Decimal:
        """Euros it has to give: contributed or transferred in, less those carried over or transferred out."""
        return self.contributed + self.transferred_in - self.transferred_out

    @property
    def alert_threshold(self) -> Decimal:
        """Under how many euros left it is low: what was chosen, else a tenth of what was brought.

        One query, unless `alert` was selected with the fund.
        """
        return self.alert.threshold if hasattr(self, "alert") else round_half_up(self.brought * LOW_SHARE)

    @cached_property
    def is_emptied(self) -> bool:
        """Nothing is left because the last of it was carried over or transferred to another fund.

        One query where nothing is left, unless `with_emptied` told it for the whole list.
        """
        if self.available or not self.transferred_out:
            return False
        return self.entries.last_change() == EntryKind.TRANSFER_OUT

    @property
    def is_low(self) -> bool:
        """Less is left than the threshold; never of a fund to which nothing was brought, nor of one whose
        balance was moved to another."""
        return self.brought > 0 and self.available < self.alert_threshold and not self.is_emptied

    def next_year(self) -> "Fund | None":
        """The member's fund of the same name for the next year, if it is open; one query."""
        return Fund.objects.filter(owner_id=self.owner_id, name=self.name, year=self.year + 1).first()


class FundEntryQuerySet(models.QuerySet):
    def changes(self) -> "FundEntryQuerySet":
        """The lines that change what is available: all but payments."""
        return self.exclude(kind=EntryKind.PAYMENT)

    def latest_first(self) -> "FundEntryQuerySet":
        """The order of the statement, backwards."""
        return self.order_by("-value_date", "-created_at", "-id")

    def last_change(self) -> str | None:
        """Kind of the last line that changed what is available, None without any; one query."""
        return self.changes().latest_first().values_list("kind", flat=True).first()


class FundEntry(models.Model):
    """A line of a fund's ledger. Names its cause by kind and UUID: no foreign key upwards (DESIGN §1).

    Its key is drawn by us, because the application may add a line to another member's fund
    without being allowed to read it back (INSERT … RETURNING would be refused by row security).
    """

    append_only = True
    #: What the journal keeps of a row (ales/journal).
    journaled_columns = (
        "id",
        "fund_id",
        "owner_id",
        "kind",
        "amount",
        "cause_kind",
        "cause_id",
        "value_date",
        "created_by_id",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fund = models.ForeignKey(Fund, verbose_name=_("fonds"), on_delete=models.PROTECT, related_name="entries")
    owner = models.ForeignKey(
        "members.Organisation", verbose_name=_("adhérent"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("nature"), max_length=12, choices=EntryKind)
    amount = euros(_("montant"))
    label = models.CharField(_("libellé"), max_length=200)
    #: The agreement a contribution is brought under, where there is one.
    envelope = models.ForeignKey(
        "members.Envelope",
        verbose_name=_("enveloppe"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contributions",
    )
    cause_kind = models.CharField(_("origine"), max_length=30)
    cause_id = models.UUIDField(_("identifiant de l'origine"))
    value_date = models.DateField(_("date de valeur"))
    created_at = models.DateTimeField(_("inscrite le"), default=timezone.now)
    created_by = models.ForeignKey(
        "members.User", verbose_name=_("inscrite par"), on_delete=models.PROTECT, related_name="+"
    )

    objects = FundEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("écriture du fonds")
        constraints = [
            models.CheckConstraint(name="fund_entry_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="fund_entry_envelope_of_contribution",
                condition=Q(envelope=None) | Q(kind="CONTRIBUTION"),
            ),
            models.UniqueConstraint(
                fields=["cause_kind", "cause_id", "kind", "fund"], name="fund_entry_once_a_cause"
            ),
        ]
        # The statement's order (members.statements.ORDER).
        indexes = [
            models.Index(fields=["fund", "value_date", "created_at", "id"], name="fund_entry_by_statement")
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} €"
