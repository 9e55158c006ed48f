"""The aid request on quittances: its state, its people, its amounts (DOMAIN §4, §7)."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from aids.models.scale import Scale
from aids.querysets import AidRequestQuerySet
from aids.states import MOVES, RequestState
from ales.history.tracking import tracked
from cases.models import TenantCase
from members.models import Organisation, User

#: What stands for the tenant once the case is anonymised.
ANONYMISED_NAME = "Dossier anonymisé"


class Purpose(models.TextChoices):
    MAINTIEN = "MAINTIEN", _("maintien dans le logement")
    RELOGEMENT = "RELOGEMENT", _("relogement")


class StopCause(models.TextChoices):
    """Why a granted aid is stopped: closed, so that it can be counted."""

    TENANT_LEFT = "TENANT_LEFT", _("départ du locataire")
    PROTOCOL_BROKEN = "PROTOCOL_BROKEN", _("protocole non respecté")
    LANDLORD_SUSPENDED = "LANDLORD_SUSPENDED", _("bailleur suspendu")
    OTHER = "OTHER", _("autre cause")


def move(name: str):
    """The FSM decorator of a move listed in `states.MOVES`."""
    listed = MOVES[name]
    return transition(field="state", source=sorted(listed.sources), target=listed.target)


@tracked(
    title=lambda row: "",
    # Copies of the case, ready-made text, and what the timeline of the request says already.
    exclude=(
        "case",
        "tenant_name",
        "tenant_key",
        "listed_amount",
        "town",
        "department",
        "search_text",
        "author_ids",
        "created_by",
        "created_at",
        "updated_at",
        "first_submitted_at",
        "version",
    ),
)
class AidRequest(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """An aid request. Who and where are copied from the case, so that the association and the landlord
    read them without ever opening the social file (DOMAIN §3)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisme"), on_delete=models.PROTECT, related_name="+"
    )
    case = models.ForeignKey(
        TenantCase, verbose_name=_("dossier"), on_delete=models.PROTECT, related_name="aid_requests"
    )
    reference = models.CharField(_("référence"), max_length=30, unique=True)
    purpose = models.CharField(_("objet"), max_length=10, choices=Purpose, default=Purpose.MAINTIEN)
    renewal_of = models.ForeignKey(
        "self",
        verbose_name=_("renouvelle"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="renewals",
    )
    state = FSMField(_("état"), default=RequestState.DRAFT, choices=RequestState.choices, protected=True)

    # Who and where, as the landlord and the association may know them.
    tenant_name = models.CharField(_("locataire"), max_length=170)
    landlord = models.ForeignKey(
        Organisation, verbose_name=_("bailleur"), on_delete=models.PROTECT, related_name="+"
    )
    landlord_reference = models.CharField(_("référence du bailleur"), max_length=40, blank=True)
    town = models.CharField(_("commune"), max_length=80)
    department = models.CharField(_("département"), max_length=3)
    search_text = models.TextField(blank=True, editable=False)
    #: The name as lists sort it: without accents, in lower case.
    tenant_key = models.GeneratedField(
        expression=Func("tenant_name", function="search_fold"),
        output_field=models.CharField(max_length=200),
        db_persist=True,
    )

    scale = models.ForeignKey(
        Scale, verbose_name=_("barème"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_amount = models.DecimalField(_("montant demandé"), max_digits=9, decimal_places=2, default=0)
    granted_amount = models.DecimalField(
        _("montant accordé"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    #: The amount lists show and sort by: granted, else asked.
    listed_amount = models.GeneratedField(
        expression=Coalesce("granted_amount", "asked_amount"),
        output_field=models.DecimalField(max_digits=9, decimal_places=2),
        db_persist=True,
    )
    paid_amount = models.DecimalField(_("montant payé"), max_digits=9, decimal_places=2, default=0)
    #: What the landlord gave back of it. What was paid stays written (DOMAIN §6).
    recovered_amount = models.DecimalField(
        _("montant recouvré"), max_digits=9, decimal_places=2, default=0, db_default=0
    )

    #: Everybody who entered or edited it: none of them may decide it (DOMAIN §3); a CHECK says so too.
    author_ids = ArrayField(models.BigIntegerField(), verbose_name=_("auteurs"), default=list)
    created_by = models.ForeignKey(
        User, verbose_name=_("saisie par"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("saisie le"), default=timezone.now)
    updated_at = models.DateTimeField(_("modifiée le"), default=timezone.now)
    submitted_by = models.ForeignKey(
        User, verbose_name=_("soumise par"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(_("soumise le"), null=True, blank=True)
    first_submitted_at = models.DateTimeField(_("soumise la première fois le"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, verbose_name=_("décidée par"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("décidée le"), null=True, blank=True)
    decision_reason = models.TextField(_("motif de la décision"), blank=True, max_length=2000)
    stop_cause = models.CharField(
        _("cause de l'arrêt"), max_length=20, choices=StopCause, blank=True, default="", db_default=""
    )
    closed_at = models.DateTimeField(_("terminée le"), null=True, blank=True)
    #: Raised at each change: a stale page is refused instead of overwriting.
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AidRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande d'aide")
        verbose_name_plural = _("demandes d'aide")
        constraints = [
            models.UniqueConstraint(fields=["id", "organisation"], name="aid_with_organisation"),
            # A renewal withdrawn or refused leaves its place to another one.
            models.UniqueConstraint(
                fields=["renewal_of"],
                condition=~Q(state__in=["withdrawn", "rejected"]),
                name="aid_renewed_once",
            ),
            models.CheckConstraint(
                name="aid_submitted_has_submitter",
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(
                    submitted_by__isnull=False,
                    submitted_at__isnull=False,
                    first_submitted_at__isnull=False,
                    scale__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="aid_decided_has_decider",
                condition=Q(
                    state__in=["draft", "submitted", "returned", "withdrawn"],
                    decided_by=None,
                    decided_at=None,
                )
                | Q(
                    state__in=["validated", "in_payment", "settled", "stopped", "rejected"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="aid_granted_has_amount",
                condition=Q(
                    state__in=["draft", "submitted", "returned", "withdrawn", "rejected"], granted_amount=None
                )
                | Q(
                    state__in=["validated", "in_payment", "settled", "stopped"], granted_amount__isnull=False
                ),
            ),
            models.CheckConstraint(
                name="aid_rejected_with_reason", condition=~Q(state="rejected") | ~Q(decision_reason="")
            ),
            models.CheckConstraint(
                name="aid_closed_dated",
                condition=Q(
                    state__in=["settled", "stopped", "withdrawn", "rejected"], closed_at__isnull=False
                )
                | Q(~Q(state__in=["settled", "stopped", "withdrawn", "rejected"]), closed_at=None),
            ),
            models.CheckConstraint(
                name="aid_granted_at_most_asked",
                condition=Q(granted_amount=None) | Q(granted_amount__lte=F("asked_amount")),
            ),
            models.CheckConstraint(
                name="aid_paid_at_most_granted",
                condition=Q(paid_amount=0) | Q(paid_amount__lte=F("granted_amount")),
            ),
            models.CheckConstraint(
                name="aid_recovered_at_most_paid",
                condition=Q(recovered_amount__gte=0, recovered_amount__lte=F("paid_amount")),
            ),
            models.CheckConstraint(
                name="aid_stopped_for_a_cause",
                condition=Q(Q(state="stopped"), ~Q(stop_cause="")) | Q(~Q(state="stopped"), stop_cause=""),
            ),
            models.CheckConstraint(
                name="aid_renewal_of_maintien", condition=Q(renewal_of=None) | Q(purpose="MAINTIEN")
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-updated_at", "-id"], name="aid_of_organisation"),
            models.Index(fields=["landlord", "-updated_at", "-id"], name="aid_of_landlord"),
            models.Index(fields=["-updated_at", "-id"], name="aid_by_update"),
            models.Index(fields=["organisation", "tenant_key", "id"], name="aid_of_member_by_tenant"),
            models.Index(fields=["tenant_key", "id"], name="aid_by_tenant"),
            models.Index(fields=["organisation", "listed_amount", "id"], name="aid_of_member_by_amount"),
            models.Index(fields=["listed_amount", "id"], name="aid_by_amount"),
            models.Index(
                fields=["organisation", "submitted_at"], condition=Q(state="submitted"), name="aid_to_decide"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    # Legal moves. Called by aids.operations only, which authorises, computes, saves and records.

    @move("submit")
    def submit(self) -> None: ...

    @move("send_back")
    def send_back(self) -> None: ...

    @move("validate")
    def validate(self) -> None: ...

    @move("reject")
    def reject(self) -> None: ...

    @move("reopen")
    def reopen(self) -> None: ...

    @move("withdraw")
    def withdraw(self) -> None: ...

    @move("start_payment")
    def start_payment(self) -> None: ...

    @move("return_to_validated")
    def return_to_validated(self) -> None: ...

    @move("settle")
    def settle(self) -> None: ...

    @move("unsettle")
    def unsettle(self) -> None: ...

    @move("stop")
    def stop(self) -> None: ...


class AidComputation(models.Model):
    """The figures of a request with their explanation, scale included; frozen at submission.

    Apart from the request, so that a landlord's agent never reads it (row security).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", editable=False)
    request = models.OneToOneField(AidRequest, on_delete=models.CASCADE, related_name="computation")
    residual_rent = models.DecimalField(_("loyer résiduel"), max_digits=8, decimal_places=2)
    rate = models.DecimalField(_("taux"), max_digits=5, decimal_places=4, null=True, blank=True)
    ceiling = models.DecimalField(_("plafond"), max_digits=9, decimal_places=2)
    repayment_plan = models.DecimalField(_("dette restant à apurer"), max_digits=9, decimal_places=2)
    inputs = models.JSONField(_("données"))
    scale = models.JSONField(_("barème figé"))
    explanation = models.JSONField(_("explication"))
    computed_at = models.DateTimeField(_("calculé le"), default=timezone.now)
    is_frozen = models.BooleanField(_("figé"), default=False)

    class Meta:
        verbose_name = _("calcul de l'aide")

    def __str__(self) -> str:
        return f"{self.ceiling} €"
