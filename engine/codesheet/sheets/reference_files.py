"""Reference files: sheets too large for Excel, as Parquet beside the workbooks of a rulebook.

A reference file holds one sheet: its title block and About in its metadata, its columns as text. It is read
as a workbook is, and its rows have addresses as cells do, but only rows whose codes the workbooks name are
kept: of two million pairs a rulebook can make a few hundred.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from codesheet.issues import Issue, IssueCode
from codesheet.language.values import CellValue
from codesheet.location import CellRef
from codesheet.model import Source
from codesheet.sheets.cells import text_of
from codesheet.sheets.title_block import CLAIM_EDITS, Kind
from codesheet.sheets.workbook import Sheet, is_apart

_MARK = b"codesheet sheet"
CODE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    Kind.CODE_PAIRS.value: ("Column 1", "Column 2"),
    Kind.UNIT_LIMITS.value: ("Code",),
    Kind.ADD_ON_CODES.value: ("Add-on",),
}
"""The columns all of which must hold a code that the workbooks name for a row to be kept."""

_NAMED = re.compile(r"(?<![A-Za-z0-9])[A-Z0-9]{5}(?![A-Za-z0-9])")
_RANGE = re.compile(r"([A-Z0-9]{5})\.\.([A-Z0-9]{5})")
_WILDCARD = re.compile(r"(?<![A-Za-z0-9])[A-Z0-9]+[*?][A-Z0-9*?]*")


def write_reference(
    target: Path, kind: str, about: Sequence[Sequence[str]], title: Sequence[Sequence[str]], columns: pa.Table
) -> None:
    """Write one sheet as a reference file."""
    from pyarrow import parquet  # noqa: PLC0415 - slow to import, and few rulebooks have reference files

    said = json.dumps({"kind": kind, "about": about, "title": title}, ensure_ascii=False)
    schema = columns.schema.with_metadata({_MARK: said.encode()})
    parquet.write_table(columns.cast(schema), target, compression="zstd", write_statistics=False)


def read_references(path: Path, sheets: Sequence[Sheet]) -> tuple[list[Sheet], list[Source], list[Issue]]:
    """Read the reference files of a rulebook's folder, as far as its other sheets name their codes."""
    if path.is_file():
        return [], [], []
    found: list[Sheet] = []
    sources: list[Source] = []
    issues: list[Issue] = []
    named: NamedCodes | None = None
    files = sorted((file.relative_to(path), file) for file in path.rglob("*.parquet"))
    for name, file in files:
        if is_apart(name):
            continue
        named = named or NamedCodes(sheets)
        try:
            found += _read(name.as_posix(), file, named)
            sources.append(Source(name.as_posix(), _sha256(file)))
        except _NoReference:
            continue
        except (OSError, pa.ArrowException, ValueError, KeyError) as problem:
            facts = {"why": f"it is damaged ({type(problem).__name__})"}
            facts |= {"remedy": "import it again, or move it out of this folder"}
            issues.append(IssueCode.UNREADABLE_WORKBOOK.issue(CellRef(name.as_posix()), **facts))
    return found, sources, issues


class _NoReference(Exception):  # noqa: N818 - no fault: the file is something else
    """A Parquet file that no import wrote: not part of the rulebook."""


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read(name: str, file: Path, named: "NamedCodes") -> list[Sheet]:
    from pyarrow import parquet  # noqa: PLC0415

    metadata = parquet.read_schema(file).metadata or {}
    if _MARK not in metadata:
        raise _NoReference
    said = json.loads(metadata[_MARK])
    table = parquet.read_table(file, use_threads=True)
    keep, left_out = named.of_table(table, CODE_COLUMNS.get(said["kind"], ()))
    kept = table.take(keep)
    title = said["title"]
    above = [*title, table.column_names]
    columns = [column.to_pylist() for column in kept.columns]
    below = zip(keep.to_pylist(), zip(*columns, strict=True), strict=True)
    rows = {number: _cells(cells) for number, cells in enumerate(above, start=1) if cells}
    rows |= {len(above) + 1 + place: _cells(cells) for place, cells in below}
    about = {number: _cells(cells) for number, cells in enumerate(said["about"], start=1)}
    return [Sheet(name, "About", about), Sheet(name, said["kind"], rows, left_out=left_out)]


def _cells(values: Iterable[CellValue]) -> dict[int, CellValue]:
    return {number: value for number, value in enumerate(values, start=1) if value}


class NamedCodes:
    """The codes that the sheets of a rulebook name: alone, in a range, or by a wildcard.

    Whatever looks like a code counts, wherever it stands: rather a row too many than one too few.
    """

    def __init__(self, sheets: Iterable[Sheet]) -> None:
        self._codes: set[str] = set()
        self._ranges: set[tuple[str, str]] = set()
        self._patterns: set[str] = set()
        edits = {kind.value for kind in (*CLAIM_EDITS, Kind.EXAMPLES, Kind.ABOUT)}
        for sheet in sheets:
            if text_of(sheet.value(1, 1)) not in edits:
                for cells in sheet.rows.values():
                    for value in cells.values():
                        self._add(text_of(value))

    def _add(self, text: str) -> None:
        self._codes.update(_NAMED.findall(text))
        self._ranges.update(_RANGE.findall(text))
        for pattern in _WILDCARD.findall(text):
            self._patterns.add(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))

    def has(self, code: str) -> bool:
        """Say whether a code is named."""
        if code in self._codes:
            return True
        if any(low <= code <= high for low, high in self._ranges):
            return True
        return any(re.fullmatch(pattern, code) for pattern in self._patterns)

    def of_table(self, table: pa.Table, columns: Sequence[str]) -> tuple[pa.Array, tuple[str, ...]]:
        """Give the places of the rows whose codes are all named, and the codes that are not."""
        mask = pa.array([True] * table.num_rows) if not columns else None
        left_out: set[str] = set()
        for name in columns:
            encoded = table[name].combine_chunks().dictionary_encode()
            codes = encoded.dictionary.to_pylist()
            known = [self.has(code) for code in codes]
            left_out.update(code for code, is_known in zip(codes, known, strict=True) if not is_known)
            of_column = pa.array(known, pa.bool_()).take(encoded.indices)
            mask = of_column if mask is None else pc.and_(mask, of_column)
        return pc.indices_nonzero(mask), tuple(sorted(left_out))
