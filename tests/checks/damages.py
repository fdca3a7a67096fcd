"""What a hand in Excel, or Excel itself, does to a workbook; each damage tells where its issue must be found.

A place is an address within the workbook ("Role!C9"); one that names a workbook is in another.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

Damage = Callable[[Workbook], str]
"""Changes a workbook, and gives the address of the issue."""

Value = str | float | datetime | None

ROLES = {"IF", "THEN", "KEY", "VALUE", "FROM", "TO", "NOTE", "RULE", "GIVEN", "EXPECT"}


@dataclass(frozen=True, slots=True)
class Bytes:
    """A damage to the file rather than to its cells; the issue is at the workbook, or at a place in it."""

    change: Callable[[bytes], bytes]
    at: str = ""
    before: Damage | None = None


Case = tuple[str, str, Damage | Bytes]
"""The workbook, the code of the issue, and what is done."""


def day(year: int, month: int, number: int) -> datetime:
    """Give a day as Excel stores it."""
    return datetime(year, month, number)  # noqa: DTZ001


def table(book: Workbook, title: str) -> Worksheet:
    """Find a sheet by its table's name, or by the name of its tab."""
    return next(s for s in book.worksheets if title in (s["B1"].value, s.title))


def rows_of(sheet: Worksheet) -> tuple[int, int]:
    """Give the row of headings and the first row below."""
    for row in range(2, 20):
        words = {cell.value for cell in sheet[row] if cell.value}
        fixed = ({"Field", "Set"} | {"Column 1", "Code", "Add-on"}) & words and len(words) > 1
        if words and (words <= ROLES or fixed):
            return (row, row + 1) if fixed and not words <= ROLES else (row + 1, row + 2)
    raise AssertionError(sheet.title)


def column(sheet: Worksheet, heading: str) -> str:
    """Give the letter of the column under a heading."""
    head, _ = rows_of(sheet)
    return next(cell.column_letter for cell in sheet[head] if cell.value == heading)


def last_row(sheet: Worksheet) -> int:
    return max(row for row in range(1, sheet.max_row + 1) if any(cell.value for cell in sheet[row]))


def row_where(sheet: Worksheet, heading: str, value: object) -> int:
    """Give the first row that holds a value under a heading."""
    letter = column(sheet, heading)
    first = rows_of(sheet)[1]
    return next(row for row in range(first, sheet.max_row + 1) if sheet[f"{letter}{row}"].value == value)


def label_row(sheet: Worksheet, name: str) -> int:
    return next(row for row in range(2, 12) if sheet.cell(row, 1).value == name)


def set_cell(title: str, heading: str, offset: int, value: Value, at: str = "") -> Damage:
    """Write into a row of a table, counted from its first; the issue is at the cell, or at its `row`."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        row = rows_of(sheet)[1] + offset
        cell = f"{column(sheet, heading)}{row}"
        sheet[cell] = value
        return f"{sheet.title}!{row if at == 'row' else cell}"

    return damage


def delete_where(title: str, where: tuple[str, object]) -> Damage:
    """Delete the row that holds a value."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        sheet.delete_rows(row_where(sheet, *where))
        return sheet.title

    return damage


def set_where(title: str, where: tuple[str, object], heading: str, value: Value, at: str = "") -> Damage:
    """Write into the row that holds a value; the issue is at the cell, or at its `row` or another column."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        row = row_where(sheet, *where)
        letter = column(sheet, heading)
        sheet[f"{letter}{row}"] = value
        return f"{sheet.title}!{row if at == 'row' else f'{at or letter}{row}'}"

    return damage


def written(title: str, cell: str, value: Value, at: str | None = None) -> Damage:
    """Write into a cell; the issue is there, or elsewhere on the sheet ("": at the sheet)."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        sheet[cell] = value
        return f"{sheet.title}!{cell if at is None else at}".removesuffix("!")

    return damage


