"""The rows an issue speaks of, as they stand in the sheet: headings above, a mark under the cell."""

from collections.abc import Iterable, Iterator

from codesheet.issues import Issue
from codesheet.language.values import fold
from codesheet.location import CellRef
from codesheet.sheets.cells import text_of
from codesheet.sheets.title_block import HEADINGS, ROLES
from codesheet.sheets.workbook import Sheet, column_number

_WIDEST, _MOST_COLUMNS, _MOST_ROWS = 28, 9, 4
_ROLE_WORDS = {fold(role) for roles in ROLES.values() for role in roles}
_FIRST_HEADINGS = {fold(headings[0]) for headings in HEADINGS.values()}


class Excerpts:
    """Shows rows of a rulebook's sheets."""

    def __init__(self, sheets: Iterable[Sheet]) -> None:
        self._sheets = {(sheet.workbook, sheet.name): sheet for sheet in sheets}

    def of(self, issue: Issue) -> list[str]:
        """Give the lines to print below an issue; none where it speaks of no row."""
        sheet = self._sheets.get((issue.at.workbook, issue.at.sheet))
        if sheet is None or not issue.at.row or issue.at.row not in sheet.rows:
            return []
        here = [
            at for at in issue.related if (at.workbook, at.sheet) == (sheet.workbook, sheet.name) and at.row
        ]
        rows = sorted({issue.at.row, *(at.row for at in here[: _MOST_ROWS - 1])})
        heading = _heading_row(sheet, min(rows))
        shown = [heading, *rows] if heading else rows
        return list(_lines(sheet, shown, issue.at))


def _heading_row(sheet: Sheet, row: int) -> int:
    """Find the row of headings above: below the roles, or the one with fixed headings."""
    for above in sorted((number for number in sheet.rows if number < row), reverse=True):
        words = {fold(text_of(value)) for value in sheet.rows[above].values()}
        if words and words <= _ROLE_WORDS:
            return above + 1 if above + 1 < row else 0
        if words & _FIRST_HEADINGS:
            return above
    return 0


def _lines(sheet: Sheet, rows: list[int], at: CellRef) -> Iterator[str]:
    marked = column_number(at.column) if at.column else 0
    columns = _columns(sheet, rows, marked)
    cells = [[_shown(sheet, row, column) for column in columns] for row in rows]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    margin = len(str(max(rows)))
    for row, texts in zip(rows, cells, strict=True):
        padded = (text.ljust(width) for text, width in zip(texts, widths, strict=True))
        yield f"    {row:>{margin}} | {' | '.join(padded)}".rstrip()
        if row == at.row and marked in columns:
            place = columns.index(marked)
            before = 4 + margin + 3 + sum(width + 3 for width in widths[:place])
            yield " " * before + "^" * max(1, len(texts[place]))


def _columns(sheet: Sheet, rows: list[int], marked: int) -> list[int]:
    """Choose the columns that hold something in these rows, those around the marked one."""
    filled = sorted(
        {number for row in rows for number in sheet.rows.get(row, {})} | ({marked} if marked else set())
    )
    if len(filled) <= _MOST_COLUMNS:
        return filled
    middle = filled.index(marked) if marked else 0
    first = max(0, min(middle - _MOST_COLUMNS // 2, len(filled) - _MOST_COLUMNS))
    return filled[first : first + _MOST_COLUMNS]


def _shown(sheet: Sheet, row: int, column: int) -> str:
    text = " ".join(text_of(sheet.value(row, column)).split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
