"""Two versions of a form compared, chosen from, and put together (ales/conflicts.py)."""

import datetime as dt
from decimal import Decimal

import pytest
from django import forms
from django.http import QueryDict

from ales import conflicts
from ales.conflicts import MINE, THEIRS, Difference
from ales.forms import EuroField, FrenchDateField, MonthField


class PetForm(forms.Form):
    name = forms.CharField(label="Nom")
    kind = forms.ChoiceField(label="Espèce", choices=[("", "Choisir…"), ("CAT", "chat"), ("DOG", "chien")])
    price = EuroField(label="Prix", required=False)
    born_on = FrenchDateField(label="Né le", required=False)
    since = MonthField(label="Depuis", required=False)
    is_tame = forms.BooleanField(label="Docile", required=False)
    photo = forms.FileField(label="Photo", required=False)
    key = forms.CharField(widget=forms.HiddenInput, required=False)


class FoodForm(forms.Form):
    what = forms.CharField(label="Aliment")
    grams = forms.IntegerField(label="Grammes", required=False)


FoodFormSet = forms.formset_factory(FoodForm, extra=0, can_delete=True)
SAVED = {
    "name": "Minou",
    "kind": "CAT",
    "price": Decimal("1234.5"),
    "born_on": dt.date(2026, 2, 3),
    "since": dt.date(2026, 4, 1),
    "is_tame": False,
}
TYPED = {
    "name": "Minou",
    "kind": "CAT",
    "price": "1234.5",
    "born_on": "3/2/2026",
    "since": "avril 2026",
}


