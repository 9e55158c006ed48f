"""Pure modules import neither Django nor the clock, and hold no float (DESIGN §2.1)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = [*sorted(ROOT.glob("*/rules/*.py")), *sorted((ROOT / "ales" / "pictures").glob("*.py"))] + [
    ROOT / "ales" / f"{name}.py" for name in ("money", "dates", "explanation")
]
BANNED_MODULES = {"django", "time", "random", "os", "secrets", "zoneinfo"}
CLOCK = {"today", "now", "utcnow", "localdate", "localtime", "timezone"}


def faults(source):
    """What makes this source impure, as (line, name)."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [
                (node.lineno, alias.name)
                for alias in node.names
                if alias.name.split(".")[0] in BANNED_MODULES
            ]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in BANNED_MODULES:
            found.append((node.lineno, node.module))
        elif isinstance(node, ast.ImportFrom):
            found += [(node.lineno, alias.name) for alias in node.names if alias.name in CLOCK]
        elif isinstance(node, ast.Name) and node.id == "float":
            found.append((node.lineno, "float"))
        elif isinstance(node, ast.Attribute) and node.attr in CLOCK:
            found.append((node.lineno, node.attr))
        elif isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append((node.lineno, repr(node.value)))
    return found


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_module_is_pure(path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import django.db",
        "from django.utils import timezone",
        "from datetime import timezone",
        "float('0.6')",
        "date.today()",
        "datetime.now()",
        "x = 0.6",
        "import time",
    ],
)
def test_the_check_sees_a_fault(source):
    assert faults(source)


def test_the_rules_are_found():
    assert {path.parent.parent.name for path in PURE} >= {"cases", "aids", "payments"}
