"""Puts marks on one worksheet, after taking off those of an earlier run; what the author made stays."""

from collections.abc import Iterator
from copy import copy
from math import ceil
from typing import cast

from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Color, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.worksheet import Worksheet

from codesheet.dressing.lists_sheet import PREFIX, Lists
from codesheet.dressing.sheet_marks import DATE_FORMAT, TIME_FORMAT, Cells, SheetMarks, Tone
from codesheet.results.palette import AMBER, BAND, BLUE, GREEN, GREY, NAVY, TINTS, WHITE

_AUTHOR = "codesheet"
_SIGNATURE = f"({_AUTHOR})"
"""The last line of our notes: how they are known again. LibreOffice forgets who wrote a note."""

_SOLID = {Tone.TEST: BLUE, Tone.RESULT: GREEN, Tone.PERIOD: AMBER, Tone.NOTE: GREY}
_TITLE_TINT = (BAND, NAVY)
_NARROWEST, _WIDEST, _WIDEST_TEXT, _FIRST_WIDTH = 11, 48, 90, 20
_LINE_HEIGHT = 15
_NOTE_WIDTH, _NOTE_LINE, _LETTERS_A_LINE = 300, 18, 46


def put_marks(sheet: Worksheet, marks: SheetMarks, lists: Lists) -> None:
    """Give a worksheet its drop-downs, notes, colours and formats."""
    _drop_downs(sheet, marks, lists)
    _notes(sheet, marks)
    _colours(sheet, marks)
    _formats(sheet, marks)
    _widths(sheet, marks)
    _body(sheet, marks)
    _view(sheet, marks)


def our_drop_downs(sheet: Worksheet) -> list[DataValidation]:
    """Give the drop-downs that earlier runs made: their lists have our names."""
    found = sheet.data_validations.dataValidation
    return [one for one in found if (one.formula1 or "").lstrip("=").startswith(PREFIX)]


def _drop_downs(sheet: Worksheet, marks: SheetMarks, lists: Lists) -> None:
    ours = our_drop_downs(sheet)
    kept = [one for one in sheet.data_validations.dataValidation if one not in ours]
    sheet.data_validations.dataValidation = kept
    taken = [cells for one in kept for cells in one.sqref.ranges]
    ranges: dict[str, tuple[bool, list[str]]] = {}
    for cells, choices in marks.drop_downs:
        free = [_address(one) for one in _free(cells, taken)]
        if free:
            ranges.setdefault(lists.name_of(choices), (choices.closed, []))[1].extend(free)
    for name, (closed, addresses) in ranges.items():
        sheet.data_validations.append(_drop_down(name, addresses, closed=closed))


def _drop_down(name: str, addresses: list[str], *, closed: bool) -> DataValidation:
    drop_down = DataValidation(
        type="list", formula1=name, sqref=" ".join(addresses), allow_blank=True, showErrorMessage=closed
    )
    if closed:
        drop_down.errorStyle = "warning"
        drop_down.errorTitle = "Not in the list"
        drop_down.error = "codesheet knows only the words of the list here."
    return drop_down


def _free(cells: Cells, taken: list[CellRange]) -> Iterator[Cells]:
    """Give the parts of some cells that no drop-down of the author's covers."""
    first = cells.first
    covering = [one for one in taken if one.min_col <= cells.column <= one.max_col]
    for one in sorted(covering, key=lambda one: one.min_row):
        if one.min_row > cells.last or one.max_row < first:
            continue
        if one.min_row > first:
            yield Cells(cells.column, first, one.min_row - 1)
        first = one.max_row + 1
    if first <= cells.last:
        yield Cells(cells.column, first, cells.last)


def _address(cells: Cells) -> str:
    letter = get_column_letter(cells.column)
    first = f"{letter}{cells.first}"
    return first if cells.first == cells.last else f"{first}:{letter}{cells.last}"