def label(title: str, name: str, value: str | None) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        row = label_row(sheet, name)
        sheet.cell(row, 2).value = value
        return f"{sheet.title}!B{row}"

    return damage


def blank_label(title: str, name: str) -> Damage:
    """Delete a label and what it says."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        row = label_row(sheet, name)
        sheet.cell(row, 1).value = sheet.cell(row, 2).value = None
        return sheet.title

    return damage


def add_label(title: str, name: str, value: str, at: str = "B") -> Damage:
    """Put one more label above a table."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        sheet.insert_rows(2)
        sheet["A2"], sheet["B2"] = name, value
        return f"{sheet.title}!{at}2" if at else sheet.title

    return damage


def heading(title: str, name: str, to: str | None, at: str = "") -> Damage:
    """Rename a heading; the issue is at the heading, or at the role above it."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        letter, row = column(sheet, name), rows_of(sheet)[0]
        sheet[f"{letter}{row}"] = to
        return f"{sheet.title}!{letter}{row - 1 if at == 'role' else row}"

    return damage


def role(title: str, name: str, to: str | None, at: str = "role") -> Damage:
    """Change the role above a heading; the issue is at the role, or at the whole sheet."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        cell = f"{column(sheet, name)}{rows_of(sheet)[0] - 1}"
        sheet[cell] = to
        return f"{sheet.title}!{cell}" if at == "role" else sheet.title

    return damage


def copy_row(title: str, offset: int, changed: dict[str, Value] | None = None, at: str = "") -> Damage:
    """Copy a row to the end of its table, with some cells changed; the issue is at the copy, or a column."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        source, target = rows_of(sheet)[1] + offset, last_row(sheet) + 1
        for cell in sheet[source]:
            sheet[f"{get_column_letter(cell.column or 1)}{target}"] = cell.value
        for name, value in (changed or {}).items():
            sheet[f"{column(sheet, name)}{target}"] = value
        return f"{sheet.title}!{column(sheet, at) if at else ''}{target}"

    return damage


def add_row(title: str, cells: dict[str, Value], at: str) -> Damage:
    """Write a new row at the end of a table; the issue is at one of its cells."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        target = last_row(sheet) + 1
        for name, value in cells.items():
            sheet[f"{column(sheet, name)}{target}"] = value
        return f"{sheet.title}!{column(sheet, at)}{target}"

    return damage


def add_column(title: str, above: str, name: str | None, cells: list[Value], at: str) -> Damage:
    """Put one more column beside a table, with a cell for each row."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        head, first = rows_of(sheet)
        letter = get_column_letter(max(cell.column or 1 for cell in sheet[head] if cell.value) + 1)
        sheet[f"{letter}{head - 1}"], sheet[f"{letter}{head}"] = above, name
        for row, value in enumerate(cells, start=first):
            sheet[f"{letter}{row}"] = value
        return f"{sheet.title}!{at or letter}"

    return damage


def clear_column(title: str, name: str) -> Damage:
    """Delete all of a column's cells; the issue is at the first cell of the headings."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        letter, head = column(sheet, name), rows_of(sheet)[0]
        for row in range(head, sheet.max_row + 1):
            sheet[f"{letter}{row}"] = None
        return f"{sheet.title}!A{head}"

    return damage


def add_sheet(name: str, rows: list[list[Value]], at: str | None = None) -> Damage:
    """Put one more sheet into a workbook."""

    def damage(book: Workbook) -> str:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        return name if at is None else at

    return damage


def copy_sheet(title: str, name: str) -> Damage:
    def damage(book: Workbook) -> str:
        book.copy_worksheet(table(book, title)).title = name
        return name

    return damage


def several(*damages: Damage) -> Damage:
    """Do one thing after another; the issue is where the last one says."""

    def damage(book: Workbook) -> str:
        return [one(book) for one in damages][-1]

    return damage


def at(place: str, done: Damage) -> Damage:
    """Look for the issue elsewhere than where the damage was done."""

    def damage(book: Workbook) -> str:
        done(book)
        return place

    return damage


