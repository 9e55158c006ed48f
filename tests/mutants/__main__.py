"""`make mutants`: break the permission and visibility code in every small way, and see the tests notice.

Each mutant is one change of one expression: a comparison turned round, `and` for `or`, a condition left out,
a refusal that allows, a filter that lost a condition, one capacity for another, a name left out of a list.
It is put into the loaded modules of a forked child, which runs the tests of that code until one fails; what
they don't notice survives. The same tests pass first without a mutant, and a child that breaks by itself ends
the run: only a test that fails kills. Prints the survivors and each module's score as it ends, then the
scores by module and in all; exits 1 under 90 % in all.

    python -m tests.mutants [--jobs 2] [--only aids/permissions.py:60 cases/] [--list]
"""

import argparse
import gc
import itertools
import os
import signal
import sys
import time
import types
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from itertools import zip_longest

import pytest
from django.apps import apps
from django.conf import settings
from django.db.backends.base.creation import BaseDatabaseCreation
from django.template import engines
from django.urls import get_resolver
from django.utils.translation import gettext

from tests.mutants.making import ROOT, Mutant, mutants_of, unchanged
from tests.mutants.targets import EQUIVALENT, TARGETS

ENOUGH = 0.90
#: How a child ends: every test passed, one failed, or the child broke.
PASSED, FAILED, BROKEN = 0, 1, 99
VERBOSE = bool(os.environ.get("MUTANTS_VERBOSE"))
UNUSED = ("terminal", "randomly", "cacheprovider")
QUIETLY = [
    *("-o", "addopts=--import-mode=importlib --strict-markers", "-s", "--reuse-db"),
    *(option for plugin in UNUSED for option in ("-p", f"no:{plugin}")),
]
TIMEOUT = 240  # seconds; a mutant that hangs is noticed


def load() -> None:
    """What Django puts off until it is asked, so that no child does it over again."""
    import_module(settings.ROOT_URLCONF)
    assert get_resolver().reverse_dict
    assert all([model._meta.fields_map is not None for model in apps.get_models()])
    assert engines.all()
    gettext("")


def loaded_functions(paths: Iterable[str]) -> dict[str, list[types.FunctionType]]:
    """Every function of these modules, by path, wherever it is held: views decorated with one, too."""
    held: dict[str, list[types.FunctionType]] = {path: [] for path in paths}
    for function in gc.get_objects():
        if isinstance(function, types.FunctionType):
            path = function.__code__.co_filename.removeprefix(f"{ROOT}/")
            if path in held:
                held[path].append(function)
    if missing := [path for path, functions in held.items() if not functions]:
        raise LookupError(f"nothing of {missing[0]} is loaded")
    return held


def put_in(mutant: Mutant, held: list[types.FunctionType]) -> None:
    """Give the loaded functions of the module their mutated code."""
    codes: dict[str, types.CodeType] = {}

    def collect(code: types.CodeType) -> None:
        codes[code.co_qualname] = code
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                collect(constant)

    collect(compile(mutant.code, str(ROOT / mutant.path), "exec"))
    for function in held:
        new = codes.get(function.__code__.co_qualname)
        if new is not None and len(new.co_freevars) == len(function.__code__.co_freevars):
            function.__code__ = new


def take_test_databases() -> None:
    """From here on a test database is only named: `passes` has made it and looked at its migrations."""

    def name_it(creation: BaseDatabaseCreation, *_args, **_options) -> str:
        name = creation._get_test_db_name()
        creation.connection.close()
        settings.DATABASES[creation.connection.alias]["NAME"] = name
        creation.connection.settings_dict["NAME"] = name
        return name

    BaseDatabaseCreation.create_test_db = name_it


def run_child(items: list[pytest.Item], slot: int, prepare: Callable[[], None]) -> None:
    """In the fork: the mutant put in, then the tests; ends the process."""
    gc.disable()
    if not VERBOSE:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
    os.environ["TOX_PARALLEL_ENV"] = f"mutants{slot}"
    prepare()
    for item, following in zip_longest(items, items[1:]):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if item.session.testsfailed:
            os._exit(FAILED)
    os._exit(PASSED)


class InsteadOfTheTerminal:
    """What other plugins ask of it; and why a test failed, for the one who asked (MUTANTS_VERBOSE)."""

    def pytest_configure(self, config: pytest.Config) -> None:
        config.option.verbose = 0
        config.option.tbstyle = "long" if VERBOSE else "value"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and VERBOSE:
            print(report.nodeid, report.longreprtext, sep="\n", flush=True)


