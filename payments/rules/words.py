"""Amounts in French words, for payment orders (DOMAIN §9). Pure: no Django, no clock."""

from decimal import Decimal

from num2words import num2words

from ales.money import to_cents


def euros_in_words(amount: Decimal) -> str:
    """`deux cent soixante-dix-sept euros et vingt centimes`.

    Raises ValueError on a negative amount or one that isn't a whole number of cents.
    """
    if amount < 0:
        raise ValueError("Un montant à payer ne peut pas être négatif.")
    euros, cents = divmod(to_cents(amount), 100)
    parts = []
    if euros or not cents:
        parts.append(f"{_words(euros)} {_unit(euros)}")
    if cents:
        parts.append(f"{_words(cents)} {'centimes' if cents > 1 else 'centime'}")
    return " et ".join(parts)


def _words(number: int) -> str:
    return num2words(number, lang="fr")


def _unit(euros: int) -> str:
    # "un million d'euros", but "un million un euros": million and milliard are nouns.
    if euros >= 1_000_000 and euros % 1_000_000 == 0:
        return "d’euros"
    return "euros" if euros > 1 else "euro"
