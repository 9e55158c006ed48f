"""Small cells, and what keeps them from coming back by subtraction (DOMAIN §10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from association.rules.small_cells import THRESHOLD, hidden_cells, share_is_hidden, total_is_hidden


@pytest.mark.parametrize(
    ("households", "hidden"),
    [
        ([], set()),
        ([5, 12, 0], set()),
        ([40, 3, 12, 20], {1, 2}),  # one alone: the smallest other one goes with it
        ([40, 4, 12, 4], {1, 3}),  # two of 4 hold 8 households: nothing more to hide
        ([40, 1, 12, 1], {1, 2, 3}),  # 1 + 1 is still a small cell
        ([40, 0, 4], {0, 2}),
        ([4], {0}),
        ([0, 0], set()),
    ],
)
def test_hidden_cells(households, hidden) -> None:
    assert hidden_cells(households) == hidden


@given(st.lists(st.integers(0, 40), max_size=12))
def test_no_small_cell_is_shown_nor_recovered(households) -> None:
    hidden = hidden_cells(households)
    assert all(index in hidden for index, count in enumerate(households) if 0 < count < THRESHOLD)
    remainder = [households[index] for index in hidden]
    if remainder and not total_is_hidden(sum(households)):
        everything = sum(households) == sum(remainder)
        assert (len(remainder) >= 2 and sum(remainder) >= THRESHOLD) or everything


@pytest.mark.parametrize(("total", "hidden"), [(0, False), (1, True), (4, True), (5, False)])
def test_total(total, hidden) -> None:
    assert total_is_hidden(total) is hidden


@pytest.mark.parametrize(
    ("numerator", "denominator", "hidden"),
    [(572, 854, False), (4, 60, True), (56, 60, True), (0, 60, False), (60, 60, False), (0, 0, False)],
)
def test_a_share_hides_both_sides(numerator, denominator, hidden) -> None:
    assert share_is_hidden(numerator, denominator) is hidden
