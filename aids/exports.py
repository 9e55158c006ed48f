"""The list of aid requests as a file."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from aids import lists
from aids.forms.filters import RequestFilterForm
from aids.models import AidRequest
from aids.models.request import Purpose, StopCause
from aids.states import RequestState
from aids.views.stops import aids_to_stop
from ales.works import exports
from ales.works.exports import Column
from members.access import Actor
from members.roles import ASSOCIATION_ROLES, SOCIAL_ROLES, Role

ORGANISATION = Column(_("Organisme"), "organisation__name", "organisme", width=28)
COLUMNS = (
    Column(_("Référence"), "reference", "reference"),
    Column(_("Locataire"), "tenant_name", "menage", width=28),
    Column(_("État"), "state", "etat", labels=dict(RequestState.choices)),
    Column(_("Objet"), "purpose", "reference", labels=dict(Purpose.choices), width=24),
    Column(_("Renouvelle"), "renewal_of__reference"),
    Column(_("Commune"), "town", "menage", width=22),
    Column(_("Département"), "department", width=12),
    Column(_("Bailleur"), "landlord__name", "bailleur", width=28),
    Column(_("Référence chez le bailleur"), "landlord_reference", width=24),
    Column(_("Montant demandé"), "asked_amount", "montant"),
    Column(_("Montant accordé"), "granted_amount", "montant"),
    Column(_("Montant payé"), "paid_amount"),
    Column(_("Montant recouvré"), "recovered_amount"),
    Column(_("Saisie le"), "created_at"),
    Column(_("Soumise le"), "submitted_at"),
    Column(_("Décidée le"), "decided_at"),
    Column(_("Cause de l’arrêt"), "stop_cause", labels=dict(StopCause.choices), width=22),
    Column(_("Terminée le"), "closed_at"),
    Column(_("Modifiée le"), "updated_at", "modifiee"),
)


def _rows(actor: Actor, params: QueryDict) -> QuerySet:
    filters = RequestFilterForm(params or {})
    return lists.REQUESTS.ordered(filters.apply(AidRequest.objects.visible_to(actor)), params)


def _columns(actor: Actor) -> Sequence[Column]:
    return (ORGANISATION, *COLUMNS) if actor.is_association else COLUMNS


REQUESTS = exports.Export(
    name="demandes",
    title="Demandes d’aide",
    roles=frozenset(SOCIAL_ROLES | ASSOCIATION_ROLES),
    rows=_rows,
    columns=_columns,
    url_name="aids:list",
    filters=tuple(RequestFilterForm.base_fields),
    shape=lists.REQUESTS,
)
# --- The manager's two lists of work --------------------------------------------------------------

_REQUEST = (
    Column(_("Référence"), "reference"),
    Column(_("Locataire"), "tenant_name", width=28),
    Column(_("Commune"), "town", width=22),
    Column(_("Objet"), "purpose", labels=dict(Purpose.choices), width=24),
    Column(_("Bailleur"), "landlord__name", width=28),
)
QUEUE = exports.Export(
    name="a-decider",
    title=_("Demandes à décider"),
    roles=frozenset({Role.MANAGER}),
    rows=lambda actor, params: AidRequest.objects.visible_to(actor).awaiting_decision(),
    columns=lambda actor: (
        *_REQUEST,
        Column(_("Soumise par"), "submitted_by__last_name", width=20),
        Column(_("Prénom"), "submitted_by__first_name", width=20),
        Column(_("Soumise le"), "submitted_at"),
        Column(_("Montant demandé"), "asked_amount"),
    ),
    url_name="aids:queue",
    filters=(),
)
TO_STOP = exports.Export(
    name="a-arreter",
    title=_("Aides à arrêter"),
    roles=frozenset({Role.MANAGER}),
    rows=lambda actor, params: aids_to_stop(actor).latest_first(),
    columns=lambda actor: (
        *_REQUEST,
        Column(_("État"), "state", labels=dict(RequestState.choices)),
        Column(_("Montant accordé"), "granted_amount"),
        Column(_("Non payé"), "unpaid"),
        Column(_("Modifiée le"), "updated_at"),
    ),
    url_name="aids:to_stop",
    filters=(),
)


def register() -> None:
    for export in (REQUESTS, QUEUE, TO_STOP):
        exports.register(export)
