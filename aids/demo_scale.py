"""The example scale of the demo data, in force before every demo request (DOMAIN §4)."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from aids.models import Scale
from aids.models.scale import ScaleState
from aids.operations.scales import ScaleInput, create_scale, publish_scale
from aids.rules.scale import EXAMPLE_SCALE
from ales import tenancy
from members.access import actor_of
from members.models import Membership
from members.roles import Role

IN_FORCE_FROM = date(2022, 1, 1)
NAME = "Barème d’exemple – à voter par le CA"


def build(report: Callable[[str], None]) -> None:
    """Publish the example scale once; needs one association admin (members.demo)."""
    if Scale.objects.filter(state=ScaleState.PUBLISHED, in_force_from=IN_FORCE_FROM).exists():
        return
    membership = Membership.objects.active().filter(role=Role.ASSOCIATION_ADMIN).first()
    actor = actor_of(membership)
    at = datetime(2021, 12, 15, 9, 0, tzinfo=UTC)
    example = ScaleInput(
        name=NAME,
        bands=[(band.lower, band.rate) for band in EXAMPLE_SCALE.bands],
        monthly_cap=EXAMPLE_SCALE.monthly_cap,
        settlement_cap=EXAMPLE_SCALE.settlement_cap,
        months=EXAMPLE_SCALE.months,
        renewals=EXAMPLE_SCALE.renewals,
    )
    with tenancy.tenant(actor.context):
        draft = create_scale(actor=actor, scale=example, at=at)
        publish_scale(actor=actor, scale_id=draft.public_id, in_force_from=IN_FORCE_FROM, at=at)
    report(f"barème : {NAME}, en vigueur depuis le 1er janvier 2022")
