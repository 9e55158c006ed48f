"""Euros and percentages: rounding, typing and printing. Pure: no Django, no clock.

Amounts are `Decimal` euros. What is computed stays exact (`Decimal` or `Fraction`) and is rounded once,
at the place the rule names (DOMAIN §4, §5, §10). Floats are refused.
"""

import math
import re
from decimal import Decimal
from fractions import Fraction

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
MAX_AMOUNT = Decimal("9999999999.99")  # what numeric(12, 2) holds

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"

Exact = Decimal | Fraction | int

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009\u2007]")
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d{1,2})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?", re.ASCII)
_TOO_FINE = re.compile(r"[+-]?[\d ]+[.,]\d{3,}", re.ASCII)


class AmountError(ValueError):
    """A typed amount that can't be read; its message is French and says what would be accepted."""


def _fraction(value: Exact) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, Decimal | Fraction | int):
        raise TypeError(f"An amount is a Decimal, a Fraction or an int, not {type(value).__name__}")
    return Fraction(value)


def from_cents(cents: int) -> Decimal:
    """Euros of an integer number of cents."""
    return Decimal(cents).scaleb(-2).quantize(CENT)


def to_cents(amount: Exact) -> int:
    """Integer cents of an amount in euros; raises ValueError when it isn't a whole number of cents."""
    cents = _fraction(amount) * 100
    if cents.denominator != 1:
        raise ValueError(f"{amount} is not a whole number of cents")
    return cents.numerator


def round_half_up(amount: Exact) -> Decimal:
    """Nearest cent, half a cent going away from zero."""
    value = _fraction(amount)
    cents = math.floor(abs(value) * 100 + Fraction(1, 2))
    return from_cents(-cents if value < 0 else cents)


def round_down(amount: Exact) -> Decimal:
    """The cent at or below the amount: a ceiling is never exceeded by rounding (DOMAIN §4)."""
    return from_cents(math.floor(_fraction(amount) * 100))


def parse_euros(text: str) -> Decimal:
    """Read an amount as the French type it: `1 234,50`, `1234.5`, `1 234 €`.

    Accepts ordinary, non-breaking and narrow spaces between thousands, comma or point, a trailing €.
    A point or comma followed by three digits is refused rather than guessed (`1.234`).
    Raises AmountError, with a French message, for anything else.
    """
    cleaned = _SPACES.sub(" ", text).strip()
    cleaned = cleaned.replace("\u2212", "-").removesuffix("€").strip()
    if cleaned[:1] in ("-", "+"):
        cleaned = cleaned[0] + cleaned[1:].lstrip()
    if not cleaned:
        raise AmountError("Indiquez un montant en euros, par exemple 1 234,50.")
    if _TOO_FINE.fullmatch(cleaned):
        raise AmountError(
            f"« {text.strip()} » a plus de deux décimales : écrivez les milliers avec une espace "
            "et les centimes après une virgule, par exemple 1 234,50."
        )
    if not (_PLAIN.fullmatch(cleaned) or _GROUPED.fullmatch(cleaned)):
        raise AmountError(
            f"« {text.strip()} » n’est pas un montant : écrivez par exemple 1 234,50 ou 1234,50."
        )
    amount = Decimal(cleaned.replace(" ", "").replace(",", "."))
    if abs(amount) > MAX_AMOUNT:
        raise AmountError("Ce montant est trop grand : vérifiez le nombre de chiffres.")
    return amount.quantize(CENT) + 0  # "+ 0" turns -0.00 into 0.00


def format_number(amount: Exact) -> str:
    """`1 234,50`: two decimals, comma, narrow spaces between thousands; half a cent rounded up."""
    rounded = round_half_up(amount)
    return f"{rounded:,.2f}".replace(",", NARROW_SPACE).replace(".", ",").replace("-", "\u2212")


def format_euros(amount: Exact) -> str:
    """`1 234,50 €` as French typography wants it (U+202F in thousands, U+00A0 before the sign)."""
    return f"{format_number(amount)}{NO_BREAK_SPACE}€"


def format_percent(percent: int | Decimal) -> str:
    """`52 %`, or `62,5 %` for a percentage with decimals; trailing zeros are dropped."""
    text = f"{Decimal(percent):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text.replace('.', ',')}{NO_BREAK_SPACE}%"


def truncated_percent(ratio: Exact) -> int:
    """Whole percentage of a ratio, decimals cut off: 0.525 gives 52 (DOMAIN §5, debt ratio)."""
    return math.trunc(_fraction(ratio) * 100)


def half_up_percent(numerator: Exact, denominator: Exact) -> int | None:
    """Whole percentage rounded half up, None when the denominator is 0 (DOMAIN §1, §10)."""
    if denominator == 0:
        return None
    return math.floor(_fraction(numerator) * 100 / _fraction(denominator) + Fraction(1, 2))
