"""`make mutants` breaks every permission function and every filter of what a person may see."""

import ast

import pytest

from tests.architecture.test_imports import REPOSITORY, name_of, product_modules
from tests.mutants.making import mutants_of
from tests.mutants.targets import EQUIVALENT, TARGETS

#: How a QuerySet is asked for the rows of a person.
FILTERS = ("visible_to", "followed_by", "shared_with", "writable_by", "open_of")


def filters_of(tree: ast.AST) -> set[str]:
    """`Class.method` of each filter defined in a module."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {
        f"{found.name}.{node.name}"
        for found in classes
        for node in found.body
        if isinstance(node, ast.FunctionDef) and node.name in FILTERS
    }


def test_every_module_of_permissions_is_broken_whole():
    modules = {name_of(path) for path in product_modules() if path.stem.endswith("permissions")}
    assert len(modules) > 5
    assert modules == {path for path in TARGETS if path.endswith("permissions.py")}
    assert [path for path in modules if TARGETS[path][0]] == []


def test_every_filter_is_broken():
    found = {name_of(path): filters_of(ast.parse(path.read_text())) for path in product_modules()}
    missing = {path: names - set(TARGETS.get(path, ((), ()))[0]) for path, names in found.items()}
    assert sum(map(len, found.values())) > 20
    assert {path: names for path, names in missing.items() if names} == {}


@pytest.mark.parametrize("path", TARGETS)
def test_every_target_stands(path):
    """A function that was renamed would be broken no more, and nobody would notice."""
    for name in TARGETS[path][0] or ("",):
        assert any(mutants_of(path, (name,) if name else ())), name
    assert all((REPOSITORY / test.split("::")[0]).exists() for test in TARGETS[path][1])


@pytest.mark.parametrize("change", EQUIVALENT)
def test_every_exception_stands(change):
    path, _function, _what = change
    assert [mutant.change for mutant in mutants_of(path, TARGETS[path][0])].count(change) == 1
