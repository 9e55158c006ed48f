"""A social security number never enters a file (DOMAIN §14)."""

import pytest

from ales.nir import find_social_security_number, holds_social_security_number, is_key_right


@pytest.mark.parametrize(
    "text",
    [
        "184037612345663",
        "1 84 03 76 123 456 63",
        "1.84.03.76.123.456.63",
        "1-84-03-76-123-456-63",
        "1\u00a084\u00a003\u00a076\u00a0123\u00a0456\u00a063",
        "n° 184037612345663.",
        "sécu 2 85 05 2A 123 456 80, à vérifier",
        "sécu 2 85 05 2b 123 456 10",
        "2850578123456",
        "2 85 05 78 123 456",
        "né à l’étranger : 1 84 03 99 123 456",
    ],
)
def test_numbers_are_found(text):
    assert holds_social_security_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "06 12 34 56 78",
        "552 081 317 66522",
        "55208131766522",
        "dette de 7130,00 €",
        "FR7630006000011234567890189",
        "FR14 2004 1010 0505 0001 3M02 606",
        "184037612345678",  # a wrong key: a file number of fifteen digits
        "1 84 03 76 123 456 00",
        "1841376123456",  # no thirteenth month
        "1840376000456",  # no such commune
        "1840376123000",
        "1840300123456",  # no such department
        "4840376123456",
        "du 01/02/2026 au 28/02/2026, 12 termes",
    ],
)
def test_other_numbers_pass(text):
    assert not holds_social_security_number(text)


def test_what_is_found_is_given_as_written():
    text = "carte 184037612345678 puis 1 84 03 76 123 456 63 (vitale)"
    assert find_social_security_number(text) == "1 84 03 76 123 456 63"


@pytest.mark.parametrize(
    ("number", "key"), [("2550814168025", "38"), ("255082A115117", "43"), ("255082B115117", "70")]
)
def test_keys(number, key):
    """The first is INSEE's own example; in Corsica 2A counts as 19 and 2B as 18."""
    assert is_key_right(number, key)
    assert not is_key_right(number, f"{(int(key) + 1) % 97:02d}")
