"""Who prepared, changed and published a version of the scale, on screen, for the association's staff."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from aids import operations as ops
from ales import tenancy

pytestmark = pytest.mark.django_db

BANDS = [(Decimal(0), Decimal("0.9")), (Decimal(200), Decimal("0.5"))]
SCALE = ops.ScaleInput("Barème 2030", BANDS, Decimal("300"), Decimal("1800"))


@pytest.fixture
def scale(world):
    """Prepared, its monthly cap and a band corrected, then published, by Anne."""
    with tenancy.tenant(world.anne.context):
        draft = ops.create_scale(actor=world.anne, scale=SCALE, at=timezone.now())
        corrected = replace(SCALE, monthly_cap=Decimal("310"))
        ops.save_scale(actor=world.anne, scale_id=draft.public_id, scale=corrected)
        return ops.publish_scale(
            actor=world.anne, scale_id=draft.public_id, in_force_from=dt.date(2030, 1, 1), at=timezone.now()
        )


def url(scale, name: str = "scale_history") -> str:
    return reverse(f"aids:{name}", args=[scale.public_id])


@pytest.mark.parametrize("who", ["anne", "theo"])
def test_each_change_is_told_with_its_figures(world, scale, sign_in, who):
    answer = sign_in(getattr(world, who)).get(url(scale), HTTP_HX_REQUEST="true")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "!! undefined" not in text
    assert "<dt>Plafond mensuel</dt>" in text
    assert "<ins>310,00\u00a0€</ins>" in text
    assert "publié" in text.lower()


@pytest.mark.parametrize("who", ["claire", "marc", "lea", "bruno"])
def test_for_the_associations_staff_only(world, scale, sign_in, who):
    assert sign_in(getattr(world, who)).get(url(scale)).status_code == 403


def test_the_page_offers_it(world, scale, sign_in):
    assert f'hx-get="{url(scale)}"' in sign_in(world.theo).get(url(scale, "scale")).content.decode()
    with tenancy.tenant(world.anne.context):
        draft = ops.create_scale(actor=world.anne, scale=SCALE, at=timezone.now())
    assert f'hx-get="{url(draft)}"' in sign_in(world.anne).get(url(draft, "scale")).content.decode()
