"""The statistics page and its export (`/statistiques/`)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.http import reading
from ales.money import format_euros, format_percent, to_cents
from ales.pictures import Bar, Picture, Series, bars, trend
from ales.spreadsheets import Cell, csv_response
from association.forms import PeriodForm
from association.statistics import (
    HIDDEN,
    Period,
    Row,
    Share,
    Statistics,
    Table,
    is_protected_from,
    statistics_for,
)
from cases.rules.codes import OccupationalCategory
from members.access import Actor, roles_required

#: More bars than this say nothing as a picture.
MAX_BARS = 24
SHORT_LABELS = {
    OccupationalCategory.FARMERS: "Agriculteurs",
    OccupationalCategory.CRAFTSPEOPLE: "Artisans, commerçants",
    OccupationalCategory.EXECUTIVES: "Cadres",
    OccupationalCategory.INTERMEDIATE: "Prof. intermédiaires",
    OccupationalCategory.CLERICAL: "Employés",
    OccupationalCategory.WORKERS: "Ouvriers",
    OccupationalCategory.RETIRED: "Retraités",
    OccupationalCategory.INACTIVE: "Sans activité",
}


@dataclass(frozen=True)
class Line:
    """A table's row, its texts ready to print."""

    label: str
    aids: str
    households: str
    amount: str
    mean: str


@reading
@roles_required()
def statistics(request: HttpRequest) -> HttpResponse:
    """Figures of a period; a refused period comes back as typed, with its reason and without figures."""
    form = PeriodForm(request.GET, actor=request.actor, today=localdate())
    context: dict = {"form": form, "figures": None}
    if form.is_valid():
        period = _readable_period(request.actor, form.period)
        figures = statistics_for(request.actor, period, _organisation_id(form))
        context |= _page(request.actor, figures, widened=period != form.period)
        context["export_url"] = f"{reverse('association:statistics_export')}?{urlencode(_asked(form))}"
    return render(request, "association/statistics.html", context)


@reading
@roles_required()
def export(request: HttpRequest) -> HttpResponse:
    """The tables of the page as one CSV file; back to the page when the period is refused."""
    form = PeriodForm(request.GET, actor=request.actor, today=localdate())
    if not form.is_valid():
        return render(request, "association/statistics.html", {"form": form, "figures": None}, status=400)
    period = _readable_period(request.actor, form.period)
    figures = statistics_for(request.actor, period, _organisation_id(form))
    return csv_response(f"statistiques-{period.start}-{period.end}.csv", export_rows(figures))


def _readable_period(actor: Actor, period: Period) -> Period:
    """Whole years for whom small cells are hidden from: two periods a day apart would tell one aid."""
    if not is_protected_from(actor):
        return period
    start, end = period.start.replace(month=1, day=1), period.end.replace(month=12, day=31)
    return Period(start, end, period.step)


def _organisation_id(form: PeriodForm) -> int | None:
    organisation = form.cleaned_data.get("adherent")
    return organisation.pk if organisation else None


def _asked(form: PeriodForm) -> dict[str, str]:
    return {name: form[name].data for name in form.fields if form[name].data}


def _page(actor: Actor, figures: Statistics, *, widened: bool) -> dict:
    period = figures.period
    scope = "des locataires logés par" if actor.is_landlord_agent else "demandées par"
    return {
        "figures": figures,
        "total": _line(figures.total),
        "shares": [_share(share) for share in figures.shares],
        "tables": [_shown(table, period.step) for table in figures.tables],
        "scope": "de toute l’association"
        if not (actor.is_social or actor.is_landlord_agent)
        else f"{scope} {actor.organisation_name}",
        "period_text": f"du {format_date(period.start)} au {format_date(period.end)}",
        "widened": widened,
        "has_hidden": any(share.hidden for share in figures.shares)
        or any(table.has_hidden for table in figures.tables),
    }


def _shown(table: Table, step: str) -> dict:
    return {"table": table, "lines": [_line(row) for row in table.rows], "picture": _picture(table, step)}


