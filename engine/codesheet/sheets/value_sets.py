"""Value sets: named lists of codes or words, each member with the days on which it belongs."""

from collections.abc import Iterable, Mapping

from codesheet.issues import IssueCode
from codesheet.language.unary_tests import AnyOf, CodeRange, Equals, Interval, UnaryTest, Wildcard
from codesheet.language.values import FieldType, fold, tidy
from codesheet.model import Member, Period, ValueSet
from codesheet.sheets.about import About, row_period
from codesheet.sheets.cells import Cell, CellReader
from codesheet.sheets.table import Row, Table


def set_names(tables: Iterable[Table]) -> frozenset[str]:
    """Give the names of all value sets, each as its first row writes it."""
    names: dict[str, str] = {}
    for table in tables:
        column = table.heading("Set")
        for row in table.rows if column else ():
            name = tidy(row.cell(column).text) if column else ""
            if name:
                names.setdefault(fold(name), name)
    return frozenset(names.values())


def read_value_sets(
    tables: Iterable[Table], abouts: Mapping[str, About], reader: CellReader
) -> dict[str, ValueSet]:
    """Read all value sets; members of one set in several sheets add up."""
    sets: dict[str, ValueSet] = {}
    for table in tables:
        about = abouts[table.titled.sheet.workbook]
        for row in table.rows:
            _add_member(row, table, about, reader, sets)
    return sets


def _add_member(row: Row, table: Table, about: About, reader: CellReader, sets: dict[str, ValueSet]) -> None:
    name_column, member_column = table.heading("Set"), table.heading("Member")
    if name_column is None or member_column is None:
        return
    name_cell, cell = row.cell(name_column), row.cell(member_column)
    name = reader.names.find_set(name_cell.text)
    if name is None:
        remedy = "each member names its set"
        reader.report(IssueCode.BLANK_CELL, name_cell.at, column="Set", remedy=remedy)
        return
    found = sets.get(name) or ValueSet(name, (), name_cell.at)
    sets[name] = ValueSet(name, found.members + _members(row, table, cell, about, reader), found.at)


def _members(row: Row, table: Table, cell: Cell, about: About, reader: CellReader) -> tuple[Member, ...]:
    if cell.is_blank:
        remedy = "write a value, a wildcard or a range, or delete the row"
        reader.report(IssueCode.BLANK_CELL, cell.at, column="Member", remedy=remedy)
        return ()
    test = reader.test(cell, FieldType.CODE)
    period = row_period(row, table, about, reader.issues)
    if test is None or period is None:
        return ()
    tests = test.tests if isinstance(test, AnyOf) else (test,)
    if not all(isinstance(one, Equals | Wildcard | CodeRange | Interval) for one in tests):
        reader.report(IssueCode.BAD_MEMBER, cell.at, text=cell.text)
        return ()
    return tuple(_member(one, cell, period) for one in tests)


def _member(test: UnaryTest, cell: Cell, period: Period) -> Member:
    text = str(test.value) if isinstance(test, Equals) else cell.text
    return Member(test, text, period, cell.at)
