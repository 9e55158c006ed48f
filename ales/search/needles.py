"""What somebody typed, as PostgreSQL looks for it: words as trigrams. Pure: no Django.

A searched row is one folded text (`ales.text.fold`); the database indexes its trigrams, spaces included
(`ales/search/sql.py`), as a text search vector. A word is so found whole, in part, or nearly:

    martin, exact       'mar' & 'art' & 'rti' & 'tin'
    martin, mistyped    (' ma' & 'mar') | ('tin' & 'in ') | (' ma' & 'in ')

One mistake leaves one half of a word whole, wherever it stands; two mistakes leave one third. A short word's
halves are too short for that: it is looked for with its letters swapped back as well (`pual`, `paul`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ales.text import words

#: Letters from which a word may hold one mistake, or two. Figures never do: a wrong amount is another one.
ONE_MISTAKE, TWO_MISTAKES = 4, 8
#: The same of a word beside a longer one, which narrows what is found.
ONE_MISTAKE_BESIDE = 3
#: Fewer letters and figures than this look for nothing: they would find everything.
LEAST = 2

_THOUSANDS = re.compile(r"(?<![\w,.])(\d{1,3})((?:[ \u00a0\u202f.]\d{3})+)(?=,\d{1,2}(?!\d)|\s*(?:€|euro))")
_DECIMALS = re.compile(r"(?<![\w.,])(\d+)[.,](\d{1,2})(?![\w.,])")
_EURO = re.compile(r"(?<=\d)\s*(?:€|euros?\b)", re.IGNORECASE)
_PHONE = re.compile(r"\s*(?:\+33|0033|0)(?:[ .\-]?\d){5,9}\s*")
_FIGURES = re.compile(r"(?:[ \u00a0\u202f.]?\d){14}")


@dataclass(frozen=True)
class Needle:
    """One word typed, folded. It may hold a mistake from `least` letters."""

    word: str
    least: int = ONE_MISTAKE

    @property
    def mistakes(self) -> int:
        """How many letters may be wrong."""
        if not self.word.isalpha() or len(self.word) < self.least:
            return 0
        return 2 if len(self.word) >= TWO_MISTAKES else 1

    @property
    def grams(self) -> list[str]:
        """Trigrams of a row that holds the word: anywhere; at the start of a word under three letters."""
        if len(self.word) >= 3:
            return _grams(self.word)
        return [f" {self.word} " if len(self.word) == 1 else f" {self.word}"]

    @property
    def alternatives(self) -> list[list[str]]:
        """Sets of trigrams one of which a row holds whose word is the typed one but for `mistakes`."""
        padded = f" {self.word} "
        if self.mistakes == 0:
            return [self.grams]
        if self.mistakes == 2:
            third = len(padded) // 3
            pieces = [padded[:third], padded[third : 2 * third], padded[2 * third :]]
            return [_grams(piece) for piece in pieces]
        if len(self.word) <= ONE_MISTAKE:
            ends = [[padded[:3]], [padded[-3:]]]
            return ends + [_grams(f" {word} ") for word in _swapped_back(self.word)]
        half = len(padded) // 2
        left, right = padded[:half], padded[half:]
        # Two letters swapped across the middle harm both halves, by one letter each.
        swapped = _grams(left[:-1]) + _grams(right[1:])
        return [found for found in (_grams(left), _grams(right), swapped) if found]


@dataclass(frozen=True)
class Query:
    """What is looked for: every needle, in any order. Falsy when there is too little to look for."""

    needles: tuple[Needle, ...]

    def __bool__(self) -> bool:
        return sum(len(needle.word) for needle in self.needles) >= LEAST

    @property
    def exact(self) -> str:
        """A tsquery: rows that hold each word as typed, whole or in part."""
        return " & ".join(_all(needle.grams) for needle in self.needles)

    @property
    def tolerant(self) -> str:
        """A tsquery: rows that may hold each word but for a mistake; empty where none may be mistaken."""
        if not any(needle.mistakes for needle in self.needles):
            return ""
        return " & ".join(
            f"({' | '.join(_all(grams) for grams in needle.alternatives)})" for needle in self.needles
        )

    @cached_property
    def grams(self) -> list[str]:
        """Every trigram of the words: rows that hold more of them are nearer."""
        found = (gram for needle in self.needles for gram in _grams(f" {needle.word} "))
        return list(dict.fromkeys(found))


def read(text: str) -> Query:
    """The needles of what was typed: `Férrand 831,60 €` gives `ferrand` and `831.60`.

    Amounts are brought to `1234.50`, telephone and SIRET numbers to their figures alone.
    """
    if _PHONE.fullmatch(text):
        return _query([phone_figures(text)])
    if _FIGURES.fullmatch(text.strip()):
        return _query([re.sub(r"\D", "", text)])
    plain = _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found[0]), text)
    plain = _EURO.sub(" ", plain)
    plain = _DECIMALS.sub(lambda found: f"{found[1]}.{found[2]:0<2}", plain)
    return _query(word.strip(".+") for word in words(plain))


def phone_figures(text: str) -> str:
    """The figures of a telephone number, as a French one is dialled: `+33 6 12…` gives `0612…`."""
    figures = re.sub(r"\D", "", text)
    for prefix in ("0033", "33"):
        if figures.startswith(prefix) and len(figures) > 9:
            return f"0{figures[len(prefix) :]}"
    return figures


def _query(found: Iterable[str]) -> Query:
    words_typed = [word for word in dict.fromkeys(found) if word]
    is_narrowed = any(len(word) >= ONE_MISTAKE for word in words_typed)
    least = ONE_MISTAKE_BESIDE if is_narrowed else ONE_MISTAKE
    return Query(tuple(Needle(word, least) for word in words_typed))


def _swapped_back(word: str) -> list[str]:
    """The words of which this one is a swap of two letters that follow each other."""
    swaps = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    return [other for other in swaps if other != word]


def _grams(text: str) -> list[str]:
    return [text[at : at + 3] for at in range(len(text) - 2)]


def _all(grams: list[str]) -> str:
    """Trigrams that must all be there, quoted for a tsquery (folding left neither quote nor backslash)."""
    return "(" + " & ".join(f"'{gram}'" for gram in grams) + ")"
