"""Entry of a request: purpose, months, amounts, proofs."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.choices import flatten_choices
from django.utils.translation import gettext_lazy as _

from aids.models import AidRequest, RentTerm
from aids.models.request import Purpose
from aids.models.term import ProofKind
from aids.operations import TermInput
from ales import conflicts
from ales.dates import add_months, first_of_month, format_month
from ales.documents.fields import UploadField
from ales.forms import EuroField, EuroInput

ROWS = 3
MONTHS_BACK, MONTHS_AHEAD = 24, 6
SETTLEMENT = "settlement"
#: The months as rows of a table, when two versions of them are compared and put together.
TABLE = "echeances"
PARTS = ("month", "amount", "proof_kind")


def month_choices(today: date, arrears_on: date | None) -> list[tuple[str, Any]]:
    """The months one may choose, the nearest first: those inside the arrears, those to come."""
    current = first_of_month(today)
    limit = first_of_month(arrears_on) if arrears_on else None
    months = [add_months(current, offset) for offset in range(-MONTHS_BACK, MONTHS_AHEAD + 1)]
    past = [month for month in reversed(months) if limit and month <= limit]
    coming = [month for month in months if not limit or month > limit]
    if not limit:
        coming = [month for month in months if month >= add_months(current, -3)]

    def options(group: Iterable[date]) -> list[tuple[str, str]]:
        return [(month.isoformat(), format_month(month)) for month in group]

    groups = [("", _("aucun"))]
    if past:
        groups.append((_("Mois échus, compris dans la dette"), options(past)))
    if coming:
        groups.append((_("Mois à venir"), options(coming)))
    return groups


class MonthChoiceField(forms.TypedChoiceField):
    """A month of the list, as its first day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=date.fromisoformat, empty_value=None, required=False, **kwargs)


