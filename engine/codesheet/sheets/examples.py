"""Examples: visits with the lines, edits and statuses their authors expect of them."""

from collections.abc import Iterable, Iterator, Mapping

from codesheet.issues import IssueCode
from codesheet.language.names import nearest
from codesheet.language.values import fold
from codesheet.model import ExampleRow, Examples, Field, Origin
from codesheet.sheets.cells import CellReader
from codesheet.sheets.table import Column, Row, Table

EXPECTED_WORDS = ("Edit", "Status")
"""EXPECT columns that are no fields."""


def read_examples(
    tables: Iterable[Table], fields: Mapping[str, Field], visit_key: str, reader: CellReader
) -> tuple[Examples, ...]:
    """Read every Examples sheet; cells stay as they are, to be read like an export's."""
    found = (_examples(table, fields, visit_key, reader) for table in tables)
    return tuple(examples for examples in found if examples is not None)


def _examples(
    table: Table, fields: Mapping[str, Field], visit_key: str, reader: CellReader
) -> Examples | None:
    given = dict(_given(table, fields, reader))
    expect = dict(_expected(table, reader))
    sheet = table.titled.sheet
    key = given.get(visit_key)
    if key is None:
        if not visit_key or not table.columns:  # said of the Fields sheet, or of the missing roles
            return None
        reader.report(IssueCode.EXAMPLES_WITHOUT_VISIT, sheet.at, visit_key=visit_key)
        return None
    rows = (_row(row, key, visit_key, given, expect, reader) for row in table.rows)
    name = table.titled.name or sheet.name
    return Examples(name, tuple(row for row in rows if row is not None), sheet.at)


def _given(table: Table, fields: Mapping[str, Field], reader: CellReader) -> Iterator[tuple[str, Column]]:
    for column in table.with_role("GIVEN"):
        name = reader.field(column.heading, column.at)
        if name is None:
            continue
        if fields[name].origin is not Origin.READ:
            reader.report(IssueCode.NOT_GIVEN, column.at, field=name)
        else:
            yield name, column


def _expected(table: Table, reader: CellReader) -> Iterator[tuple[str, Column]]:
    for column in table.with_role("EXPECT"):
        word = next((word for word in EXPECTED_WORDS if fold(word) == fold(column.heading)), None)
        name = word or reader.names.find_field(column.heading)
        if name is None:
            meant = nearest(column.heading, (*EXPECTED_WORDS, *reader.names.fields))
            reader.report(IssueCode.UNKNOWN_NAME, column.at, name=column.heading, did_you_mean=meant)
        else:
            yield name, column


def _row(
    row: Row,
    key: Column,
    visit_key: str,
    given: Mapping[str, Column],
    expect: Mapping[str, Column],
    reader: CellReader,
) -> ExampleRow | None:
    visit = row.cell(key)
    if visit.is_blank:
        reader.report(IssueCode.EXAMPLE_WITHOUT_VISIT, visit.at, visit_key=visit_key)
        return None
    read = {name: row.value(column) for name, column in given.items()}
    says_nothing = all(value is None for name, value in read.items() if name != visit_key)
    wanted = {name: row.value(column) for name, column in expect.items()}
    return ExampleRow(visit.text, {} if says_nothing else dict(read), dict(wanted), row.at)
