"""An empty database: each main list says what to do, with a way to do it where the role may."""

import re

import pytest
from django.urls import reverse

#: (who, list) -> where its empty state leads; '' where only others can act, and the text says who.
LISTS = {
    ("claire", "cases:list"): "/dossiers/nouveau/",
    ("claire", "aids:list"): "/dossiers/",
    ("claire", "works:list"): "/travaux/importer/",
    ("claire", "members:notifications"): "",
    ("marc", "aids:queue"): "/aides/",
    ("marc", "payments:orders"): "/aides/?etat=validated",
    ("marc", "payments:recoveries"): "/paiements/?etat=executed",
    ("marc", "cases:handovers"): "/dossiers/",
    ("marc", "members:funds"): "",
    ("lea", "payments:tenant_aids"): "",
    ("lea", "payments:receipts"): "/bailleur/",
    ("anne", "members:funds"): "/fonds/nouveau/",
    ("anne", "aids:list"): "",
    ("anne", "aids:scales"): "/baremes/nouveau/",
    ("anne", "payments:accounting"): "/fonds/",
    ("theo", "members:funds"): "",
    ("theo", "aids:scales"): "",
    ("theo", "payments:batches"): "/paiements/",
    ("theo", "payments:statements"): "",
    ("bruno", "association:statistics"): "",
}


@pytest.mark.parametrize(("who", "name"), LISTS, ids=lambda value: value)
def test_an_empty_list_says_what_to_do(world, sign_in, who, name):
    client = sign_in(getattr(world, who))
    page = client.get(reverse(name)).content.decode()
    assert "!! undefined" not in page
    state = re.search(r'<div class="empty-state">.*?</div>', page, re.DOTALL)[0]
    assert "<p>" in state
    link = re.search(r'class="btn btn-primary" href="([^"]+)"', state)
    assert (link[1] if link else "") == LISTS[who, name]
    if link:
        assert client.get(link[1]).status_code == 200
