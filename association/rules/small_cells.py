"""Which cells of a published table are hidden (DOMAIN §10). Pure: no Django, no clock.

A cell is a row's number of households. One under the threshold is hidden, and so are as many others as it
takes for the hidden part of the total to hold at least two cells and the threshold's number of households:
otherwise the total less what is shown would give it back.
"""

from collections.abc import Sequence

THRESHOLD = 5


def hidden_cells(households: Sequence[int], threshold: int = THRESHOLD) -> frozenset[int]:
    """Indexes of the cells to hide in a table that prints its total. Empty cells (0) are never hidden.

    Args: `households`, the number of households of each cell. When the rows can't make up a safe remainder
    every non-empty cell is hidden, and the total is to be hidden too (`total_is_hidden`).
    """
    hidden = {index for index, count in enumerate(households) if 0 < count < threshold}
    others = sorted((count, index) for index, count in enumerate(households) if count and index not in hidden)
    while hidden and others and not _safe([households[index] for index in hidden], threshold):
        hidden.add(others.pop(0)[1])
    return frozenset(hidden)


def total_is_hidden(total: int, threshold: int = THRESHOLD) -> bool:
    """Whether the table's own total is a small cell."""
    return 0 < total < threshold


def share_is_hidden(numerator: int, denominator: int, threshold: int = THRESHOLD) -> bool:
    """Whether a percentage would tell of a small cell: those counted, or those left out of the count.

    Args in households: those in which the statement holds for an aid, and all of those counted.
    """
    return any(0 < count < threshold for count in (numerator, denominator - numerator))


def _safe(hidden: Sequence[int], threshold: int) -> bool:
    return len(hidden) >= 2 and sum(hidden) >= threshold
