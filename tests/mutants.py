"""`make mutants`: break the permission and visibility code in every small way, and see the tests notice.

Each mutant is one change of one expression: a comparison turned round, `and` for `or`, a condition left out,
a refusal that allows, a filter that lost a condition, one capacity for another, a name left out of a list.
It is put into the loaded modules of a forked child, which runs the tests of that code with `-x`; a mutant
the tests don't notice survives. Prints the survivors and the score; exits 1 under 90 %.

    python -m tests.mutants [--jobs 2] [--only aids] [--list]
"""

import argparse
import ast
import contextlib
import copy
import gc
import os
import signal
import sys
import time
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENOUGH = 0.90
TIMEOUT = 240  # seconds; a mutant that hangs is noticed
VERDICTS = "tests/access/test_verdicts.py"
VISIBILITY = "tests/access/test_visibility.py"

#: What is mutated: module -> (names inside it, all if empty; the tests that must notice).
TARGETS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "cases/permissions.py": ((), (VERDICTS,)),
    "aids/permissions.py": ((), (VERDICTS,)),
    "payments/permissions.py": ((), (VERDICTS,)),
    "members/permissions.py": ((), (VERDICTS,)),
    "members/access.py": (
        ("Actor", "actor_of", "resolve_actor", "roles_required"),
        (VERDICTS, VISIBILITY, "tests/access/test_matrix.py::test_own"),
    ),
    "cases/querysets.py": (("TenantCaseQuerySet.visible_to",), (VISIBILITY,)),
    "aids/querysets.py": (("AidRequestQuerySet.visible_to",), (VISIBILITY,)),
    "payments/models/order.py": (("PaymentOrderQuerySet.visible_to",), (VISIBILITY,)),
    "payments/models/advice.py": (("PaymentAdviceQuerySet.visible_to",), (VISIBILITY,)),
    "ales/documents/querysets.py": (("audiences_of", "AudienceQuerySet.visible_to"), (VISIBILITY,)),
    "members/models/fund.py": (("FundQuerySet.visible_to",), (VISIBILITY,)),
    "members/models/bank_details.py": (("BankDetailsQuerySet.visible_to",), (VISIBILITY,)),
    "members/models/membership.py": (
        ("MembershipQuerySet.active", "MembershipQuerySet.visible_to", "InvitationQuerySet.visible_to"),
        (VISIBILITY,),
    ),
    "members/models/organisation.py": (
        ("OrganisationQuerySet.visible_to", "OrganisationQuerySet.landlords_for"),
        (VISIBILITY,),
    ),
    "association/statistics.py": (("profiles_for",), (VISIBILITY,)),
}

TURNED = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot,
    ast.IsNot: ast.Is, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
}  # fmt: skip
CAPACITIES = ("is_social", "is_manager", "is_landlord_agent", "is_admin", "is_treasurer", "is_association")
COLUMNS = {"organisation_id": "landlord_id", "landlord_id": "organisation_id", "owner_id": "id"}


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int
    what: str
    code: str  # of the whole module, mutated

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.what}"


# --- Making them --------------------------------------------------------------------------------


def mutants_of(path: str, names: tuple[str, ...]) -> Iterator[Mutant]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    nodes = list(_inside(tree, names))
    places = {id(node): place for place, node in enumerate(ast.walk(tree))}
    for node in nodes:
        for what, change in _changes(node):
            changed = copy.deepcopy(tree)
            twin = list(ast.walk(changed))[places[id(node)]]
            change(twin)
            yield Mutant(path, node.lineno, what, ast.unparse(ast.fix_missing_locations(changed)))


def _inside(tree: ast.Module, names: tuple[str, ...]) -> Iterator[ast.AST]:
    """Expressions and statements of the named functions and classes, annotations and docstrings left out."""

    def functions(body, prefix=""):
        for node in body:
            if isinstance(node, ast.ClassDef):
                yield from functions(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.FunctionDef):
                yield f"{prefix}{node.name}", node

    for name, function in functions(tree.body):
        if names and not any(name == wanted or name.startswith(f"{wanted}.") for wanted in names):
            continue
        for statement in function.body:
            yield from (node for node in ast.walk(statement) if hasattr(node, "lineno"))


