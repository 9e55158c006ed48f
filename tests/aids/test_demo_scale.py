"""The example scale of the demo data."""

import datetime as dt

import pytest

from aids import demo_scale
from aids.models import Scale


@pytest.mark.django_db
def test_the_example_scale_is_published_once_before_every_demo_request(world):
    said: list[str] = []
    demo_scale.build(said.append)
    demo_scale.build(said.append)
    scale = Scale.objects.get()
    assert scale.name == "Barème d’exemple – à voter par le CA"
    assert Scale.objects.in_force(dt.date(2022, 1, 1)) == scale
    assert Scale.objects.in_force(dt.date(2021, 12, 31)) is None
    assert [str(row) for row in scale.as_rule().rows()[0]] == ["moins de 200,00\u00a0€", "90\u00a0%"]
    assert len(said) == 1
