"""Amounts, dates and months as the French type them; errors that say what would be accepted."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from ales.forms import EuroField, FrenchDateField, MonthField
from cases.forms.fields import PastDateField


class TermForm(forms.Form):
    amount = EuroField(label="Montant", help_text="Hors charges.", max_value=Decimal(300))
    day = FrenchDateField(label="Date", required=False)
    month = MonthField(label="Mois", required=False)
    purpose = forms.ChoiceField(label="Objet", widget=forms.RadioSelect, choices=[("a", "A")], required=False)


def errors(**typed) -> str:
    form = TermForm({"amount": "1"} | typed)
    assert not form.is_valid()
    return " ".join(text for field in form for text in field.errors)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("277,20", "277.20"),
        ("277.2", "277.20"),
        ("0", "0.00"),
        (" 300 € ", "300.00"),
    ],
)
def test_amount_as_typed(typed, amount):
    form = TermForm({"amount": typed})
    assert form.is_valid(), form.errors
    assert str(form.cleaned_data["amount"]) == amount


def test_amount_with_thousands():
    assert EuroField().clean("1 234,50") == Decimal("1234.50")
    assert EuroField().clean("1\u202f234,50") == Decimal("1234.50")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1.234", "1 234,50"),
        ("douze", "« douze » n’est pas un montant"),
        ("", "Indiquez un montant"),
        ("-5", "au moins 0,00"),
        ("300,01", "dépasser 300,00"),
    ],
)
def test_refused_amount_says_what_would_be_accepted(typed, said):
    assert said in errors(amount=typed)


@pytest.mark.parametrize(
    "typed", ["3/4/2026", "03/04/2026", "03.04.2026", "03042026", "2026-04-03", " 3-4-2026 "]
)
def test_date_as_typed(typed):
    assert FrenchDateField().clean(typed) == date(2026, 4, 3)


@pytest.mark.parametrize("typed", ["3/4/26", "03/04/26", "3.4.26", "030426"])
def test_the_year_of_a_date_by_its_last_two_figures(typed):
    assert FrenchDateField().clean(typed) == date(2026, 4, 3)


@pytest.mark.parametrize("typed", ["03/04/0026", "0026-04-03", "03040026"])
def test_a_year_typed_whole_is_read_as_it_is(typed):
    with pytest.raises(ValidationError, match="lointaine"):
        FrenchDateField().clean(typed)


@pytest.mark.parametrize(
    ("field", "typed", "year"),
    [
        (FrenchDateField, "1/1/46", 2046),
        (FrenchDateField, "1/1/47", 1947),
        (PastDateField, "1/1/26", 2026),
        (PastDateField, "1/1/27", 1927),
        (PastDateField, "1/1/84", 1984),
        (PastDateField, "1/1/00", 2000),
    ],
)
def test_the_century_of_a_year_of_two_figures(monkeypatch, field, typed, year):
    """A date of birth has come; a date to come is near."""
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 11, 22))
    assert field().clean(typed) == date(year, 1, 1)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("avril", "par exemple 03/04/2026"),
        ("31/02/2026", "n’existe pas dans le calendrier"),
        ("04/03/0206", "quatre chiffres"),
        ("3/4/6", "par exemple 03/04/2026"),
        ("3/4/206", "par exemple 03/04/2026"),
    ],
)
def test_refused_date_says_why(typed, said):
    assert said in errors(day=typed)


@pytest.mark.parametrize("typed", ["2/2026", "02/2026", "2026-02", "février 2026", "Fevrier 2026"])
def test_month_as_typed(typed):
    assert MonthField().clean(typed) == date(2026, 2, 1)


@pytest.mark.parametrize("typed", ["13/2026", "brumaire 2026", "2026", "2/26"])
def test_refused_month_says_what_would_be_accepted(typed):
    assert "avril 2026" in errors(month=typed)


def test_typed_text_is_kept_as_it_was():
    html = str(TermForm({"amount": "1.234", "day": "31/02/2026", "month": "brumaire"}))
    for typed in ("1.234", "31/02/2026", "brumaire"):
        assert f'value="{typed}"' in html


def test_stored_values_are_shown_the_french_way():
    initial = {"amount": Decimal("1234.50"), "day": date(2026, 4, 3), "month": date(2026, 4, 1)}
    html = str(TermForm(initial=initial))
    for shown in ("1\u202f234,50", "03/04/2026", "04/2026"):
        assert f'value="{shown}"' in html


def test_shown_values_posted_back_change_nothing():
    initial = {"amount": Decimal("1234.50"), "day": date(2026, 4, 3), "month": date(2026, 4, 1)}
    typed = {"amount": "1\u202f234,50", "day": "03/04/2026", "month": "04/2026"}
    assert TermForm(typed, initial=initial).changed_data == []
    assert TermForm(typed | {"month": "05/2026"}, initial=initial).changed_data == ["month"]


def test_field_is_tied_to_its_help_and_error():
    html = str(TermForm({"amount": "x"}))
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in html
    assert 'id="id_amount_helptext"' in html
    assert 'id="id_amount_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="w-money form-control is-invalid"' in html
    assert "form-check-input" in html
    assert "<legend>Objet" in html


def test_typed_text_is_escaped_in_the_error():
    html = str(TermForm({"amount": "<b>", "day": "<b>"}))
    assert "<b>" not in html
