"""Organisations and funds as files, as their lists show them."""

from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ales.works import exports
from ales.works.exports import Column
from members.access import Actor
from members.forms import OrganisationFilters
from members.models import Fund
from members.models.fund import FundKind
from members.roles import ASSOCIATION_ROLES, LandlordType, OrganisationKind, Role
from members.views.funds import year_of
from members.views.organisations import wanted_organisations

ORGANISATION_COLUMNS = (
    Column(_("Nom"), "name", width=34),
    Column(_("Genre"), "kind", labels=dict(OrganisationKind.choices)),
    Column(_("Nature du bailleur"), "landlord_type", labels=dict(LandlordType.choices), width=20),
    Column(_("SIRET"), "siret"),
    Column(_("Département"), "department", width=12),
    Column(_("Adresse"), "address", width=34),
    Column(_("Code postal"), "postal_code", width=12),
    Column(_("Commune"), "town", width=22),
    Column(_("Adresse électronique"), "email", width=30),
    Column(_("Téléphone"), "phone"),
    Column(_("Adhérent"), "is_member", width=10),
    Column(_("Actif"), "is_active", width=10),
    Column(_("Utilisateurs"), "users", width=12),
)

FUND_COLUMNS = (
    Column(_("Année"), "year", width=10),
    Column(_("Adhérent"), "owner__name", width=34),
    Column(_("Fonds"), "name", width=34),
    Column(_("Nature"), "kind", labels=dict(FundKind.choices)),
    Column(_("Versé"), "contributed"),
    Column(_("Virements reçus"), "transferred_in"),
    Column(_("Virements émis"), "transferred_out"),
    Column(_("Engagé"), "net_committed"),
    Column(_("Payé"), "net_paid"),
    Column(_("Reste à payer"), "to_pay"),
    Column(_("Disponible"), "available"),
)


def _organisations(actor: Actor, params: QueryDict) -> QuerySet:
    _form, found = wanted_organisations(actor, params)
    return found.order_by("sort_key", "id")


def _funds(actor: Actor, params: QueryDict) -> QuerySet:
    """The funds of the year whose lines this person reads, with the list's own sums."""
    funds = Fund.objects.visible_to(actor).filter(year=year_of(params.get("annee", "")))
    sums = {"net_committed": F("committed") - F("released"), "net_paid": F("paid") - F("recovered")}
    return funds.annotate(**sums).order_by("owner__sort_key", "kind", "id")


ORGANISATIONS = exports.Export(
    name="organismes",
    title="Adhérents et organismes",
    roles=frozenset(ASSOCIATION_ROLES),
    rows=_organisations,
    columns=lambda actor: ORGANISATION_COLUMNS,
    url_name="members:organisations",
    filters=tuple(OrganisationFilters.base_fields),
)
FUNDS = exports.Export(
    name="fonds",
    title="Fonds",
    roles=frozenset(ASSOCIATION_ROLES | {Role.MANAGER}),
    rows=_funds,
    columns=lambda actor: FUND_COLUMNS,
    url_name="members:funds",
    filters=("annee",),
)


def register() -> None:
    exports.register(ORGANISATIONS)
    exports.register(FUNDS)
