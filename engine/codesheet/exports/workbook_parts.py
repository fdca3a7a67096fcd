"""What the fast reader of Excel files keeps to itself: failed formulas, and where days count from."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO
from xml.etree import ElementTree as ET

from codesheet.exports.table import NOT_CALCULATED

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_BLOCK = 1 << 22
_OVERLAP = 256
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*\bhidden=[\"'](?:1|true)")
_SIGNS = (b't="e"', b"t='e'", b"<f>", b"<f ", b":f>", b":f ")
"""Texts without which a sheet holds neither error cells nor formulas."""


class DamagedWorkbook(Exception):  # noqa: N818 - not a bug of ours: the user's file
    """An Excel file's parts cannot be read."""


@dataclass(frozen=True, slots=True)
class WorkbookParts:
    """A workbook's sheets by name, each with its part of the file, and whether days count from 1904."""

    sheets: dict[str, str]
    from_1904: bool


def workbook_parts(path: Path) -> WorkbookParts | None:
    """Look into an Excel file; None if it is none (.xlsx or .xlsm).

    Raises:
        DamagedWorkbook: the file or a part of it cannot be read.

    """
    with _damage_named(), zipfile.ZipFile(path) as archive:
        if not {_WORKBOOK, _RELATIONS} <= set(archive.namelist()):
            return None
        workbook = ET.fromstring(archive.read(_WORKBOOK))  # noqa: S314 - see the import
        relations = ET.fromstring(archive.read(_RELATIONS))  # noqa: S314 - see the import
    targets = {relation.get("Id", ""): relation.get("Target", "") for relation in relations}
    sheets = {
        element.get("name", ""): _part_name(targets.get(_relation_of(element), ""))
        for element in workbook.iter()
        if _tag(element) == "sheet"
    }
    counts = (e.get("date1904", "") for e in workbook.iter() if _tag(e) == "workbookPr")
    return WorkbookParts(sheets, any(text in ("1", "true", "on") for text in counts))


def failed_cells(path: Path, part: str) -> dict[int, dict[int, str]]:
    """Give what cells show that hold an error or a formula without a result, by row and column from 0.

    Raises:
        DamagedWorkbook: the sheet cannot be read.

    """
    with _damage_named(), zipfile.ZipFile(path) as archive:
        with archive.open(part) as sheet:
            if not _may_hold_failures(sheet):
                return {}
        with archive.open(part) as sheet:
            failed: dict[int, dict[int, str]] = {}
            for row, column, text in _failures(sheet):
                failed.setdefault(row, {})[column] = text
            return failed


def has_hidden_rows(path: Path, part: str) -> bool:
    """Say whether a sheet hides rows, as a filter does.

    Raises:
        DamagedWorkbook: the sheet cannot be read.

    """
    with _damage_named(), zipfile.ZipFile(path) as archive, archive.open(part) as sheet:
        tail = b""
        while block := sheet.read(_BLOCK):
            window = tail + block
            if _HIDDEN_ROW.search(window):
                return True
            tail = window[-_OVERLAP:]
    return False


@contextmanager
def _damage_named() -> Iterator[None]:
    """Make one exception of the many that zip and XML readers have for bytes that make no sense."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, ET.ParseError, KeyError, ValueError) as fault:
        raise DamagedWorkbook from fault
    except (NotImplementedError, RuntimeError) as fault:  # packed or encrypted in an unknown way
        raise DamagedWorkbook from fault


def _relation_of(sheet: ET.Element) -> str:
    return sheet.get(_RELATION_ID) or sheet.get(_STRICT_RELATION_ID) or ""


def _part_name(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _may_hold_failures(sheet: IO[bytes]) -> bool:
    tail = b""
    while block := sheet.read(_BLOCK):
        window = tail + block
        if any(sign in window for sign in _SIGNS):
            return True
        tail = window[-_OVERLAP:]
    return False


def _failures(sheet: IO[bytes]) -> Iterator[tuple[int, int, str]]:
    """Walk over all cells: a row or cell without an address follows the one before it."""
    row, column = -1, -1
    for event, element in ET.iterparse(sheet, events=("start", "end")):  # noqa: S314 - see the import
        tag = _tag(element)
        if event == "start" and tag == "row":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif event == "start" and tag == "c":
            column = _column_of(element.get("r", "")) if element.get("r") else column + 1
        elif event == "end" and tag == "c":
            if text := _failure_in(element):
                yield row, column, text
        elif event == "end" and tag == "row":
            element.clear()


def _failure_in(cell: ET.Element) -> str:
    parts = {_tag(part): part.text or "" for part in cell}
    if cell.get("t") == "e":
        return parts.get("v") or "#N/A"
    # A formula whose result is the empty text has the type str; without a result it has none.
    return NOT_CALCULATED if "f" in parts and not parts.get("v") and cell.get("t") != "str" else ""


def _column_of(address: str) -> int:
    number = 0
    for letter in address:
        if letter.isalpha():
            number = number * 26 + ord(letter.upper()) - ord("A") + 1
    return number - 1