def post(values: dict[str, str]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data[name] = value
    return data


def typed(**changes: str) -> dict[str, conflicts.Entry]:
    form = PetForm(post(TYPED | changes))
    assert form.is_valid(), form.errors
    return conflicts.fields_of(form)


def saved(**changes) -> dict[str, conflicts.Entry]:
    return conflicts.fields_of(PetForm(initial=SAVED | changes))


def food(*rows: tuple[str, str], removed: int | None = None) -> dict[str, conflicts.Entry]:
    data = {"plats-TOTAL_FORMS": str(len(rows)), "plats-INITIAL_FORMS": "0"}
    for index, (what, grams) in enumerate(rows):
        data |= {f"plats-{index}-what": what, f"plats-{index}-grams": grams}
    if removed is not None:
        data[f"plats-{removed}-DELETE"] = "on"
    formset = FoodFormSet(post(data), prefix="plats")
    assert formset.is_valid()
    return _rows(formset)


def saved_food(*rows: tuple[str, int]) -> dict[str, conflicts.Entry]:
    return _rows(
        FoodFormSet(prefix="plats", initial=[{"what": what, "grams": grams} for what, grams in rows])
    )


def _rows(formset) -> dict[str, conflicts.Entry]:
    return conflicts.rows_of(
        formset,
        key=lambda posted: posted["what"][0],
        label=lambda form: conflicts.text_of(form, "what"),
    )


def test_the_same_said_otherwise_is_no_difference():
    assert conflicts.differences(typed(), saved()) == []


@pytest.mark.parametrize(
    ("typed_as", "saved_as", "label", "mine", "theirs"),
    [
        ({"name": "Minette"}, {}, "Nom", "Minette", "Minou"),
        ({"kind": "DOG"}, {}, "Espèce", "chien", "chat"),
        ({"price": "1 300"}, {}, "Prix", "1 300,00 €", "1 234,50 €"),
        ({"price": ""}, {}, "Prix", None, "1 234,50 €"),
        ({"born_on": "04022026"}, {}, "Né le", "04/02/2026", "03/02/2026"),
        ({}, {"since": None}, "Depuis", "04/2026", None),
        ({"is_tame": "on"}, {}, "Docile", "oui", "non"),
    ],
)
def test_a_difference_speaks_the_words_of_the_page(typed_as, saved_as, label, mine, theirs):
    (difference,) = conflicts.differences(typed(**typed_as), saved(**saved_as))
    assert difference.label == label
    said = [" ".join(text.split()) for _label, text in (*difference.mine, *difference.theirs)]
    assert said == [text for text in (mine, theirs) if text is not None]


def test_files_and_hidden_fields_are_not_chosen():
    assert not {"photo", "key"} & set(typed())


@pytest.mark.parametrize(
    ("typed_as", "saved_as", "suggested"),
    [
        ({"name": "Minette"}, {}, MINE),
        ({}, {"name": "Félix"}, THEIRS),
        ({"name": "Minette"}, {"name": "Félix"}, ""),
    ],
)
def test_who_changed_it_since_the_page_was_loaded_is_suggested(typed_as, saved_as, suggested):
    shown = conflicts.fingerprint(saved())
    (difference,) = conflicts.differences(typed(**typed_as), saved(**saved_as), shown)
    assert difference.suggested == suggested


@pytest.mark.parametrize("shown", ["", "pas du JSON", "[1, 2]", "{", "null", '"name"', "[" * 100_000])
def test_a_spoiled_fingerprint_suggests_nothing(shown):
    (difference,) = conflicts.differences(typed(name="Minette"), saved(), shown)
    assert difference.suggested == ""


def test_fields_that_go_together_are_one_choice():
    form = PetForm(initial=SAVED)
    entry = conflicts.fields_of(form, together=[("Identité", ("name", "kind"))])["name"]
    assert entry.label == "Identité"
    assert entry.lines == (("Nom", "Minou"), ("Espèce", "chat"))
    assert entry.posted == {"name": ("Minou",), "kind": ("CAT",)}


def test_rows_are_told_by_their_key():
    found = conflicts.differences(
        food(("thon", "80"), ("riz", "50"), ("os", "10"), removed=2),
        saved_food(("riz", 60), ("thon", 80), ("os", 10)),
    )
    assert [(d.label, d.mine is None, d.theirs is None) for d in found] == [
        ("riz", False, False),
        ("os", True, False),
    ]


def test_two_rows_of_one_name_stay_two():
    assert len(food(("riz", "50"), ("riz", "60"))) == 2


def test_what_is_taken_replaces_what_was_typed():
    data = post(TYPED | {"name": "Minette", "is_tame": "on", "version": "7"})
    merged = conflicts.merge(
        data, typed(name="Minette", is_tame="on"), saved(price=None), {"name", "is_tame"}
    )
    form = PetForm(merged)
    assert form.is_valid()
    assert form.cleaned_data["name"] == "Minou"
    assert form.cleaned_data["is_tame"] is False
    assert form.cleaned_data["price"] == Decimal("1234.50")
    assert merged["version"] == "7"


@pytest.mark.parametrize(
    ("taken", "rows"),
    [
        (set(), [("thon", 80), ("riz", 50)]),
        ({"plats:riz"}, [("thon", 80), ("riz", 60)]),
        ({"plats:thon", "plats:os"}, [("riz", 50), ("os", 10)]),
        ({"plats:thon", "plats:riz", "plats:os"}, [("riz", 60), ("os", 10)]),
    ],
)
def test_rows_taken_come_in_and_go_out(taken, rows):
    mine, theirs = food(("thon", "80"), ("riz", "50")), saved_food(("riz", 60), ("os", 10))
    data = post({"plats-TOTAL_FORMS": "3", "plats-2-what": "reste d’une ligne retirée"})
    formset = FoodFormSet(conflicts.merge(data, mine, theirs, taken), prefix="plats")
    assert formset.is_valid(), formset.errors
    assert [(row["what"], row["grams"]) for row in formset.cleaned_data] == rows


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"garder": "mine"}, {"a": MINE, "b": MINE}),
        ({"garder": "theirs", "choix:a": "mine"}, {"a": THEIRS, "b": THEIRS}),
        ({"choix:a": "mine", "choix:b": "theirs"}, {"a": MINE, "b": THEIRS}),
        ({"choix:a": "mine"}, {"a": MINE}),
        ({"choix:a": "les deux", "choix:c": "mine"}, {}),
    ],
)
def test_choices_are_read(answer, expected):
    found = [Difference("a", "A", None, None), Difference("b", "B", None, None)]
    assert conflicts.choices(post(answer), found) == expected


def test_the_names_of_the_page_are_not_typed_text():
    data = post({"name": "Minou", "conflit": "1", "garder": "mine", "choix:a": "mine"})
    assert dict(conflicts.typed(data).lists()) == {"name": ["Minou"]}