class TermsForm(forms.Form):
    """Three rows of a month each for a MAINTIEN, one settlement for a RELOGEMENT.

    `inputs()` gives what the operations take; `add_faults()` puts their faults at the typed fields.
    """

    purpose = forms.ChoiceField(label=_("Objet de l’aide"), choices=Purpose, widget=forms.RadioSelect)

    def __init__(self, data=None, files=None, *, request: AidRequest, today: date, arrears_on: date | None):
        self.request = request
        self.terms = list(request.terms.select_related("proof"))
        initial = {"purpose": request.purpose} | self._initial_terms()
        self.surplus: list[str] = []
        super().__init__(self._placed(data), files, initial=initial)
        if request.renewal_of_id:
            self.fields["purpose"].choices = [(Purpose.MAINTIEN, Purpose.MAINTIEN.label)]
        choices = month_choices(today, arrears_on)
        for row in range(ROWS):
            self.fields[f"month_{row}"] = MonthChoiceField(label=_("Mois"), choices=choices)
            self._add_amount_and_proof(str(row))
        self._add_amount_and_proof(SETTLEMENT)

    def _placed(self, data: QueryDict | None) -> QueryDict | None:
        """The rows of `conflicts.merge` in their places, by month; those that find none are `surplus`."""
        if data is None or f"{TABLE}-TOTAL_FORMS" not in data:
            return data
        placed, total = data.copy(), data[f"{TABLE}-TOTAL_FORMS"]
        count = int(total) if total in map(str, range(2 * ROWS + 1)) else 0
        found = [{part: data.get(f"{TABLE}-{index}-{part}", "") for part in PARTS} for index in range(count)]
        found.sort(key=lambda row: row["month"])
        for name in [name for name in placed if name.startswith(f"{TABLE}-")]:
            del placed[name]
        for index in range(ROWS):
            row = found[index] if index < len(found) else {}
            for part in PARTS:
                placed[f"{part}_{index}"] = row.get(part, "")
        self.surplus = [row["month"] for row in found[ROWS:]]
        return placed

    def clean(self) -> dict[str, Any]:
        if self.surplus and self.cleaned_data.get("purpose") != Purpose.RELOGEMENT:
            months = ", ".join(self._month_label(month) for month in self.surplus)
            message = _(
                "Une demande compte %(count)s échéances au plus : la suite (%(months)s) n’est pas reprise."
            )
            raise forms.ValidationError(message % {"count": ROWS, "months": months})
        return super().clean()

    def _month_label(self, month: str) -> str:
        labels = dict(flatten_choices(self.fields["month_0"].choices))
        return str(labels.get(month, month))

    def _add_amount_and_proof(self, row: str) -> None:
        self.fields[f"amount_{row}"] = EuroField(
            label=_("Montant demandé"),
            required=False,
            widget=EuroInput(attrs={"placeholder": _("le plafond")}),
        )
        self.fields[f"proof_kind_{row}"] = forms.ChoiceField(
            label=_("Justificatif"), required=False, choices=[("", _("à joindre")), *ProofKind.choices]
        )
        self.fields[f"proof_{row}"] = UploadField(label=_("Fichier"), required=False)

    def _initial_terms(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for row, term in self._stored_rows():
            if term.month:
                values[f"month_{row}"] = term.month.isoformat()
            values[f"amount_{row}"] = term.asked
            values[f"proof_kind_{row}"] = term.proof_kind
        return values

    def _stored_rows(self) -> list[tuple[str, RentTerm]]:
        monthly = [term for term in self.terms if term.month]
        settlement = [(SETTLEMENT, term) for term in self.terms if not term.month]
        return [(str(row), term) for row, term in enumerate(monthly[:ROWS])] + settlement

    def rows(self) -> list[dict[str, Any]]:
        """The monthly rows for the template, each with its bound fields and the file it has."""
        return [self._row(str(row)) for row in range(ROWS)]

    def settlement(self) -> dict[str, Any]:
        return self._row(SETTLEMENT)

    def _row(self, row: str) -> dict[str, Any]:
        stored = dict(self._stored_rows()).get(row)
        names = ("month", "amount", "proof_kind", "proof")
        fields = {name: self[f"{name}_{row}"] for name in names if f"{name}_{row}" in self.fields}
        return fields | {"stored_proof": stored.proof if stored else None}

    def used_rows(self) -> list[str]:
        """The rows that ask for something, in the order of `inputs()`."""
        if self.cleaned_data.get("purpose") == Purpose.RELOGEMENT:
            return [SETTLEMENT]
        return [str(row) for row in range(ROWS) if self.cleaned_data.get(f"month_{row}")]

    def inputs(self) -> list[TermInput]:
        values = self.cleaned_data
        return [
            TermInput(
                month=values.get(f"month_{row}"),
                amount=values.get(f"amount_{row}"),
                proof_kind=values.get(f"proof_kind_{row}") or "",
                proof=values.get(f"proof_{row}"),
            )
            for row in self.used_rows()
        ]

    def entries(self) -> dict[str, conflicts.Entry]:
        """What one chooses at once when two people have written the terms: the purpose, each month."""
        settlement = (_("Règlement de la dette"), self._names(SETTLEMENT))
        together = [("", self._names(str(row))) for row in range(ROWS)]
        found = conflicts.fields_of(self, together=[*together, settlement])
        rows = [self._as_row(found.pop(f"month_{row}"), row) for row in range(ROWS)]
        for row in rows:
            for month in row.posted["month"]:
                own = f"{TABLE}:{month}"
                # A month typed twice stays two, for its refusal to be told.
                found[f"{own}#" if own in found else own] = row
        return found

    def _as_row(self, entry: conflicts.Entry, row: int) -> conflicts.Entry:
        posted = {part: entry.posted[f"{part}_{row}"] for part in PARTS}
        label = _("Échéance : %s") % conflicts.text_of(self, f"month_{row}")
        return conflicts.Entry(label, entry.lines, posted, TABLE)

    def _names(self, row: str) -> tuple[str, ...]:
        names = (f"month_{row}", f"amount_{row}", f"proof_kind_{row}")
        return tuple(name for name in names if name in self.fields)

    def add_faults(self, faults: dict[str, list[str]]) -> None:
        """Show an operation's faults (`terms.N.amount`, `months`…) where they were typed."""
        used = self.used_rows()
        for name, messages in faults.items():
            field = None
            if name.startswith("terms."):
                _terms, index, part = name.split(".")
                field = f"{part}_{used[int(index)]}"
            elif name == "months" and "month_0" in self.fields and used != [SETTLEMENT]:
                field = f"month_{used[-1]}" if used else "month_0"
            elif name in self.fields:
                field = name
            for message in messages:
                self.add_error(field if field in self.fields else None, message)
