"""What the three kinds of claim-edit sheets have in common: codes, dates, conditions, labels.

A claim-edit sheet has the columns CMS publishes and, headed by fields, columns of conditions (Payer, Plan,
Setting). All sheets of a kind are one table: each row holds where its conditions and Applies to do.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from codesheet.issues import IssueCode
from codesheet.language.unary_tests import Anything
from codesheet.language.values import CellValue
from codesheet.model import Condition, Period
from codesheet.sheets.about import About, in_turn, read_period
from codesheet.sheets.applies_to import AppliesTo
from codesheet.sheets.cells import Cell, CellReader, text_of
from codesheet.sheets.groups import agreed_label, group_tables
from codesheet.sheets.table import Column, Row, Table

NOT_SAID = ("", "*")
"""What stands for an open date in CMS's files."""

_DIGITS_ALONE = re.compile(r"(\d{4})(\d\d)(\d\d)(\.0)?")
_CODE_LENGTH = 5


@dataclass(frozen=True, slots=True)
class EditSheet:
    """One sheet of claim edits, and what holds for each of its rows."""

    table: Table
    about: About
    conditions: tuple[Condition, ...]
    columns: Mapping[str, Column]
    version: str


class EditRow(NamedTuple):
    """One row of a claim-edit sheet, as far as the three kinds are alike."""

    row: Row
    sheet: EditSheet
    conditions: tuple[Condition, ...]
    period: Period

    def cell(self, heading: str) -> Cell:
        """Give the cell under a heading; blank where the sheet has no such column."""
        column = self.sheet.table.heading(heading)
        return self.row.cell(column) if column else Cell(None, self.row.at)

    def value(self, heading: str) -> CellValue:
        """Give what that cell holds."""
        column = self.sheet.table.heading(heading)
        return self.row.value(column) if column else None

    def text(self, heading: str) -> str:
        """Give that cell as text."""
        return text_of(self.value(heading))


def edit_sheets(
    tables: Iterable[Table],
    needed: tuple[str, ...],
    abouts: Mapping[str, About],
    applies_to: AppliesTo,
    reader: CellReader,
) -> list[EditSheet]:
    """Give the sheets of one kind whose columns and conditions can be read."""
    found = []
    for table in (one for same in group_tables(tables, reader.issues).values() for one in same):
        lacking = [name for name in needed if table.heading(name) is None]
        for name in lacking:
            reader.report(IssueCode.MISSING_COLUMN, table.titled.sheet.at, column=name)
        columns = {c.heading: reader.field(c.heading, c.at) for c in table.with_role("IF")}
        conditions = applies_to.of(table.titled)
        if conditions is None or lacking or None in columns.values():
            continue  # without one of its conditions a row would apply to too much
        by_field = {
            field: column
            for column in table.with_role("IF")
            if (field := columns[column.heading]) is not None
        }
        about = abouts[table.titled.sheet.workbook]
        label = table.titled.label("Version")
        version = label.text if label else ""
        found.append(EditSheet(table, about, conditions, by_field, version))
    return found


def edit_rows(sheets: Iterable[EditSheet], reader: CellReader) -> Iterator[EditRow]:
    """Give the rows of these sheets that are ever in force, with their conditions and dates."""
    for sheet in sheets:
        periods = _Periods(sheet, reader)
        for row in sheet.table.rows:
            own = [
                _condition(name, row.cell(column), reader)
                for name, column in sheet.columns.items()
                if row.value(column) is not None
            ]
            period = periods.of(row)
            read = [condition for condition in own if condition is not None]
            if period is not None and len(read) == len(own):
                said = tuple(condition for condition in read if not isinstance(condition.test, Anything))
                yield EditRow(row, sheet, sheet.conditions + said, period)


def _condition(name: str, cell: Cell, reader: CellReader) -> Condition | None:
    test = reader.test(cell, reader.names.fields[name])
    return None if test is None else Condition(name, test, cell.text, cell.at)


class _Periods:
    """When the rows of a sheet are in force; the same dates, which thousands of rows have, are read once."""

    def __init__(self, sheet: EditSheet, reader: CellReader) -> None:
        self._about = sheet.about
        self._columns = sheet.table.period_columns
        self._issues = reader.issues
        self._read: dict[tuple[object, ...], Period | None] = {}

    def of(self, row: Row) -> Period | None:
        """Give when a row is in force; None where never, or, with an issue, where that cannot be read."""
        written = tuple(row.value(column) for column in self._columns if column)
        if written in self._read:
            return self._read[written]
        count = len(self._issues)
        first, last = (_day(row.cell(column)) if column else None for column in self._columns)
        period = in_turn(read_period(first, last, self._about.period, self._issues, row.at), self._about)
        if len(self._issues) == count:
            self._read[written] = period
        return period


def _day(cell: Cell) -> Cell:
    """Read CMS's dates: `*` is open, 20260401 is the first of April."""
    if cell.text in NOT_SAID:
        return Cell(None, cell.at)
    digits = _DIGITS_ALONE.fullmatch(cell.text)
    return Cell(f"{digits[1]}-{digits[2]}-{digits[3]}", cell.at) if digits else cell


def read_code(row: EditRow, heading: str, reader: CellReader) -> str | None:
    """Read the one code of a row's cell; None, with an issue, where it holds none or several."""
    value = row.value(heading)
    text = text_of(value).upper()
    has_lost_zero = isinstance(value, int | float) and len(text) < _CODE_LENGTH
    if text.isalnum() and not has_lost_zero:
        return text
    cell = row.cell(heading)
    if cell.is_blank:
        reader.report(IssueCode.BLANK_CELL, cell.at, column=heading, remedy="write one code")
    elif not text.isalnum():
        reader.report(IssueCode.NOT_ONE_CODE, cell.at, text=cell.text)
    else:
        facts = {"text": text, "field": heading, "longer": "five characters"}
        reader.report(IssueCode.EATEN_ZERO, cell.at, **facts)
    return None


def left_out(sheets: Iterable[EditSheet]) -> tuple[str, ...]:
    """Give the codes whose rows were left in reference files."""
    return tuple(sorted({code for sheet in sheets for code in sheet.table.titled.sheet.left_out}))


def label_fields(sheets: Iterable[EditSheet], label: str, reader: CellReader) -> tuple[str, ...]:
    """Give the fields that the sheets of a kind name under a label, on which they agree."""
    cell = agreed_label([sheet.table for sheet in sheets], label, reader.issues)
    return reader.fields(cell.text, cell.at) if cell else ()


def label_number(sheets: Iterable[EditSheet], label: str, reader: CellReader) -> str:
    """Give the one field of numbers named under a label, blank where none is."""
    cell = agreed_label([sheet.table for sheet in sheets], label, reader.issues)
    name = reader.field(cell.text, cell.at) if cell else None
    if cell is None or name is None:
        return ""
    if not reader.names.fields[name].is_number:
        remedy = "it must be a field of numbers"
        reader.report(IssueCode.BAD_SETTING, cell.at, label=label, text=cell.text, remedy=remedy)
        return ""
    return name