def _line(row: Row) -> Line:
    if row.hidden:
        return Line(row.label, HIDDEN, HIDDEN, HIDDEN, HIDDEN)
    return Line(
        row.label,
        _count(row.aids),
        _count(row.households),
        format_euros(row.amount),
        "–" if row.mean is None else format_euros(row.mean),
    )


def _shown_count(row: Row) -> str:
    return HIDDEN if row.hidden else _count(row.aids)


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def _share(share: Share) -> dict:
    percent = share.percent
    return {
        "share": share,
        "percent": "masqué" if share.hidden else "–" if percent is None else format_percent(percent),
        "terms": "" if share.hidden else _terms(share),
        "bar": None if share.hidden or percent is None else percent,
    }


def _terms(share: Share) -> str:
    aids = "aide" if share.denominator <= 1 else "aides"
    return f"{_count(share.numerator)} sur {_count(share.denominator)} {aids}"


def _picture(table: Table, step: str) -> Picture | None:
    """Amounts and aids along time, aids by category; None where a picture would say nothing.

    It draws what the table shows: a hidden row is handed over without its figures (ADR 5).
    """
    if table.total.hidden or not table.total.aids or len(table.rows) < 2:
        return None
    if table.name == "periode":
        return _trend(table.rows, step)
    if table.name in {"objet", "departement", "adherent"} or len(table.rows) > MAX_BARS:
        return None
    values = [
        Bar(SHORT_LABELS.get(row.key, row.label), None if row.hidden else row.aids, _shown_count(row))
        for row in table.rows
    ]
    title = _("Nombre d’aides, %s") % table.title.lower()
    return Picture(_("Nombre d’aides"), bars(table.name, title, values))


def _trend(rows: Sequence[Row], step: str) -> Picture:
    amounts = Series(
        _("Montant accordé"),
        tuple(None if row.hidden else to_cents(row.amount) for row in rows),
        tuple(HIDDEN if row.hidden else format_euros_whole(row.amount) for row in rows),
    )
    aids = Series(
        _("Aides accordées"),
        tuple(None if row.hidden else row.aids for row in rows),
        tuple(_shown_count(row) for row in rows),
    )
    caption = _("Montants et aides, période par période")
    labels = [_short_period(row, step) for row in rows]
    hidden = _("masqué : moins de 5 ménages")
    return Picture(caption, trend("tendance", caption, "", labels, [amounts, aids], hidden))


def _short_period(row: Row, step: str) -> str:
    """`2026`, `T1 26` or `03/26`: many stand side by side."""
    cut = dt.date.fromisoformat(row.key)
    if step == "year":
        return str(cut.year)
    return f"T{(cut.month + 2) // 3} {cut:%y}" if step == "quarter" else f"{cut:%m/%y}"


def format_euros_whole(amount: Decimal) -> str:
    """`12 345 €`: a bar has no room for cents, which the table prints."""
    return f"{amount.quantize(Decimal(1)):,}".replace(",", "\u202f") + "\u00a0€"


# --- Export -------------------------------------------------------------------------------------


def export_rows(figures: Statistics) -> list[list[Cell]]:
    """Percentages first, then each table's rows and total, one line each under one heading."""
    heading = ["Tableau", "Ligne", "Aides", "Ménages", "Montant accordé (€)", "Moyenne (€)"]
    rows: list[list[Cell]] = [
        ["Période", f"du {figures.period.start:%d/%m/%Y} au {figures.period.end:%d/%m/%Y}"],
        [],
    ]
    if figures.shares:
        rows.append(["Indicateur", "Définition", "Aides concernées", "Aides comptées", "Pourcentage"])
        rows += [_export_share(share) for share in figures.shares]
        rows.append([])
    rows.append(heading)
    for table in figures.tables:
        rows += [[table.title, *_export_row(row)] for row in (*table.rows, table.total)]
    return rows


def _export_share(share: Share) -> list[Cell]:
    if share.hidden:
        return [share.title, "", HIDDEN, HIDDEN, HIDDEN]
    return [share.title, share.explanation.formula, share.numerator, share.denominator, share.percent]


def _export_row(row: Row) -> list[Cell]:
    if row.hidden:
        return [row.label, HIDDEN, HIDDEN, HIDDEN, HIDDEN]
    return [row.label, row.aids, row.households, row.amount, row.mean]
