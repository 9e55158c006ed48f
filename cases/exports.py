"""The list of cases as a file."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ales.works import exports
from ales.works.exports import Column
from cases.forms.case import CaseFilters
from cases.models.case import CaseState
from cases.rules import codes
from cases.views.listing import wanted_cases
from members.access import Actor
from members.roles import SOCIAL_ROLES

COLUMNS = (
    Column(_("Référence"), "reference"),
    Column(_("Locataire"), "tenant_name", width=28),
    Column(_("État"), "state", labels=dict(CaseState.choices)),
    Column(_("Référent"), "referent__last_name", width=20),
    Column(_("Prénom du référent"), "referent__first_name", width=20),
    Column(_("Commune"), "town", width=22),
    Column(_("Département"), "tenancy__department", width=12),
    Column(_("Bailleur"), "landlord_name", width=28),
    Column(_("Référence chez le bailleur"), "tenancy__landlord_reference", width=24),
    Column(_("Loyer"), "tenancy__rent"),
    Column(_("Dette de loyer"), "tenancy__arrears"),
    Column(_("Dette arrêtée au"), "tenancy__arrears_on"),
    Column(_("Événement de vie"), "life_event", labels=dict(codes.choices(codes.LifeEvent)), width=24),
    Column(_("Ouvert le"), "opened_on"),
    Column(_("Clos le"), "closed_on"),
    Column(_("Modifié le"), "updated_at"),
)


def _rows(actor: Actor, params: QueryDict) -> QuerySet:
    _filters, _wanted, cases = wanted_cases(actor, params)
    return cases.latest_first()


CASES = exports.Export(
    name="dossiers",
    title="Dossiers",
    roles=frozenset(SOCIAL_ROLES),
    rows=_rows,
    columns=lambda actor: COLUMNS,
    url_name="cases:list",
    filters=tuple(CaseFilters.base_fields),
)


def register() -> None:
    exports.register(CASES)
