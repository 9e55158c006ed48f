"""The scale: percentages by residual rent, in dated versions (DOMAIN §4). Pure: no Django, no clock.

No source gives the percentages: the scale is data voted by the board. `EXAMPLE_SCALE` is shipped as such.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from ales.explanation import Fault
from ales.money import ZERO, format_euros, format_percent


class ScaleError(ValueError):
    """A scale that can't be applied; `faults` lists everything wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class ScaleBand:
    """From `lower` euros of residual rent (included) on, `rate` (0 to 1) of it may be granted."""

    lower: Decimal
    rate: Decimal


@dataclass(frozen=True)
class Scale:
    """One version of the scale. Caps in euros, `months` of one period, `renewals` of it.

    Raises ScaleError when it can't be applied; ask `scale_faults` first to show the faults in a form.
    """

    name: str
    version: str
    in_force_from: date
    bands: tuple[ScaleBand, ...]
    monthly_cap: Decimal
    settlement_cap: Decimal
    months: int = 3
    renewals: int = 1

    def __post_init__(self) -> None:
        faults = scale_faults(self.bands, self.monthly_cap, self.settlement_cap, self.months, self.renewals)
        if faults:
            raise ScaleError(faults)

    @property
    def label(self) -> str:
        """How the version is named wherever a figure is explained."""
        return f"{self.name} ({self.version})"

    def band_for(self, residual_rent: Decimal) -> ScaleBand:
        """The band this residual rent (euros a month) falls in; raises ValueError below 0."""
        if residual_rent < 0:
            raise ValueError("Le loyer résiduel ne peut pas être négatif.")
        return [band for band in self.bands if band.lower <= residual_rent][-1]

    def rate_for(self, residual_rent: Decimal) -> Decimal:
        """The rate (0 to 1) for this residual rent; raises ValueError below 0."""
        return self.band_for(residual_rent).rate

    def rows(self) -> tuple[tuple[str, str], ...]:
        """The bands as read by people: (`de 200,00 € à 349,99 €`, `75 %`)."""
        rows = []
        for index, band in enumerate(self.bands):
            rate = format_percent(band.rate * 100)
            upper = self.bands[index + 1].lower if index + 1 < len(self.bands) else None
            if upper is None:
                text = f"à partir de {format_euros(band.lower)}"
            elif band.lower == 0:
                text = f"moins de {format_euros(upper)}"
            else:
                text = f"de {format_euros(band.lower)} à {format_euros(upper - Decimal('0.01'))}"
            rows.append((text, rate))
        return tuple(rows)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able form, frozen into the request at its first submission."""
        return {
            "name": self.name,
            "version": self.version,
            "in_force_from": self.in_force_from.isoformat(),
            "bands": [[str(band.lower), str(band.rate)] for band in self.bands],
            "monthly_cap": str(self.monthly_cap),
            "settlement_cap": str(self.settlement_cap),
            "months": self.months,
            "renewals": self.renewals,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Scale":
        """The scale that `as_dict` froze; raises KeyError on a missing part, ScaleError on a bad one."""
        return cls(
            name=data["name"],
            version=data["version"],
            in_force_from=date.fromisoformat(data["in_force_from"]),
            bands=tuple(ScaleBand(Decimal(lower), Decimal(rate)) for lower, rate in data["bands"]),
            monthly_cap=Decimal(data["monthly_cap"]),
            settlement_cap=Decimal(data["settlement_cap"]),
            months=data["months"],
            renewals=data["renewals"],
        )


def scale_faults(
    bands: tuple[ScaleBand, ...],
    monthly_cap: Decimal,
    settlement_cap: Decimal,
    months: int = 3,
    renewals: int = 1,
) -> list[Fault]:
    """Everything that keeps these figures from being a scale, for the form to list."""
    faults = []
    if not bands:
        faults.append(Fault("no_band", "bands", "Le barème doit avoir au moins une tranche."))
    elif bands[0].lower != 0:
        faults.append(
            Fault("first_band", "bands", "La première tranche doit commencer à un loyer résiduel de 0 €.")
        )
    for before, after in pairwise(bands):
        if after.lower <= before.lower:
            faults.append(
                Fault(
                    "band_order",
                    "bands",
                    f"Les tranches doivent être en ordre croissant : {format_euros(after.lower)} "
                    f"vient après {format_euros(before.lower)}.",
                )
            )
    faults += [
        Fault(
            "rate",
            "bands",
            f"Le taux de la tranche à partir de {format_euros(band.lower)} doit être entre 0 et 100 %.",
        )
        for band in bands
        if not 0 <= band.rate <= 1
    ]
    if monthly_cap <= 0:
        faults.append(Fault("monthly_cap", "monthly_cap", "Le plafond mensuel doit dépasser 0 €."))
    if settlement_cap <= 0:
        faults.append(
            Fault("settlement_cap", "settlement_cap", "Le plafond du relogement doit dépasser 0 €.")
        )
    if months < 1:
        faults.append(Fault("months", "months", "Une période compte au moins un mois."))
    if renewals < 0:
        faults.append(Fault("renewals", "renewals", "Le nombre de renouvellements ne peut pas être négatif."))
    return faults


def in_force(scales: Iterable[Scale], on: date) -> Scale | None:
    """The version in force that day: the latest started, its first day included; None before the first."""
    started = [scale for scale in scales if scale.in_force_from <= on]
    return max(started, key=lambda scale: scale.in_force_from, default=None)


EXAMPLE_SCALE = Scale(
    name="Barème d’exemple – à voter par le CA",
    version="version 1",
    in_force_from=date(2000, 1, 1),
    bands=(
        ScaleBand(ZERO, Decimal("0.90")),
        ScaleBand(Decimal("200.00"), Decimal("0.75")),
        ScaleBand(Decimal("350.00"), Decimal("0.60")),
        ScaleBand(Decimal("500.00"), Decimal("0.50")),
    ),
    monthly_cap=Decimal("300.00"),
    settlement_cap=Decimal("1800.00"),
    months=3,
    renewals=1,
)
