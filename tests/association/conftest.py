"""What every test of the statistics needs."""

import pytest


@pytest.fixture
def statistics_world(world):
    """The world with its scale, which granted aids refer to."""
    world.scale_of_statistics = world.scale()
    return world
