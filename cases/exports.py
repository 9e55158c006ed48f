"""The list of cases as a file, and the log of who opened them."""

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from ales import registry
from ales.audit.models import Action
from ales.works import exports
from ales.works.exports import Column
from cases import lists
from cases.forms.accesses import AccessFilters
from cases.forms.case import CaseFilters
from cases.models.case import CaseState
from cases.rules import codes
from cases.views.accesses import wanted_accesses
from cases.views.listing import wanted_cases
from members.access import Actor
from members.models import Organisation, User
from members.roles import SOCIAL_ROLES, Role

COLUMNS = (
    Column(_("Référence"), "reference", "reference"),
    Column(_("Locataire"), "tenant_name", "locataire", width=28),
    Column(_("État"), "state", "etat", labels=dict(CaseState.choices)),
    Column(_("Référent"), "referent__last_name", "referent", width=20),
    Column(_("Prénom du référent"), "referent__first_name", "referent", width=20),
    Column(_("Commune"), "town", "locataire", width=22),
    Column(_("Département"), "tenancy__department", width=12),
    Column(_("Bailleur"), "landlord_name", "bailleur", width=28),
    Column(_("Référence chez le bailleur"), "tenancy__landlord_reference", width=24),
    Column(_("Loyer"), "tenancy__rent"),
    Column(_("Dette de loyer"), "tenancy__arrears"),
    Column(_("Dette arrêtée au"), "tenancy__arrears_on"),
    Column(_("Événement de vie"), "life_event", labels=dict(codes.choices(codes.LifeEvent)), width=24),
    Column(_("Ouvert le"), "opened_on"),
    Column(_("Clos le"), "closed_on"),
    Column(_("Modifié le"), "updated_at", "modifie"),
)


def _rows(actor: Actor, params: QueryDict) -> QuerySet:
    _filters, _wanted, cases = wanted_cases(actor, params)
    return lists.CASES.ordered(cases, params)


CASES = exports.Export(
    name="dossiers",
    title="Dossiers",
    roles=frozenset(SOCIAL_ROLES),
    rows=_rows,
    columns=lambda actor: COLUMNS,
    url_name="cases:list",
    filters=tuple(CaseFilters.base_fields),
    shape=lists.CASES,
)


# --- The access log -------------------------------------------------------------------------------


def _of_case(name: str) -> Coalesce:
    """That column of the case a line is about, whatever hangs on it was opened; "" where none is read."""
    found = []
    for subject in registry.case_subjects:
        path = f"{subject.path}__{name}" if subject.path else name
        rows = subject.model.objects.filter(public_id=OuterRef("subject_id"))
        found.append(Subquery(rows.values(path)[:1]))
    return Coalesce(*found, Value(""), output_field=CharField())


def _accesses(actor: Actor, params: QueryDict) -> QuerySet:
    _form, lines = wanted_accesses(actor, params)
    person = User.objects.filter(pk=OuterRef("user_id"))
    organisation = Organisation.objects.filter(pk=OuterRef("organisation_id"))
    return lines.annotate(
        reference=_of_case("reference"),
        tenant=_of_case("tenant_name"),
        last_name=Subquery(person.values("last_name")),
        first_name=Subquery(person.values("first_name")),
        organisation=Subquery(organisation.values("name")),
    ).order_by("-at", "-id")


def _access_columns(actor: Actor) -> tuple[Column, ...]:
    """Read once every room has named its subjects and lists."""
    kinds = {subject.kind: subject.label for subject in registry.case_subjects} | {"export": _("Liste")}
    titles = {code: kind.title for code, kind in registry.work_kinds.items() if kind.family == "export"}
    return (
        Column(_("Le"), "at"),
        Column(_("À"), "at", of=lambda at: f"{localtime(at):%H:%M}", width=8),
        Column(_("Nom"), "last_name", width=20),
        Column(_("Prénom"), "first_name", width=20),
        Column(_("En qualité de"), "capacity", labels=dict(Role.choices), width=24),
        Column(_("Organisme"), "organisation", width=28),
        Column(_("Action"), "action", labels=dict(Action.choices)),
        Column(_("Objet"), "subject_kind", labels=kinds, width=22),
        Column(_("Dossier"), "reference"),
        Column(_("Locataire"), "tenant", width=28),
        Column(_("Liste exportée"), "route", of=lambda route: str(titles.get(route, "")), width=24),
        Column(_("Lignes"), "rows", width=10),
    )


ACCESSES = exports.Export(
    name="acces",
    title="Journal des accès",
    roles=frozenset({Role.MANAGER}),
    rows=_accesses,
    columns=_access_columns,
    url_name="privacy:access_log",
    filters=tuple(AccessFilters.base_fields),
)


def register() -> None:
    for export in (CASES, ACCESSES):
        exports.register(export)
