"""Workbooks written as text: `# sheet`, then a table whose lines are the sheet's rows, blank ones too."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from codesheet.language.values import FieldType
from codesheet.sheets.fields import BUILT_IN
from codesheet.sheets.title_block import HEADINGS, ROLES, Kind

Grid = list[list[str]]
"""The texts of a sheet by row, then column."""

_KINDS = {kind.value for kind in Kind}
_ROLES = {role for roles in ROLES.values() for role in roles}
_VALUES = ("VALUE", "THEN", "GIVEN", "EXPECT")
_NUMBER = re.compile(r"\d+(\.\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LINE_BREAK = "\\n"
_NOTES_WIDTH, _NOTES_LETTERS, _NOTES_TITLE, _NOTES_LINE = 110, 120, 16, 15


def read_grids(text: str) -> dict[str, Grid]:
    """Read the sheets of one workbook by title."""
    grids: dict[str, Grid] = {}
    grid: Grid = []
    for line in text.splitlines():
        if line.startswith("# "):
            grid = grids[line.removeprefix("# ").strip()] = []
        elif line.startswith("|") or grid:
            cells = line.strip().removeprefix("|").removesuffix("|").split("|")
            grid.append([cell.strip().replace(_LINE_BREAK, "\n") for cell in cells])
    return grids


def number_fields(grids: Mapping[str, Grid]) -> set[str]:
    """Give the fields that hold numbers: of claim lines, and as Fields sheets among the grids declare."""
    name, kind = (HEADINGS[Kind.FIELDS].index(heading) for heading in ("Field", "Type"))
    rows = (row for grid in grids.values() if grid[0][0] == Kind.FIELDS.value for row in grid)
    numbers = {one.value for one in FieldType if one.is_number}
    declared = {row[name] for row in rows if len(row) > kind and row[kind] in numbers}
    return declared | {name for name, kind in BUILT_IN.items() if kind.is_number}


def write_workbook(grids: Mapping[str, Grid], numbers: set[str], path: Path) -> None:
    """Write a workbook of grids: dates as dates, values of number fields as numbers, all else as text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, grid in grids.items():
        sheet = book.create_sheet(title)
        for row, column, value in _cells(grid, numbers):
            cell = sheet.cell(row, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        if grid[0][0] not in _KINDS:
            _lay_out_notes(sheet)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def _cells(grid: Grid, numbers: set[str]) -> Iterator[tuple[int, int, str | float | date]]:
    roles: list[str] = []
    headings: list[str] = []
    for row, cells in enumerate(grid, start=1):
        as_number = [
            role in _VALUES and heading in numbers for role, heading in zip(roles, headings, strict=False)
        ]
        if {cell for cell in cells if cell} <= _ROLES and any(cells):
            roles, headings = cells, []
        elif roles and not headings:
            headings = cells
        for column, text in enumerate(cells, start=1):
            if text:
                is_number = column <= len(as_number) and as_number[column - 1]
                yield row, column, _value(text, number=is_number)


def _value(text: str, *, number: bool) -> str | float | date:
    if _DATE.fullmatch(text):
        return date.fromisoformat(text)
    return float(text) if number and _NUMBER.fullmatch(text) else text


def _lay_out_notes(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width = _NOTES_WIDTH
    for row, (cell,) in enumerate(sheet.iter_rows(max_col=1), start=1):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        lines = 1 + len(str(cell.value or "")) // _NOTES_LETTERS
        sheet.row_dimensions[row].height = _NOTES_LINE * lines + _NOTES_LINE / 2
    sheet["A1"].font = Font(name="Calibri", b=True, size=_NOTES_TITLE)
    sheet.sheet_view.showGridLines = False
