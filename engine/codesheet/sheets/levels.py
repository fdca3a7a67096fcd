"""What works on encounter rows and what on claim lines: found by the fields each table reads."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from codesheet.issues import Issue, IssueCode
from codesheet.language.formula_parts import fields_read
from codesheet.language.unary_tests import AnyOf, Compare, Not, UnaryTest
from codesheet.location import CellRef
from codesheet.model import (
    Condition,
    DecisionTable,
    EditText,
    Field,
    HitPolicy,
    Level,
    LookupTable,
    Result,
)
from codesheet.sheets.fields import ON_ROWS_TOO
from codesheet.sheets.outputs import SPECIAL


@dataclass(frozen=True, slots=True)
class Levelled:
    """Fields and tables with their levels settled."""

    fields: dict[str, Field]
    lookups: dict[str, LookupTable]
    decisions: dict[str, DecisionTable]


def settle_levels(
    fields: Mapping[str, Field],
    undeclared: Iterable[str],
    lookups: Mapping[str, LookupTable],
    decisions: Mapping[str, DecisionTable],
    issues: list[Issue],
) -> Levelled:
    """Give each table its level, and each undeclared field that of the table that sets it.

    A table that reads a line field works on lines, so what it sets is a line field, and so are the
    tables that read that: the circle is gone round until it comes to rest.
    """
    settled = dict(fields)
    candidates = set(undeclared)
    moved = True
    while moved:
        on_lines = _set_on_lines(settled, lookups, decisions) & candidates
        candidates -= on_lines
        settled |= {name: replace(settled[name], level=Level.LINE) for name in on_lines}
        moved = bool(on_lines)
    levelled = Levelled(
        settled,
        {name: replace(table, level=_lookup_level(table, settled)) for name, table in lookups.items()},
        {name: replace(table, level=_decision_level(table, settled)) for name, table in decisions.items()},
    )
    issues += _line_fields_read(levelled)
    issues += _row_fields_set(levelled)
    return levelled


def _set_on_lines(
    fields: Mapping[str, Field],
    lookups: Mapping[str, LookupTable],
    decisions: Mapping[str, DecisionTable],
) -> set[str]:
    found: set[str] = set()
    for lookup in lookups.values():
        if _lookup_level(lookup, fields) is Level.LINE:
            found.update(lookup.values)
    for table in decisions.values():
        makes_lines = table.result is Result.CLAIM_LINES
        if makes_lines or _decision_level(table, fields) is Level.LINE:
            found.update(_set_fields(table))
    return found


def _lookup_level(table: LookupTable, fields: Mapping[str, Field]) -> Level:
    read = {*table.keys, *table.values, *_of_conditions(c for row in table.rows for c in row.conditions)}
    return _level_of(read, fields)


def _decision_level(table: DecisionTable, fields: Mapping[str, Field]) -> Level:
    match table.result:
        case Result.CLAIM_LINES:
            return Level.ROW
        case Result.LINE_CHANGES:
            return Level.LINE
        case Result.FIELDS | Result.EDITS:
            return _level_of({*_set_fields(table), *decision_reads(table)}, fields)


def _level_of(names: Iterable[str], fields: Mapping[str, Field]) -> Level:
    return Level.LINE if any(fields[name].level is Level.LINE for name in names) else Level.ROW


def _set_fields(table: DecisionTable) -> list[str]:
    if table.result is Result.EDITS:
        return []
    return [name for name in table.outputs if name not in SPECIAL]


def decision_reads(table: DecisionTable) -> dict[str, CellRef]:
    """Give every field a decision table reads, in IF and THEN cells and labels, with a cell that does."""
    reads = dict.fromkeys(table.inputs, table.at)
    conditions = [*table.only_when, *(one for rule in table.rules for one in rule.conditions)]
    for condition in conditions:
        for name in (condition.field, *fields_tested(condition.test)):
            reads[name] = condition.at if reads.get(name, table.at) == table.at else reads[name]
    outputs = [output for rule in table.rules for output in rule.outputs]
    outputs += [rule.because for rule in table.rules if rule.because is not None]
    for output in (*outputs, *table.otherwise):
        for name in fields_read(output.formula):
            reads.setdefault(name, output.at)
    for name in (*_of_edit_text(table.if_no_rule), *table.per):
        reads.setdefault(name, table.at)
    return reads


def _of_edit_text(text: EditText | None) -> Iterable[str]:
    return fields_read(text.message) if text is not None and text.message is not None else ()


def _of_conditions(conditions: Iterable[Condition]) -> Iterator[str]:
    for condition in conditions:
        yield condition.field
        yield from fields_tested(condition.test)


def fields_tested(test: UnaryTest) -> Iterator[str]:
    """Give the fields a test compares with: `> {Yearly cap}`."""
    match test:
        case Compare(_, field):
            yield field
        case Not(inner):
            yield from fields_tested(inner)
        case AnyOf(tests):
            for inner in tests:
                yield from fields_tested(inner)
        case _:
            return


_ON_LINES = "test it in a table of line changes or edits"


def _line_fields_read(levelled: Levelled) -> Iterator[Issue]:
    """Find what works on rows and reads lines: lines do not exist yet when it runs."""
    fields = levelled.fields
    for table in levelled.decisions.values():
        grouped = table.hit_policy is HitPolicy.FIRST_IN_GROUP
        if table.result is not Result.CLAIM_LINES and not grouped:
            continue
        reader = f'"{table.name}" ({table.hit_policy.value if grouped else table.result.value})'
        for name, at in decision_reads(table).items():
            if fields[name].level is Level.LINE:
                yield IssueCode.LINE_FIELD_READ.issue(at, reader=reader, field=name, remedy=_ON_LINES)
    for field in fields.values():
        if field.level is Level.LINE or field.formula is None:
            continue
        for name in sorted({*fields_read(field.formula), *field.per}):
            if fields[name].level is Level.LINE:
                remedy = f"give {field.name} level line"
                facts = {"reader": field.name, "field": name, "remedy": remedy}
                yield IssueCode.LINE_FIELD_READ.issue(field.at, **facts)


def _row_fields_set(levelled: Levelled) -> Iterator[Issue]:
    """Find fields declared for rows that a table on lines sets."""
    setters: list[tuple[str, CellRef, Iterable[str]]] = [
        (table.name, table.at, table.values)
        for table in levelled.lookups.values()
        if table.level is Level.LINE
    ]
    setters += [
        (table.name, table.at, _set_fields(table))
        for table in levelled.decisions.values()
        if table.level is Level.LINE and table.result is Result.FIELDS
    ]
    setters += [
        (table.name, table.at, [name for name in _set_fields(table) if name != ON_ROWS_TOO])
        for table in levelled.decisions.values()
        if table.result is Result.CLAIM_LINES
    ]
    for table_name, at, names in setters:
        for name in names:
            field = levelled.fields[name]
            if field.level is Level.ROW:
                facts = {"field": name, "declared": "row", "reader": f'"{table_name}"'}
                yield IssueCode.LEVEL_CLASH.issue(field.at, at, **facts)
