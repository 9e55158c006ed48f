"""Questions of a landlord about a payment: a difference with what its tenant's account shows."""

import uuid
from collections.abc import Iterable
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.access import Actor
from members.models import Organisation, User
from payments.models.advice import PaymentAdvice


class QueryReason(models.TextChoices):
    NOT_RECEIVED = "NOT_RECEIVED", _("le virement n’est pas arrivé")
    OTHER_AMOUNT = "OTHER_AMOUNT", _("le montant reçu est différent")
    UNKNOWN_TENANT = "UNKNOWN_TENANT", _("le locataire ou le bail n’est pas reconnu")
    OTHER = "OTHER", _("autre question")


class PaymentQueryQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> "PaymentQueryQuerySet":
        """The landlord's agents, the organisation's social people, the association's staff."""
        if actor is None:
            return self.none()
        if actor.is_landlord_agent:
            return self.filter(landlord_id=actor.organisation_id)
        if actor.is_social:
            return self.filter(organisation_id=actor.organisation_id)
        if actor.is_association:
            return self.all()
        return self.none()

    def asked_about(self, advices: Iterable[PaymentAdvice]) -> set[int]:
        """Ids of the advices among these with an open question; one query."""
        return set(self.filter(advice__in=advices, answered_at=None).values_list("advice_id", flat=True))

    def unanswered(self) -> "PaymentQueryQuerySet":
        """Those that wait for the manager; the oldest first."""
        return self.filter(answered_at=None).order_by("asked_at", "id")


#: Euros an amount received may be at most: what the column holds.
MOST_RECEIVED = Decimal("9999999.99")


class PaymentQuery(models.Model):
    """A question on an advice, answered once by the organisation's manager. One open at a time."""

    updatable_columns = ("answer", "answered_by_id", "answered_at")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", editable=False)
    landlord = models.ForeignKey(
        Organisation, verbose_name=_("bailleur"), on_delete=models.PROTECT, related_name="+"
    )
    advice = models.ForeignKey(
        PaymentAdvice, verbose_name=_("avis de paiement"), on_delete=models.PROTECT, related_name="queries"
    )
    reason = models.CharField(_("motif"), max_length=20, choices=QueryReason)
    amount_received = models.DecimalField(
        _("montant reçu"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    text = models.TextField(_("précisions"), blank=True)
    asked_by = models.ForeignKey(
        User, verbose_name=_("posée par"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("posée le"), default=timezone.now)
    answer = models.TextField(_("réponse"), blank=True)
    answered_by = models.ForeignKey(
        User,
        verbose_name=_("répondue par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answered_at = models.DateTimeField(_("répondue le"), null=True, blank=True)

    objects = PaymentQueryQuerySet.as_manager()

    class Meta:
        verbose_name = _("question du bailleur")
        verbose_name_plural = _("questions du bailleur")
        indexes = [
            models.Index(
                fields=["organisation", "asked_at", "id"],
                condition=Q(answered_at=None),
                name="query_unanswered",
            ),
            models.Index(fields=["organisation", "-asked_at", "-id"], name="query_of_organisation"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["advice"], condition=Q(answered_at=None), name="query_one_open_an_advice"
            ),
            models.CheckConstraint(
                name="query_answered_with_text",
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
            ),
            models.CheckConstraint(
                name="query_amount_where_it_differs",
                condition=~Q(reason="OTHER_AMOUNT") | Q(amount_received__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"question sur {self.advice}"
