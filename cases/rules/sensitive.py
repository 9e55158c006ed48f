"""What must never be typed in a social file (DOMAIN §14). Pure: no Django, no clock."""

import re

# Sex, year, month, department (2A, 2B), commune, order, and the key when it was typed too.
_NIR = re.compile(
    r"(?<!\d)[1-478][ .\-]?\d{2}[ .\-]?\d{2}[ .\-]?(?:\d{2}|2[AB])"
    r"[ .\-]?\d{3}[ .\-]?\d{3}(?:[ .\-]?\d{2})?(?!\d)",
    re.IGNORECASE | re.ASCII,
)


def holds_social_security_number(text: str) -> bool:
    """Whether a number of `text` has the shape of a NIR (13 digits, or 15 with its key), spaces allowed."""
    return _NIR.search(text) is not None
