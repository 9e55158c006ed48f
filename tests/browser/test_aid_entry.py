"""The entry of an aid in a real browser: the figures follow the typing, the purpose chooses its fields."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.aids import stories

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_figures_follow_the_typing(world, sign_in_browser, live_server):
    world.scale()
    request = stories.draft(world.claire, world.complete_case())
    page = sign_in_browser(world.claire)
    page.goto(live_server.url + reverse("aids:edit", args=[request.public_id]))
    total = page.locator("#calcul .figures-main dd")
    expect(total).to_have_text(re.compile("831,60"))
    page.locator("#id_amount_1").fill("150,50")
    expect(total).to_have_text(re.compile("704,90"))
    page.locator("#id_month_2").select_option("")
    expect(total).to_have_text(re.compile("427,70"))
    page.locator("#id_amount_1").fill("500")
    expect(page.locator("#calcul")).to_contain_text("dépasse le plafond")

    expect(page.locator("#id_amount_settlement")).to_be_hidden()
    page.get_by_label("relogement", exact=True).check()
    expect(page.locator("#id_month_0")).to_be_hidden()
    page.locator("#id_amount_settlement").fill("1 800")
    expect(total).to_have_text(re.compile("800,00"))
