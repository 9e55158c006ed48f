"""Folding of names for search and sort, the same on every server (the embedded one has no ICU); grouping."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "’": "'"})


def fold(text: str) -> str:
    """`text` without accents, in lower case, with runs of blanks and punctuation made one space."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9@.+]+", " ", plain).strip()


def words(text: str) -> list[str]:
    """Folded words of a search, at most eight: more would only slow it down."""
    return fold(text).split()[:8]


def group_by_four(iban: str) -> str:
    """As people read it aloud: `FR14 2004 1010 0505 0001 3M02 606`."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
