"""Lookups: code tables whose KEY columns give VALUE columns on the date of service."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from codesheet.issues import IssueCode
from codesheet.language.unary_tests import Anything, UnaryTest
from codesheet.language.values import FieldType, Scalar
from codesheet.model import Condition, EditText, Level, LookupRow, LookupTable
from codesheet.sheets.about import About, row_period
from codesheet.sheets.applies_to import AppliesTo
from codesheet.sheets.cells import Cell, CellReader
from codesheet.sheets.edit_texts import read_edit_text
from codesheet.sheets.groups import agreed_label, column_fields, group_tables
from codesheet.sheets.table import Column, Row, Table

_CODE_TABLE, _SUCCESSORS = "Code table for", "Replaced by"


@dataclass(frozen=True, slots=True)
class _Part:
    """One sheet of a lookup, with its columns by field."""

    table: Table
    keys: dict[str, Column]
    values: dict[str, Column]
    about: About
    conditions: tuple[Condition, ...]

    @property
    def letters(self) -> dict[str, str]:
        """Give the letter of each field's column."""
        return {name: column.at.column for name, column in (self.keys | self.values).items()}


def read_lookups(
    tables: Iterable[Table], abouts: Mapping[str, About], applies_to: AppliesTo, reader: CellReader
) -> dict[str, LookupTable]:
    """Read all lookups; sheets of one name are one table."""
    lookups = {}
    for name, sheets in group_tables(tables, reader.issues).items():
        parts = []
        for table in sheets:
            conditions = applies_to.of(table.titled)
            keys, values = column_fields(table, "KEY", reader), column_fields(table, "VALUE", reader)
            if conditions is not None and _has_columns(table, keys, values, reader):
                about = abouts[table.titled.sheet.workbook]
                parts.append(_Part(table, keys, values, about, conditions))
        if parts:
            lookups[name] = _lookup(name, parts, reader)
    return lookups


def _has_columns(
    table: Table, keys: Mapping[str, Column], values: Mapping[str, Column], reader: CellReader
) -> bool:
    lists_codes = table.titled.label(_CODE_TABLE) is not None
    for role in ("KEY",) if lists_codes else ("KEY", "VALUE"):
        if table.columns and not table.with_role(role):
            reader.report(IssueCode.LOOKUP_WITHOUT_COLUMNS, table.titled.sheet.at, role=role)
    return bool(keys) and bool(values or lists_codes) and len(keys) == len(table.with_role("KEY"))


def _lookup(name: str, parts: list[_Part], reader: CellReader) -> LookupTable:
    keys = tuple(parts[0].keys)
    values = tuple(dict.fromkeys(value for part in parts for value in part.values))
    rows: list[LookupRow] = []
    for part in parts:
        if set(part.keys) != set(keys):
            facts = {"here": ", ".join(part.keys), "there": ", ".join(keys)}
            sheet = part.table.titled.sheet
            reader.report(IssueCode.KEYS_DISAGREE, sheet.at, parts[0].table.titled.sheet.at, **facts)
            continue
        letters = part.letters
        found = (_row(row, part, letters, (keys, values), reader) for row in part.table.rows)
        rows += [row for row in found if row is not None]
    at = parts[0].table.titled.sheet.at
    return LookupTable(
        name=name,
        keys=keys,
        values=values,
        rows=tuple(rows),
        if_not_found=_if_not_found(name, keys, parts, reader),
        level=Level.ROW,
        at=at,
        code_table_for=_code_table_for(parts, reader),
    )


def _code_table_for(parts: list[_Part], reader: CellReader) -> tuple[str, ...]:
    cell = agreed_label([part.table for part in parts], _CODE_TABLE, reader.issues)
    return reader.fields(cell.text, cell.at) if cell else ()


def _if_not_found(
    name: str, keys: tuple[str, ...], parts: list[_Part], reader: CellReader
) -> EditText | None:
    cell = agreed_label([part.table for part in parts], "If not found", reader.issues)
    if cell is None:
        return None
    stand_ins = {"table": name, "key": ", ".join(f"{{{key}}}" for key in keys)}
    return read_edit_text(cell, reader, stand_ins)


def _row(
    row: Row,
    part: _Part,
    letters: dict[str, str],
    fields: tuple[tuple[str, ...], tuple[str, ...]],
    reader: CellReader,
) -> LookupRow | None:
    keys, values = fields
    count = len(reader.issues)
    cells = [row.cell(part.keys[key]) for key in keys]
    tests = [_key(key, cell, reader) for key, cell in zip(keys, cells, strict=True)]
    given = tuple(_value(value, row, part, reader) for value in values)
    period = row_period(row, part.table, part.about, reader.issues)
    if all(isinstance(test, Anything) for test in tests):
        remedy = "a row of a lookup needs a key"
        reader.report(IssueCode.BLANK_CELL, cells[0].at, column=keys[0], remedy=remedy)
    sound = tuple(test for test in tests if test is not None)
    if reader.errors_since(count) or period is None or len(sound) < len(tests):
        return None
    texts = tuple(cell.text for cell in cells)
    lists_codes = part.table.titled.label(_CODE_TABLE) is not None
    successors = part.table.heading(_SUCCESSORS) if lists_codes else None
    replaced_by = row.cell(successors).text if successors else ""
    return LookupRow(sound, texts, given, part.conditions, period, row.at, replaced_by, letters)


def _key(field: str, cell: Cell, reader: CellReader) -> UnaryTest | None:
    kind = reader.names.fields[field]
    return reader.test(cell, kind)


def _value(field: str, row: Row, part: _Part, reader: CellReader) -> Scalar | None:
    column = part.values.get(field)
    kind: FieldType = reader.names.fields[field]
    return reader.value(row.cell(column), kind) if column else None
