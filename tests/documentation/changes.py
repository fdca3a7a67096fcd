"""Changes to workbooks as a document shows them: the rows of a sheet as they should be afterwards.

A block names workbook and sheet as `grid` does. Its first column says `old` for a row that is there (the one
that agrees in most cells) and `new` for a row to add at the end; the others have headings of the sheet.
"""

from datetime import datetime
from pathlib import Path
from re import fullmatch

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from cases import grid

_OLD, _NEW = "old", "new"


def apply_change(text: str, rulebook: Path) -> None:
    """Change the workbooks of a folder as a block says."""
    parts: dict[tuple[str, str], str] = {}
    workbook = sheet = ""
    for line in text.splitlines():
        if line.startswith("## "):
            workbook = line.removeprefix("## ").strip()
        elif line.startswith("# "):
            sheet = line.removeprefix("# ").strip()
        else:
            parts[workbook, sheet] = parts.get((workbook, sheet), "") + line + "\n"
    for (file, name), rows in parts.items():
        book = load_workbook(rulebook / file)
        _change(book[name], rows)
        book.save(rulebook / file)


def _change(sheet: Worksheet, text: str) -> None:
    (_, *headings), *rows = grid(text)
    at = _header_row(sheet, headings)
    column = {str(cell.value): cell.column for cell in sheet[at] if cell.value is not None}
    for row in rows:
        what, cells = row[0], dict(zip(headings, row[1:], strict=True))
        assert what in (_OLD, _NEW), what
        number = _nearest(sheet, at, column, cells) if what == _OLD else sheet.max_row + 1
        for heading, cell in cells.items():
            sheet.cell(number, column[heading], _value(cell))


def _header_row(sheet: Worksheet, headings: list[str]) -> int:
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if set(headings) <= {str(value) for value in row}:
            return number
    raise AssertionError(f"{sheet.title} has no row with the headings {headings}")


def _nearest(sheet: Worksheet, header: int, column: dict[str, int], cells: dict[str, str]) -> int:
    """Find the one row that agrees with the cells shown in most of them."""
    rows = range(header + 1, sheet.max_row + 1)
    agree = {
        row: sum(sheet.cell(row, column[name]).value == _value(cell) for name, cell in cells.items())
        for row in rows
    }
    best = [row for row in rows if agree[row] == max(agree.values())]
    assert len(best) == 1, f"{sheet.title}: rows {best} are all like {cells}"
    return best[0]


def _value(cell: str) -> datetime | int | str | None:
    """Give a cell as Excel would store what is typed there."""
    if fullmatch(r"\d{4}-\d{2}-\d{2}", cell):
        return datetime.fromisoformat(cell)
    if fullmatch(r"\d+", cell):
        return int(cell)
    return cell or None
