"""Scales: prepared as drafts, published from a date, never changed afterwards (DOMAIN §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids import permissions
from aids.models import Scale, ScaleBand
from aids.models.scale import ScaleState
from aids.operations.steps import faults_by_field
from aids.rules import scale as rules
from ales.errors import InvalidInputError, NotAllowedError, require
from members.access import Actor


@dataclass(frozen=True)
class ScaleInput:
    """A scale as typed: bands as (from euros of residual rent, rate 0 to 1), caps in euros."""

    name: str
    bands: Sequence[tuple[Decimal, Decimal]]
    monthly_cap: Decimal
    settlement_cap: Decimal
    months: int = 3
    renewals: int = 1
    voted_on: date | None = None


@transaction.atomic
def create_scale(*, actor: Actor, scale: ScaleInput, at: datetime) -> Scale:
    """A new draft. Raises InvalidInputError (`bands`, `monthly_cap`…), NotAllowedError."""
    require(permissions.may_manage_scales(actor))
    _check(scale)
    row = Scale(created_by_id=actor.user_id, created_at=at)
    _write(row, scale)
    return row


@transaction.atomic
def save_scale(*, actor: Actor, scale_id: UUID, scale: ScaleInput) -> Scale:
    """Rewrite a draft. Raises NotAllowedError once it is published."""
    require(permissions.may_manage_scales(actor))
    row = _locked_draft(scale_id)
    _check(scale)
    _write(row, scale)
    return row


@transaction.atomic
def publish_scale(*, actor: Actor, scale_id: UUID, in_force_from: date, at: datetime) -> Scale:
    """Put a draft in force from a date, today at the earliest.

    Raises InvalidInputError (`in_force_from`), NotAllowedError.
    """
    require(permissions.may_manage_scales(actor))
    row = _locked_draft(scale_id)
    if in_force_from < localdate(at):
        raise InvalidInputError(
            {
                "in_force_from": [
                    _("Un barème ne prend pas effet dans le passé : choisissez aujourd’hui ou plus tard.")
                ]
            }
        )
    row.state = ScaleState.PUBLISHED
    row.in_force_from = in_force_from
    row.published_by_id, row.published_at = actor.user_id, at
    row.as_rule()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "scale_one_a_date" not in str(error):
            raise
        raise InvalidInputError(
            {"in_force_from": [_("Un autre barème publié prend déjà effet à cette date.")]}
        ) from error
    return row


def _locked_draft(scale_id: UUID) -> Scale:
    row = Scale.objects.select_for_update().get(public_id=scale_id)
    if row.state != ScaleState.DRAFT:
        raise NotAllowedError(_("Un barème publié ne se modifie plus : préparez une nouvelle version."))
    return row


def _check(scale: ScaleInput) -> None:
    faults = faults_by_field(
        rules.scale_faults(
            tuple(rules.ScaleBand(lower, rate) for lower, rate in scale.bands),
            scale.monthly_cap,
            scale.settlement_cap,
            scale.months,
            scale.renewals,
        )
    )
    if not scale.name.strip():
        faults["name"] = [_("Donnez un nom au barème.")]
    if faults:
        raise InvalidInputError(faults)


def _write(row: Scale, scale: ScaleInput) -> None:
    row.name = scale.name.strip()
    row.monthly_cap, row.settlement_cap = scale.monthly_cap, scale.settlement_cap
    row.months, row.renewals, row.voted_on = scale.months, scale.renewals, scale.voted_on
    row.save()
    row.bands.all().delete()
    ScaleBand.objects.bulk_create(ScaleBand(scale=row, lower=lower, rate=rate) for lower, rate in scale.bands)
