"""The sheet of issues in an annotated workbook: one row an issue, with links to the cells.

Its last two columns, hidden, remember which cells were marked and how they looked, for the next run.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from codesheet.annotating.marks import unmark
from codesheet.issues import Issue
from codesheet.location import CellRef

_TITLE = "Issues found by codesheet"
_NAME = "Issues"
_HEADINGS = ("Severity", "Code", "Where", "Value", "What is wrong", "What to do", "See also", "Rows to paste")
_WIDTHS = (10, 8, 30, 20, 70, 50, 30, 40)
_MARKED, _BEFORE = 27, 28
"""Columns AA and AB, hidden: the marked cells and their looks."""

_FIRST_ROW = 4
_LINE, _HIGHEST = 15.0, 405.0  # points; Excel's rows are no higher


def remove_earlier(book: Workbook) -> None:
    """Take an earlier run's marks and its sheet out of a workbook."""
    for sheet in [one for one in book.worksheets if one["A1"].value == _TITLE]:
        for row in sheet.iter_rows(min_row=_FIRST_ROW, min_col=_MARKED, max_col=_BEFORE, values_only=True):
            address, before = row
            if address:
                name, _, cell = str(address).rpartition("!")
                if name in book.sheetnames:
                    unmark(book[name][cell], str(before or ""))
        book.remove(sheet)


def add_issues_sheet(
    book: Workbook, issues: Sequence[Issue], marked: Sequence[tuple[str, str]], lost: Sequence[str]
) -> None:
    """Add the sheet of a workbook's issues; `marked`: cells (`Sheet!B7`) and their looks before.

    `lost` names what the workbook holds besides cells and the copy does not.
    """
    sheet: Worksheet = book.create_sheet(_free_name(book))
    sheet["A1"] = _TITLE
    sheet["A1"].font = Font(bold=True, size=14)
    if lost:
        _text(sheet, 2, 1, f"This copy lacks {'; '.join(lost)}: the workbook itself has it still.")
    for number, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True), start=1):
        sheet.cell(_FIRST_ROW - 1, number, heading).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = width
    for row, issue in enumerate(issues, start=_FIRST_ROW):
        _write(sheet, row, issue)
    if not issues:
        sheet.cell(_FIRST_ROW, 1, "none")
    for row, (address, before) in enumerate(marked, start=_FIRST_ROW):
        _text(sheet, row, _MARKED, address)
        _text(sheet, row, _BEFORE, before)
    for letter in ("AA", "AB"):
        sheet.column_dimensions[letter].hidden = True
    sheet.freeze_panes = f"A{_FIRST_ROW}"


def _free_name(book: Workbook) -> str:
    taken = {name.casefold() for name in book.sheetnames}
    return next(name for name in _names() if name.casefold() not in taken)


def _names() -> Iterator[str]:
    yield _NAME
    number = 2
    while True:
        yield f"{_NAME} ({number})"
        number += 1


def _write(sheet: Worksheet, row: int, issue: Issue) -> None:
    pasted = "\n".join("\t".join(cells) for cells in issue.rows_to_paste)
    also = "\n".join(map(str, issue.related))
    place = str(issue.at).removeprefix(f"{issue.at.workbook}!")
    meant = f'did you mean "{issue.did_you_mean}"? ' if issue.did_you_mean else ""
    texts = (
        issue.severity.value,
        issue.kind.code,
        place,
        issue.value,
        issue.reason,
        f"{meant}{issue.remedy}",
        also,
        pasted,
    )
    for column, text in enumerate(texts, start=1):
        _text(sheet, row, column, text)
        sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
    lines = max(_lines(text, width) for text, width in zip(texts, _WIDTHS, strict=True))
    sheet.row_dimensions[row].height = min(lines * _LINE, _HIGHEST)
    if issue.at.sheet:
        link = sheet.cell(row, 3)
        link.hyperlink = _inner_link(issue.at)
        link.font = Font(underline="single", color="FF1F4A7C")


def _lines(text: str, width: int) -> int:
    """Give how many lines a text takes in a column of so many characters."""
    return sum(max(1, math.ceil(len(line) / width)) for line in text.split("\n"))


def _text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Write text as text: what begins with = is no formula."""
    cell: Any = sheet.cell(row, column)
    cell.value = text
    cell.data_type = "s"


def _inner_link(at: CellRef) -> str:
    name = at.sheet.replace("'", "''")
    return f"#'{name}'!{at.column or 'A'}{at.row or 1}"


def issues_of(workbook: str, issues: Iterable[Issue]) -> list[Issue]:
    """Give the issues that stand in one workbook."""
    return [issue for issue in issues if issue.at.workbook == workbook]
