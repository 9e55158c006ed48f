"""The commune typed by hand, and its department (never from the postal code)."""

import pytest

from members import communes


@pytest.mark.parametrize(
    ("typed", "insee_code", "department"),
    [
        ("38000 Grenoble", "38185", "38"),
        ("grenoble (38000)", "38185", "38"),
        ("38100 GRENOBLE", "38185", "38"),
        ("97400 saint-denis", "97411", "974"),
        ("97400 St Denis", "97411", "974"),
        ("20000 ajaccio", "2A004", "2A"),
        ("L'Abergement-Clémenciat", "01001", "01"),
    ],
)
def test_find(typed, insee_code, department):
    found = communes.find(typed)
    assert (found.insee_code, found.department) == (insee_code, department)


@pytest.mark.parametrize(
    "typed", ["Saint-Denis", "38", "99999 Grenoble", "Nulle-Part", "", "\x00", "x" * 5000]
)
def test_what_is_no_single_commune_is_refused_with_what_would_be(typed):
    with pytest.raises(communes.UnknownCommuneError, match=r"[ée]crivez|Précisez"):
        communes.find(typed)


def test_suggestions_follow_the_beginning():
    labels = [commune.label for commune in communes.suggest("greno")]
    assert "38000 Grenoble" in labels
    assert communes.suggest("g") == []
    assert len(communes.suggest("saint")) == communes.MAX_SUGGESTIONS
