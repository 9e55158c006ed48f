"""The statistics page and its export (`/statistiques/`)."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate

from ales import charts
from ales.charts import Bar
from ales.dates import format_date
from ales.http import reading
from ales.money import format_euros, format_percent
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

# More columns than this don't fit side by side, more rows than that say nothing as a picture.
MAX_COLUMNS, MAX_BARS = 6, 24
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
        "tables": [
            {"table": table, "lines": [_line(row) for row in table.rows], "chart": _chart(table)}
            for table in figures.tables
        ],
        "scope": "de toute l’association"
        if not (actor.is_social or actor.is_landlord_agent)
        else f"{scope} {actor.organisation_name}",
        "period_text": f"du {format_date(period.start)} au {format_date(period.end)}",
        "widened": widened,
        "has_hidden": any(share.hidden for share in figures.shares)
        or any(table.has_hidden for table in figures.tables),
    }


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


def _chart(table: Table) -> str:
    """Amounts along time, aids by category; none where a picture would say nothing."""
    if table.total.hidden or not table.total.aids or not 2 <= len(table.rows) <= MAX_BARS:
        return ""
    if table.name == "periode":
        bars = [_bar(row, row.label, int(row.amount), format_euros_whole(row.amount)) for row in table.rows]
        draw = charts.columns if len(bars) <= MAX_COLUMNS else charts.rows
        return draw("Montant des aides par période, en euros : les valeurs sont dans le tableau.", bars)
    if table.name in {"objet", "departement", "adherent"}:
        return ""
    labels = [SHORT_LABELS.get(row.key, row.label) for row in table.rows]
    bars = [
        _bar(row, label, row.aids, _count(row.aids)) for row, label in zip(table.rows, labels, strict=True)
    ]
    return charts.rows(f"Nombre d’aides, {table.title.lower()} : les valeurs sont dans le tableau.", bars)


def _bar(row: Row, label: str, value: float, text: str) -> Bar:
    return Bar(label, None, HIDDEN) if row.hidden else Bar(label, value, text)


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
