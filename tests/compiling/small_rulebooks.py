"""Small rulebooks for tests of the compiler, built from the model's types."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from codesheet.language.formulas import Call, FieldRef, Formula, Literal
from codesheet.language.unary_tests import AnyOf, Equals, Interval, UnaryTest
from codesheet.language.values import FieldType
from codesheet.location import CellRef
from codesheet.model import (
    Condition,
    DecisionTable,
    Field,
    HitPolicy,
    Level,
    LookupRow,
    LookupTable,
    Origin,
    Output,
    Period,
    Result,
    Rule,
    Rulebook,
    Source,
    ValueSet,
)

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


# --- whole rulebooks, by what their parts read and set -----------------------------------------------------

Part = Field | LookupTable | DecisionTable


def at(column: str, row: int) -> CellRef:
    return CellRef("core.xlsx", "T", row, column)


def rulebook_of(
    *parts: Part, sets: Iterable[ValueSet] = (), row_order: str = "", date_of_service: str = "Date"
) -> Rulebook:
    return Rulebook(
        fields={part.name: part for part in parts if isinstance(part, Field)},
        sets={one.name: one for one in sets},
        lookups={part.name: part for part in parts if isinstance(part, LookupTable)},
        decisions={part.name: part for part in parts if isinstance(part, DecisionTable)},
        examples=(),
        sources=(Source("core.xlsx", "0" * 64, "Core"),),
        visit_key="Visit",
        date_of_service=date_of_service,
        row_order=row_order,
    )


def read(name: str, kind: FieldType = FieldType.TEXT) -> Field:
    return Field(name, kind, Level.ROW, Origin.READ, at=at("A", 1))


def formula(
    name: str,
    *reads: str,
    meaning: Formula | None = None,
    per: tuple[str, ...] = (),
    level: Level = Level.ROW,
    row: int = 2,
) -> Field:
    made = meaning or Call("max", tuple(FieldRef(one) for one in reads))
    text = ", ".join(reads)
    return Field(
        name,
        FieldType.NUMBER,
        level,
        Origin.FORMULA,
        formula=made,
        formula_text=text,
        per=per,
        at=at("A", row),
    )


def date_field(name: str, field: Field) -> Field:
    return replace(field, name=name, type=FieldType.DATE)


def lookup(name: str, keys: tuple[str, ...], values: tuple[str, ...], row: int = 2) -> LookupTable:
    tests = tuple(Equals("x") for _ in keys)
    texts, given = tuple("x" for _ in keys), tuple(1.5 for _ in values)
    rows = (LookupRow(tests, texts, given, (), Period(), at("", row)),)
    return LookupTable(name, keys, values, rows, None, Level.ROW, at("", row))


def decision(
    name: str,
    tests: Sequence[str | tuple[str, UnaryTest]],
    sets: tuple[str, ...],
    *,
    result: Result = Result.FIELDS,
    level: Level = Level.ROW,
    period: Period = Period(),  # noqa: B008 - frozen
    row: int = 2,
) -> DecisionTable:
    asked = [(one, Equals("x")) if isinstance(one, str) else one for one in tests]
    conditions = tuple(Condition(field, test, "x", at("B", row)) for field, test in asked)
    outputs = tuple(Output(one, Literal("y", FieldType.TEXT), "y", at("C", row)) for one in sets)
    rule = Rule("", conditions, outputs, None, None, period, at("", row))
    inputs = tuple(field for field, _ in asked)
    return DecisionTable(
        name, result, HitPolicy.FIRST, level, inputs, sets, (rule,), at=CellRef("core.xlsx", name)
    )
