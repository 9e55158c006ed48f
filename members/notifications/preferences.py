"""How each person wants to be mailed: their choice by kind, and what duty keeps."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from ales import registry
from ales.errors import InvalidInputError
from ales.registry import NotificationKind
from members.access import Actor
from members.models import NotificationPreference
from members.models.notification import Channel

#: What people choose from for a kind their duty needs.
DUTY_CHANNELS = (Channel.NOW, Channel.DAILY)


def kinds_of(role: str) -> list[NotificationKind]:
    """The kinds that concern a role, in their order."""
    found = (kind for kind in registry.notification_kinds if role in kind.roles)
    return sorted(found, key=lambda kind: (kind.order, kind.label))


def kind_named(code: str) -> NotificationKind | None:
    """None for a kind that existed once."""
    return next((kind for kind in registry.notification_kinds if kind.code == code), None)


def channels_for(kind: NotificationKind) -> tuple[Channel, ...]:
    return DUTY_CHANNELS if kind.duty else tuple(Channel)


def default_channel(kind: NotificationKind) -> Channel:
    return Channel.DAILY if kind.digest else Channel.NOW


def chosen_by(user_ids: Iterable[int]) -> dict[tuple[int, str], Channel]:
    """(person, kind) -> what they chose; one query. Needs a transaction that may read them."""
    rows = NotificationPreference.objects.filter(user_id__in=user_ids)
    return {(row.user_id, row.kind): Channel(row.channel) for row in rows}


def channel_of(user_id: int, code: str, chosen: Mapping[tuple[int, str], Channel]) -> Channel:
    """The way that counts: a choice that duty doesn't allow any more is the daily digest."""
    kind = kind_named(code)
    if kind is None:
        return Channel.NEVER
    channel = chosen.get((user_id, code), default_channel(kind))
    return channel if channel in channels_for(kind) else Channel.DAILY


@transaction.atomic
def choose(*, actor: Actor, channels: Mapping[str, str]) -> None:
    """Keep the person's choice for these kinds, by code; one query.

    Raises InvalidInputError (at the kind's code) for a way the kind doesn't offer.
    """
    faults = {}
    for code, channel in channels.items():
        kind = kind_named(code)
        if kind is None or channel not in channels_for(kind):
            faults[code] = [_("Choisissez l’une des fréquences proposées.")]
    if faults:
        raise InvalidInputError(faults)
    _keep(actor.user_id, channels)


@transaction.atomic
def stop_all_but_duty(*, user_id: int) -> None:
    """No mail any more but what duty needs, whose frequency stays as it was. As that person's transaction."""
    _keep(user_id, {kind.code: Channel.NEVER for kind in registry.notification_kinds if not kind.duty})


def _keep(user_id: int, channels: Mapping[str, str]) -> None:
    NotificationPreference.objects.bulk_create(
        [
            NotificationPreference(user_id=user_id, kind=code, channel=channel)
            for code, channel in channels.items()
        ],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["channel"],
    )
