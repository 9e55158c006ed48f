"""Organisations, people and funds as files, as their lists show them."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ales.works import exports
from ales.works.exports import Column
from members import lists
from members.access import Actor
from members.forms import OrganisationFilters, PeopleFilters
from members.models import Fund
from members.models.fund import FundKind
from members.roles import ASSOCIATION_ROLES, LandlordType, OrganisationKind, Role
from members.views.funds import year_of
from members.views.organisations import wanted_organisations
from members.views.people import wanted_people

ORGANISATION_COLUMNS = (
    Column(_("Nom"), "name", "nom", width=34),
    Column(_("Genre"), "kind", "genre", labels=dict(OrganisationKind.choices)),
    Column(_("Nature du bailleur"), "landlord_type", "genre", labels=dict(LandlordType.choices), width=20),
    Column(_("SIRET"), "siret"),
    Column(_("Département"), "department", "departement", width=12),
    Column(_("Adresse"), "address", width=34),
    Column(_("Code postal"), "postal_code", width=12),
    Column(_("Commune"), "town", "nom", width=22),
    Column(_("Adresse électronique"), "email", width=30),
    Column(_("Téléphone"), "phone"),
    Column(_("Adhérent"), "is_member", "adhesion", width=10),
    Column(_("Actif"), "is_active", "adhesion", width=10),
    Column(_("Utilisateurs"), "users", "utilisateurs", width=12),
)

FUND_COLUMNS = (
    Column(_("Année"), "year", "fonds", width=10),
    Column(_("Adhérent"), "owner__name", "fonds", width=34),
    Column(_("Fonds"), "name", "fonds", width=34),
    Column(_("Nature"), "kind", "fonds", labels=dict(FundKind.choices)),
    Column(_("Versé"), "contributed", "verse"),
    Column(_("Virements reçus"), "transferred_in", "verse"),
    Column(_("Virements émis"), "transferred_out", "verse"),
    Column(_("Engagé"), "committed", "engage"),
    Column(_("Libéré"), "released", "libere"),
    Column(_("Payé"), "paid", "paye"),
    Column(_("Recouvré"), "recovered", "recouvre"),
    Column(_("Reste à payer"), "to_pay"),
    Column(_("Disponible"), "available", "disponible"),
)
PEOPLE_COLUMNS = (
    Column(_("Nom"), "user__last_name", "nom", width=22),
    Column(_("Prénom"), "user__first_name", "nom", width=22),
    Column(_("Adresse électronique"), "user__email", "nom", width=32),
    Column(_("Organisme"), "organisation__name", "organisme", width=34),
    Column(_("Rôle"), "role", "role", labels=dict(Role.choices), width=28),
    Column(_("Depuis le"), "created_at", "depuis"),
    Column(_("Suspendue le"), "suspended_at", "etat"),
)


def _organisations(actor: Actor, params: QueryDict) -> QuerySet:
    _form, found = wanted_organisations(actor, params)
    return lists.ORGANISATIONS.ordered(found, params)


def _funds(actor: Actor, params: QueryDict) -> QuerySet:
    """The funds of the year whose lines this person reads, with the list's own sums."""
    funds = Fund.objects.visible_to(actor).of_year(year_of(params.get("annee", "")))
    return lists.FUNDS.ordered(funds, params)


def _people(actor: Actor, params: QueryDict) -> QuerySet:
    _form, found = wanted_people(actor, params)
    return lists.PEOPLE.ordered(found, params)


ORGANISATIONS = exports.Export(
    name="organismes",
    title="Adhérents et organismes",
    roles=frozenset(ASSOCIATION_ROLES),
    rows=_organisations,
    columns=lambda actor: ORGANISATION_COLUMNS,
    url_name="members:organisations",
    filters=tuple(OrganisationFilters.base_fields),
    shape=lists.ORGANISATIONS,
)
FUNDS = exports.Export(
    name="fonds",
    title="Fonds",
    roles=frozenset(ASSOCIATION_ROLES | {Role.MANAGER}),
    rows=_funds,
    columns=lambda actor: FUND_COLUMNS,
    url_name="members:funds",
    filters=("annee",),
    shape=lists.FUNDS,
)
PEOPLE = exports.Export(
    name="utilisateurs",
    title="Utilisateurs",
    roles=lists.DIRECTORY_ROLES,
    rows=_people,
    columns=lambda actor: PEOPLE_COLUMNS,
    url_name="members:people",
    filters=tuple(PeopleFilters.base_fields),
    shape=lists.PEOPLE,
)


def register() -> None:
    for export in (ORGANISATIONS, PEOPLE, FUNDS):
        exports.register(export)
