"""Every place that raises an issue gives all that its message speaks of: else the check would break off."""

import ast
import importlib.resources
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from codesheet.issues import ISSUE_KINDS

ENGINE = Path(str(importlib.resources.files("codesheet")))

SPOKEN_OF = {
    kind.name: {
        name for text in (kind.reason, kind.remedy) for _, name, _, _ in Formatter().parse(text) if name
    }
    for kind in ISSUE_KINDS
}


def test_every_issue_is_given_all_that_its_message_speaks_of() -> None:
    found = [place for file in sorted(ENGINE.rglob("*.py")) for place in raised_in(file)]
    assert [place for place in found if place[2]] == []
    assert len({kind for _, kind, _ in found}) > len(ISSUE_KINDS) * 3 // 4


def raised_in(file: Path) -> Iterator[tuple[str, str, set[str]]]:
    """Give the issues whose facts stand where they are raised: place, kind, and what is not given."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        written = dict_literals(function)
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            kind = kind_of(call)
            given = facts_of(call, written)
            if kind is not None and given is not None:
                yield f"{file.name}:{call.lineno}", kind, SPOKEN_OF[kind] - given


def kind_of(call: ast.Call) -> str | None:
    """Give the kind of `IssueCode.KIND.issue(…)`, `CellProblem(IssueCode.KIND, …)` and their like."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Attribute(ast.Name("IssueCode"), kind), attr="issue")):
            return kind
        case ast.Call(args=[ast.Attribute(ast.Name("IssueCode"), kind), *_]):
            return kind
        case _:
            return None


def facts_of(call: ast.Call, written: dict[str, set[str] | None]) -> set[str] | None:
    """Give the names of the facts; None where they come from elsewhere."""
    given: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg is not None:
            given.add(keyword.arg)
            continue
        names = written.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else None
        if names is None:
            return None
        given |= names
    return given


def dict_literals(function: ast.FunctionDef) -> dict[str, set[str] | None]:
    """Give the keys of dicts that a function writes out under a name; None where they come from elsewhere."""
    found: dict[str, set[str] | None] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AugAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                before = found.get(target.id, set())
                keys = literal_keys(node.value)
                found[target.id] = None if before is None or keys is None else before | keys
    return found


def literal_keys(value: ast.expr) -> set[str] | None:
    if not isinstance(value, ast.Dict):
        return None
    keys = [key.value for key in value.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return set(keys) if len(keys) == len(value.keys) else None
