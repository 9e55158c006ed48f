"""Everybody signs in and lands on the dashboard."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("who", ["claire", "marc", "lea", "anne", "theo", "bruno"])
def test_a_person_lands_on_the_dashboard(sign_in_browser, world, who):
    actor = getattr(world, who)
    page = sign_in_browser(actor)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(actor.organisation_name).first).to_be_visible()
    assert "!! undefined" not in page.content()
