"""A file holds the rows of its list, all its pages and no other, in its order, to everybody who reads it."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from ales import keyset, registry, tenancy
from ales.lists.reading import Listing
from members.models import Organisation
from tests.access.asking import UUID

pytestmark = pytest.mark.django_db

#: One of each role, and a manager of the other organisation. What may not be asked: test_exports.py.
PEOPLE = ("claire", "marc", "lea", "anne", "theo", "diane")
EXPORTS = {kind.name: kind for kind in registry.work_kinds.values() if kind.family == "export"}
#: Filters of each list beside the sorts that its shape declares.
FILTERS = {
    "dossiers": ["etat=OPEN", "q=martin", "suivi=partage", "referent=moi"],
    "demandes": ["etat=submitted", "objet=MAINTIEN", "q=martin"],
    "organismes": ["kind=BAILLEUR", "membership=oui", "q=essai"],
    "utilisateurs": ["role=MANAGER", "etat=actif", "etat=suspendu", "q=test"],
    "fonds": ["annee=2026"],
    "ordres": ["etat=", "etat=tous", "etat=to_sign", "etat=signed&bailleur=essai", "etat=on_hold", "de=300"],
    "bordereaux": ["etat=sent", "etat=prepared"],
    "recouvrements": ["etat=ASKED", "etat=RECEIVED"],
    "questions": ["etat=toutes", "etat=repondues"],
    "acces": ["du=01/01/2026", "dossier=D-2026-00001"],
    "aides-locataires": ["q=martin"],
}


def addresses(export) -> list[str]:
    """Queries of the list: as it opens, under each filter, under each sort, and under both."""
    filters = FILTERS.get(export.name, [])
    columns = export.shape.columns if export.shape else ()
    sorts = [f"tri={way}{column.key}" for column in columns if column.sort for way in ("", "-")]
    return ["", *filters, *sorts, *(f"{query}&{sorts[-1]}" for query in filters if sorts)]


def listed(client, export, query: str) -> list[str]:
    """Identifiers of the rows of every page, as the addresses of its rows name them."""
    found, address = [], f"?{query}"
    while address:
        context = client.get(reverse(export.url_name) + address).context
        if "page" not in context:  # funds: a year on one page
            return [UUID.search(row["url"])[0] for row in context["rows"]]
        found += [str(identifier(row)) for row in context["page"].rows]
        address = context["page"].next_url
    return found


def identifier(row):
    return getattr(row, "public_id", row.pk)


@pytest.mark.parametrize("name", EXPORTS)
def test_the_file_holds_what_the_list_shows(scene, sign_in, monkeypatch, name):
    for turned in (keyset.page_of, Listing.page):
        monkeypatch.setattr(turned, "__kwdefaults__", {"size": 4})
    if name == "a-arreter":
        Organisation.objects.filter(pk=scene.world.landlord.pk).update(is_active=False)
    export, shown = EXPORTS[name], 0
    for who in PEOPLE:
        actor = getattr(scene.world, who)
        if not export.may_ask(actor):
            continue
        client = sign_in(actor)
        for query in addresses(export):
            rows = listed(client, export, query)
            with tenancy.tenant(actor.context):
                filed = [str(identifier(row)) for row in export.rows(actor, QueryDict(query))]
            assert filed == rows, (who, query)
            shown += len(rows)
    assert shown, "nothing was ever listed, so nothing is proven"
