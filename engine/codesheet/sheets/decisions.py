"""Decision tables: IF cells that test, THEN cells that give, and the labels that say which rules count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from codesheet.issues import IssueCode
from codesheet.language.unary_tests import Anything
from codesheet.model import Condition, DecisionTable, HitPolicy, Level, Rule
from codesheet.sheets.about import About, row_period
from codesheet.sheets.applies_to import AppliesTo
from codesheet.sheets.cells import CellReader
from codesheet.sheets.decision_labels import Labels, read_labels, read_otherwise
from codesheet.sheets.groups import column_fields, group_tables
from codesheet.sheets.outputs import (
    BECAUSE,
    PRIORITY,
    check_complete,
    output_columns,
    read_output,
    read_priority,
)
from codesheet.sheets.table import Column, Row, Table


@dataclass(frozen=True, slots=True)
class _Part:
    """One sheet of a decision table, with its columns by field."""

    table: Table
    inputs: Mapping[str, Column]
    outputs: Mapping[str, Column]
    about: About
    conditions: tuple[Condition, ...]


def read_decisions(
    tables: Iterable[Table], abouts: Mapping[str, About], applies_to: AppliesTo, reader: CellReader
) -> dict[str, DecisionTable]:
    """Read all decision tables; sheets of one name are one table."""
    decisions = {}
    for name, sheets in group_tables(tables, reader.issues).items():
        labels = read_labels(sheets, reader)
        if labels is None:
            continue
        parts = [_part(table, labels, abouts, applies_to, reader) for table in sheets]
        sound = [part for part in parts if part is not None]
        if sound:
            decisions[name] = _decision(name, labels, sound, reader)
    return decisions


def _part(
    table: Table, labels: Labels, abouts: Mapping[str, About], applies_to: AppliesTo, reader: CellReader
) -> _Part | None:
    """Read a sheet's columns; None where one is not understood, for its rules would be other rules."""
    conditions = applies_to.of(table.titled)
    inputs = column_fields(table, "IF", reader)
    outputs = output_columns(table, labels.result, reader)
    if table.columns and not table.with_role("THEN"):
        reader.report(IssueCode.TABLE_WITHOUT_OUTPUT, table.titled.sheet.at)
    if conditions is None or not outputs or len(inputs) < len(table.with_role("IF")):
        return None
    return _Part(table, inputs, outputs, abouts[table.titled.sheet.workbook], conditions)


def _decision(name: str, labels: Labels, parts: list[_Part], reader: CellReader) -> DecisionTable:
    tables = [part.table for part in parts]
    given = dict.fromkeys(name for part in parts for name in part.outputs)
    outputs = tuple(name for name in given if name not in (BECAUSE, PRIORITY))
    rules = (_rule(row, part, labels, reader) for part in parts for row in part.table.rows)
    return DecisionTable(
        name=name,
        result=labels.result,
        hit_policy=labels.hit_policy,
        level=Level.ROW,
        inputs=tuple(dict.fromkeys(name for part in parts for name in part.inputs)),
        outputs=outputs,
        rules=tuple(rule for rule in rules if rule is not None),
        only_when=labels.only_when,
        if_no_rule=labels.if_no_rule,
        scope=labels.scope,
        per=labels.per,
        otherwise=read_otherwise(tables, outputs, reader),
        order=labels.order,
        at=tables[0].titled.sheet.at,
    )


def _rule(row: Row, part: _Part, labels: Labels, reader: CellReader) -> Rule | None:
    """Read one row; None where a cell of it cannot be read, or where it is never in force."""
    count = len(reader.issues)
    conditions = _conditions(row, part, reader)
    given = [
        read_output(name, row.cell(column), reader)
        for name, column in part.outputs.items()
        if name != PRIORITY
    ]
    outputs = tuple(output for output in given if output is not None and output.field != BECAUSE)
    because = next((output for output in given if output is not None and output.field == BECAUSE), None)
    priority = _priority(row, part, labels, reader)
    period = row_period(row, part.table, part.about, reader.issues)
    if not reader.errors_since(count):
        check_complete(outputs, row, part.outputs, labels.result, labels.hit_policy, reader)
    if reader.errors_since(count) or period is None:
        return None
    return Rule(_rule_id(row, part), conditions, outputs, because, priority, period, row.at)


def _conditions(row: Row, part: _Part, reader: CellReader) -> tuple[Condition, ...]:
    conditions = []
    for field, column in part.inputs.items():
        cell = row.cell(column)
        test = reader.test(cell, reader.names.fields[field])
        if test is not None and not isinstance(test, Anything):
            conditions.append(Condition(field, test, cell.text, cell.at))
    return (*conditions, *part.conditions)


def _priority(row: Row, part: _Part, labels: Labels, reader: CellReader) -> float | None:
    priority = read_priority(row, part.outputs.get(PRIORITY), reader)
    if labels.hit_policy is HitPolicy.PRIORITY and priority is None:
        remedy = "hit policy Priority needs a number in each rule's THEN column Priority"
        reader.report(IssueCode.BLANK_CELL, row.at, column=PRIORITY, remedy=remedy)
    return priority


def _rule_id(row: Row, part: _Part) -> str:
    columns = part.table.with_role("RULE")
    return row.cell(columns[0]).text if columns else ""
