"""`make mutants`: break the permission and visibility code in every small way, and see the tests notice.

Each mutant is one change of one expression: a comparison turned round, `and` for `or`, a condition left out,
a refusal that allows, a filter that lost a condition, one capacity for another, a name left out of a list.
It is put into the loaded modules of a forked child, which runs the tests of that code until one fails; what
they don't notice survives. Prints the survivors, and the score by module and in all; exits 1 under 90 %.

    python -m tests.mutants [--jobs 2] [--only aids/permissions.py:60] [--list]
"""

import argparse
import ast
import copy
import gc
import os
import signal
import sys
import time
import types
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENOUGH = 0.90
UNUSED = ("terminal", "randomly", "cacheprovider")
QUIETLY = [
    *("-o", "addopts=--import-mode=importlib --strict-markers", "-s", "--reuse-db"),
    *(option for plugin in UNUSED for option in ("-p", f"no:{plugin}")),
]
TIMEOUT = 240  # seconds; a mutant that hangs is noticed
VERDICTS = "tests/access/test_verdicts.py"
VISIBILITY = "tests/access/test_visibility.py"
FILTERS = "tests/access/test_filters.py"
SHARING = "tests/cases/operations/test_sharing.py"
MATRIX = "tests/access/test_matrix.py"


def seen(*models: str, also: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The words of the filters of these models, then whose rows each person reads."""
    asked = [f"{test}[{model}]" for model in models for test in ("test_sides", "test_the_code_alone")]
    return (
        *(f"{FILTERS}::test_filters[{model}]" for model in models),
        *(f"{VISIBILITY}::{test}" for test in (*asked, *also)),
    )


def worded(model: str) -> tuple[str, ...]:
    """The words of a filter whose rows the scene doesn't hold."""
    return (f"{FILTERS}::test_filters[{model}]",)


#: What is mutated: module -> (names inside it, all if empty; the tests that must notice, likeliest first).
#: Only tests about the module: a whole run must end, and a test that notices by chance proves little.
TARGETS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "cases/permissions.py": ((), (VERDICTS,)),
    "cases/personal_data/permissions.py": ((), (VERDICTS,)),
    "aids/permissions.py": ((), (VERDICTS,)),
    "payments/permissions.py": ((), (VERDICTS,)),
    "members/permissions.py": ((), (VERDICTS,)),
    "members/access.py": (
        ("Actor", "actor_of", "resolve_actor", "roles_required", "grant", "withdraw", "granted_ids"),
        (
            f"{VERDICTS}::test_capacities",
            f"{VERDICTS}::test_the_context_of_an_actor",
            *(
                f"{VISIBILITY}::{test}"
                for test in (
                    "test_a_session_cannot_name_somebody_elses_habilitation",
                    "test_a_closed_person_or_organisation_opens_no_door",
                    "test_which_cases_a_share_opens",
                )
            ),
            f"{MATRIX}::test_own[payments:orders]",
            f"{MATRIX}::test_nobody_signed_in[payments:orders]",
            f"{MATRIX}::test_a_page_closed_to_a_role_names_those_it_is_for",
            SHARING,
        ),
    ),
    "cases/querysets.py": (
        tuple(
            f"TenantCaseQuerySet.{name}"
            for name in ("visible_to", "followed_by", "shared_with", "writable_by", "_shared_ids")
        ),
        (f"{VISIBILITY}::test_which_cases_a_share_opens", SHARING),
    ),
    "cases/models/share.py": (
        ("CaseShareQuerySet.visible_to", "CaseShareQuerySet.live", "CaseHandoverQuerySet.visible_to"),
        (*seen("CaseShare", "CaseHandover"), SHARING),
    ),
    "aids/querysets.py": (
        ("AidRequestQuerySet.visible_to",),
        seen("AidRequest", also=("test_a_landlord_is_told_of_no_draft",)),
    ),
    "payments/models/order.py": (("PaymentOrderQuerySet.visible_to",), seen("PaymentOrder")),
    "payments/models/advice.py": (("PaymentAdviceQuerySet.visible_to",), seen("PaymentAdvice")),
    "payments/models/batch.py": (("PaymentBatchQuerySet.visible_to",), worded("PaymentBatch")),
    "payments/models/query.py": (("PaymentQueryQuerySet.visible_to",), worded("PaymentQuery")),
    "payments/models/recovery.py": (("PaymentRecoveryQuerySet.visible_to",), worded("PaymentRecovery")),
    "payments/models/statement.py": (("AssociationOnlyQuerySet.visible_to",), worded("BankStatement")),
    "ales/documents/querysets.py": (
        ("audiences_of", "AudienceQuerySet.visible_to"),
        seen("ProductionJob", "StoredDocument", also=("test_a_file_is_for_its_audience",)),
    ),
    "ales/audit/models.py": (
        ("AccessLogQuerySet.visible_to", "ScrubLogQuerySet.visible_to"),
        (*worded("AccessLog"), *worded("ScrubLog")),
    ),
    "members/models/fund.py": (("FundQuerySet.visible_to",), seen("Fund")),
    "members/models/envelope.py": (("EnvelopeQuerySet.visible_to",), seen("Envelope")),
    "members/models/bank_details.py": (("BankDetailsQuerySet.visible_to",), seen("BankDetails")),
    "members/models/membership.py": (
        ("MembershipQuerySet.active", "MembershipQuerySet.visible_to", "InvitationQuerySet.visible_to"),
        seen(
            "Membership",
            "Invitation",
            also=(
                "test_a_session_cannot_name_somebody_elses_habilitation",
                "test_a_closed_person_or_organisation_opens_no_door",
            ),
        ),
    ),
    "members/models/organisation.py": (
        ("OrganisationQuerySet.visible_to", "OrganisationQuerySet.landlords_for"),
        seen("Organisation", also=("test_private_landlords_of_others_are_not_offered",)),
    ),
    "association/statistics.py": (
        ("profiles_for",),
        (f"{FILTERS}::test_statistics", f"{VISIBILITY}::test_statistics_are_of_ones_own"),
    ),
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


def run_child(items: list[pytest.Item], mutant: Mutant | None, slot: int) -> None:
    """In the fork: the mutant, then the tests; ends the process with 1 when one fails, else with 0."""
    if not os.environ.get("MUTANTS_VERBOSE"):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
    os.environ["TOX_PARALLEL_ENV"] = f"mutants{slot}"
    if mutant is not None:
        put_in(mutant)
    for item, following in zip_longest(items, items[1:]):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if item.session.testsfailed:
            os._exit(1)
    os._exit(0)


def fork(items: list[pytest.Item], mutant: Mutant | None, slot: int) -> int:
    child = os.fork()
    if child == 0:
        try:
            run_child(items, mutant, slot)
        finally:
            os._exit(99)
    return child


def chosen(items: list[pytest.Item], tests: tuple[str, ...]) -> list[pytest.Item]:
    """Of the collected tests those named, as pytest names them on its command line, in this order."""

    def is_of(item: pytest.Item, test: str) -> bool:
        return item.nodeid == test or item.nodeid.startswith((f"{test}::", f"{test}["))

    return [item for test in tests for item in items if is_of(item, test)]


class Trial:
    """Takes the place of pytest's run: product and tests are loaded once, every mutant starts from here."""

    def __init__(self, found: list[tuple[Mutant, tuple[str, ...]]], jobs: int) -> None:
        self.found, self.jobs = found, jobs
        self.survivors: list[Mutant] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            return True
        tried = [(mutant, chosen(session.items, tests)) for mutant, tests in self.found]
        if lost := [mutant for mutant, items in tried if not items]:
            raise LookupError(f"no test of {lost[0].path} was found")
        for slot in range(self.jobs):
            _child, status = os.waitpid(fork(session.items, None, slot), 0)
            if os.waitstatus_to_exitcode(status) != 0:
                return True
        self.survivors = try_all(tried, self.jobs)
        return True


def try_all(mutants: list[tuple[Mutant, list[pytest.Item]]], jobs: int) -> list[Mutant]:
    """The survivors. At most `jobs` children at a time, each with a test database of its own."""
    survivors: list[Mutant] = []
    waiting, running, done = list(mutants), {}, 0
    while waiting or running:
        while waiting and len(running) < jobs:
            slot = min(set(range(jobs)) - {taken for _m, taken, _t in running.values()})
            mutant, items = waiting.pop(0)
            running[fork(items, mutant, slot)] = (mutant, slot, time.monotonic())
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
    parser.add_argument("--only", default="", help="part of a mutant's line, as --list prints it")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    found = [
        (mutant, tests)
        for path, (names, tests) in TARGETS.items()
        for mutant in mutants_of(path, names)
        if options.only in str(mutant)
    ]
    if options.list:
        print(*(mutant for mutant, _tests in found), sep="\n")
        return 0
    started, trial = time.monotonic(), Trial(found, options.jobs)
    every_test = dict.fromkeys(test for _mutant, tests in found for test in tests)
    os.chdir(ROOT)
    pytest.main([*QUIETLY, *every_test], plugins=[trial])
    if (survivors := trial.survivors) is None:
        print("The tests fail without a mutant: mend them first.", file=sys.stderr)
        return 2
    for path in TARGETS:
        report(path, [m for m, _tests in found if m.path == path], survivors)
    score = report("all", [m for m, _tests in found], survivors)
    print(f"{time.monotonic() - started:.0f} s")
    return 0 if score >= ENOUGH else 1


def report(name: str, tried: list[Mutant], survivors: list[Mutant]) -> float:
    """Print how many of these were killed; the share of them, 1 when there were none."""
    killed = len([mutant for mutant in tried if mutant not in survivors])
    score = killed / len(tried) if tried else 1.0
    if tried:
        print(f"{killed:4} of {len(tried):4}  {score:6.1%}  {name}")
    return score


if __name__ == "__main__":
    sys.exit(main())
