"""Figures of the association, counted by the database on the profiles of granted aids (DOMAIN §1, §10).

An aid counts on the day it was granted, for the amount granted. The landlord's agents read their own
tenants' aids instead: profiles hold what they never see (DOMAIN §3).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, DateField, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncMonth, TruncQuarter, TruncYear

from aids.models import AidProfile, AidRequest
from aids.models.request import Purpose
from ales.dates import add_months, format_month
from ales.explanation import Explanation
from ales.money import ZERO, format_percent, half_up_percent, round_half_up
from association.rules.small_cells import hidden_cells, share_is_hidden, total_is_hidden
from cases.rules import codes
from members import departments
from members.access import Actor
from members.roles import Role

HIDDEN = "< 5"
UNKNOWN = "Non renseigné"
STEPS = {"year": (TruncYear, 12), "quarter": (TruncQuarter, 3), "month": (TruncMonth, 1)}


@dataclass(frozen=True)
class Period:
    """From one day to another, both included, cut into years, quarters or months."""

    start: dt.date
    end: dt.date
    step: str = "year"


@dataclass(frozen=True)
class Row:
    """Aids and households counted, amount in euros. `hidden`: a small cell, or what would give one away."""

    key: str
    label: str
    aids: int = 0
    households: int = 0
    amount: Decimal = ZERO
    hidden: bool = False

    @property
    def mean(self) -> Decimal | None:
        """Euros an aid, rounded half up; None without any aid."""
        return round_half_up(self.amount / self.aids) if self.aids else None


@dataclass(frozen=True)
class Table:
    """A breakdown and its total. `name` is its address in the export."""

    name: str
    title: str
    heading: str
    rows: tuple[Row, ...]
    total: Row

    @property
    def has_hidden(self) -> bool:
        return self.total.hidden or any(row.hidden for row in self.rows)


@dataclass(frozen=True)
class Share:
    """A percentage with both its terms, in aids; `percent` None without any aid counted."""

    name: str
    title: str
    numerator: int
    denominator: int
    unknown: int
    simulated: int
    hidden: bool
    explanation: Explanation | None

    @property
    def percent(self) -> int | None:
        return half_up_percent(self.numerator, self.denominator)


@dataclass(frozen=True)
class Statistics:
    """What the page, the export and the cards show."""

    period: Period
    total: Row
    shares: tuple[Share, ...]
    tables: tuple[Table, ...]
    #: Small cells are hidden from this reader.
    protected: bool


@dataclass(frozen=True)
class _Indicator:
    name: str
    title: str
    definition: str
    holds: Q
    known: Q
    counts_simulated: bool = False


INDICATORS = (
    _Indicator(
        "private_sector",
        "salariés du secteur privé, en emploi ou en recherche d’emploi",
        "aides dont le locataire est salarié du secteur privé, en emploi ou en recherche d’emploi "
        "÷ toutes les aides",
        holds=Q(is_private_sector=True),
        known=Q(pk__isnull=False),
    ),
    _Indicator(
        "alone",
        "personnes seules ou parents isolés avec au moins un enfant",
        "aides à un ménage isolé ou monoparental ÷ aides dont la situation familiale est connue",
        holds=Q(family_category__in=[codes.FamilyCategory.SINGLE, codes.FamilyCategory.SINGLE_PARENT]),
        known=~Q(family_category=""),
    ),
    _Indicator(
        "below_before",
        "avec moins de 300 € disponibles par personne avant l’aide",
        "aides dont le disponible par personne avant l’aide est strictement inférieur à 300 € "
        "÷ aides dont ce disponible est connu",
        holds=Q(was_below_threshold=True),
        known=Q(was_below_threshold__isnull=False),
    ),
    _Indicator(
        "above_after",
        "au-dessus de 300 € disponibles par personne après l’aide",
        "aides dont le disponible par personne après l’aide est strictement supérieur à 300 € "
        "÷ toutes les aides dont ce disponible est connu",
        holds=Q(is_above_threshold=True),
        known=Q(is_above_threshold__isnull=False),
        counts_simulated=True,
    ),
)

SOURCE = (
    "Étude de l’ALES sur les aides accordées. Disponible par personne = (ressources − charges fixes) ÷ "
    "personnes du ménage, comparé à 300 € avant tout arrondi. Pourcentage arrondi au plus proche, "
    "un demi vers le haut."
)


def profiles_for(actor: Actor) -> QuerySet[AidProfile]:
    """Profiles this person may count: the own organisation's for social people, all for the association."""
    if actor.is_social:
        return AidProfile.objects.filter(organisation_id=actor.organisation_id)
    if actor.is_association or actor.role == Role.BOARD_MEMBER:
        return AidProfile.objects.all()
    return AidProfile.objects.none()


