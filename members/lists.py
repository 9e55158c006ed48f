"""The list of organisations: its columns and what a view of it keeps."""

from django.utils.translation import gettext_lazy as _

from ales.lists.shape import Column, ListShape
from members.roles import ASSOCIATION_ROLES

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
