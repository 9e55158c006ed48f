"""The accounting file of a closed period: its lines frozen, then written and checked as a FEC (DOMAIN §9)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.documents.models import Audience, ProductionJob
from ales.documents.production import FileBuilder, enqueue
from members.access import Actor
from members.models import Organisation
from members.roles import OrganisationKind
from payments.models import AccountingPeriod
from payments.rules import fec

KIND = "accounting_export"


def file_of(payload: dict[str, Any]) -> bytes:
    """The file; raises fec.FecError when its lines don't balance or follow each other."""
    lines = [_thawed(row) for row in payload["lines"]]
    if faults := fec.check(lines):
        raise fec.FecError(faults)
    return fec.write(lines)


BUILDER = FileBuilder(file_of, "text/tab-separated-values")


def _thawed(row: dict[str, Any]) -> fec.Line:
    dates = {name: dt.date.fromisoformat(row[name]) for name in ("on", "piece_on", "validated_on")}
    amounts = {name: Decimal(row[name]) for name in ("debit", "credit")}
    return fec.Line(**(row | dates | amounts))


def produce(
    period: AccountingPeriod, lines: Sequence[fec.Line], *, actor: Actor, at: dt.datetime
) -> ProductionJob:
    """Queue the period's file, once for ever."""
    own = Organisation.objects.get(kind=OrganisationKind.ALES)
    return enqueue(
        kind=KIND,
        subject_kind="accounting_period",
        subject_id=period.public_id,
        unique_key=f"{KIND}:{period.public_id}",
        payload={"lines": [asdict(line) for line in lines]},
        title=_("Écritures comptables du %(start)s au %(end)s")
        % {"start": format_date(period.starts_on), "end": format_date(period.ends_on)},
        # As the law names it, by the SIREN; `may_close_now` has checked that there is one.
        file_name=fec.file_name(own.siret[:9], period.ends_on),
        organisation_id=own.pk,
        audience=Audience.ASSOCIATION,
        created_by_id=actor.user_id,
        created_at=at,
    )
