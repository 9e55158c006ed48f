"""Communes of data/communes.csv: the department comes from the commune, never from a postal code (DOMAIN)."""

import csv
import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from ales.text import fold

MAX_SUGGESTIONS = 12


@dataclass(frozen=True)
class Commune:
    """One commune under one of its postal codes."""

    insee_code: str
    name: str
    department: str
    postal_code: str
    folded: str

    @property
    def label(self) -> str:
        return f"{self.postal_code} {self.name}"

    def __str__(self) -> str:
        return self.label


class UnknownCommuneError(ValueError):
    """A typed place that is no commune, or several; the message is French and says what to type."""


@lru_cache(maxsize=1)
def communes() -> tuple[Commune, ...]:
    """All communes, by name; read once a process."""
    with (settings.BASE_DIR / "data" / "communes.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Commune(r["insee_code"], r["name"], r["department"], r["postal_code"], _key(r["name"]))
            for r in csv.DictReader(file)
        ]
    return tuple(sorted(rows, key=lambda commune: (commune.folded, commune.postal_code)))


def suggest(typed: str) -> list[Commune]:
    """At most 12 communes whose name, or postal code, starts with what was typed; nothing under two signs."""
    postal_code, name = _split(typed)
    if len(postal_code) + len(name) < 2:
        return []
    found = []
    for commune in communes():
        if commune.postal_code.startswith(postal_code) and commune.folded.startswith(name):
            found.append(commune)
            if len(found) == MAX_SUGGESTIONS:
                break
    return found


def find(typed: str) -> Commune:
    """The commune of `38000 Grenoble`, `Grenoble (38000)`, or a name or postal code that has only one.

    Raises UnknownCommuneError, whose message lists the communes that would be accepted.
    """
    postal_code, name = _split(typed)
    exact = [
        commune
        for commune in communes()
        if (not name or commune.folded == name) and (not postal_code or commune.postal_code == postal_code)
    ]
    if (name or postal_code) and len(exact) == 1:
        return exact[0]
    near = exact if name or postal_code else []
    if not near and name:
        near = [c for c in communes() if c.folded == name] or suggest(name)
    if not near and postal_code:
        near = suggest(postal_code[:4])
    if near:
        choices = ", ".join(commune.label for commune in near[:6])
        raise UnknownCommuneError(f"Précisez le code postal et la commune, par exemple : {choices}.")
    raise UnknownCommuneError(
        f"« {typed.strip()[:60]} » n’est pas une commune connue : écrivez par exemple 38000 Grenoble."
    )


def _key(name: str) -> str:
    folded = re.sub(r"\bste\b", "sainte", re.sub(r"\bst\b", "saint", fold(name)))
    return folded


def _split(typed: str) -> tuple[str, str]:
    """Postal code (or its beginning) and folded name of what was typed."""
    digits = re.search(r"(?<!\d)\d{2,5}(?!\d)", typed, re.ASCII)
    postal_code = digits[0] if digits else ""
    return postal_code, _key(typed.replace(postal_code, " ", 1) if postal_code else typed)
