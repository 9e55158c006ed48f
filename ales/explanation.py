"""How a figure was obtained, and what is wrong with an input. Pure: no Django, no clock.

Every rule returns its value with an `Explanation` that a social worker can read; the same explanation is
opened on screen, printed on the protocol and frozen in the database (DOMAIN §4).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Explanation:
    """One figure: its French title, formula, named inputs, result as text, source, and sub-steps."""

    title: str
    formula: str
    inputs: tuple[tuple[str, str], ...]
    result: str
    source: str
    steps: tuple["Explanation", ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON-able form, to be frozen in the database."""
        return {
            "title": self.title,
            "formula": self.formula,
            "inputs": [[label, value] for label, value in self.inputs],
            "result": self.result,
            "source": self.source,
            "steps": [step.as_dict() for step in self.steps],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Explanation":
        """The explanation that `as_dict` froze; raises KeyError on a missing part."""
        return cls(
            title=data["title"],
            formula=data["formula"],
            inputs=tuple((label, value) for label, value in data["inputs"]),
            result=data["result"],
            source=data["source"],
            steps=tuple(cls.from_dict(step) for step in data["steps"]),
        )


@dataclass(frozen=True)
class Figure:
    """A computed figure with its explanation. `value` is exact (unrounded), None when undefined."""

    value: Decimal | Fraction | None
    text: str
    explanation: Explanation


@dataclass(frozen=True)
class Fault:
    """What is wrong with an input: a stable code, the field it belongs to, and a French message."""

    code: str
    field: str
    message: str
