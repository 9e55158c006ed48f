"""A social security number never enters a file (DOMAIN §14)."""

import pytest

from cases.rules.sensitive import holds_social_security_number


@pytest.mark.parametrize(
    "text",
    [
        "184037612345678",
        "1 84 03 76 123 456 78",
        "sécu 2 85 05 2A 123 456 78, à vérifier",
        "2850578123456",
        "1.84.03.76.123.456.78",
    ],
)
def test_shapes_of_a_number(text):
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
    ],
)
def test_other_numbers_pass(text):
    assert not holds_social_security_number(text)
