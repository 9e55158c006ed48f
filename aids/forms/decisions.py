"""Forms of the decision screen, of the send-back and of the steps that need a reason."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from aids.frozen import term_label
from aids.funding import FundChoice
from aids.models import AidRequest, RentTerm
from aids.models.event import SendBackSection
from aids.models.request import StopCause
from aids.operations import PointInput, TermDecision
from ales.forms import EuroField, PlainTextField
from ales.money import ZERO, format_euros

POINTS = 4
#: What static/js/whole-choice.js looks for.
SAID_IN_FULL = {"data-whole-choice": True}


class ReasonForm(forms.Form):
    """One reason."""

    reason = PlainTextField(label=_("Motif"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, label: str = "", help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label or self.fields["reason"].label
        self.fields["reason"].help_text = help_text


class StopForm(ReasonForm):
    """The cause of a stop, counted, and its reason, told."""

    cause = forms.ChoiceField(
        label=_("Cause de l’arrêt"),
        choices=[("", _("Choisir…")), *((value, label.capitalize()) for value, label in StopCause.choices)],
        error_messages={"required": _("Choisissez la cause de l’arrêt dans la liste.")},
    )
    field_order = ("cause", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label=_("Pourquoi l’aide est-elle arrêtée ?"), **kwargs)


class GrantForm(forms.Form):
    """Term by term: the amount granted, a reason when it is lower, one fund or two."""

    comment = PlainTextField(
        label=_("Mot pour le ménage, repris dans la lettre"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data=None, *, terms: Sequence[RentTerm], funds: Sequence[FundChoice]):
        super().__init__(data, prefix="accord")
        self.terms = list(terms)
        total = sum((term.asked for term in self.terms), start=ZERO)
        choices = [
            (str(fund.public_id), f"{fund.label} – {format_euros(fund.available)} disponibles")
            for fund in funds
            if fund.open
        ]
        preferred = next((str(f.public_id) for f in funds if f.open and f.available >= total), "")
        for index, term in enumerate(self.terms):
            self.fields[f"granted_{index}"] = EuroField(
                label=_("Accordé"), initial=term.asked, max_value=Decimal("99999.99")
            )
            self.fields[f"reason_{index}"] = PlainTextField(
                label=_("Motif si le montant est réduit"), required=False, max_length=300
            )
            self.fields[f"fund_{index}"] = forms.ChoiceField(
                label=_("Fonds"),
                required=False,
                choices=[("", _("choisir")), *choices],
                initial=preferred,
                widget=forms.Select(attrs=SAID_IN_FULL),
            )
            self.fields[f"second_fund_{index}"] = forms.ChoiceField(
                label=_("Second fonds"),
                required=False,
                choices=[("", _("aucun")), *choices],
                widget=forms.Select(attrs=SAID_IN_FULL),
            )
            self.fields[f"second_amount_{index}"] = EuroField(label=_("Part du second fonds"), required=False)

    def rows(self) -> list[dict[str, Any]]:
        """The terms with their fields, for the template."""
        names = ("granted", "reason", "fund", "second_fund", "second_amount")
        return [
            {"label": term_label(term.month), "asked": format_euros(term.asked)}
            | {name: self[f"{name}_{index}"] for name in names}
            for index, term in enumerate(self.terms)
        ]

    def decisions(self) -> list[TermDecision]:
        return [self._decision(index, term) for index, term in enumerate(self.terms)]

    def _decision(self, index: int, term: RentTerm) -> TermDecision:
        values = self.cleaned_data
        granted = values[f"granted_{index}"]
        second = values.get(f"second_amount_{index}") or ZERO
        funds = ((f"fund_{index}", granted - second), (f"second_fund_{index}", second))
        chosen = [(values.get(name), amount) for name, amount in funds if amount]
        allocations = tuple((UUID(fund_id), amount) for fund_id, amount in chosen if fund_id)
        return TermDecision(term.public_id, granted, values.get(f"reason_{index}", ""), allocations)

    def add_faults(self, faults: dict[str, list[str]]) -> None:
        """Show the operation's faults at the fields of their term."""
        for name, messages in faults.items():
            field = None
            if name.startswith("terms."):
                _terms, index, part = name.split(".")
                field = f"{'fund' if part == 'funds' else part}_{index}"
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


class SendBackForm(forms.Form):
    """Up to four points, each in its part of the file; empty rows are left out."""

    def __init__(self, data=None):
        super().__init__(data, prefix="renvoi")
        for index in range(POINTS):
            self.fields[f"section_{index}"] = forms.ChoiceField(
                label=_("Partie"), required=False, choices=[("", _("choisir")), *SendBackSection.choices]
            )
            self.fields[f"text_{index}"] = PlainTextField(
                label=_("À compléter"), required=False, max_length=500
            )

    def rows(self) -> list[dict[str, Any]]:
        return [{name: self[f"{name}_{index}"] for name in ("section", "text")} for index in range(POINTS)]

    def used_rows(self) -> list[int]:
        values = self.cleaned_data
        return [i for i in range(POINTS) if values.get(f"text_{i}") or values.get(f"section_{i}")]

    def points(self) -> list[PointInput]:
        values = self.cleaned_data
        return [PointInput(values[f"section_{i}"], values[f"text_{i}"]) for i in self.used_rows()]

    def add_faults(self, faults: dict[str, list[str]]) -> None:
        used = self.used_rows()
        for name, messages in faults.items():
            field = "text_0" if name == "points" else None
            if name.startswith("points."):
                _points, index, part = name.split(".")
                field = f"{part}_{used[int(index)]}"
            for message in messages:
                self.add_error(field, message)


class AnswersForm(forms.Form):
    """One answer a point of the send-back."""

    def __init__(self, data=None, *, request: AidRequest):
        super().__init__(data)
        self.points = list(request.points.select_related("raised_by"))
        for point in self.points:
            self.fields[self._name(point)] = PlainTextField(
                label=_("Ce qui a été fait"),
                required=False,
                max_length=500,
                initial=point.answer,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @staticmethod
    def _name(point) -> str:
        return f"point_{point.public_id.hex}"

    def rows(self) -> list[dict[str, Any]]:
        return [{"point": point, "field": self[self._name(point)]} for point in self.points]

    def answers(self) -> dict[UUID, str]:
        return {point.public_id: self.cleaned_data[self._name(point)] for point in self.points}
