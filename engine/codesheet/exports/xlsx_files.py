"""Exports saved by Excel: the one door to python-calamine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import numpy as np
import python_calamine as calamine

from codesheet.coding.columns import Index
from codesheet.exports.headings import ROWS_SEARCHED, best_headings, heading_key, titles_note
from codesheet.exports.readable_file import ReadableFile
from codesheet.exports.table import (
    ColumnEncoder,
    ExportCell,
    RawColumn,
    RawTable,
    UnreadableExport,
    plain_cell,
    show_cell,
    without_blank_rows,
)
from codesheet.exports.workbook_parts import (
    DamagedWorkbook,
    WorkbookParts,
    failed_cells,
    has_hidden_rows,
    workbook_parts,
)
from codesheet.issues import IssueCode
from codesheet.location import CellRef

_ROWS_AT_ONCE = 1 << 15


def read_xlsx(
    source: ReadableFile, known: frozenset[str], progress: Callable[[int], None]
) -> Iterator[RawTable]:
    """Read the sheet of an Excel file that has the most known headings, the first of several; one piece.

    Raises:
        UnreadableExport: the file is damaged, no workbook, or empty.

    """
    try:
        parts = _parts(source)
        with calamine.load_workbook(source.path) as workbook:
            yield _read(source, workbook, parts, known, progress)
    except (DamagedWorkbook, calamine.CalamineError) as damage:
        raise _unreadable(source, "the file is damaged", "open it in Excel and save it again") from damage
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":  # how a crash in the Rust reader arrives, no Exception
            raise
        raise _unreadable(source, "the file is damaged", "open it in Excel and save it again") from panic


def _parts(source: ReadableFile) -> WorkbookParts:
    parts = workbook_parts(source.path)
    if parts is None:
        raise _unreadable(source, "it is no Excel workbook of today", "save it as .xlsx")
    return parts


def first_sheet_rows(path: Path) -> Iterator[list[str]] | str:
    """Give the rows of an Excel file's first visible sheet as text, from row 1; or why it cannot."""
    try:
        workbook = calamine.load_workbook(path)
        sheet = workbook.get_sheet_by_name(_visible_sheets(workbook)[0])
    except (calamine.CalamineError, OSError, IndexError):
        return "it is no Excel workbook, or damaged: open it in Excel and save it again as .xlsx"
    above, left = sheet.start or (0, 0)
    return _texts(sheet, above, left)


def _texts(sheet: calamine.CalamineSheet, above: int, left: int) -> Iterator[list[str]]:
    yield from ([] for _ in range(above))
    for cells in sheet.iter_rows():
        yield [""] * left + [show_cell(plain_cell(cell)) for cell in cells]


def _unreadable(source: ReadableFile, why: str, remedy: str) -> UnreadableExport:
    return UnreadableExport.because(CellRef(source.name), why, remedy)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A visible sheet with its row of headings, counted from 0, and the rows above that."""

    sheet: calamine.CalamineSheet
    row: int
    headings: tuple[str, ...]
    known: int
    above: tuple[tuple[str, ...], ...]


def _read(
    source: ReadableFile,
    workbook: calamine.CalamineWorkbook,
    parts: WorkbookParts,
    known: frozenset[str],
    progress: Callable[[int], None],
) -> RawTable:
    candidates = [found for name in _visible_sheets(workbook) if (found := _candidate(workbook, name, known))]
    if not candidates:
        raise UnreadableExport(IssueCode.EMPTY_EXPORT.issue(CellRef(source.name)))
    chosen = max(candidates, key=lambda candidate: candidate.known)
    if merged := _merged_cells(chosen):
        why = f"cells {merged} are merged, so not every row says what it holds"
        at = CellRef(source.name, chosen.sheet.name, 0)
        raise UnreadableExport.because(at, why, "unmerge them and fill in each")
    others = [c.sheet.name for c in candidates if c.known and c is not chosen]
    notes = [*titles_note(source.name, chosen.above)]
    if others:
        notes.insert(0, f'{source.name}: only sheet "{chosen.sheet.name}" was read, not {", ".join(others)}')
    if has_hidden_rows(source.path, parts.sheets[chosen.sheet.name]):
        notes.append(f"{source.name} hides rows (a filter does): they were read as well")
    columns, rows = _body(chosen, failed_cells(source.path, parts.sheets[chosen.sheet.name]), progress)
    return RawTable(
        file=source.name,
        headings=chosen.headings,
        header_row=chosen.row + 1,
        columns=columns,
        rows=rows,
        day_numbers=not parts.from_1904,
        notes=tuple(notes),
    )


def _visible_sheets(workbook: calamine.CalamineWorkbook) -> list[str]:
    visible = calamine.SheetVisibleEnum.Visible
    sheets = (sheet for sheet in workbook.sheets_metadata if sheet.visible is visible)
    return [sheet.name for sheet in sheets if sheet.typ is calamine.SheetTypeEnum.WorkSheet]


def _candidate(workbook: calamine.CalamineWorkbook, name: str, known: frozenset[str]) -> _Candidate | None:
    sheet = workbook.get_sheet_by_name(name)
    rows: list[tuple[str, ...]] = []
    searched = 0
    for cells in sheet.iter_rows():
        rows.append(tuple(show_cell(plain_cell(cell)) for cell in cells))
        searched += any(text.strip() for text in rows[-1])
        if searched == ROWS_SEARCHED:
            break
    place = best_headings(rows, known)
    if place is None:
        return None
    matches = sum(heading_key(heading) in known for heading in rows[place])
    return _Candidate(sheet, place, rows[place], matches, tuple(rows[:place]))


def _merged_cells(chosen: _Candidate) -> str:
    """Name the first merged cells among the visits, "" if there are none."""
    for (top, left), (bottom, right) in chosen.sheet.merged_cell_ranges or ():
        if top > chosen.row:
            return f"{_letters(left)}{top + 1}:{_letters(right)}{bottom + 1}"
    return ""


def _letters(column: int) -> str:
    """Write a column, counted from 0, as Excel does."""
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _body(
    chosen: _Candidate, failed: dict[int, dict[int, str]], progress: Callable[[int], None]
) -> tuple[tuple[RawColumn, ...], Index]:
    encoders = [ColumnEncoder() for _ in chosen.headings]
    rows = islice(_rows(chosen, failed), chosen.row + 1, None)
    done = 0
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        for encoder, cells in zip(encoders, zip(*batch, strict=True), strict=True):
            encoder.extend(cells)
        done += len(batch)
        progress(done)
    numbers = np.arange(chosen.row + 2, chosen.row + 2 + done)
    return without_blank_rows((encoder.column() for encoder in encoders), numbers)


def _rows(chosen: _Candidate, failed: dict[int, dict[int, str]]) -> Iterator[list[ExportCell]]:
    """Give all rows; to calamine a failed cell is blank, and a row of such only is none."""
    width = len(chosen.headings)
    left = (chosen.sheet.start or (0, 0))[1]
    cells = chosen.sheet.iter_rows()
    last = max(failed, default=-1)
    for row in count():
        found = next(cells, None)
        if found is None and row > last:
            return
        yield _with_failures([*found] if found else [""] * width, failed.get(row, {}), left)


def _with_failures(cells: list[ExportCell], failures: dict[int, str], left: int) -> list[ExportCell]:
    for column, text in failures.items():
        if 0 <= column - left < len(cells):
            cells[column - left] = text
    return cells
