"""durable-rules by its documented Python calls, a fact a row: assert, let the rules fire, retract."""

import operator
import pickle
from contextlib import suppress
from functools import reduce
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
from durable.engine import MessageNotHandledException
from durable.lang import assert_fact, m, retract_fact, ruleset, when_all

from codesheet.language.unary_tests import AnyOf, Blank, Equals, Interval, Not, NotBlank, UnaryTest, Wildcard
from contenders.wording import identifier, joined, prefix, records, spoken
from tasks import PlainRule, Task

_NUMBERS = count(1)


class Loaded:
    """A ruleset, and the rules that fired for the row asserted last."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.fired: set[int] = set()
        self.name = f"visits{next(_NUMBERS)}"
        with ruleset(self.name):
            for place, rule in enumerate(task.rules):
                when_all(_condition(rule))(self._action(place))
        self.tell({"id": "first", "sid": "1"})  # the first fact creates the ruleset

    def tell(self, fact: dict[str, Any]) -> None:
        """Assert a fact and take it back; that no rule matched it is an exception to durable-rules."""
        with suppress(MessageNotHandledException):
            assert_fact(self.name, fact)
        with suppress(MessageNotHandledException):
            retract_fact(self.name, fact)

    def _action(self, place: int) -> Any:  # noqa: ANN401 - a durable-rules action
        def act(context: object) -> None:
            del context
            self.fired.add(place)

        return act


def write(task: Task, folder: Path) -> Path:
    """Keep the table for `load`, where the rules are declared as the person's module would declare them."""
    file = folder / "table.pickle"
    file.write_bytes(pickle.dumps(task))
    return file


def load(rules: Path) -> Loaded:
    """Declare the rules."""
    return Loaded(cast("Task", pickle.loads(rules.read_bytes())))  # noqa: S301 - written by this run


def prepare(loaded: Loaded, rows: pa.Table) -> list[dict[str, Any]]:
    """Make records without what is missing."""
    names = [identifier(field) for field in loaded.task.fields]
    return [{name: row[name] for name in names if row[name] is not None} for row in records(rows)]


def decide(loaded: Loaded, rows: list[dict[str, Any]]) -> list[str]:
    """Assert and retract a fact a row."""
    found: list[str] = []
    rules = loaded.task.rules
    for place, row in enumerate(rows):
        loaded.fired.clear()
        loaded.tell({"id": f"r{place}", "sid": "1", **row})
        hits = sorted(loaded.fired)[: 1 if loaded.task.first_only else None]
        found.append(joined(spoken(rules[i], row) for i in hits))
    return found


def answers(loaded: object, given: list[str]) -> list[str]:
    """Give the texts as they are."""
    del loaded
    return given


def versions() -> str:
    """Name what ran."""
    return f"durable-rules {version('durable-rules')}"


def _condition(rule: PlainRule) -> Any:  # noqa: ANN401 - durable-rules expressions have no types
    tests = [_test(getattr(m, identifier(field)), test) for field, test in rule.conditions]
    return reduce(operator.and_, tests) if tests else +m.sid


def _test(value: Any, test: UnaryTest) -> Any:  # noqa: ANN401
    match test:
        case Equals(constant):
            return value == _constant(constant)
        case AnyOf(parts):
            return reduce(operator.or_, [_test(value, part) for part in parts])
        case Not(Equals(constant)):
            return value != _constant(constant)
        case Not(AnyOf(parts)):
            return reduce(operator.and_, [_test(value, Not(part)) for part in parts])
        case Wildcard(pattern):
            return value.matches(prefix(pattern) + ".*")
        case Interval(low, high, low_open, high_open):
            ends = [value > int(low) if low_open else value >= int(low)] if low is not None else []
            ends += [value < int(high) if high_open else value <= int(high)] if high is not None else []
            return reduce(operator.and_, ends)
        case Blank():
            return -value
        case NotBlank():
            return +value
    raise NotImplementedError(test)


def _constant(value: str | float) -> str | int:
    return value if isinstance(value, str) else int(value)
