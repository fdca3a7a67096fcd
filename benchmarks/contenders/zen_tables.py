"""GoRules zen-engine: the table as its JSON decision table, rows by its batch call."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import zen

from codesheet.language.unary_tests import AnyOf, Blank, Equals, Interval, Not, NotBlank, UnaryTest, Wildcard
from contenders.wording import identifier, infix, joined, listed, number, prefix, records
from tasks import PlainRule, Task

BATCH = 1000


def write(task: Task, folder: Path) -> Path:
    """Write the decision as the graph of one table."""
    inputs = [{"id": f"i_{identifier(f)}", "name": f, "field": identifier(f)} for f in task.fields]
    outputs = [{"id": "o", "name": "Answer", "field": "answer"}]
    rules = [
        {"_id": str(place), **_inputs(task, rule), "o": _output(rule)}
        for place, rule in enumerate(task.rules)
    ]
    table = {
        "hitPolicy": "first" if task.first_only else "collect",
        "inputs": inputs,
        "outputs": outputs,
        "rules": rules,
    }
    graph = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "a", "type": "edge", "sourceId": "in", "targetId": "table"},
            {"id": "b", "type": "edge", "sourceId": "table", "targetId": "out"},
        ],
    }
    file = folder / "table.json"
    file.write_text(json.dumps(graph, indent=1), encoding="utf-8")
    return file


def load(rules: Path) -> zen.ZenEngine:
    """Hand the decision to the engine."""
    content = json.loads(rules.read_text(encoding="utf-8"))
    return zen.ZenEngine({"loader": {"type": "static", "content": {"table": content}}})


def prepare(loaded: zen.ZenEngine, rows: pa.Table) -> list[dict[str, Any]]:
    """Make requests of the rows."""
    del loaded
    return [{"key": "table", "context": record} for record in records(rows)]


def decide(loaded: zen.ZenEngine, rows: list[dict[str, Any]]) -> list[Any]:
    """Evaluate in batches."""
    found: list[Any] = []
    for start in range(0, len(rows), BATCH):
        found += [one["data"]["result"] for one in loaded.evaluate_batch(rows[start : start + BATCH])]
    return found


def answers(loaded: object, given: list[Any]) -> list[str]:
    """Join what the rules gave."""
    del loaded
    return [
        joined(h["answer"] for h in (hits if isinstance(hits, list) else [hits] if hits else []))
        for hits in given
    ]


def versions() -> str:
    """Name what ran."""
    return f"zen-engine {version('zen-engine')}"


def _inputs(task: Task, rule: PlainRule) -> dict[str, str]:
    cells = {f"i_{identifier(field)}": "" for field in task.fields}
    for field, test in rule.conditions:
        cells[f"i_{identifier(field)}"] = _cell(test)
    return cells


def _cell(test: UnaryTest) -> str:
    values = listed(test)
    match test:
        case AnyOf() | Equals() if values is not None:
            return ", ".join(map(_constant, values))
        case AnyOf(parts):
            return " or ".join(f"({_whole(part)})" for part in parts)
        case Interval(low, high, low_open, high_open) if low is not None and high is not None:
            return f"{'(' if low_open else '['}{number(low)}..{number(high)}{')' if high_open else ']'}"
        case Interval(low, None, is_open):
            return f"{'>' if is_open else '>='} {number(low or 0)}"
        case Interval(None, high, _, is_open):
            return f"{'<' if is_open else '<='} {number(high or 0)}"
        case _:
            return _whole(test)


def _whole(test: UnaryTest) -> str:
    """Write a test as an expression of `$`."""
    values = listed(test)
    match test:
        case AnyOf() | Equals() if values is not None:
            return f"$ in [{', '.join(map(_constant, values))}]"
        case Not(inner):
            return f"$ != null and not({_whole(inner)})"
        case Wildcard(pattern):
            return f"startsWith($, {_constant(prefix(pattern))})"
        case Interval(low, high, low_open, high_open):
            ends = [f"$ {'>' if low_open else '>='} {number(low)}"] if low is not None else []
            ends += [f"$ {'<' if high_open else '<='} {number(high)}"] if high is not None else []
            return f"$ != null and {' and '.join(ends)}"
        case Blank():
            return "$ == null"
        case NotBlank():
            return "$ != null"
    raise NotImplementedError(test)


def _output(rule: PlainRule) -> str:
    if rule.units is None:
        return f'"{rule.code}"'
    return f'"{rule.code} x " + string({infix(rule.units, identifier)})'


def _constant(value: str | float) -> str:
    return number(value) if isinstance(value, float) else json.dumps(value)
