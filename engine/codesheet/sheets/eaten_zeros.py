"""Codes that Excel has made shorter: 02 typed into a cell of numbers is 2, and no rule finds it again.

A cell that holds a number, in a column of codes, is taken for such a loss when another code of that field
written in digits has more of them: 2 beside 11 (place of service), 6302602 beside 00006302602 (NDC). A column
of which every code lost its zero cannot be told from one of short codes.
"""

from collections.abc import Iterable, Iterator, Mapping

from codesheet.issues import Issue, IssueCode
from codesheet.language.names import Names
from codesheet.language.values import FieldType
from codesheet.sheets.cells import Cell, split_list
from codesheet.sheets.table import Table

_ROLES = ("KEY", "VALUE", "IF", "THEN")


def eaten_zeros(tables: Iterable[Table], names: Names) -> Iterator[Issue]:
    """Find numbers in columns of codes that are shorter than the other codes of their field."""
    for field, cells in _code_cells(tables, names.fields, names).items():
        digits = [part for cell in cells for part in split_list(cell.text) if part.isdigit()]
        longest = max(digits, key=len, default="")
        for cell in cells:
            number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
            if number and cell.text.isdigit() and len(cell.text) < len(longest):
                facts = {"text": cell.text, "field": field, "longer": longest}
                yield IssueCode.EATEN_ZERO.issue(cell.at, **facts)


def _code_cells(
    tables: Iterable[Table], types: Mapping[str, FieldType], names: Names
) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for table in tables:
        for column in table.columns:
            field = names.find_field(column.heading) if column.role in _ROLES else None
            if field is not None and types[field] in (FieldType.CODE, FieldType.CODE_LIST):
                layout = table.titled.sheet.layout  # what its format shows is told of the cell itself
                told = layout.scientific | layout.padded.keys()
                found.setdefault(field, []).extend(
                    row.cell(column) for row in table.rows if (row.number, column.number) not in told
                )
    return found
