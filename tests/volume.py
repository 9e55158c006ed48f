"""The people of a volume run (ales/volume.py)."""

from members.access import Actor, actor_of
from members.models import Membership


def holder(role: str, kind: str) -> Actor:
    """The run's first person with this role: of the member with the most cases."""
    memberships = Membership.objects.select_related("user", "organisation")
    return actor_of(memberships.filter(role=role, organisation__kind=kind).order_by("id").first())
