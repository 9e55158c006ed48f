"""What ruff and import-linter don't see of DESIGN §1 and §2: hidden imports, guardian, long modules."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
ROOMS = ("ales", "members", "cases", "aids", "payments", "allocations", "association")
LONGEST_MODULE = 400  # lines
#: « One typed module » (DESIGN §1): the settings don't split by noun.
LONGEST_SETTINGS = 440


def modules_of(room: str) -> Iterator[Path]:
    return (path for path in (REPOSITORY / room).rglob("*.py") if "migrations" not in path.parts)


def product_modules() -> list[Path]:
    return [path for room in ROOMS for path in modules_of(room)] + [REPOSITORY / "manage.py"]


def name_of(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def imported_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


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
    longest = LONGEST_SETTINGS if name_of(path) == "ales/settings.py" else LONGEST_MODULE
    assert lines <= longest, f"{lines} lines: split it by noun"


@pytest.mark.parametrize("room", ROOMS)
def test_every_existing_room_is_under_the_import_contracts(room: str) -> None:
    if (REPOSITORY / room / "__init__.py").exists():
        contracts = (REPOSITORY / "pyproject.toml").read_text().partition("[tool.importlinter]")[2]
        (roots,) = (line for line in contracts.splitlines() if line.startswith("root_packages"))
        assert f'"{room}"' in roots


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
