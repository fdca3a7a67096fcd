"""rule-engine: each rule an expression in its language, asked of each row in turn."""

import pickle
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import rule_engine

from codesheet.language.unary_tests import AnyOf, Blank, Equals, Interval, Not, NotBlank, UnaryTest, Wildcard
from contenders.wording import identifier, joined, listed, number, prefix, records, spoken
from tasks import PlainRule, Task


def write(task: Task, folder: Path) -> Path:
    """Write an expression a line, and keep what each rule gives."""
    (folder / "rules.txt").write_text("\n".join(map(_expression, task.rules)), encoding="utf-8")
    (folder / "table.pickle").write_bytes(pickle.dumps(task))
    return folder


def load(rules: Path) -> tuple[Task, list[rule_engine.Rule]]:
    """Parse the expressions."""
    task = cast("Task", pickle.loads((rules / "table.pickle").read_bytes()))  # noqa: S301 - written by this run
    context = rule_engine.Context(resolver=rule_engine.resolve_item)
    lines = (rules / "rules.txt").read_text(encoding="utf-8").splitlines()
    return task, [rule_engine.Rule(line, context=context) for line in lines]


def prepare(loaded: object, rows: pa.Table) -> list[dict[str, Any]]:
    """Make records."""
    del loaded
    return records(rows)


def decide(loaded: tuple[Task, list[rule_engine.Rule]], rows: list[dict[str, Any]]) -> list[str]:
    """Ask each rule; under First only until one matches."""
    task, rules = loaded
    pairs = list(zip(rules, task.rules, strict=True))
    if task.first_only:
        return [next((spoken(plain, row) for rule, plain in pairs if rule.matches(row)), "") for row in rows]
    return [joined(spoken(plain, row) for rule, plain in pairs if rule.matches(row)) for row in rows]


def answers(loaded: object, given: list[str]) -> list[str]:
    """Give the texts as they are."""
    del loaded
    return given


def versions() -> str:
    """Name what ran."""
    return f"rule-engine {version('rule-engine')}"


def _expression(rule: PlainRule) -> str:
    return " and ".join(_test(identifier(field), test) for field, test in rule.conditions) or "true"


def _test(name: str, test: UnaryTest) -> str:
    values = listed(test)
    match test:
        case Equals(value):
            return f"{name} == {_constant(value)}"
        case AnyOf() if values is not None:
            return f"{name} in [{', '.join(map(_constant, values))}]"
        case AnyOf(parts):
            return f"({' or '.join(_test(name, part) for part in parts)})"
        case Not(inner):
            return f"({name} != null and not ({_test(name, inner)}))"
        case Wildcard(pattern):
            return f'({name} != null and {name} =~ "{prefix(pattern)}.*")'
        case Interval(low, high, low_open, high_open):
            ends = [f"{name} {'>' if low_open else '>='} {number(low)}"] if low is not None else []
            ends += [f"{name} {'<' if high_open else '<='} {number(high)}"] if high is not None else []
            return f"({name} != null and {' and '.join(ends)})"
        case Blank():
            return f"{name} == null"
        case NotBlank():
            return f"{name} != null"
    raise NotImplementedError(test)


def _constant(value: str | float) -> str:
    return number(value) if isinstance(value, float) else f'"{value}"'
