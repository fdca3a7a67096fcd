"""Dresses the workbooks of a folder in place, each wholly or not at all, and says of each what was done."""

import shutil
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from codesheet.dressing.choices import Vocabulary
from codesheet.dressing.lists_sheet import TITLE, ForeignSheetError, Lists
from codesheet.dressing.losses import what_would_be_lost
from codesheet.dressing.saved_parts import note_sizes, put_back, read_parts
from codesheet.dressing.sheet_marks import SheetMarks, marks_for
from codesheet.dressing.worksheet import cells_of, is_our_note, notes_of, put_marks
from codesheet.replacing import WriteError, replacing_file
from codesheet.sheets.empty_cells import without_empty_cells
from codesheet.sheets.strict_files import is_strict
from codesheet.sheets.title_block import read_title_blocks
from codesheet.sheets.workbook import find_workbooks, read_sheets

_MACROS = ".xlsm"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Dressed:
    """What became of one workbook; `left_alone` says why it was not touched, blank where it was."""

    workbook: str
    sheets: int = 0
    drop_downs: int = 0
    notes: int = 0
    changed: bool = False
    left_alone: str = ""


class _LeftAlone(Exception):  # noqa: N818 - not a fault: why a workbook stays as it is
    """A workbook must not be written; the message is for its owner."""


def dress_workbooks(path: Path, vocabulary: Vocabulary) -> Iterable[Dressed]:
    """Dress every workbook of a rulebook, one after the other."""
    for name, file in find_workbooks(path):
        try:
            yield _dress(name, file.resolve(), vocabulary)
        except _LeftAlone as why:
            yield Dressed(name, left_alone=str(why))
        except WriteError as problem:
            yield Dressed(name, left_alone=str(problem))
        except Exception as problem:  # noqa: BLE001 - openpyxl raises almost anything where a part is damaged
            said = f"a part of it is damaged ({type(problem).__name__})"
            yield Dressed(name, left_alone=f"{said}; open it in Excel, let it repair, save it again")


def _dress(name: str, file: Path, vocabulary: Vocabulary) -> Dressed:
    _refuse_open(file)
    data = _read(file)
    marks = _marks(data, name, vocabulary)
    _refuse_strict(data)
    result = Dressed(
        workbook=name,
        sheets=len(marks),
        drop_downs=sum(len(one.drop_downs) for one in marks.values()),
        notes=sum(len(one.notes) for one in marks.values()),
    )
    _refuse_losses(data, macros=file.suffix.lower() == _MACROS)
    new = _with_marks(data, file, marks)
    parts = read_parts(new)
    if parts == read_parts(data) or parts == read_parts(_with_marks(data, file, None)):
        return result
    _refuse_changes(data, new, name)
    with replacing_file(file) as beside:
        beside.write_bytes(new)
        shutil.copymode(file, beside)
    return Dressed(name, result.sheets, result.drop_downs, result.notes, changed=True)


def _refuse_open(file: Path) -> None:
    locks = (f"~${file.name}", f".~lock.{file.name}#")
    lock = next((lock for lock in locks if (file.parent / lock).exists()), None)
    if lock is not None:
        raise _LeftAlone(
            f"it is open in Excel or another program ({lock} is beside it); close it and run again, "
            "or delete that file if it is left from a crash"
        )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        why = (problem.strerror or str(problem)).lower()
        raise _LeftAlone(f"it cannot be read: {why}; close it in other programs") from problem


def _marks(data: bytes, name: str, vocabulary: Vocabulary) -> dict[str, SheetMarks]:
    sheets, issues = read_sheets(data, name)
    for issue in issues:
        if issue.is_error:
            raise _LeftAlone(issue.message)
    return {titled.sheet.name: marks_for(titled, vocabulary) for titled in read_title_blocks(sheets, [])}


def _refuse_strict(data: bytes) -> None:
    if is_strict(data):
        raise _LeftAlone("it is saved as Strict Open XML Spreadsheet; save it as Excel Workbook (.xlsx)")


def _refuse_losses(data: bytes, *, macros: bool) -> None:
    _, empty = without_empty_cells(data)
    if empty:
        raise _LeftAlone(
            f"it holds {empty:,} empty cells and rows with formats; delete the rows below its tables and the "
            "columns beside them, and save it"
        )
    lost = what_would_be_lost(data, macros=macros)
    if lost:
        more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        raise _LeftAlone(
            f"it holds what would be lost: {'; '.join(lost[:_SHOWN])}{more}. "
            "Move that to a workbook of its own"
        )


def _with_marks(data: bytes, file: Path, marks: Mapping[str, SheetMarks] | None) -> bytes:
    """Give a workbook as it is saved with new marks; with None, with those it has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's remarks; what it would lose has been looked for
        book = load_workbook(BytesIO(data), keep_vba=file.suffix.lower() == _MACROS, rich_text=True)
        _restore_note_sizes(book, data)
        if marks is not None:
            _mark(book, marks)
        saved = BytesIO()
        book.save(saved)
    tables = None if marks is None else {title: one.first_row for title, one in marks.items()}
    return put_back(saved.getvalue(), data, tables)


def _mark(book: Workbook, marks: Mapping[str, SheetMarks]) -> None:
    try:
        lists = Lists(book)
    except ForeignSheetError as problem:
        raise _LeftAlone(f'its sheet "{TITLE}" is not the one this program makes; rename it') from problem
    for title, one in marks.items():
        put_marks(book[title], one, lists)
    lists.write()


def _restore_note_sizes(book: Workbook, data: bytes) -> None:
    sizes = note_sizes(data)
    for sheet in book.worksheets:
        for cell in notes_of(sheet):
            size = sizes.get(sheet.title, {}).get(f"R{cell.row}C{cell.column}")
            if size is not None and cell.comment is not None:
                cell.comment.width, cell.comment.height = size


def _refuse_changes(old: bytes, new: bytes, name: str) -> None:
    """Compare what the program reads, formulas and authors' notes, before anything is written."""
    if _content(old, name) != _content(new, name):
        raise _LeftAlone("its cells would not come out as they are; please report this")


def _content(data: bytes, name: str) -> object:
    sheets, issues = read_sheets(data, name)
    cells = [
        (one.name, one.rows, one.faults, sorted(one.layout.merged)) for one in sheets if one.name != TITLE
    ]
    book = load_workbook(BytesIO(data))
    formulas = [
        (sheet.title, cell.coordinate, str(getattr(cell.value, "text", cell.value)))
        for sheet in book.worksheets
        for cell in cells_of(sheet)
        if cell.data_type == "f"
    ]
    notes = [
        (sheet.title, cell.coordinate, cell.comment.text)
        for sheet in book.worksheets
        for cell in notes_of(sheet)
        if cell.comment is not None and not is_our_note(cell)
    ]
    return issues, cells, sorted(formulas), sorted(notes)
