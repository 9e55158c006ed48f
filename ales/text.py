"""How text is folded for search and sort, the same on every server (the embedded one has no ICU); how an
IBAN and the size of a file are written."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

_KILO = 1024
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


def format_size(size: int) -> str:
    """A file's size in bytes as people say it: `812 octets`, `8,3 Ko`, `2 Mo` (a Ko is 1,024 bytes)."""
    if size < _KILO:
        return f"{size} octet{'s' if size > 1 else ''}"
    thousands = Decimal(size) / _KILO
    unit, value = ("Ko", thousands) if thousands < _KILO else ("Mo", thousands / _KILO)
    return (
        f"{value.quantize(Decimal('0.1'), ROUND_HALF_UP):f}".replace(".", ",").removesuffix(",0") + f" {unit}"
    )
