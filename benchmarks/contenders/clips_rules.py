"""CLIPS through clipspy: a defrule a rule; under First the topmost (by salience) takes the fact away."""

import pickle
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import clips
import pyarrow as pa

from codesheet.language.unary_tests import AnyOf, Blank, Equals, Interval, Not, NotBlank, UnaryTest, Wildcard
from contenders.wording import identifier, joined, number, prefix, records, spoken
from tasks import PlainRule, Task

BATCH = 1000


class Loaded:
    """An environment with its rules, and the rules that fired for each fact of a batch."""

    def __init__(self, task: Task, source: str) -> None:
        self.task = task
        self.fired: list[list[int]] = []
        self.environment = clips.Environment()
        self.environment.define_function(self._note, name="note")
        for construct in source.split("\n\n"):
            self.environment.build(construct)
        self.template = self.environment.find_template("visit")

    def _note(self, row: int, rule: int) -> None:
        self.fired[row].append(rule)


def write(task: Task, folder: Path) -> Path:
    """Write the template and the rules."""
    slots = " ".join(f"(slot {identifier(field)})" for field in task.fields)
    rules = [f"(deftemplate visit (slot row) {slots})"]
    rules += [_rule(place, rule, first_only=task.first_only) for place, rule in enumerate(task.rules)]
    (folder / "table.clp").write_text("\n\n".join(rules), encoding="utf-8")
    (folder / "table.pickle").write_bytes(pickle.dumps(task))  # for units, which the caller computes
    return folder


def load(rules: Path) -> Loaded:
    """Build the rules."""
    task = cast("Task", pickle.loads((rules / "table.pickle").read_bytes()))  # noqa: S301 - written by this run
    return Loaded(task, (rules / "table.clp").read_text(encoding="utf-8"))


def prepare(loaded: Loaded, rows: pa.Table) -> list[dict[str, Any]]:
    """Make records; a missing value is the symbol nil, as in an empty slot."""
    names = [identifier(field) for field in loaded.task.fields]
    nil = clips.Symbol("nil")
    return [{name: nil if row[name] is None else row[name] for name in names} for row in records(rows)]


def decide(loaded: Loaded, rows: list[dict[str, Any]]) -> list[str]:
    """Assert a batch of facts, run, and note what fired."""
    found: list[str] = []
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        loaded.fired = [[] for _ in batch]
        for place, row in enumerate(batch):
            loaded.template.assert_fact(row=place, **row)
        loaded.environment.run()
        loaded.environment.reset()
        rules = loaded.task.rules
        found += [
            joined(spoken(rules[i], row) for i in sorted(hits))
            for row, hits in zip(batch, loaded.fired, strict=True)
        ]
    return found


def answers(loaded: object, given: list[str]) -> list[str]:
    """Give the texts as they are."""
    del loaded
    return given


def versions() -> str:
    """Name what ran."""
    return (
        f"clipspy {version('clipspy')}, CLIPS {clips.CLIPS_VERSION}"
        if hasattr(clips, "CLIPS_VERSION")
        else f"clipspy {version('clipspy')}"
    )


def _rule(place: int, rule: PlainRule, *, first_only: bool) -> str:
    slots = " ".join(
        f"({identifier(field)} {_constraint(identifier(field), test)})" for field, test in rule.conditions
    )
    take = "(retract ?visit)" if first_only else ""
    salience = f"(declare (salience {-place}))" if first_only else ""
    return f"(defrule r{place} {salience} ?visit <- (visit (row ?row) {slots}) => (note ?row {place}) {take})"


def _constraint(name: str, test: UnaryTest) -> str:
    match test:
        case Equals(value):
            return _constant(value)
        case AnyOf(parts) if all(isinstance(part, Equals) for part in parts):
            return "|".join(_constraint(name, part) for part in parts)
        case Blank():
            return "nil"
        case NotBlank():
            return "~nil"
        case Not(Equals(value)):
            return f"~nil&~{_constant(value)}"
        case Not(AnyOf(parts)) if all(isinstance(part, Equals) for part in parts):
            return "~nil&" + "&".join(f"~{_constraint(name, part)}" for part in parts)
        case _:
            return f"?{name}&:{_predicate(name, test)}"


def _predicate(name: str, test: UnaryTest) -> str:
    match test:
        case AnyOf(parts):
            return f"(or {' '.join(_predicate(name, part) for part in parts)})"
        case Equals(value):
            return f"(eq ?{name} {_constant(value)})"
        case Blank():
            return f"(eq ?{name} nil)"
        case NotBlank():
            return f"(neq ?{name} nil)"
        case Not(inner):
            return f"(and (neq ?{name} nil) (not {_predicate(name, inner)}))"
        case Wildcard(pattern):
            start = prefix(pattern)
            return f'(and (neq ?{name} nil) (eq (sub-string 1 {len(start)} ?{name}) "{start}"))'
        case Interval(low, high, low_open, high_open):
            ends = [f"({'>' if low_open else '>='} ?{name} {number(low)})"] if low is not None else []
            ends += [f"({'<' if high_open else '<='} ?{name} {number(high)})"] if high is not None else []
            return f"(and (neq ?{name} nil) {' '.join(ends)})"
    raise NotImplementedError(test)


def _constant(value: str | float) -> str:
    return number(value) if isinstance(value, float) else f'"{value}"'
