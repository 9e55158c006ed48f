"""Dossiers: one difficulty of one household, followed by a référent (DOMAIN §2, §4)."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.history.tracking import tracked
from cases.querysets import READ_PERMISSION, WRITE_PERMISSION, TenantCaseQuerySet
from cases.rules import codes
from members.models import Organisation, User


class CaseState(models.TextChoices):
    OPEN = "OPEN", _("ouvert")
    CLOSED = "CLOSED", _("clos")


class LimitKind(models.TextChoices):
    """Why a file may neither be changed nor anonymised."""

    LIMITATION = "LIMITATION", _("limitation demandée par la personne")
    DISPUTE = "DISPUTE", _("litige ou obligation légale")


@tracked(
    title=lambda row: "",
    # Ready-made text, versions and stamps say nothing of what somebody changed.
    exclude=(
        "former_reference",
        "tenant_name",
        "tenant_key",
        "landlord_name",
        "town",
        "search_text",
        "version",
        "step_versions",
        "step_saves",
        "last_form_key",
        "created_by",
        "created_at",
        "updated_at",
        # Told by the exercises of rights and the log of scrubs (cases/personal_data).
        "limit_kind",
        "limit_reason",
        "limited_on",
        "retention_noticed_on",
        "anonymised_on",
        "last_payment_on",
        "accounts_cleared_on",
    ),
)
class TenantCase(models.Model):
    """A household followed for one difficulty. A later difficulty is a new case."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisme"), on_delete=models.PROTECT, related_name="+"
    )
    reference = models.CharField(_("référence"), max_length=30)
    #: The one it had in the organisation that handed it over: it still finds the case.
    former_reference = models.CharField(_("ancienne référence"), max_length=30, blank=True)
    referent = models.ForeignKey(User, verbose_name=_("référent"), on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("état"), max_length=8, choices=CaseState, default=CaseState.OPEN)
    opened_on = models.DateField(_("ouvert le"))
    closed_on = models.DateField(_("clos le"), null=True, blank=True)
    closing_reason = models.CharField(_("motif de clôture"), max_length=300, blank=True)
    life_event = models.CharField(
        _("événement de vie"), max_length=20, blank=True, choices=codes.choices(codes.LifeEvent)
    )
    life_event_on = models.DateField(_("date de l'événement"), null=True, blank=True)
    social_notes = models.TextField(_("observations sociales"), blank=True, max_length=10_000)
    # Ready-made text of the lists and of the search: written by cases.operations.refresh_summary only.
    tenant_name = models.CharField(_("locataire"), max_length=170, blank=True)
    landlord_name = models.CharField(_("bailleur"), max_length=140, blank=True)
    town = models.CharField(_("commune"), max_length=80, blank=True)
    search_text = models.TextField(blank=True, editable=False)
    #: The name as lists sort it: without accents, in lower case.
    tenant_key = models.GeneratedField(
        expression=Func("tenant_name", function="search_fold"),
        output_field=models.CharField(max_length=200),
        db_persist=True,
    )
    #: Raised at each change: a stale page is refused instead of overwriting.
    version = models.PositiveIntegerField(default=1, editable=False)
    #: The same for each step of the entry, by step name: two people may fill in two steps at once.
    step_versions = models.JSONField(default=dict, editable=False)
    #: Who saved each step last, and when: {"by_id": user, "at": ISO moment} by step name.
    step_saves = models.JSONField(default=dict, db_default={}, editable=False)
    #: Key of the form saved last: the same form sent twice is saved once.
    last_form_key = models.UUIDField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        User, verbose_name=_("ouvert par"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("créé le"), default=timezone.now)
    updated_at = models.DateTimeField(_("modifié le"), default=timezone.now)
    last_contact_on = models.DateField(_("dernier contact"), null=True, blank=True)

    # Keeping and clearing of the file (DOMAIN §14): written by cases.personal_data and the scrub only.
    limit_kind = models.CharField(
        _("gelé pour"), max_length=10, blank=True, choices=LimitKind, editable=False
    )
    limit_reason = models.CharField(_("motif du gel"), max_length=500, blank=True, editable=False)
    limited_on = models.DateField(_("gelé le"), null=True, blank=True, editable=False)
    retention_noticed_on = models.DateField(
        _("préavis d'anonymisation donné le"), null=True, blank=True, editable=False
    )
    anonymised_on = models.DateField(_("anonymisé le"), null=True, blank=True, editable=False)
    last_payment_on = models.DateField(_("dernier paiement"), null=True, blank=True, editable=False)
    accounts_cleared_on = models.DateField(
        _("références comptables effacées le"), null=True, blank=True, editable=False
    )

    objects = TenantCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier")
        # Granted on one case to another organisation's group, never as a global permission (DESIGN §2.5).
        permissions = [
            (READ_PERMISSION, _("Lire un dossier partagé")),
            (WRITE_PERMISSION, _("Modifier un dossier partagé")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="case_reference_once"),
            # Target of the composite foreign keys that keep every row of a case in its organisation.
            models.UniqueConstraint(fields=["id", "organisation"], name="case_with_organisation"),
            models.CheckConstraint(
                name="case_closed_on_a_date",
                condition=Q(state="OPEN", closed_on=None) | Q(state="CLOSED", closed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="case_limited_for_a_reason",
                condition=Q(limited_on=None, limit_kind="", limit_reason="")
                | (Q(limited_on__isnull=False) & ~Q(limit_kind="") & ~Q(limit_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-updated_at", "-id"], name="case_by_update"),
            models.Index(fields=["organisation", "tenant_key", "id"], name="case_by_tenant"),
            models.Index(
                fields=["organisation", "retention_noticed_on"],
                condition=Q(anonymised_on=None, retention_noticed_on__isnull=False),
                name="case_to_anonymise",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.tenant_name}".strip()


class CaseRow(models.Model):
    """Base of every row of a case: it carries the case's organisation, and a composite foreign key
    in the database makes sure of it (it follows a handover)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs) -> None:
        if self.organisation_id is None:
            self.organisation_id = self.case.organisation_id
        super().save(*args, **kwargs)


class StepDraft(CaseRow):
    """What a person typed in a step and could not be saved in its place yet: nothing typed is lost.

    `data` is the form's own text by field name, exactly as typed.
    """

    case = models.ForeignKey(TenantCase, on_delete=models.CASCADE, related_name="drafts")
    step = models.CharField(_("étape"), max_length=40)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField(_("saisie"))
    saved_at = models.DateTimeField(_("enregistrée le"), default=timezone.now)

    class Meta:
        verbose_name = _("saisie en cours")
        constraints = [models.UniqueConstraint(fields=["case", "step", "user"], name="step_draft_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step}"


class CaseEvent(CaseRow):
    """A line of the case's timeline: who did what, when, in which capacity."""

    append_only = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(TenantCase, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("nature"), max_length=30)
    #: Holds the longest: a reason of 500 characters, two organisations' names and the sentence.
    text = models.CharField(_("texte"), max_length=1000)
    at = models.DateTimeField(_("le"), default=timezone.now)
    by = models.ForeignKey(User, verbose_name=_("par"), on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(_("en qualité de"), max_length=20)

    class Meta:
        verbose_name = _("événement du dossier")
        indexes = [models.Index(fields=["case", "-at"], name="case_event_by_date")]
        triggers = [
            # A handover moves the line to its case's organisation (composite foreign key), nothing else.
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["organisation"]),
            )
        ]

    def __str__(self) -> str:
        return self.text
