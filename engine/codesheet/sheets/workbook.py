"""Workbooks as files: every sheet's cells with their addresses, and each file's sha256."""

import hashlib
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import column_index_from_string, get_column_letter

from codesheet.issues import Issue, IssueCode, IssueKind
from codesheet.language.values import CellValue
from codesheet.location import CellRef
from codesheet.model import Source
from codesheet.sheets.beside_sheets import judge_files, judge_parts
from codesheet.sheets.empty_cells import without_empty_cells
from codesheet.sheets.excel_formulas import gives
from codesheet.sheets.sheet_cells import SheetCells
from codesheet.sheets.sheet_layout import Layout, Position
from codesheet.sheets.sheet_xml import HostileXml, read_sheet
from codesheet.sheets.strict_files import in_ordinary_form
from codesheet.sheets.workbook_file import WorkbookFile

_LARGEST = 500_000_000
"""Bytes a workbook may unpack to: far above any rulebook, far below what hurts."""

_HEAD = 4096
_ENCRYPTED = 1
_LENGTHS = 26
"""Where a part's own head says how long its name and its extra field are, before it begins."""
_HOSTILE = "it holds XML with declarations that Excel never writes", "save it again in Excel"
_NO_ZIP = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    zlib.error,
    struct.error,
    ValueError,
)

