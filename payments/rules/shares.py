"""An amount shared out in proportion, to the cent (DOMAIN §6: a split is a fixed amount per fund and term).

What comes back of a term goes back to the funds that paid it, in proportion of what each has still out:

| out | 100.00 and 50.00 | 0.01 and 0.01 | 138.60 and 138.60 |
|---|---|---|---|
| comes back | 100.00 | 0.01 | 277.19 |
| shares | 66.67 and 33.33 | 0.01 and 0.00 | 138.60 and 138.59 |

Pure: no Django, no clock.
"""

from collections.abc import Sequence
from decimal import Decimal

from ales.money import ZERO, from_cents, to_cents


def shares(amount: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """`amount` euros shared in proportion of `parts`, in their order.

    The shares add up to `amount` exactly and none is above its part. The cents that rounding down leaves go
    to the largest remainders, the first of equal ones. Raises ValueError for a negative amount or part, one
    that isn't a whole number of cents, or an amount above the sum of the parts.
    """
    cents, weights = to_cents(amount), [to_cents(part) for part in parts]
    total = sum(weights)
    if cents < 0 or any(weight < 0 for weight in weights):
        raise ValueError("Un montant à répartir ne peut pas être négatif.")
    if cents > total:
        raise ValueError(f"{amount} € ne tiennent pas dans {from_cents(total)} €.")
    if not total:
        return [ZERO for _part in parts]
    found = [divmod(cents * weight, total) for weight in weights]
    left = cents - sum(floor for floor, _remainder in found)
    # A part whose share is whole has no remainder: no cent is added to it, so none goes above its part.
    largest = sorted(range(len(found)), key=lambda index: -found[index][1])[:left]
    return [from_cents(floor + (index in largest)) for index, (floor, _remainder) in enumerate(found)]
