"""What ruff and import-linter don't see of DESIGN §1 and §2: clock, hidden imports, floats, long modules."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
ROOMS = ("ales", "members", "cases", "aids", "payments", "allocations", "association")
PURE = ("*/rules/*.py", "*/rules.py", "ales/money.py", "ales/explanation.py")
LONGEST_MODULE = 400  # lines
CLOCK_MODULES = {"time"}
CLOCK_CALLS = {"now", "today", "utcnow", "localtime", "time", "monotonic", "perf_counter", "localdate"}


def modules_of(room: str) -> Iterator[Path]:
    return (path for path in (REPOSITORY / room).rglob("*.py") if "migrations" not in path.parts)


def product_modules() -> list[Path]:
    return [path for room in ROOMS for path in modules_of(room)] + [REPOSITORY / "manage.py"]


def pure_modules() -> list[Path]:
    return sorted(
        {path for pattern in PURE for path in REPOSITORY.glob(pattern) if path.parts[-3] != ".venv"}
    )


def name_of(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def imported_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def faults_of_purity(tree: ast.AST) -> list[str]:
    """Django, the clock or a float in a pure module (DESIGN §2.1), each with its line."""
    faults = [
        f"imports {name}"
        for name in imported_names(tree)
        if name.split(".")[0] in {"django", *CLOCK_MODULES} or name.endswith(".timezone")
    ]
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CLOCK_CALLS
        ):
            faults.append(f"line {node.lineno} reads the clock: {ast.unparse(node)}")
        if isinstance(node, ast.Name) and node.id == "float":
            faults.append(f"line {node.lineno} uses float")
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            faults.append(f"line {node.lineno} writes the float {node.value!r}")
    return faults


def hidden_imports(tree: ast.AST) -> list[int]:
    """Lines of the imports inside functions, but for `ready` (Django's AppConfig wants them there)."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return sorted(
        {
            inner.lineno
            for function in functions
            if function.name != "ready"
            for inner in ast.walk(function)
            if isinstance(inner, ast.Import | ast.ImportFrom)
        }
    )


def words_of_access(tree: ast.AST) -> list[str]:
    return [name for name in imported_names(tree) if name.split(".")[0] == "guardian"]


@pytest.mark.parametrize("path", pure_modules(), ids=name_of)
def test_pure_modules_know_neither_django_nor_the_clock_nor_floats(path: Path) -> None:
    assert faults_of_purity(ast.parse(path.read_text())) == []


def test_there_are_pure_modules() -> None:
    """Else the test above would pass for nothing."""
    assert {name_of(path).split("/")[0] for path in pure_modules()} >= {"ales", "aids"}


@pytest.mark.parametrize("path", product_modules(), ids=name_of)
def test_no_import_hides_in_a_function(path: Path) -> None:
    assert hidden_imports(ast.parse(path.read_text())) == []


@pytest.mark.parametrize("path", product_modules(), ids=name_of)
def test_guardian_is_imported_by_members_access_alone(path: Path) -> None:
    if name_of(path) != "members/access.py":
        assert words_of_access(ast.parse(path.read_text())) == []


@pytest.mark.parametrize("path", product_modules(), ids=name_of)
def test_modules_stay_short(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= LONGEST_MODULE, f"{lines} lines: split it by noun"


@pytest.mark.parametrize("room", ROOMS)
def test_every_existing_room_is_under_the_import_contracts(room: str) -> None:
    if (REPOSITORY / room / "__init__.py").exists():
        contracts = (REPOSITORY / "pyproject.toml").read_text().partition("[tool.importlinter]")[2]
        (roots,) = (line for line in contracts.splitlines() if line.startswith("root_packages"))
        assert f'"{room}"' in roots


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from django.db import models",
        "from django.utils import timezone",
        "from datetime import timezone",
        "import datetime\nday = datetime.date.today()",
        "from datetime import datetime\nmoment = datetime.now()",
        "from datetime import datetime\nmoment = datetime.utcnow()",
        "rate = float('0.9')",
        "rate = 0.9",
    ],
)
def test_the_purity_rule_sees(source: str) -> None:
    assert faults_of_purity(ast.parse(source))


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("import os\ndef f():\n    import sys", [3]),
        ("class A:\n    async def f(self):\n        if True:\n            from sys import path", [4]),
        ("class AppConfig:\n    def ready(self):\n        from aids import signals", []),
    ],
)
def test_the_rule_of_hidden_imports_sees(source: str, lines: list[int]) -> None:
    assert hidden_imports(ast.parse(source)) == lines


@pytest.mark.parametrize("source", ["import guardian", "from guardian.shortcuts import assign_perm"])
def test_the_guardian_rule_sees(source: str) -> None:
    assert words_of_access(ast.parse(source))
