"""Numbers and references of payments (DOMAIN §9). Pure: no Django, no clock."""

import re

END_TO_END_LENGTH = 35
_RECOVERY = re.compile(r"\bRC[- ]?(\d{4})[- ]?(\d{6})\b", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"\s*OP[- ](\d{4})[- ](\d{1,6})\s*", re.ASCII | re.IGNORECASE)
# The SEPA character set; a reference neither starts nor ends with a slash, nor holds two together
# (EPC217-08).
_REFERENCE = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9/\-?:().,'+ ]+(?<!/)")


def order_number(year: int, sequence: int) -> str:
    """The continuous yearly number as printed: `OP-2026-000042`."""
    return f"OP-{year}-{sequence:06d}"


def batch_number(year: int, sequence: int) -> str:
    """The continuous yearly number of a bordereau: `BV-2026-000007`."""
    return f"BV-{year}-{sequence:06d}"


def recovery_number(year: int, sequence: int) -> str:
    """The continuous yearly number of a recovery, which the landlord quotes: `RC-2026-000003`."""
    return f"RC-{year}-{sequence:06d}"


def parse_order_number(text: str) -> tuple[int, int] | None:
    """Year and rank of a typed number (`op 2026-42` too), None when it isn't one."""
    match = _NUMBER.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def recovery_numbers(text: str) -> list[tuple[int, int]]:
    """Year and rank of each recovery quoted in a bank's words, hyphens or not, once and in their order."""
    return list(dict.fromkeys((int(year), int(rank)) for year, rank in _RECOVERY.findall(text)))


def end_to_end_id(number: str) -> str:
    """The reference that follows the transfer to the landlord's bank: `ALES-OP-2026-000042`.

    Raises ValueError when it would not fit a SEPA reference (35 characters of its set).
    """
    reference = f"ALES-{number}"
    if len(reference) > END_TO_END_LENGTH or not _REFERENCE.fullmatch(reference):
        raise ValueError(f"{reference!r} is no SEPA reference")
    return reference


def iban_end(iban: str) -> str:
    """Its last four characters, to recognise an account without showing it: `…2606`."""
    return f"…{iban[-4:]}"
