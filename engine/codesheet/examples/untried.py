"""What the examples of a rulebook leave untried: rules that none reaches, values at which rules change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from codesheet.checks.reading import reads_of
from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.issues import Issue, IssueCode
from codesheet.language.formulas import Aggregate
from codesheet.language.unary_tests import AnyOf, Equals, Interval, Not, UnaryTest
from codesheet.language.values import FieldType, read_value, show_value
from codesheet.location import CellRef
from codesheet.model import DecisionTable, Field, Level, Origin, Period, Required, Rulebook

_MOST_NAMED = 10
_DAYS_THAT_MATTER = 731
"""Claims older than two years are hardly ever coded."""
_STEPS = (FieldType.WHOLE, FieldType.DATE, FieldType.TIME)
"""Types whose values have neighbours: the next number, day or minute."""


def untried(
    rulebook: Rulebook, encounters: Encounters, batch: CodedBatch, today: date | None = None
) -> Iterator[Issue]:
    """Name, table by table, what no example tries; one note where there are no examples at all.

    `today` tells which days are so long ago that their rules no longer matter.
    """
    since = float((today or datetime.now(tz=UTC).date()).toordinal() - _DAYS_THAT_MATTER)
    if not rulebook.examples:
        at = CellRef(rulebook.sources[0].workbook) if rulebook.sources else CellRef("")
        yield IssueCode.NO_EXAMPLES.issue(at)
        return
    yield from _fields_from_nowhere(rulebook, encounters)
    tried = _Tried(encounters, batch)
    for table in rulebook.decisions.values():
        silent = [rule for rule in table.rules if not batch.rule_counts.get(str(rule.at))]
        if silent:
            names = ", ".join(_row(rule.at, table.at) for rule in silent[:_MOST_NAMED])
            more = f" and {len(silent) - _MOST_NAMED} more" if len(silent) > _MOST_NAMED else ""
            word = "row" if len(silent) == 1 else "rows"
            facts = {"count": len(silent), "all": len(table.rules), "rows": f"{word} {names}{more}"}
            yield IssueCode.RULES_WITHOUT_EXAMPLE.issue(table.at, **facts)
        yield from _edges_untried(table, rulebook, tried)
        yield from _days_untried(table, rulebook, tried, since)


def _fields_from_nowhere(rulebook: Rulebook, encounters: Encounters) -> Iterator[Issue]:
    """Find fields that rules wait for and nothing gives: most likely, their table is gone.

    A field with headings of its own, or with a word in Required, is meant to be read from the export.
    """
    read = reads_of(rulebook).fields
    missing: list[Field] = []
    for field in rulebook.fields.values():
        declared_as_read = field.required is not Required.NO or field.headings != (field.name,)
        if field.origin is not Origin.READ or declared_as_read or field.name not in read:
            continue
        column = encounters.frame.columns.get(field.name)
        if column is None or column.missing.all():
            missing.append(field)
    if missing:
        names, more = [field.name for field in missing], len(missing) - _MOST_NAMED
        shown = ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        others = (field.at for field in missing[1:_MOST_NAMED])
        yield IssueCode.FIELD_FROM_NOWHERE.issue(missing[0].at, *others, fields=shown)


def _row(at: CellRef, beside: CellRef) -> str:
    return str(at.row) if (at.workbook, at.sheet) == (beside.workbook, beside.sheet) else str(at)


class _Tried:
    """The values that the examples hold of each field, read once."""

    def __init__(self, encounters: Encounters, batch: CodedBatch) -> None:
        self._encounters = encounters
        self._batch = batch
        self._values: dict[str, set[float]] = {}

    def of(self, field: Field) -> set[float]:
        """Give the values of a field of numbers, dates or times."""
        if field.name not in self._values:
            self._values[field.name] = set(self._read(field))
        return self._values[field.name]

    def _read(self, field: Field) -> Iterator[float]:
        column = self._encounters.frame.columns.get(field.name)
        if column is not None:
            yield from column.data[~np.isnan(column.data)].tolist()
        if field.name in self._batch.rows:
            for cell in self._batch.rows[field.name].dropna().unique().tolist():
                value = read_value(cell, field.type)
                if isinstance(value, float) and not np.isnan(value):
                    yield value


def _edges_untried(table: DecisionTable, rulebook: Rulebook, tried: _Tried) -> Iterator[Issue]:
    """Compare the bounds of a table's cells with what the examples hold, on both sides of each.

    Line fields are left out: what a line held while tables still changed it cannot be seen afterwards.
    """
    for name in table.inputs:
        field = rulebook.fields[name]
        if field.type.is_text or field.type is FieldType.YES_NO or field.level is Level.LINE:
            continue
        tests = (c.test for rule in table.rules for c in rule.conditions if c.field == name)
        edges = {edge for test in tests for edge in _edges(test)}
        missing = list(_missing(edges, tried.of(field), field.type, _lowest(field, edges)))
        if missing:
            yield IssueCode.EDGE_WITHOUT_EXAMPLE.issue(table.at, field=name, values=_listed(missing))


def _days_untried(table: DecisionTable, rulebook: Rulebook, tried: _Tried, since: float) -> Iterator[Issue]:
    """Compare the days on which rows begin and end with the examples' days, on both sides of each."""
    days = tried.of(rulebook.fields[rulebook.date_of_service])
    edges = {edge for rule in table.rules for edge in _edges_in_time(rule.period)}
    missing = list(_missing(edges, days, FieldType.DATE, since))
    if missing:
        facts = {"field": rulebook.date_of_service, "values": _listed(missing)}
        yield IssueCode.EDGE_WITHOUT_EXAMPLE.issue(table.at, **facts)


