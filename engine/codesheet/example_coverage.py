"""What the examples of a rulebook leave untried: rules that none reaches, values at which rules change."""

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np

from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.issues import Issue, IssueCode
from codesheet.language.unary_tests import AnyOf, Equals, Interval, Not, UnaryTest
from codesheet.language.values import FieldType, show_number
from codesheet.location import CellRef
from codesheet.model import DecisionTable, Level, Rulebook

_MOST_NAMED = 10


def untried(rulebook: Rulebook, encounters: Encounters, batch: CodedBatch) -> Iterator[Issue]:
    """Name, table by table, what no example tries; one note where there are no examples at all."""
    if not rulebook.examples:
        at = CellRef(rulebook.sources[0].workbook) if rulebook.sources else CellRef("")
        yield IssueCode.NO_EXAMPLES.issue(at)
        return
    for table in rulebook.decisions.values():
        silent = [rule for rule in table.rules if not batch.rule_counts.get(str(rule.at))]
        if silent:
            names = ", ".join(_row(rule.at, table.at) for rule in silent[:_MOST_NAMED])
            more = f" and {len(silent) - _MOST_NAMED} more" if len(silent) > _MOST_NAMED else ""
            word = "row" if len(silent) == 1 else "rows"
            facts = {"count": len(silent), "all": len(table.rules), "rows": f"{word} {names}{more}"}
            yield IssueCode.RULES_WITHOUT_EXAMPLE.issue(table.at, **facts)
        if table.level is Level.ROW:
            yield from _edges_untried(table, rulebook, encounters, batch)


def _row(at: CellRef, beside: CellRef) -> str:
    return str(at.row) if (at.workbook, at.sheet) == (beside.workbook, beside.sheet) else str(at)


def _edges_untried(
    table: DecisionTable, rulebook: Rulebook, encounters: Encounters, batch: CodedBatch
) -> Iterator[Issue]:
    for name in table.inputs:
        field = rulebook.fields[name]
        if not field.type.is_number:
            continue
        tests = (c.test for rule in table.rules for c in rule.conditions if c.field == name)
        edges = set(chain.from_iterable(_edges(test, whole=field.type is FieldType.WHOLE) for test in tests))
        lowest = min(0.0, *(edge for edge in edges if edge != -1), 0.0)  # quantities do not go below zero
        tried = _values_of(name, encounters, batch)
        missing = sorted(edge for edge in edges - tried if edge >= lowest)
        if missing:
            values = ", ".join(show_number(value) for value in missing[:_MOST_NAMED])
            more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
            yield IssueCode.EDGE_WITHOUT_EXAMPLE.issue(table.at, field=name, values=values + more)


def _values_of(name: str, encounters: Encounters, batch: CodedBatch) -> set[float]:
    column = encounters.frame.columns.get(name)
    found: Iterable[object] = column.data.tolist() if column is not None else ()
    if name in batch.rows:
        found = [*found, *batch.rows[name].tolist()]
    return {float(value) for value in found if isinstance(value, (int, float)) and not np.isnan(value)}


def _edges(test: UnaryTest, *, whole: bool) -> Iterator[float]:
    """Give the values at which a test changes: the last it accepts, and of whole numbers the next beyond."""
    match test:
        case Interval(low, high, low_open, high_open):
            if low is not None:
                yield low
                yield from [low + 1 if low_open else low - 1] if whole else []
            if high is not None:
                yield high
                yield from [high - 1 if high_open else high + 1] if whole else []
        case Equals(float(value)):
            yield value
        case AnyOf(tests):
            for inner in tests:
                yield from _edges(inner, whole=whole)
        case Not(inner):
            yield from _edges(inner, whole=whole)
        case _:
            return