_PASSWORD_MARK = bytes.fromhex("d0cf11e0")
_EXCEL_ERRORS = {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
_WIDTHS = (18.0, 40.0, 18.0, 13.0, 13.0, 22.0, 48.0)
_TITLE = ("label", "value")
LISTS_SAY = (
    "Lists of the drop-downs of this workbook. `codesheet dress` writes them anew; rules do not read them."
)
"""What A1 says of the sheet with the lists of drop-downs: the rest of it is not read."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its cells that are not blank, by row and column number.

    `faults` are cells that look blank or say `#N/A` and must not be taken at their word; `left_out` are
    codes of a reference file whose rows were not read, since no workbook names them.
    """

    workbook: str
    name: str
    rows: Mapping[int, Mapping[int, CellValue]]
    faults: Mapping[Position, IssueKind] = field(default_factory=lambda: MappingProxyType({}))
    layout: Layout = field(default_factory=Layout)
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


def column_number(letters: str) -> int:
    """Give the number of a column: A is 1."""
    return column_index_from_string(letters)


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
            remedy = "close it in other programs, or correct its permissions"
            issues.append(_unreadable(name, (problem.strerror or type(problem).__name__, remedy)))
            continue
        sources.append(Source(name, hashlib.sha256(data).hexdigest()))
        found, more = read_sheets(data, name)
        sheets += found
        issues += more
    issues += judge_files(path, [name for name, _ in files])
    return sheets, sources, issues


def read_sheets(data: bytes, name: str) -> tuple[list[Sheet], list[Issue]]:
    """Read the sheets of one workbook from its bytes, or say why that cannot be done."""
    why = _why_unreadable(data)
    if why is None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl's remarks on styles and drop-downs
                return _sheets(data, name)
        except HostileXml:
            why = _HOSTILE
        except Exception as problem:  # noqa: BLE001 - a damaged file makes openpyxl raise almost anything
            kind = type(problem).__name__
            why = f"it is damaged ({kind})", "open it in Excel, let it repair, save it again"
    return [], [_unreadable(name, why)]


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


def _unreadable(name: str, why: tuple[str, str]) -> Issue:
    reason, remedy = why
    return IssueCode.UNREADABLE_WORKBOOK.issue(CellRef(name), why=reason, remedy=remedy)


def _why_unreadable(data: bytes) -> tuple[str, str] | None:
    """Judge the file before it is unpacked: Excel's own refusals, and files made to exhaust memory.

    Gives why it cannot be read and what to do; None where it can.
    """
    if data.startswith(_PASSWORD_MARK):
        why = "it is protected by a password, or in the old .xls format"
        return why, "save it as .xlsx without a password"
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            size = sum(part.file_size for part in archive.infolist())
            if any(_declares_entities(data, archive, part) for part in archive.infolist()):
                return _HOSTILE
    except _NO_ZIP:
        why = "it is no Excel workbook, or only a part of one"
        return why, "copy it again, or save it again as .xlsx"
    if size > _LARGEST:
        why = f"it unpacks to {size // 1_000_000:,} MB (at most {_LARGEST // 1_000_000:,})"
        return why, "delete the formatted but empty rows and columns around its tables"
    return None


def _declares_entities(data: bytes, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Say whether a part has a document type: entities read other files, or grow without end."""
    if not part.filename.endswith((".xml", ".rels", ".vml")):
        return False
    return b"<!DOCTYPE" in _head(data, archive, part).replace(b"\0", b"").upper()


def _head(data: bytes, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """Give how a part begins; a workbook has dozens, and to open each as a file takes twice as long."""
    if part.flag_bits & _ENCRYPTED or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with archive.open(part) as file:
            return file.read(_HEAD)
    name, extra = struct.unpack_from("<HH", data, part.header_offset + _LENGTHS)
    begin = part.header_offset + _LENGTHS + 4 + name + extra
    packed = data[begin : begin + min(part.compress_size, _HEAD)]
    if part.compress_type == zipfile.ZIP_STORED:
        return packed
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, _HEAD)


def _sheets(data: bytes, name: str) -> tuple[list[Sheet], list[Issue]]:
    """Stream the sheets, so that formatting down to the last row of a sheet costs no memory."""
    data, _ = without_empty_cells(in_ordinary_form(data))
    book = WorkbookFile(data)
    new = partial(SheetCells, book.strings, book.styles, book.epoch, _is_list_of_choices)
    sheets: dict[str, Sheet] = {}
    results: dict[str, dict[int, dict[int, CellValue]]] = {}
    formulas: dict[str, dict[Position, str]] = {}
    for title, part, is_hidden in book.sheets:
        with book.archive.open(part) as file:
            sheet = read_sheet(file, new)
        results[title] = sheet.rows
        if sheet.formulas:
            formulas[title] = sheet.formulas
        faults = dict.fromkeys(sheet.errors, IssueCode.ERROR_VALUE) | _error_values(sheet.rows)
        sheets[title] = Sheet(name, title, sheet.rows, faults, sheet.layout(is_hidden=is_hidden))
    for title, of_sheet in formulas.items():
        faults = {} if book.calculates_as_shown else _out_of_date(title, of_sheet, results)
        faults |= _not_calculated(of_sheet, results[title])
        sheets[title] = replace(sheets[title], faults={**sheets[title].faults, **faults})
    return list(sheets.values()), list(judge_parts(book, name, has_formulas=bool(formulas)))


def _is_list_of_choices(cells: dict[int, CellValue]) -> bool:
    """Say whether a sheet holds but the lists of drop-downs: half of what a dressed workbook holds."""
    return cells == {1: LISTS_SAY}


def _error_values(rows: Mapping[int, Mapping[int, CellValue]]) -> dict[Position, IssueKind]:
    return {
        (row, column): IssueCode.ERROR_VALUE
        for row, cells in rows.items()
        for column, value in cells.items()
        if isinstance(value, str) and value.startswith("#") and value.strip() in _EXCEL_ERRORS
    }


def _not_calculated(
    formulas: Mapping[Position, str], rows: dict[int, dict[int, CellValue]]
) -> dict[Position, IssueKind]:
    """Find formulas saved without a result: read as blank, they would mean `any`."""
    faults = {
        (row, column): IssueCode.FORMULA_NOT_CALCULATED
        for row, column in formulas
        if column not in rows.get(row, {})
    }
    for row, column in faults:
        rows.setdefault(row, {})[column] = "(formula)"
    return faults


def _out_of_date(
    title: str, formulas: Mapping[Position, str], results: Mapping[str, Mapping[int, Mapping[int, CellValue]]]
) -> dict[Position, IssueKind]:
    """Find results that are not what their formulas give, of the other results as they were saved."""
    titles = {name.casefold(): name for name in results}

    def cell(sheet: str, row: int, column: int) -> CellValue:
        return results[titles[sheet.casefold()] if sheet else title].get(row, {}).get(column)

    return {
        (row, column): IssueCode.RESULT_OUT_OF_DATE
        for (row, column), formula in formulas.items()
        if (result := results[title].get(row, {}).get(column)) is not None
        and gives(formula, result, cell) is False
    }
