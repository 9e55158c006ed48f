"""Every small way to break an expression of the permission and visibility code."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

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
    function: str  # its name, without its class
    code: str  # of the whole module, mutated

    @property
    def change(self) -> tuple[str, str, str]:
        """What it is without a line number, which moves: the module, the function and the change."""
        return self.path, self.function, self.what

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.what}"


def mutants_of(path: str, names: tuple[str, ...]) -> Iterator[Mutant]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    places = {id(node): place for place, node in enumerate(ast.walk(tree))}
    for function, node in list(_inside(tree, names)):
        for what, change in _changes(node):
            changed = copy.deepcopy(tree)
            twin = list(ast.walk(changed))[places[id(node)]]
            change(twin)
            code = ast.unparse(ast.fix_missing_locations(changed))
            yield Mutant(path, node.lineno, what, function, code)


def unchanged(path: str) -> Mutant:
    """The module as it is, written anew: what every mutant is but for one change."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return Mutant(path, 0, "as it is", "", ast.unparse(tree))


def _inside(tree: ast.Module, names: tuple[str, ...]) -> Iterator[tuple[str, ast.AST]]:
    """Expressions and statements of the named functions and classes, each with its function's name;
    annotations left out."""

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
            yield from ((function.name, node) for node in ast.walk(statement) if hasattr(node, "lineno"))


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
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield f"{ast.unparse(node)[:60]} left out", lambda twin: setattr(twin, "value", ast.Constant(None))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        other = ast.BitOr if isinstance(node.op, ast.BitAnd) else ast.BitAnd
        yield f"{ast.unparse(node)}: & for |", lambda twin: setattr(twin, "op", other())
    if isinstance(node, ast.If | ast.IfExp):
        yield f"if {ast.unparse(node.test)}: always", lambda twin: setattr(twin, "test", ast.Constant(True))
        yield f"if {ast.unparse(node.test)}: never", lambda twin: setattr(twin, "test", ast.Constant(False))
    if isinstance(node, ast.Return) and node.value is not None:
        text = ast.unparse(node.value)
        if text in ("True", "False"):
            other = text == "False"
            yield f"return {text}: {other}", lambda twin: setattr(twin, "value", ast.Constant(other))
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