def _changes(node: ast.AST):  # noqa: PLR0912 (a list of operators)
    """(what is changed, the change) for each way to break this node."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
        turned = TURNED[type(node.ops[0])]
        yield f"{ast.unparse(node)} turned round", lambda twin: twin.ops.__setitem__(0, turned())
    if isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{ast.unparse(node)}: and for or", lambda twin: setattr(twin, "op", other())
        for place, part in enumerate(node.values):
            yield f"{ast.unparse(part)} left out", lambda twin, place=place: twin.values.pop(place)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        other = ast.BitOr if isinstance(node.op, ast.BitAnd) else ast.BitAnd
        yield f"{ast.unparse(node)}: & for |", lambda twin: setattr(twin, "op", other())
    if isinstance(node, ast.If | ast.IfExp):
        yield f"if {ast.unparse(node.test)}: always", lambda twin: setattr(twin, "test", ast.Constant(True))
        yield f"if {ast.unparse(node.test)}: never", lambda twin: setattr(twin, "test", ast.Constant(False))
    if isinstance(node, ast.Return) and node.value is not None:
        text = ast.unparse(node.value)
        if text.startswith("refused("):
            yield f"return {text[:60]}: allows", lambda twin: setattr(twin, "value", _parse("ALLOWED"))
        if text == "ALLOWED":
            yield "return ALLOWED: refuses", lambda twin: setattr(twin, "value", _parse("refused('non')"))
        if text == "self.none()":
            yield "return none: all", lambda twin: setattr(twin, "value", _parse("self.all()"))
        if text in ("self", "self.all()"):
            yield "return all: none", lambda twin: setattr(twin, "value", _parse("self.none()"))
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("filter", "exclude", "Q"):
        for place, keyword in enumerate(node.keywords):
            yield f"{ast.unparse(keyword)} left out", lambda twin, place=place: twin.keywords.pop(place)
            if keyword.arg in COLUMNS:
                column = COLUMNS[keyword.arg]
                yield (
                    f"{keyword.arg} taken for {column}",
                    lambda twin, place=place, column=column: setattr(twin.keywords[place], "arg", column),
                )
    if isinstance(node, ast.Attribute) and node.attr in CAPACITIES:
        other = CAPACITIES[(CAPACITIES.index(node.attr) + 1) % len(CAPACITIES)]
        yield f"{node.attr} taken for {other}", lambda twin: setattr(twin, "attr", other)
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) > 1:
        for place, element in enumerate(node.elts):
            if isinstance(element, ast.Constant | ast.Attribute):
                yield f"{ast.unparse(element)} left out", lambda twin, place=place: twin.elts.pop(place)
    if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
        for place, key in enumerate(node.keys):
            yield f"{ast.unparse(key)} left out", lambda twin, place=place: _pop(twin, place)


def _parse(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _pop(twin: ast.Dict, place: int) -> None:
    del twin.keys[place], twin.values[place]


# --- Trying them --------------------------------------------------------------------------------


def put_in(mutant: Mutant) -> None:
    """Give every loaded function of the module its mutated code, wherever it is held."""
    file = str(ROOT / mutant.path)
    codes: dict[str, types.CodeType] = {}

    def collect(code: types.CodeType) -> None:
        codes[code.co_qualname] = code
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                collect(constant)

    collect(compile(mutant.code, file, "exec"))
    held = [
        function
        for function in gc.get_objects()
        if isinstance(function, types.FunctionType) and function.__code__.co_filename == file
    ]
    if not held:
        raise LookupError(f"nothing of {mutant.path} is loaded")
    for function in held:
        new = codes.get(function.__code__.co_qualname)
        if new is not None and len(new.co_freevars) == len(function.__code__.co_freevars):
            function.__code__ = new


def run_child(mutant: Mutant | None, tests: tuple[str, ...], slot: int) -> None:
    """In the fork: the mutant, then the tests; the process ends with pytest's answer."""
    if not os.environ.get("MUTANTS_VERBOSE"):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
    os.environ["TOX_PARALLEL_ENV"] = f"mutants{slot}"
    if mutant is not None:
        put_in(mutant)
    import pytest

    options = ["-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--reuse-db"]
    os._exit(int(pytest.main([*options, *tests])))


def fork(mutant: Mutant | None, tests: tuple[str, ...], slot: int) -> int:
    child = os.fork()
    if child == 0:
        try:
            run_child(mutant, tests, slot)
        finally:
            os._exit(99)
    return child


def ready(tests: tuple[str, ...]) -> None:
    """Load the product and the tests once; every child starts from here."""
    os.chdir(ROOT)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    from ales import embedded

    if not os.environ.get("DATABASE_URL"):
        os.environ.setdefault("ALES_EMBEDDED_FSYNC", "off")
        embedded.hold()
    django.setup()
    from django.db import connections
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    import pytest

    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", *tests])
    connections.close_all()


def try_all(mutants: list[tuple[Mutant, tuple[str, ...]]], jobs: int) -> list[Mutant]:
    """The survivors. At most `jobs` children at a time, each with a test database of its own."""
    survivors: list[Mutant] = []
    waiting, running, done = list(mutants), {}, 0
    while waiting or running:
        while waiting and len(running) < jobs:
            slot = min(set(range(jobs)) - {taken for _m, taken, _t in running.values()})
            mutant, tests = waiting.pop(0)
            running[fork(mutant, tests, slot)] = (mutant, slot, time.monotonic())
        child, status = os.waitpid(-1, os.WNOHANG)
        if child == 0:
            for late, (_mutant, _slot, since) in running.items():
                if time.monotonic() - since > TIMEOUT:
                    os.kill(late, signal.SIGKILL)
            time.sleep(0.05)
            continue
        mutant, _slot, _since = running.pop(child)
        done += 1
        if os.waitstatus_to_exitcode(status) == 0:
            survivors.append(mutant)
            print(f"survived  {mutant}", flush=True)
        elif done % 25 == 0:
            print(f"          {done} of {len(mutants)} tried", flush=True)
    return survivors


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="part of a module's path")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    found = [
        (mutant, tests)
        for path, (names, tests) in TARGETS.items()
        if options.only in path
        for mutant in mutants_of(path, names)
    ]
    if options.list:
        print(*(mutant for mutant, _tests in found), sep="\n")
        return 0
    every_test = tuple(dict.fromkeys(test for _mutant, tests in found for test in tests))
    ready(every_test)
    for slot in range(options.jobs):
        _child, status = os.waitpid(fork(None, every_test, slot), 0)
        if os.waitstatus_to_exitcode(status) != 0:
            print("The tests fail without a mutant: mend them first.", file=sys.stderr)
            return 2
    started = time.monotonic()
    survivors = try_all(found, options.jobs)
    killed = len(found) - len(survivors)
    score, took = killed / len(found), time.monotonic() - started
    print(f"{killed} of {len(found)} mutants killed: {score:.1%}, {took:.0f} s")
    return 0 if score >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
