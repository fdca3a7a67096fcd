"""Small rulebooks for tests of the compiler, built from the model's types."""

from collections.abc import Iterable, Sequence

from codesheet.language.unary_tests import AnyOf, Equals, Interval, UnaryTest
from codesheet.location import CellRef
from codesheet.model import Condition, DecisionTable, HitPolicy, Level, Period, Result, Rule

AT = CellRef("core.xlsx", "T", 9)

Cells = dict[str, str]
"""One rule's IF cells by field."""


def read_test(text: str) -> UnaryTest:
    """Read the few forms these tests need: `a`, `a, b` and `>= 3`."""
    if text.startswith(">="):
        return Interval(float(text[2:]), None)
    parts = [Equals(part.strip()) for part in text.split(",")]
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def condition(field: str, text: str, test: UnaryTest | None = None) -> Condition:
    return Condition(field, test or read_test(text), text, AT)


def rule_of(conditions: Sequence[Condition]) -> Rule:
    return Rule("", tuple(conditions), (), None, None, Period(), AT)


def table_of(rules: Iterable[Sequence[Condition]], name: str = "T") -> DecisionTable:
    made = tuple(rule_of(conditions) for conditions in rules)
    return DecisionTable(name, Result.FIELDS, HitPolicy.COLLECT, Level.ROW, (), (), made, at=AT)


def table_of_cells(rows: Iterable[Cells]) -> DecisionTable:
    return table_of([[condition(field, text) for field, text in cells.items()] for cells in rows])
