"""The lists of this room that are sorted: organisations, people, funds."""

from django.utils.translation import gettext_lazy as _

from ales.lists.shape import Column, ListShape
from members.roles import ASSOCIATION_ROLES, Role

#: Who reads the people of an organisation's page, or of all of them.
DIRECTORY_ROLES = frozenset(ASSOCIATION_ROLES | {Role.MANAGER, Role.LANDLORD_AGENT})

ORGANISATIONS = ListShape(
    code="organismes",
    url_name="members:organisations",
    roles=frozenset(ASSOCIATION_ROLES),
    default="nom",
    filters=("kind", "department", "membership"),
    columns=(
        Column("nom", _("Organisme"), sort=("sort_key", "id"), is_fixed=True),
        Column("genre", _("Genre")),
        Column("departement", _("Département"), sort=("department", "id")),
        Column("utilisateurs", _("Utilisateurs")),
        Column("adhesion", _("Adhésion")),
    ),
)
PEOPLE = ListShape(
    code="utilisateurs",
    url_name="members:people",
    roles=DIRECTORY_ROLES,
    default="nom",
    filters=("role", "etat"),
    columns=(
        Column("nom", _("Personne"), sort=("user__name_key", "id"), is_fixed=True),
        Column("organisme", _("Organisme"), sort=("organisation__sort_key", "id")),
        Column("role", _("Rôle"), sort=("role", "id")),
        Column("etat", _("État")),
        Column("depuis", _("Depuis le"), sort=("created_at", "id"), falls_first=True),
    ),
)
#: The funds of a year stand on one page, and are sorted whole.
FUNDS = ListShape(
    code="fonds",
    url_name="members:funds",
    roles=frozenset(ASSOCIATION_ROLES | {Role.MANAGER}),
    default="fonds",
    filters=("annee",),
    words=(),
    columns=(
        Column("fonds", _("Fonds"), sort=("owner__sort_key", "kind", "id"), is_fixed=True),
        Column("verse", _("Versé"), sort=("contributed", "id"), is_numeric=True, falls_first=True),
        Column("engage", _("Engagé"), sort=("committed", "id"), is_numeric=True, falls_first=True),
        Column("libere", _("Libéré"), sort=("released", "id"), is_numeric=True, falls_first=True),
        Column("paye", _("Payé"), sort=("paid", "id"), is_numeric=True, falls_first=True),
        Column("recouvre", _("Recouvré"), sort=("recovered", "id"), is_numeric=True, falls_first=True),
        Column("disponible", _("Disponible"), sort=("available", "id"), is_numeric=True, falls_first=True),
    ),
)
