"""How well a row matches what was typed. Pure: no Django.

| a word typed is, in the row | points |
|---|---|
| a word | 100 |
| the start of a word | 80 |
| inside a word | 60 |
| a word but for one mistake | 45 |
| the start of a word but for one mistake | 35 |
| a word but for two mistakes | 25 |

A row is worth its worst word first, then the sum: a row where one typed word is nowhere is not found.
"""

from ales.search.needles import Needle, Query

WHOLE, START, INSIDE = 100, 80, 60
NEAR = {1: 45, 2: 25}
NEAR_START = 35


def score(query: Query, text: str) -> tuple[int, int] | None:
    """What the folded `text` of a row is worth, higher is better; None when a word is nowhere in it."""
    held = text.split()
    points = [_points(needle, held) for needle in query.needles]
    return (min(points), sum(points)) if points and all(points) else None


def _points(needle: Needle, held: list[str]) -> int:
    word = needle.word
    if word in held:
        return WHOLE
    if any(other.startswith(word) for other in held):
        return START
    if len(word) >= 3 and any(word in other for other in held):
        return INSIDE
    if not needle.mistakes:
        return 0
    return max((_near(word, other, needle.mistakes) for other in held), default=0)


def _near(word: str, other: str, most: int) -> int:
    found = distance(word, other, most)
    if found is not None:
        return NEAR[found]
    # Typed so far: the start of a longer word, as long as what was typed give or take a letter.
    longer = len(other) > len(word) + 1 and len(word) > 4
    starts = (other[: len(word) + more] for more in (-1, 0, 1)) if longer else ()
    return NEAR_START if any(distance(word, start, 1) for start in starts) else 0


def distance(word: str, other: str, most: int) -> int | None:
    """Letters added, dropped, changed or swapped with the next between two words; None beyond `most`."""
    if abs(len(word) - len(other)) > most:
        return None
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(word, start=1):
        line = [row]
        for column, compared in enumerate(other, start=1):
            cost = min(last[column] + 1, line[column - 1] + 1, last[column - 1] + (letter != compared))
            if row > 1 and column > 1 and letter == other[column - 2] and word[row - 2] == compared:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return None
        before, last = last, line
    return last[-1] if last[-1] <= most else None
