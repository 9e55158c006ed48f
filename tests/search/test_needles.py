"""What was typed becomes needles; how well a row matches. Worked tables."""

import pytest

from ales.search import needles, ranking
from ales.text import fold

ROW = fold("D-2026-00412 Ferrand Éloïse Habitat de l'Isère L/4512 Saint-Martin-d'Hères 38400") + (
    " 0612345678 eloise.ferrand@exemple.fr 831.60 1234.50"
)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Férrand", ["ferrand"]),
        ("  FERRAND   Éloïse ", ["ferrand", "eloise"]),
        ("L’Œuvre", ["l", "oeuvre"]),
        ("831,60", ["831.60"]),
        ("831,6", ["831.60"]),
        ("831.60 €", ["831.60"]),
        ("1 234,50", ["1234.50"]),
        ("1\u202f234,50\u00a0€", ["1234.50"]),
        ("1.234,50", ["1234.50"]),
        ("1 234 euros", ["1234"]),
        ("ferrand 831,60", ["ferrand", "831.60"]),
        ("06 12 34 56 78", ["0612345678"]),
        ("06.12.34", ["061234"]),
        ("+33 6 12 34 56 78", ["0612345678"]),
        ("0033612345678", ["0612345678"]),
        ("552 081 317 66522", ["55208131766522"]),
        ("D-2026-00412", ["d", "2026", "00412"]),
        ("OP-2026-000042", ["op", "2026", "000042"]),
        ("eloise.ferrand@exemple.fr", ["eloise.ferrand@exemple.fr"]),
        ("12.05.2026", ["12.05.2026"]),
        ("ferrand ferrand", ["ferrand"]),
        ("' \\ & | ! <-> :*", []),
    ],
)
def test_needles(typed, expected):
    assert [needle.word for needle in needles.read(typed).needles] == expected


@pytest.mark.parametrize("typed", ["", " ", "a", "é", "'", "..", "+"])
def test_too_little_to_look_for(typed):
    assert not needles.read(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "ferrand", "FERRAND", "férrand", "ferr", "rran", "isère", "isere", "saint-martin", "38400", "384",
        "00412", "2026-00412", "L/4512", "4512", "831,60", "831,6", "831", "1 234,50", "06 12 34 56 78",
        "0612345678", "345678", "+33612345678", "eloise.ferrand@exemple.fr", "@exemple.fr",
        "eloise ferrand", "ferrand saint martin", "ferrand 831,60",
        # typing mistakes: a letter dropped, doubled, changed, swapped, two in a long word
        "ferand", "ferrrand", "ferrant", "ferrnad", "efrrand", "eloisse", "habittat", "habitta",
        "elloise ferand", "martn",
    ],
)  # fmt: skip
def test_found(typed):
    assert ranking.score(needles.read(typed), ROW) is not None


def held(typed: str, row: str) -> bool:
    """Whether the index proposes the row: it holds all the trigrams of one alternative of each word."""
    padded = f" {row} "
    return all(
        any(all(gram in padded for gram in grams) for grams in needle.alternatives)
        for needle in needles.read(typed).needles
    )


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("castlenau sohpie", "castelnau sophie"), ("catselnau sopihe", "castelnau sophie"),
        ("castelnua sofie", "castelnau sofia"), ("matrin pual", "martin paul"),
        ("martni jaen", "martin jean"),
        ("pual", "paul"), ("ruox", "roux"), ("apul", "paul"), ("palu", "paul"),
        ("benlai nadai", "benali nadia"),
        ("ferrnad lcu", "ferrand luc"), ("ferrnad ulc", "ferrand luc"), ("mercier ane", "mercier anne"),
        ("rox karmi", "roux karim"), ("rux karmi", "roux karim"),
    ],
)  # fmt: skip
def test_each_word_may_hold_a_mistake(typed, row):
    assert held(typed, row)
    assert ranking.score(needles.read(typed), row) is not None


@pytest.mark.parametrize(
    ("typed", "row"), [("luc", "duc"), ("lea", "leo"), ("l a", "la"), ("ane 38", "anne 38")]
)
def test_three_letters_alone_hold_none(typed, row):
    """Beside a longer word only: alone they would be nearly everything."""
    assert ranking.score(needles.read(typed), row) is None


@pytest.mark.parametrize(
    "typed",
    ["dupont", "fernandez", "feront", "831,61", "831,06", "06 12 34 56 79", "00413", "grenoble",
     "ferrand dupont", "lyon"],
)  # fmt: skip
def test_not_found(typed):
    assert ranking.score(needles.read(typed), ROW) is None


def test_the_nearest_comes_first():
    """A word as typed, then its start, then inside, then nearly: the order of the table in ranking.py."""
    rows = ["martin", "martinez", "saintmartin", "marton", "martonez"]
    query = needles.read("martin")
    scores = [ranking.score(query, row) for row in rows]
    assert None not in scores
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("one", "other", "most", "expected"),
    [
        ("martin", "martin", 1, 0),
        ("martin", "marten", 1, 1),
        ("martin", "matrin", 1, 1),
        ("martin", "artin", 1, 1),
        ("martin", "martina", 1, 1),
        ("martin", "marteau", 1, None),
        ("grenoble", "grnoblle", 2, 2),
        ("grenoble", "renobel", 2, 2),
        ("grenoble", "gernolbe", 1, None),
        ("ab", "", 1, None),
    ],
)
def test_distance(one, other, most, expected):
    assert ranking.distance(one, other, most) == expected
    assert ranking.distance(other, one, most) == expected


def misspelt(word):
    """Every way of dropping, doubling, changing or swapping one letter of `word`."""
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at] + word[at:]
        yield f"{word[:at]}x{word[at + 1 :]}"
        yield f"{word[:at]}x{word[at:]}"
        if at:
            yield word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


def grams(text):
    return {f" {text} "[at : at + 3] for at in range(len(text))}


@pytest.mark.parametrize("word", ["durand", "martin", "ferrand", "lefevre", "grenoble", "villeurbanne"])
def test_the_index_proposes_every_word_one_mistake_away(word):
    """Of the trigrams asked for, one set at least is in the row, wherever the mistake is."""
    held = grams(word)
    for typed in misspelt(word):
        (needle,) = needles.read(typed).needles
        assert any(set(asked) <= held for asked in needle.alternatives), typed


def test_short_words_and_figures_hold_no_mistake():
    assert [needles.Needle(word).mistakes for word in ("duc", "2026", "831.60", "lyon", "grenoble")] == [
        0, 0, 0, 1, 2,
    ]  # fmt: skip