def without_visit(title: str, visit: str) -> Damage:
    """Delete the rows of an example."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        while any(cell.value == visit for cell in sheet["A"]):
            sheet.delete_rows(row_where(sheet, "Visit ID", visit))
        return sheet.title

    return damage


def row_before_title(title: str) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        sheet.insert_rows(1)
        return f"{sheet.title}!A1"

    return damage


def without_roles(title: str) -> Damage:
    """Delete the row of roles; the issue is at the headings, which take its place."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        row = rows_of(sheet)[0] - 1
        sheet.delete_rows(row)
        return f"{sheet.title}!A{row}"

    return damage


def hide(title: str) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        sheet.sheet_state = "hidden"
        return sheet.title

    return damage


def hide_row(title: str, offset: int) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        row = rows_of(sheet)[1] + offset
        sheet.row_dimensions[row].hidden = True
        return f"{sheet.title}!{row}"

    return damage


def hide_column(title: str, name: str) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        letter = column(sheet, name)
        sheet.column_dimensions[letter].hidden = True
        return f"{sheet.title}!{letter}{rows_of(sheet)[0]}"

    return damage


def strike_row(title: str, offset: int) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        row = rows_of(sheet)[1] + offset
        for cell in sheet[row]:
            cell.font = Font(strike=True)
        return f"{sheet.title}!{row}"

    return damage


def sort(title: str) -> Damage:
    """Let Excel remember that it sorted a table."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        first, last = rows_of(sheet)[1], last_row(sheet)
        sheet.auto_filter.ref = f"A{first - 1}:E{last}"
        sheet.auto_filter.add_sort_condition(f"A{first}:E{last}")
        return f"{sheet.title}!{first}"

    return damage


def merge(title: str, name: str, offset: int) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        letter, row = column(sheet, name), rows_of(sheet)[1] + offset
        sheet.merge_cells(f"{letter}{row}:{letter}{row + 1}")
        return f"{sheet.title}!{letter}{row}"

    return damage


def numbered(title: str, name: str, offset: int, value: float, form: str) -> Damage:
    def damage(book: Workbook) -> str:
        where = set_cell(title, name, offset, value)(book)
        sheet, _, cell = where.rpartition("!")
        book[sheet][cell].number_format = form
        return where

    return damage


def from_1904(book: Workbook) -> str:
    book.epoch = CALENDAR_MAC_1904
    return ""


def with_part(name: str, content: bytes) -> Callable[[bytes], bytes]:
    """Put one more part into the file."""

    def change(data: bytes) -> bytes:
        stream = BytesIO(data)
        with zipfile.ZipFile(stream, "a") as archive:
            archive.writestr(name, content)
        return stream.getvalue()

    return change


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Replace a piece of XML wherever it stands in the file."""

    def change(data: bytes) -> bytes:
        out = BytesIO()
        with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
            parts = {name: source.read(name) for name in source.namelist()}
            assert any(old in part for part in parts.values())
            for name, part in parts.items():
                target.writestr(name, part.replace(old, new))
        return out.getvalue()

    return change


def without_sheet(data: bytes, name: str) -> bytes:
    """Take a sheet off the list of a workbook's sheets, where there is one of this name."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            if part == "xl/workbook.xml":
                content = re.sub(rb'<sheet [^>]*name="%s"[^>]*/>' % name.encode(), b"", content)
            target.writestr(part, content)
    return out.getvalue()


MARK = 7654321
"""Written where a formula is to stand, since openpyxl writes no formula with its result."""


def formula(text: bytes, result: bytes = b"1") -> Callable[[bytes], bytes]:
    """Put a formula with the result that Excel saved where the mark stands."""
    return replaced(b"<v>%d</v>" % MARK, b"<f>%s</f><v>%s</v>" % (text, result))


def both(one: Callable[[bytes], bytes], other: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda data: other(one(data))