def is_protected_from(actor: Actor) -> bool:
    """Whether small cells are hidden: not from the association's staff, nor from whom they are their own."""
    return actor.role == Role.BOARD_MEMBER


def statistics_for(actor: Actor, period: Period, organisation_id: int | None = None) -> Statistics:
    """Every figure of the page. At most eight queries, whatever the number of aids.

    `organisation_id` narrows to one member, for the association's staff; others have no such choice, since
    from the difference of two tables the board could work out a cell it mustn't see.
    """
    if actor.is_landlord_agent:
        return _landlord_statistics(actor, period)
    protected = is_protected_from(actor)
    profiles = profiles_for(actor).filter(granted_on__range=(period.start, period.end))
    if organisation_id and actor.is_association:
        profiles = profiles.filter(organisation_id=organisation_id)
    total, shares = _totals(profiles, protected)
    tables = [_by_period(profiles, "granted_on", period, total, protected)]
    if not actor.is_social and not organisation_id:
        tables.append(_by_member(profiles, total, protected))
    tables += [
        _by_code(profiles, "occupational_category", codes.OccupationalCategory, total, protected),
        _by_code(profiles, "family_category", codes.FamilyCategory, total, protected),
        _by_purpose(profiles, total, protected),
        _by_department(profiles, total, protected),
    ]
    return Statistics(period, total, shares, tuple(tables), protected)


def year_to_date(actor: Actor, today: dt.date) -> tuple[Row, tuple[Share, ...]]:
    """Total and percentages of the calendar year so far; one query."""
    profiles = profiles_for(actor).filter(granted_on__range=(today.replace(month=1, day=1), today))
    return _totals(profiles, is_protected_from(actor))


def _landlord_statistics(actor: Actor, period: Period) -> Statistics:
    aids = (
        AidRequest.objects.visible_to(actor)
        .granted()
        .annotate(granted_on=TruncDate("decided_at"), amount=F("granted_amount"), household=F("case_id"))
        .filter(granted_on__range=(period.start, period.end))
    )
    counted = aids.aggregate(**_counts())
    total = _row("", "Total", counted)
    tables = (
        _by_period(aids, "granted_on", period, total, False),
        _by_purpose(aids, total, False),
        _by_department(aids, total, False),
    )
    return Statistics(period, total, (), tables, False)


def _counts() -> dict:
    return {"aids": Count("pk"), "households": Count("household", distinct=True), "sum": Sum("amount")}


def _row(key: str, label: str, counted: dict) -> Row:
    return Row(key, label, counted["aids"], counted["households"], counted["sum"] or ZERO)


def _totals(profiles: QuerySet, protected: bool) -> tuple[Row, tuple[Share, ...]]:
    """The whole and the four percentages, in one query."""
    wanted = _counts()
    for one in INDICATORS:
        wanted |= {
            f"{one.name}_holds": Count("pk", filter=one.holds),
            f"{one.name}_known": Count("pk", filter=one.known),
            f"{one.name}_households": Count("household", distinct=True, filter=one.holds),
            f"{one.name}_others": Count("household", distinct=True, filter=one.known & ~one.holds),
            f"{one.name}_unknown": Count("household", distinct=True, filter=~one.known),
        }
    wanted["simulated"] = Count("pk", filter=Q(is_above_threshold__isnull=False, after_is_simulated=True))
    counted = profiles.aggregate(**wanted)
    total = _row("", "Total", counted)
    shares = tuple(_share(one, counted, protected) for one in INDICATORS)
    return replace(total, hidden=protected and total_is_hidden(total.households)), shares


def _share(one: _Indicator, counted: dict, protected: bool) -> Share:
    households, others = counted[f"{one.name}_households"], counted[f"{one.name}_others"]
    unknown_households = counted[f"{one.name}_unknown"]
    numerator, denominator = counted[f"{one.name}_holds"], counted[f"{one.name}_known"]
    unknown = counted["aids"] - denominator
    simulated = counted["simulated"] if one.counts_simulated else 0
    hidden = protected and (
        share_is_hidden(households, households + others) or total_is_hidden(unknown_households)
    )
    return Share(
        one.name,
        one.title,
        numerator,
        denominator,
        unknown,
        simulated,
        hidden,
        None if hidden else _explanation(one, numerator, denominator, unknown, simulated),
    )