def _notes(sheet: Worksheet, marks: SheetMarks) -> None:
    for noted in notes_of(sheet):
        if is_our_note(noted):
            noted.comment = None
    for (row, column), text in marks.notes.items():
        cell = sheet.cell(row, column)
        if cell.comment is None and isinstance(cell, Cell):
            lines = sum(1 + len(line) // _LETTERS_A_LINE for line in text.splitlines())
            signed, height = f"{text}\n{_SIGNATURE}", _NOTE_LINE * (lines + 2)
            cell.comment = Comment(signed, _AUTHOR, height=height, width=_NOTE_WIDTH)


def is_our_note(cell: Cell) -> bool:
    """Say whether a cell's note is one that an earlier run put there."""
    return cell.comment is not None and cell.comment.text.rstrip().endswith(_SIGNATURE)


def notes_of(sheet: Worksheet) -> list[Cell]:
    """Give the cells that have a note."""
    return [cell for cell in cells_of(sheet) if cell.comment is not None]


def cells_of(sheet: Worksheet) -> list[Cell]:
    """Give the cells that are there."""
    held = sheet._cells.values()  # noqa: SLF001 - iter_rows would make every cell between
    return [cell for cell in held if isinstance(cell, Cell)]


def _colours(sheet: Worksheet, marks: SheetMarks) -> None:
    for (row, column), tone in marks.tones.items():
        solid = _SOLID.get(tone)
        back, text = TINTS[solid] if solid else _TITLE_TINT
        if (row, column) in marks.strong:
            back, text = solid or NAVY, WHITE
        cell = sheet.cell(row, column)
        cell.fill = PatternFill("solid", start_color=back[1:], end_color=back[1:])
        font = cast("Font", copy(cell.font))
        font.b, font.color = True, Color(text[1:])
        cell.font = font
        if row == marks.header_row:
            _align(sheet, row, column, vertical="center")


def _formats(sheet: Worksheet, marks: SheetMarks) -> None:
    """Set the format of a column's cells that have none, and of the column, for rows still to come."""
    for number, form in marks.formats.items():
        column = own_column(sheet, number)
        if column.number_format == "General":
            column.number_format = form
        for row in range(marks.first_row, marks.last_row + 1):
            cell = sheet.cell(row, number)
            if cell.number_format == "General" or (
                form == DATE_FORMAT and cell.number_format in _EXCEL_DATES
            ):
                cell.number_format = form


_EXCEL_DATES = ("mm-dd-yy", f"{DATE_FORMAT} h:mm:ss", f"{TIME_FORMAT}:ss")


def own_column(sheet: Worksheet, number: int) -> ColumnDimension:
    """Give the settings of one column, split off from those of the columns it is grouped with."""
    holder = sheet.column_dimensions
    letter = get_column_letter(number)
    for group in list(holder.values()):
        first, last = group.min or 0, group.max or 0
        if first < last and first <= number <= last:
            del holder[group.index]
            for start, end in ((first, number - 1), (number, number), (number + 1, last)):
                if start <= end:
                    part = copy(group)
                    part.index, part.min, part.max = get_column_letter(start), start, end
                    holder[part.index] = part
    return holder[letter]


def _widths(sheet: Worksheet, marks: SheetMarks) -> None:
    """Fit columns that still have Excel's own width to what is in them."""
    held = {number for one in sheet.column_dimensions.values() for number in _numbers(one)}
    for number in range(1, marks.width + 1):
        if number in held:
            continue
        rows = range(marks.header_row or 1, marks.last_row + 1)
        texts = (str(sheet.cell(row, number).value or "") for row in rows)
        longest = max((len(line) for text in texts for line in text.splitlines()), default=0)
        least = _FIRST_WIDTH if number == 1 else _NARROWEST
        most = _WIDEST if marks.first_row else _WIDEST_TEXT
        own_column(sheet, number).width = min(max(longest + 3, least), most)


def _numbers(column: ColumnDimension) -> range:
    default = column.width == ColumnDimension(column.parent).width
    return range(0) if default or not column.min else range(column.min, (column.max or column.min) + 1)


def _body(sheet: Worksheet, marks: SheetMarks) -> None:
    """Wrap long cells of the table, and let all begin at the top."""
    if not marks.first_row:
        for row in range(2, marks.last_row + 1):
            for column in (1, 2):
                _align(sheet, row, column)
            _fit_height(sheet, row, marks.width)
        return
    for row in range(marks.first_row, marks.last_row + 1):
        for column in range(1, marks.width + 1):
            _align(sheet, row, column)
        _fit_height(sheet, row, marks.width)


def _align(sheet: Worksheet, row: int, column: int, vertical: str = "top") -> None:
    cell = sheet.cell(row, column)
    if cell.value is not None and cell.alignment == Alignment():
        # all on the left: dates and numbers would touch the text of the next column
        cell.alignment = Alignment(wrap_text=True, vertical=vertical, horizontal="left")


def _fit_height(sheet: Worksheet, row: int, width: int) -> None:
    """Say how high a row of wrapped text is, for programs that do not find out themselves."""
    if sheet.row_dimensions[row].height is not None:
        return
    lines = 1
    for column in range(1, width + 1):
        letters = own_column(sheet, column).width
        texts = str(sheet.cell(row, column).value or "").splitlines()
        lines = max(lines, sum(max(1, ceil(len(text) / letters)) for text in texts))
    if lines > 1:
        sheet.row_dimensions[row].height = _LINE_HEIGHT * lines


def _view(sheet: Worksheet, marks: SheetMarks) -> None:
    """Freeze the headings and let them filter, where the author has not said how."""
    if not marks.first_row:
        return
    if sheet.freeze_panes is None:
        sheet.freeze_panes = f"A{marks.first_row}"
    if sheet.auto_filter.ref is None and not sheet.tables and marks.last_row >= marks.first_row:
        last = f"{get_column_letter(marks.width)}{marks.last_row}"
        sheet.auto_filter.ref = f"A{marks.header_row}:{last}"
