"""Departments and communes of France, from `data/` (its README names the sources). Codes are text: "2A"."""

import csv
from dataclasses import dataclass
from functools import cache

from django.conf import settings

DATA = settings.BASE_DIR / "data"


@dataclass(frozen=True)
class Department:
    """A department with its region's name."""

    code: str
    name: str
    region: str


@dataclass(frozen=True)
class Commune:
    """A commune with one of its postal codes."""

    name: str
    department: str
    postal_code: str


@cache
def departments() -> dict[str, Department]:
    """Every department by its code; read once."""
    with (DATA / "departments.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Department(row["code"], row["name"], row["region"]) for row in csv.DictReader(file)
        }


@cache
def communes_of(department: str) -> tuple[Commune, ...]:
    """The department's communes in the order of the file; empty for an unknown code."""
    with (DATA / "communes.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Commune(row["name"], row["department"], row["postal_code"])
            for row in csv.DictReader(file)
            if row["department"] == department
        )


def department_label(code: str) -> str:
    """`38 – Isère`; the code itself when it is none we know."""
    known = departments().get(code)
    return f"{code} – {known.name}" if known else code
