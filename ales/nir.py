"""Finds French social security numbers in a text: none may enter a file (DOMAIN §14). Pure: no Django.

A NIR has thirteen characters (sex, year, month, department, commune, order) and a key of two digits,
97 less the remainder of the number by 97; Corsica's 2A and 2B count as 19 and 18 there (INSEE).
"""

import re

_GAP = r"[ .\-\u00a0\u202f]{0,2}"
_NUMBER = re.compile(
    rf"(?<![\d])([12378]){_GAP}(\d{{2}}){_GAP}(\d{{2}}){_GAP}(\d{{2}}|2[AB]){_GAP}(\d{{3}}){_GAP}(\d{{3}})"
    rf"(?:{_GAP}(\d{{2}}))?(?!\d)",
    re.IGNORECASE | re.ASCII,
)
_CORSICA = {"2A": "19", "2B": "18"}


def find_social_security_number(text: str) -> str | None:
    """The first NIR of `text` as written there, or None.

    With its key, the key decides. Without it, the month, the department, the commune and the order must
    exist: an account or a telephone number seldom passes.
    """
    for match in _NUMBER.finditer(text):
        *parts, key = match.groups()
        if key is not None and is_key_right("".join(parts), key):
            return match.group()
        if key is None and _is_plausible(*parts):
            return match.group()
    return None


def holds_social_security_number(text: str) -> bool:
    """Whether `text` holds a NIR, spaces, dots and hyphens allowed between its parts."""
    return find_social_security_number(text) is not None


def is_key_right(number: str, key: str) -> bool:
    """Whether `key` is that of the thirteen characters of `number`."""
    department = number[5:7].upper()
    digits = number[:5] + _CORSICA.get(department, department) + number[7:]
    return 97 - int(digits) % 97 == int(key)


def _is_plausible(sex: str, year: str, month: str, department: str, commune: str, order: str) -> bool:
    # 20 and more: the register's own codes for a month nobody knows.
    month_exists = 1 <= int(month) <= 12 or 20 <= int(month) <= 42 or 50 <= int(month) <= 99
    return sex in "1278" and month_exists and department != "00" and commune != "000" and order != "000"
