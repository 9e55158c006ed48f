"""Granted aids with their profiles, as the tests of this room need them."""

import datetime as dt
import uuid
from decimal import Decimal

from aids.models import AidProfile, AidRequest
from ales import tenancy
from cases.models import TenantCase
from cases.rules.codes import FamilyCategory, OccupationalCategory
from members.access import Actor
from tests.world import NOW, World

GRANTED_ON = dt.date(2026, 3, 10)


def grant(world: World, count: int, *, by: Actor | None = None, landlord=None, cases=None, **profile) -> None:
    """`count` granted aids of `by`'s organisation, each of its own household unless `cases` tells them."""
    by = by or world.claire
    manager = {world.cil.pk: world.marc, world.other_cil.pk: world.diane}[by.organisation_id]
    landlord = landlord or world.landlord
    granted_on = profile.pop("granted_on", GRANTED_ON)
    amount = Decimal(profile.pop("amount", "833"))
    at = dt.datetime.combine(granted_on, dt.time(12), dt.UTC)
    with tenancy.tenant(by.context):
        case = TenantCase.objects.create(
            organisation_id=by.organisation_id,
            reference=f"D-{uuid.uuid4().hex[:12]}",
            referent_id=by.user_id,
            opened_on=granted_on,
            tenant_name="X",
            created_by_id=by.user_id,
        )
        scale = world.scale_of_statistics
        requests = AidRequest.objects.bulk_create(
            AidRequest(
                organisation_id=by.organisation_id,
                case=case,
                reference=f"A-{uuid.uuid4().hex[:12]}",
                purpose=profile.get("purpose", "MAINTIEN"),
                state="settled",
                tenant_name="X",
                landlord=landlord,
                town="Grenoble",
                department=profile.get("department", "38"),
                scale=scale,
                asked_amount=amount,
                granted_amount=amount,
                author_ids=[by.user_id],
                created_by_id=by.user_id,
                submitted_by_id=by.user_id,
                submitted_at=at,
                first_submitted_at=at,
                decided_by_id=manager.user_id,
                decided_at=at,
                closed_at=NOW,
            )
            for _ in range(count)
        )
        households = cases or [uuid.uuid4() for _ in range(count)]
        values = {
            "department": "38",
            "purpose": "MAINTIEN",
            "occupational_category": OccupationalCategory.WORKERS,
            "family_category": FamilyCategory.SINGLE,
            "is_private_sector": True,
            "was_below_threshold": True,
            "is_above_threshold": True,
        } | profile
        AidProfile.objects.bulk_create(
            AidProfile(
                request=request,
                household=household,
                organisation_id=by.organisation_id,
                landlord=landlord,
                granted_on=granted_on,
                amount=amount,
                **values,
            )
            for request, household in zip(requests, households, strict=True)
        )
