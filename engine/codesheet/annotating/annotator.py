"""Annotated copies of a rulebook's workbooks: nothing changed but colours, comments and a sheet of issues."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.workbook import Workbook

from codesheet.annotating.issues_sheet import add_issues_sheet, issues_of, remove_earlier
from codesheet.annotating.marks import mark
from codesheet.dressing.losses import what_would_be_lost
from codesheet.dressing.saved_parts import note_sizes, put_back
from codesheet.issues import Issue
from codesheet.location import CellRef
from codesheet.replacing import WriteError, replacing_file
from codesheet.sheets.empty_cells import without_empty_cells
from codesheet.sheets.strict_files import in_ordinary_form


class DamagedPartError(Exception):
    """A part of a workbook that holds no cells is damaged, so that no copy can be made; says what to do."""

    def __init__(self, name: str, problem: Exception) -> None:
        super().__init__(
            f"{name}: no annotated copy: a part of it is damaged ({type(problem).__name__}); "
            "open it in Excel, let it repair, save it again"
        )


def annotate(workbook: tuple[str, Path], issues: Sequence[Issue], folder: Path) -> Path:
    """Write an annotated copy of one workbook into a folder, under its own path; give the copy's path.

    Raises:
        DamagedPartError: its cells can be read, but another part of the file cannot.
        WriteError: the copy would take the place of the workbook itself, or cannot be written.

    """
    name, source = workbook
    target = folder / name
    if target.resolve() == source.resolve():
        raise WriteError(f"{target} is the workbook itself; name another folder for the annotated copies.")
    copy = annotated(source.read_bytes(), name, issues)
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(target) as new:
        new.write_bytes(copy)
    return target


def annotated(original: bytes, name: str, issues: Sequence[Issue]) -> bytes:
    """Give a workbook's bytes with its issues marked; marks of an earlier run are replaced.

    Raises:
        DamagedPartError: its cells can be read, but another part of the file cannot.

    """
    own = issues_of(name, issues)
    macros = name.lower().endswith(".xlsm")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's remarks on what it does not know
        with _damage_named(name):
            original, empty = without_empty_cells(in_ordinary_form(original))
            lost = what_would_be_lost(original, macros=macros)
            book = load_workbook(BytesIO(original), keep_vba=macros, rich_text=True)
            _keep_note_sizes(book, original)
            remove_earlier(book)
        if empty:
            lost.append(f"the formats of {empty:,} empty cells and rows")
        add_issues_sheet(book, own, _mark_cells(book, own), lost)
        with _damage_named(name):
            stream = BytesIO()
            book.save(stream)
            return put_back(stream.getvalue(), original, None)


@contextmanager
def _damage_named(name: str) -> Iterator[None]:
    """Say of which workbook a part is damaged, whatever openpyxl raises: it raises almost anything."""
    try:
        yield
    except Exception as problem:
        raise DamagedPartError(name, problem) from problem


def _keep_note_sizes(book: Workbook, original: bytes) -> None:
    """Keep the size of each comment, which openpyxl does not read."""
    for title, sizes in note_sizes(original).items():
        for place, (width, height) in sizes.items():
            row, column = place.removeprefix("R").split("C")
            comment = book[title].cell(int(row), int(column)).comment if title in book.sheetnames else None
            if comment is not None:
                comment.width, comment.height = width, height


def _mark_cells(book: Workbook, issues: Sequence[Issue]) -> list[tuple[str, str]]:
    by_cell: dict[tuple[str, str], list[Issue]] = {}
    for issue in issues:
        if issue.at.sheet in book.sheetnames:
            by_cell.setdefault((issue.at.sheet, _address(book, issue.at)), []).append(issue)
    marked = []
    for (sheet, address), found in by_cell.items():
        cell = book[sheet][address]
        if isinstance(cell, Cell):
            marked.append((f"{sheet}!{address}", mark(cell, found)))
    return marked


def _address(book: Workbook, at: CellRef) -> str:
    """Give the cell to mark: the issue's own, else the first of its row that holds something, else A1."""
    if at.column or not at.row:
        return f"{at.column or 'A'}{at.row or 1}"
    filled = (
        cell for cell in book[at.sheet][at.row] if cell.value is not None and not isinstance(cell, MergedCell)
    )
    return next((cell.coordinate for cell in filled), f"A{at.row}")
