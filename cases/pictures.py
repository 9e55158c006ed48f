"""The household's month before, during and after the difficulty, as bars and as a table (DOMAIN §5)."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from ales.money import ZERO, format_euros, to_cents
from ales.pictures import Group, Picture, Segment, Stack, Table, stacks
from cases.rules import codes
from cases.rules.month import Month


def budget_picture(months: Sequence[Month], name: str = "budget") -> Picture | None:
    """These months on one scale; None without any. `name` is unique in the page."""
    if not months:
        return None
    caption = _("Le budget du mois : ressources, charges et ce qu’il reste")
    told = " ".join(f"{_heading(month)} : {_conclusion(month)}" for month in months)
    return Picture(caption, stacks(name, caption, told, [_group(month) for month in months]), _table(months))


def frozen_months(months: Sequence[Month]) -> list[dict[str, Any]]:
    """For a document's payload: amounts as text, which JSON keeps to the cent."""
    return [
        {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(month).items()}
        for month in months
    ]


def thawed_months(frozen: Sequence[dict[str, Any]]) -> list[Month]:
    """The months of a frozen payload."""
    return [
        Month(
            moment=codes.SnapshotMoment(month["moment"]),
            simulated=month["simulated"],
            **{
                name: Decimal(month[name])
                for name in ("resources", "housing", "instalments", "other_charges")
            },
        )
        for month in frozen
    ]


def _heading(month: Month) -> str:
    label = codes.label(month.moment)
    return _("%s (simulé)") % label if month.simulated else label


def _group(month: Month) -> Group:
    parts = (
        (_("logement, aides déduites"), month.housing, "solid"),
        (_("mensualités"), month.instalments, "striped"),
        (_("autres charges"), month.other_charges, "soft"),
        (_("ce qu’il reste"), max(month.left, ZERO), "open"),
    )
    income = Segment(_("ressources"), to_cents(month.resources), "base")
    spent = tuple(Segment(label, to_cents(amount), look) for label, amount, look in parts)
    return Group(
        _heading(month),
        (
            Stack(_("Ressources"), format_euros(month.resources), (income,)),
            Stack(_("Charges"), format_euros(month.charges), spent),
        ),
        _conclusion(month),
    )


def _conclusion(month: Month) -> str:
    if month.left < 0:
        return _("Il manque %s.") % format_euros(-month.left)
    return _("Il reste %s.") % format_euros(month.left)


#: Heads of the table: three of them stand side by side on a telephone.
_HEADS = {
    codes.SnapshotMoment.BEFORE: _lazy("Avant"),
    codes.SnapshotMoment.DURING: _lazy("Pendant"),
    codes.SnapshotMoment.AFTER: _lazy("Après"),
}


def _head(month: Month) -> str:
    return _("%s (simulé)") % _HEADS[month.moment] if month.simulated else str(_HEADS[month.moment])


def _table(months: Sequence[Month]) -> Table:
    rows = (
        (_("Ressources"), "resources"),
        (_("− Logement, aides déduites"), "housing"),
        (_("− Mensualités de crédit et d’apurement"), "instalments"),
        (_("= Reste à vivre"), "living_remainder"),
        (_("− Autres charges"), "other_charges"),
        (_("= Ce qu’il reste, charges payées"), "left"),
    )
    return Table(
        (_("Par mois"), *map(_head, months)),
        tuple((label, *(format_euros(getattr(month, name)) for month in months)) for label, name in rows),
    )
