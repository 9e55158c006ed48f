"""French departments, as text: `01`, `2A`, `971` (DOMAIN, traps)."""

import csv
from functools import cache

from django.conf import settings


@cache
def names() -> dict[str, str]:
    """Name of each department by its code, in the order of the codes."""
    with (settings.BASE_DIR / "data" / "departments.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def choices() -> list[tuple[str, str]]:
    """Choices of a form: `38 – Isère`."""
    return [(code, f"{code} – {name}") for code, name in names().items()]


def label(code: str) -> str:
    """`38 – Isère`; empty for none."""
    return f"{code} – {names().get(code, '')}".removesuffix(" – ") if code else ""
