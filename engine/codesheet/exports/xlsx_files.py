"""Exports saved by Excel: the one door to python-calamine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import numpy as np
import python_calamine as calamine

from codesheet.coding.columns import Index
from codesheet.exports.headings import heading_key
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
from codesheet.exports.workbook_parts import DamagedWorkbook, WorkbookParts, failed_cells, workbook_parts
from codesheet.issues import IssueCode
from codesheet.location import CellRef

_ROWS_AT_ONCE = 1 << 15


def read_xlsx(path: Path, known: frozenset[str], progress: Callable[[int], None]) -> Iterator[RawTable]:
    """Read the sheet of an Excel file that has the most known headings, the first of several; one piece.

    Raises:
        UnreadableExport: the file is damaged, no workbook, or empty.

    """
    try:
        parts = _parts(path)
        with calamine.load_workbook(path) as workbook:
            yield _read(path, workbook, parts, known, progress)
    except (DamagedWorkbook, calamine.CalamineError) as damage:
        raise _unreadable(path, "the file is damaged: open it in Excel and save it again") from damage
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":  # how a crash in the Rust reader arrives, no Exception
            raise
        raise _unreadable(path, "the file is damaged: open it in Excel and save it again") from panic


def _parts(path: Path) -> WorkbookParts:
    parts = workbook_parts(path)
    if parts is None:
        raise _unreadable(path, "it is no Excel workbook of today: save it as .xlsx")
    return parts


def _unreadable(path: Path, why: str) -> UnreadableExport:
    return UnreadableExport(IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), why=why))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A visible sheet with its first row that holds anything, counted from 0."""

    sheet: calamine.CalamineSheet
    row: int
    headings: tuple[str, ...]
    known: int


def _read(
    path: Path,
    workbook: calamine.CalamineWorkbook,
    parts: WorkbookParts,
    known: frozenset[str],
    progress: Callable[[int], None],
) -> RawTable:
    candidates = [found for name in _visible_sheets(workbook) if (found := _candidate(workbook, name, known))]
    if not candidates:
        raise UnreadableExport(IssueCode.EMPTY_EXPORT.issue(CellRef(path.name)))
    chosen = max(candidates, key=lambda candidate: candidate.known)
    others = [c.sheet.name for c in candidates if c.known and c is not chosen]
    note = f'{path.name}: only sheet "{chosen.sheet.name}" was read, not {", ".join(others)}'
    columns, rows = _body(chosen, failed_cells(path, parts.sheets[chosen.sheet.name]), progress)
    return RawTable(
        file=path.name,
        headings=chosen.headings,
        header_row=chosen.row + 1,
        columns=columns,
        rows=rows,
        day_numbers=not parts.from_1904,
        notes=(note,) if others else (),
    )


def _visible_sheets(workbook: calamine.CalamineWorkbook) -> list[str]:
    visible = calamine.SheetVisibleEnum.Visible
    sheets = (sheet for sheet in workbook.sheets_metadata if sheet.visible is visible)
    return [sheet.name for sheet in sheets if sheet.typ is calamine.SheetTypeEnum.WorkSheet]


def _candidate(workbook: calamine.CalamineWorkbook, name: str, known: frozenset[str]) -> _Candidate | None:
    sheet = workbook.get_sheet_by_name(name)
    for row, cells in enumerate(sheet.iter_rows()):
        headings = tuple(show_cell(plain_cell(cell)) for cell in cells)
        if any(heading.strip() for heading in headings):
            matches = sum(heading_key(heading) in known for heading in headings)
            return _Candidate(sheet, row, headings, matches)
    return None


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
