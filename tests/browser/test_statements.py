"""From the bank's file to the executed order, in a browser."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from payments import bank_account
from tests.payments.bank import Movement, camt_053
from tests.payments.stories import payable_aid, sent

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_statement_executes_an_order(world, sign_in_browser):
    story = payable_aid(world)
    now = timezone.now()
    order = sent(story, story.sign(story.request(at=now), at=now), at=now)
    content = camt_053(
        [Movement(order.end_to_end_id, order.amount, counterparty="HABITAT D'ESSAI")],
        iban=bank_account.debtor().iban,
        day=timezone.localdate(now),
    )

    page = sign_in_browser(world.theo)
    page.goto("/paiements/releves/")
    upload = {"name": "releve.xml", "mimeType": "application/xml", "buffer": content[:-40]}
    page.get_by_label("Fichier de la banque").set_input_files(upload)
    page.get_by_role("button", name="Lire le relevé").click()
    expect(page.get_by_text("tronqué").first).to_be_visible()
    page.get_by_label("Fichier de la banque").set_input_files(upload | {"buffer": content})
    page.get_by_role("button", name="Lire le relevé").click()
    expect(page.get_by_text("1 ordre sera constaté exécuté (831,60 €)")).to_be_visible()
    page.get_by_role("button", name="Appliquer le relevé").click()
    expect(page.get_by_text("Relevé appliqué")).to_be_visible()
    page.get_by_role("link", name=order.number).click()
    expect(page.get_by_text("Virement exécuté par la banque")).to_be_visible()

    phone = sign_in_browser(world.theo, width=375)
    phone.goto("/paiements/releves/")
    phone.get_by_role("link", name="RELEVE-").click()
    expect(phone.get_by_text("virement exécuté", exact=True).first).to_be_visible()
    overflow = phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
