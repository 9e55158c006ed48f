"""Folding of names for search and sort, the same on every server (the embedded one has no ICU)."""

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
