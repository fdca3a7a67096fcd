"""Workbooks as files: every sheet's cells with their addresses, and each file's sha256."""

import hashlib
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter, range_boundaries

from codesheet.issues import Issue, IssueCode
from codesheet.language.values import CellValue
from codesheet.location import CellRef
from codesheet.model import Source

_LARGEST = 500_000_000
"""Bytes a workbook may unpack to: far above any rulebook, far below what hurts."""

_PASSWORD_MARK = bytes.fromhex("d0cf11e0")
_EXCEL_ERRORS = {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
_WIDTHS = (18.0, 40.0, 18.0, 13.0, 13.0, 22.0, 48.0)
_TITLE = ("label", "value")
_MERGED = re.compile(rb'mergeCell ref="([A-Z]+\d+:[A-Z]+\d+)"')
_FORMULA = re.compile(rb"<(\w+:)?f[ >/]")

Position = tuple[int, int]
"""(row, column), both from 1."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its cells that are not blank, by row and column number.

    `faults` are cells that look blank or say `#N/A` and must not be taken at their word; `merged` are ranges
    as (first row, first column, last row, last column); `left_out` are codes of a reference file whose rows
    were not read, since no workbook names them.
    """

    workbook: str
    name: str
    rows: Mapping[int, Mapping[int, CellValue]]
    faults: Mapping[Position, IssueCode] = field(default_factory=lambda: MappingProxyType({}))
    merged: tuple[tuple[int, int, int, int], ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def at(self) -> CellRef:
        """Give the address of the whole sheet."""
        return CellRef(self.workbook, self.name)

    def ref(self, row: int, column: int) -> CellRef:
        """Give the address of a cell."""
        return CellRef(self.workbook, self.name, row, get_column_letter(column))

    def value(self, row: int, column: int) -> CellValue:
        """Give what a cell holds, None where it is blank."""
        return self.rows.get(row, {}).get(column)


def find_workbooks(path: Path) -> list[tuple[str, Path]]:
    """List the workbooks of a folder (or the one file) as (name in messages, path), in order of name.

    Folders named `samples` and the lock files Excel leaves beside open workbooks (`~$…`) are not read.
    """
    if path.is_file():
        return [(path.name, path)]
    found = [(file.relative_to(path), file) for file in path.rglob("*") if file.is_file()]
    return sorted((name.as_posix(), file) for name, file in found if _is_workbook(name))


def _is_workbook(name: Path) -> bool:
    return name.suffix.lower() in (".xlsx", ".xlsm") and not name.name.startswith("~$") and not is_apart(name)


def is_apart(name: Path) -> bool:
    """Say whether a file of a rulebook's folder is none of the rulebook's: a sample, or hidden."""
    apart = any(folder.casefold() == "samples" or folder.startswith(".") for folder in name.parts[:-1])
    return apart or name.name.startswith(".")


def read_workbooks(path: Path) -> tuple[list[Sheet], list[Source], list[Issue]]:
    """Read every workbook of a rulebook; one that cannot be read is an issue and the others go on."""
    sheets: list[Sheet] = []
    sources: list[Source] = []
    issues: list[Issue] = []
    files = find_workbooks(path)
    if not files:
        issues.append(IssueCode.NO_WORKBOOKS.issue(CellRef(path.name or str(path))))
    for name, file in files:
        try:
            data = file.read_bytes()
        except OSError as problem:
            why = f"{problem.strerror}; close it in other programs, or correct its permissions"
            issues.append(IssueCode.UNREADABLE_WORKBOOK.issue(CellRef(name), why=why))
            continue
        sources.append(Source(name, hashlib.sha256(data).hexdigest()))
        found, problem_found = read_sheets(data, name)
        sheets += found
        issues += [problem_found] if problem_found else []
    return sheets, sources, issues


def read_sheets(data: bytes, name: str) -> tuple[list[Sheet], Issue | None]:
    """Read the sheets of one workbook from its bytes, or say why that cannot be done."""
    why = _why_unreadable(data)
    if why is None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl's remarks on styles and drop-downs
                return list(_sheets(data, name)), None
        except Exception as problem:  # noqa: BLE001 - a damaged file makes openpyxl raise almost anything
            why = f"it is damaged ({type(problem).__name__}); open it in Excel, let it repair, save it again"
    return [], IssueCode.UNREADABLE_WORKBOOK.issue(CellRef(name), why=why)


def write_workbook(target: Path, sheets: Mapping[str, Iterable[Sequence[str | None]]]) -> None:
    """Write plain sheets of text by name, rows from row 1, as a workbook to be read and edited.

    The title block is bold; columns are as wide as a code and its words need.
    """
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for column, width in zip("ABCDEFGH", _WIDTHS, strict=False):
            sheet.column_dimensions[column].width = width
        title = True
        for number, cells in enumerate(rows, start=1):
            title = title and (number == 1 or len(cells) <= len(_TITLE))
            first = WriteOnlyCell(sheet, value=cells[0] if cells else None)
            first.font = Font(bold=title)
            sheet.append([first, *cells[1:]])
    book.save(target)


def _why_unreadable(data: bytes) -> str | None:
    """Judge the file before it is unpacked: Excel's own refusals, and files made to exhaust memory."""
    if data.startswith(_PASSWORD_MARK):
        return "it is protected by a password, or in the old .xls format; save it as .xlsx without a password"
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError):
        return "it is no Excel workbook, or only a part of one; copy it again, or save it again as .xlsx"
    if size > _LARGEST:
        return (
            f"it unpacks to {size // 1_000_000:,} MB (at most {_LARGEST // 1_000_000:,}); "
            "delete the formatted but empty rows and columns around its tables"
        )
    return None


def _sheets(data: bytes, name: str) -> Iterator[Sheet]:
    """Stream the sheets, so that formatting down to the last row of a sheet costs no memory."""
    book = load_workbook(BytesIO(data), read_only=True, data_only=True)
    formulas: Any = None
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for sheet in book.worksheets:
            part = archive.read(sheet._worksheet_path)  # type: ignore[attr-defined]  # noqa: SLF001 - see _merged_ranges
            rows = _rows(sheet)
            faults = _error_values(rows)
            if _FORMULA.search(part):
                formulas = formulas or load_workbook(BytesIO(data), read_only=True)
                faults |= _not_calculated(formulas[sheet.title], rows)
            yield Sheet(name, sheet.title, rows, faults, _merged_ranges(part))


def _rows(sheet: Any) -> dict[int, dict[int, CellValue]]:  # noqa: ANN401 - read-only sheets have no type
    sheet.reset_dimensions()  # what the file says of its size is often wrong
    rows: dict[int, dict[int, CellValue]] = {}
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        numbered = enumerate(values, start=1)
        cells = {column: _plain(value) for column, value in numbered if not _is_blank(value)}
        if cells:
            rows[number] = cells
    return rows


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _plain(value: object) -> CellValue:
    match value:
        case timedelta():
            return (datetime(1900, 1, 1) + value).time() if value < timedelta(days=1) else str(value)  # noqa: DTZ001
        case str() | bool() | int() | float() | datetime() | date() | time():
            return value
        case _:
            return str(value)


def _error_values(rows: Mapping[int, Mapping[int, CellValue]]) -> dict[Position, IssueCode]:
    return {
        (row, column): IssueCode.ERROR_VALUE
        for row, cells in rows.items()
        for column, value in cells.items()
        if isinstance(value, str) and value.strip() in _EXCEL_ERRORS
    }


def _not_calculated(
    sheet: Any,  # noqa: ANN401 - read-only sheets have no type
    rows: dict[int, dict[int, CellValue]],
) -> dict[Position, IssueCode]:
    """Find formulas saved without a result: read as blank, they would mean `any`."""
    sheet.reset_dimensions()
    faults = {}
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        for column, cell in enumerate(cells, start=1):
            if cell.data_type == "f" and column not in rows.get(number, {}):
                faults[number, column] = IssueCode.FORMULA_NOT_CALCULATED
    for row, column in faults:
        rows.setdefault(row, {})[column] = "(formula)"
    return faults


def _merged_ranges(part: bytes) -> tuple[tuple[int, int, int, int], ...]:
    """Find merged ranges in the sheet's XML: openpyxl does not tell them of sheets it streams."""
    ranges = []
    for found in _MERGED.findall(part):
        left, top, right, bottom = range_boundaries(found.decode())
        ranges.append((int(top or 1), int(left or 1), int(bottom or 1), int(right or 1)))
    return tuple(ranges)