def _explanation(
    one: _Indicator, numerator: int, denominator: int, unknown: int, simulated: int
) -> Explanation:
    percent = half_up_percent(numerator, denominator)
    inputs = [("Aides qui remplissent la condition", str(numerator)), ("Aides comptées", str(denominator))]
    if unknown:
        inputs.append(("Aides écartées, faute de l’information", str(unknown)))
    if one.counts_simulated:
        inputs.append(("Dont disponible « après » simulé (budget actuel et aide)", str(simulated)))
    return Explanation(
        title="Part des aides",
        formula=one.definition,
        inputs=tuple(inputs),
        result="–" if percent is None else format_percent(percent),
        source=SOURCE,
    )


# --- Breakdowns ---------------------------------------------------------------------------------


def _grouped(aids: QuerySet, *keys: str) -> list[dict]:
    return list(aids.order_by().values(*keys).annotate(**_counts()))


def _table(name: str, title: str, heading: str, rows: Iterable[Row], total: Row, protected: bool) -> Table:
    rows = tuple(rows)
    if protected:
        hidden = hidden_cells([row.households for row in rows])
        rows = tuple(replace(row, hidden=index in hidden) for index, row in enumerate(rows))
    return Table(name, title, heading, rows, total)


def _by_period(aids: QuerySet, field: str, period: Period, total: Row, protected: bool) -> Table:
    truncate, months = STEPS[period.step]
    counted = {
        entry["cut"]: entry
        for entry in _grouped(aids.annotate(cut=truncate(field, output_field=DateField())), "cut")
    }
    rows = [
        _row(cut.isoformat(), _period_label(cut, period.step), counted[cut])
        if cut in counted
        else Row(cut.isoformat(), _period_label(cut, period.step))
        for cut in _cuts(period, months)
    ]
    return _table("periode", "Par période", "Période", rows, total, protected)


def _cuts(period: Period, months: int) -> Iterable[dt.date]:
    """First days of the years, quarters or months that the period touches."""
    month = (period.start.month - 1) // months * months + 1
    cut = period.start.replace(month=month, day=1)
    while cut <= period.end:
        yield cut
        cut = add_months(cut, months)


def _period_label(cut: dt.date, step: str) -> str:
    if step == "year":
        return str(cut.year)
    if step == "quarter":
        quarter = (cut.month + 2) // 3
        return f"{'1er' if quarter == 1 else f'{quarter}e'} trimestre {cut.year}"
    return format_month(cut)


def _by_member(profiles: QuerySet, total: Row, protected: bool) -> Table:
    entries = _grouped(profiles, "organisation_id", "organisation__name", "organisation__sort_key")
    entries.sort(key=lambda entry: entry["organisation__sort_key"])
    rows = [_row(str(e["organisation_id"]), e["organisation__name"], e) for e in entries]
    return _table("adherent", "Par adhérent", "Adhérent", rows, total, protected)


def _by_code(profiles: QuerySet, field: str, enum: type, total: Row, protected: bool) -> Table:
    counted = {entry[field]: entry for entry in _grouped(profiles, field)}
    rows = [
        _row(code.value, codes.label(code), counted[code.value])
        if code.value in counted
        else Row(code.value, codes.label(code))
        for code in enum
    ]
    if "" in counted:
        rows.append(_row("", UNKNOWN, counted[""]))
    titles = {
        "occupational_category": (
            "categorie-socioprofessionnelle",
            "Par catégorie socioprofessionnelle",
            "Catégorie (INSEE)",
        ),
        "family_category": ("situation-familiale", "Par situation familiale", "Situation"),
    }
    return _table(*titles[field], rows, total, protected)


def _by_purpose(aids: QuerySet, total: Row, protected: bool) -> Table:
    counted = {entry["purpose"]: entry for entry in _grouped(aids, "purpose")}
    rows = []
    for purpose in Purpose:
        label = str(purpose.label).capitalize()
        rows.append(
            _row(purpose.value, label, counted[purpose.value])
            if purpose.value in counted
            else Row(purpose.value, label)
        )
    return _table("objet", "Par objet de l’aide", "Objet", rows, total, protected)


def _by_department(aids: QuerySet, total: Row, protected: bool) -> Table:
    entries = sorted(_grouped(aids, "department"), key=lambda entry: entry["department"])
    rows = [_row(e["department"], departments.label(e["department"]) or UNKNOWN, e) for e in entries]
    return _table("departement", "Par département", "Département", rows, total, protected)
