"""What payments tell an aid of the money a landlord gives back (DOMAIN §6): what was paid is never edited.

Called by the payments' room only, which has authorised the step and holds the request.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from aids.models import AidRequest
from aids.operations.steps import record, save
from members.access import Actor


def note_recovery(*, actor: Actor, request: AidRequest, text: str, reason: str, at: datetime) -> None:
    """A line of the timeline: some of what was paid is asked back, or no longer is."""
    record(request, actor=actor, at=at, kind="recovery", text=text, from_state=request.state, reason=reason)


@transaction.atomic
def settle_recovery(*, actor: Actor, request: AidRequest, amount: Decimal, text: str, at: datetime) -> None:
    """These euros of the aid came back; a CHECK holds them within what was paid."""
    locked = AidRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    locked.recovered_amount += amount
    save(locked, at)
    record(locked, actor=actor, at=at, kind="recovery", text=text, from_state=locked.state)
