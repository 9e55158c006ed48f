"""The list of cases: its columns and what a view of it keeps."""

from django.utils.translation import gettext_lazy as _

from ales.lists.shape import Column, ListShape
from members.roles import SOCIAL_ROLES

CASES = ListShape(
    code="dossiers",
    url_name="cases:list",
    roles=frozenset(SOCIAL_ROLES),
    default="-modifie",
    filters=("suivi", "etat", "referent", "bailleur"),
    words=("q", "lieu"),
    columns=(
        Column("locataire", _("Locataire"), sort=("tenant_key", "id"), is_fixed=True),
        Column("reference", _("Référence"), sort=("reference", "id")),
        Column("bailleur", _("Bailleur")),
        Column("referent", _("Référent")),
        Column("etat", _("État")),
        Column("modifie", _("Modifié le"), sort=("updated_at", "id"), is_numeric=True, falls_first=True),
    ),
)
