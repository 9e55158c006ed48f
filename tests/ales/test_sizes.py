"""The size of a file as French people say it."""

import pytest

from ales.text import format_size


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 octet"),
        (1, "1 octet"),
        (183, "183 octets"),
        (1023, "1023 octets"),
        (1024, "1 Ko"),
        (8499, "8,3 Ko"),
        (10 * 1024 * 1024, "10 Mo"),
        (2_500_000, "2,4 Mo"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert format_size(size).replace("\xa0", " ") == text