def fork(items: list[pytest.Item], slot: int, prepare: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            run_child(items, slot, prepare)
        finally:
            os._exit(BROKEN)
    return child


def passes(items: list[pytest.Item], slot: int, *preparations: Callable[[], None]) -> bool:
    """Whether these tests pass on the modules as they are; makes their test database first."""

    def prepare() -> None:
        for step in preparations:
            step()

    _child, status = os.waitpid(fork(items, slot, prepare), 0)
    return os.waitstatus_to_exitcode(status) == PASSED


def try_mutant(mutant: Mutant, held: list[types.FunctionType]) -> None:
    take_test_databases()
    put_in(mutant, held)


def chosen(items: list[pytest.Item], tests: tuple[str, ...]) -> list[pytest.Item]:
    """Of the collected tests those named, as pytest names them on its command line, in this order."""

    def is_of(item: pytest.Item, test: str) -> bool:
        return item.nodeid == test or item.nodeid.startswith((f"{test}::", f"{test}["))

    found = [[item for item in items if is_of(item, test)] for test in tests]
    for test, its in zip(tests, found, strict=True):
        if not its:
            raise LookupError(f"{test} was not found")
    return list(itertools.chain.from_iterable(found))


def likeliest_first(items: list[pytest.Item], function: str) -> list[pytest.Item]:
    """Within each module of tests, first those that call the function by its name."""
    modules = list(dict.fromkeys(item.path for item in items))
    return sorted(items, key=lambda item: (modules.index(item.path), function not in called_by(item)))


def called_by(item: pytest.Item) -> set[str]:
    """Names that a test calls, itself or by the functions it is given."""
    given = item.callspec.params.values() if hasattr(item, "callspec") else ()
    functions = [item.function, *(value for value in given if isinstance(value, types.FunctionType))]
    return {name for one in functions for name in (one.__name__, *one.__code__.co_names)}


class Trial:
    """Takes the place of pytest's run: product and tests are loaded once, every mutant starts from here."""

    def __init__(self, found: dict[str, list[Mutant]], jobs: int) -> None:
        self.found, self.jobs = found, jobs
        self.survivors: list[Mutant] = []
        self.done = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            return True
        tests = {path: chosen(session.items, TARGETS[path][1]) for path in self.found}
        load()
        held = loaded_functions(self.found)
        as_it_is = [partial(put_in, unchanged(path), held[path]) for path in self.found]
        gc.freeze()  # the children's pages stay the parent's
        for slot in range(self.jobs):
            if not passes(session.items, slot, *as_it_is):
                print("the tests fail without a mutant", flush=True)
                return True
        for path, mutants in self.found.items():
            started = time.monotonic()
            survivors = try_all(mutants, held[path], tests[path], self.jobs)
            self.survivors += survivors
            report(path, mutants, survivors, f"{time.monotonic() - started:.0f} s")
        for slot in range(self.jobs):
            if not passes(session.items, slot, take_test_databases, *as_it_is):
                print("the tests fail after the mutants: they left something", flush=True)
                return True
        self.done = True
        return True


def try_all(
    mutants: list[Mutant], held: list[types.FunctionType], items: list[pytest.Item], jobs: int
) -> list[Mutant]:
    """The survivors. At most `jobs` children at a time, each with a test database of its own."""
    survivors: list[Mutant] = []
    waiting, running = list(mutants), {}
    while waiting or running:
        while waiting and len(running) < jobs:
            slot = min(set(range(jobs)) - {taken for _m, taken, _t in running.values()})
            mutant = waiting.pop(0)
            running[
                fork(likeliest_first(items, mutant.function), slot, partial(try_mutant, mutant, held))
            ] = (mutant, slot, time.monotonic())
        child, status = os.waitpid(-1, os.WNOHANG)
        if child == 0:
            for late, (_mutant, _slot, since) in running.items():
                if time.monotonic() - since > TIMEOUT:
                    os.kill(late, signal.SIGKILL)
            time.sleep(0.02)
            continue
        mutant, _slot, _since = running.pop(child)
        code = os.waitstatus_to_exitcode(status)
        if code not in (PASSED, FAILED, -signal.SIGKILL):
            raise ChildProcessError(f"{mutant}: its child ended with {code}")
        if code == -signal.SIGKILL:
            print(f"timed out {mutant}", flush=True)
        if code == PASSED:
            survivors.append(mutant)
            print(f"survived  {mutant}", flush=True)
    return survivors


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--only", nargs="*", default=[""], help="parts of a mutant's line, as --list prints it"
    )
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    found = {
        path: [
            mutant
            for mutant in mutants_of(path, names)
            if mutant.change not in EQUIVALENT and any(only in str(mutant) for only in options.only)
        ]
        for path, (names, _tests) in TARGETS.items()
    }
    found = {path: mutants for path, mutants in found.items() if mutants}
    everything = [mutant for mutants in found.values() for mutant in mutants]
    if options.list:
        print(*everything, sep="\n")
        return 0
    started, trial = time.monotonic(), Trial(found, options.jobs)
    every_test = dict.fromkeys(test for path in found for test in TARGETS[path][1])
    os.chdir(ROOT)
    pytest.main([*QUIETLY, *every_test], plugins=[trial, InsteadOfTheTerminal()])
    if not trial.done:
        print(
            "The tests fail without a mutant: mend them first (MUTANTS_VERBOSE=1 says why).", file=sys.stderr
        )
        return 2
    print()
    for (path, function, what), why in EQUIVALENT.items():
        print(f"not tried: {path}, {function}, {what}: {why}")
    for path, mutants in found.items():
        report(path, mutants, trial.survivors)
    score = report("all", everything, trial.survivors, f"{time.monotonic() - started:.0f} s")
    return 0 if score >= ENOUGH else 1


def report(name: str, tried: list[Mutant], survivors: list[Mutant], also: str = "") -> float:
    """Print how many of these were killed; the share of them."""
    killed = len([mutant for mutant in tried if mutant not in survivors])
    score = killed / len(tried)
    print(f"{killed:4} of {len(tried):4}  {score:6.1%}  {name}  {also}".rstrip(), flush=True)
    return score


if __name__ == "__main__":
    sys.exit(main())