def _listed(missing: list[str]) -> str:
    more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
    return ", ".join(missing[:_MOST_NAMED]) + more


def _lowest(field: Field, edges: "set[_Edge]") -> float:
    """Give the least value a field can have: quantities do not go below zero unless a cell says so."""
    if isinstance(field.formula, Aggregate) and field.formula.function == "rank":
        return 1.0
    return min(0.0, *(edge.value for edge in edges), 0.0)


def _edges_in_time(period: Period) -> "Iterator[_Edge]":
    if period.first is not None:
        yield _Edge(float(period.first), below=False)
    if period.last is not None:
        yield _Edge(float(period.last), below=True)


@dataclass(frozen=True, slots=True)
class _Edge:
    """A value at which a test changes: it is the last of what lies `below` it, or the first above."""

    value: float
    below: bool


def _edges(test: UnaryTest) -> Iterator[_Edge]:
    """Give the values at which a test changes."""
    match test:
        case Interval(low, high, low_open, high_open):
            if low is not None:
                yield _Edge(low, below=low_open)
            if high is not None:
                yield _Edge(high, below=not high_open)
        case Equals(float(value)):
            yield from (_Edge(value, below=below) for below in (True, False))
        case AnyOf(tests):
            for inner in tests:
                yield from _edges(inner)
        case Not(inner):
            yield from _edges(inner)
        case _:
            return


def _missing(edges: set[_Edge], tried: set[float], kind: FieldType, lowest: float) -> Iterator[str]:
    """Give the values, or the stretches of values, beside the edges that nothing tries.

    Between two numbers there are others: beside a bound that is a number, any value up to the next bound will
    do. What lies below the `lowest` never comes.
    """
    bounds = sorted({edge.value for edge in edges})
    wanted: dict[tuple[float, float], None] = {}
    for edge in sorted(edges, key=lambda one: one.value):
        wanted[edge.value, edge.value] = None
        if kind in _STEPS:
            beside = edge.value + (1 if edge.below else -1)
            wanted[beside, beside] = None
        else:
            others = [bound for bound in bounds if (bound > edge.value) is edge.below and bound != edge.value]
            limit = (min if edge.below else max)(others, default=float("inf") if edge.below else lowest)
            wanted[(edge.value, limit) if edge.below else (limit, edge.value)] = None
    for low, high in sorted(wanted):
        if low < lowest:
            continue
        if low == high and low not in tried:
            yield show_value(low, kind)
        elif low < high and not any(low < value < high for value in tried):
            yield _between(low, high, kind)


def _between(low: float, high: float, kind: FieldType) -> str:
    if high == float("inf"):
        return f"above {show_value(low, kind)}"
    return f"between {show_value(low, kind)} and {show_value(high, kind)}"
