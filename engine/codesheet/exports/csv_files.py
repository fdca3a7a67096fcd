"""Comma separated exports, whatever separates their cells and encodes their letters: the door to pyarrow.csv.

Every cell stays text exactly as it stands in the file. A row with too many or too few cells is set apart.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from codesheet.coding.columns import Index
from codesheet.exports.headings import ROWS_SEARCHED, best_headings, heading_key, titles_note
from codesheet.exports.table import BrokenRow, RawColumn, RawTable, without_blank_rows
from codesheet.issues import Issue, IssueCode
from codesheet.location import CellRef

_DELIMITERS = ",;\t|"
_START = 1 << 20  # characters looked at for the heading row
_BLOCK = 1 << 24  # bytes parsed at a time: no row can be longer
_QUOTE = ord('"')
_BYTES_A_CHARACTER = 4
_EXCEL_HINT = re.compile(r"\Asep=.(\r\n?|\n)", re.IGNORECASE)  # Excel does not show that row
_CELL_LIMIT = 1 << 24


class _Refusal(Exception):  # noqa: N818 - not a bug of ours: why this file cannot be read
    """Carries the issue out of the stream that pyarrow reads from."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.message)
        self.issue = issue


def read_csv(path: Path, known: frozenset[str], progress: Callable[[int], None]) -> RawTable | Issue:
    """Read a csv file; `known` holds the keys of headings that fields go by."""
    for encoding in _encodings(path):
        try:
            return _read(path, encoding, known, progress)
        except UnicodeDecodeError:
            continue
        except _Refusal as refusal:
            return refusal.issue
    why = 'it is neither UTF-8, UTF-16 nor Windows-1252 text: save it as "CSV UTF-8"'
    return IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), why=why)


def _encodings(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        start = file.read(2)
    return ("utf-16",) if start in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")


def _read(path: Path, encoding: str, known: frozenset[str], progress: Callable[[int], None]) -> RawTable:
    try:
        with path.open(encoding=encoding, newline="") as file:
            header = _find_header(path.name, file.read(_START), known)
            stream = _Utf8Stream(path.name, file, header)
            body = _parse(stream, header, progress)
        broken_quotes = not stream.quotes.well_formed()
    except pa.ArrowInvalid as error:
        if stream.quotes.seen:
            _refuse_broken_quotes(path, encoding, header.delimiter)
        why = f"a row is longer than {_BLOCK // _BYTES_A_CHARACTER:,} letters"
        raise _Refusal(IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), why=why)) from error
    if broken_quotes:
        _refuse_broken_quotes(path, encoding, header.delimiter)
    columns, rows = without_blank_rows(body.columns, body.rows)
    notes = [f"{path.name} is not UTF-8: it was read as Windows-1252"] if encoding == "cp1252" else []
    return RawTable(
        file=path.name,
        headings=header.cells,
        header_row=header.row,
        columns=columns,
        rows=rows,
        broken=body.broken,
        decimal_comma=header.delimiter != ",",
        notes=(*notes, *titles_note(path.name, header.above)),
    )


@dataclass(frozen=True, slots=True)
class _Header:
    """The heading row, the rows above it, and the text that was read past it."""

    cells: tuple[str, ...]
    row: int
    delimiter: str
    rest: str
    above: tuple[tuple[str, ...], ...]

    def count_known(self, known: frozenset[str]) -> int:
        """Count the headings that some field goes by."""
        return sum(heading_key(cell) in known for cell in self.cells)


def _find_header(name: str, start: str, known: frozenset[str]) -> _Header:
    _refuse_nul(name, start)
    start = _EXCEL_HINT.sub("", start)
    if not start.strip():
        raise _Refusal(IssueCode.EMPTY_EXPORT.issue(CellRef(name)))
    found = [header for delimiter in _DELIMITERS if (header := _header_with(start, delimiter, known))]
    if not found:
        raise _Refusal(IssueCode.BROKEN_QUOTES.issue(CellRef(name, "", 1)))
    return max(found, key=lambda header: (header.count_known(known), len(header.cells)))


def _header_with(start: str, delimiter: str, known: frozenset[str]) -> _Header | None:
    """Take the headings among the first records; quotes can hold line breaks and delimiters."""
    lines = io.StringIO(start, newline="")
    records = csv.reader(iter(lines.readline, ""), delimiter=delimiter, strict=True)
    rows: list[tuple[str, ...]] = []
    ends: list[int] = []
    searched = 0
    with suppress(csv.Error):  # quotes do not fit this delimiter from here on
        for cells in records:
            rows.append(tuple(cells))
            ends.append(lines.tell())
            searched += any(cell.strip() for cell in cells)
            if searched == ROWS_SEARCHED:
                break
    place = best_headings(rows, known)
    if place is None:
        return None
    return _Header(rows[place], place + 1, delimiter, start[ends[place] :], tuple(rows[:place]))


def _refuse_nul(name: str, text: str) -> None:
    if "\0" in text:
        why = 'it holds NUL characters, so it is damaged or no text file: save it as "CSV UTF-8"'
        raise _Refusal(IssueCode.UNREADABLE_EXPORT.issue(CellRef(name), why=why))


class _Utf8Stream:
    """The file's text after the heading row, as UTF-8, for pyarrow to read; looks at quotes on the way."""

    def __init__(self, name: str, file: io.TextIOBase, header: _Header) -> None:
        self._name = name
        self._file = file
        self._rest = header.rest or file.read(_START)
        self.quotes = _QuoteWatch(header.delimiter)
        self.closed = False

    @property
    def is_empty(self) -> bool:
        """Say whether nothing follows the headings; true only before reading."""
        return not self._rest

    def read(self, size: int) -> bytes:
        """Give at most so many bytes."""
        count = max(1, size // _BYTES_A_CHARACTER)
        text, self._rest = self._rest[:count], self._rest[count:]
        if not text:
            text = self._file.read(count)
            _refuse_nul(self._name, text)
        block = text.encode()
        self.quotes.feed(block)
        return block

    def readable(self) -> bool:
        """Say yes: pyarrow asks."""
        return True

    def close(self) -> None:
        """Take note that pyarrow is done; whoever opened the file closes it."""
        self.closed = True


class _QuoteWatch:
    """Tells whether all quotes of a text pair up around whole cells.

    Quotes then open and close in turn: one that opens follows a delimiter or the end of a line, one that
    closes is followed by such; two that touch stand for one quote inside a cell. A quote that is never
    closed swallows rows into a cell, and no parser tells.
    """

    def __init__(self, delimiter: str) -> None:
        self._edges = np.zeros(256, dtype=np.bool_)
        self._edges[[_QUOTE, ord(delimiter), ord("\r"), ord("\n")]] = True
        self._held = b"\n"  # the byte before those not yet looked at, then those
        self._open = 0
        self.seen = False
        self._sound = True

    def feed(self, block: bytes) -> None:
        """Look at the next part of the text, all but its last byte."""
        data = np.frombuffer(self._held + block, dtype=np.uint8)
        places = np.flatnonzero(data[1:-1] == _QUOTE) + 1
        self.seen = self.seen or len(places) > 0
        closing = (np.arange(len(places)) + self._open) % 2
        neighbours = data[places + 2 * closing - 1]
        self._sound = self._sound and bool(self._edges[neighbours].all())
        self._open = (self._open + len(places)) % 2
        self._held = bytes(data[-2:])

    def well_formed(self) -> bool:
        """Say whether all was well, now that the text has ended."""
        self.feed(b"\n")
        return self._sound and not self._open


def _refuse_broken_quotes(path: Path, encoding: str, delimiter: str) -> None:
    """Read once more with a strict parser, slower; quotes amid an unquoted cell (5" tube) are text to it."""
    row = 0
    limit = csv.field_size_limit(_CELL_LIMIT)
    try:
        with path.open(encoding=encoding, newline="") as file:
            for _ in csv.reader(file, delimiter=delimiter, strict=True):
                row += 1
    except csv.Error as error:
        raise _Refusal(IssueCode.BROKEN_QUOTES.issue(CellRef(path.name, "", row + 1))) from error
    finally:
        csv.field_size_limit(limit)


@dataclass(slots=True)
class _Body:
    """What follows the headings."""

    columns: tuple[RawColumn, ...]
    rows: Index
    broken: tuple[BrokenRow, ...]


def _parse(stream: _Utf8Stream, header: _Header, progress: Callable[[int], None]) -> _Body:
    broken: list[BrokenRow] = []

    def set_apart(row: arrow_csv.InvalidRow) -> str:
        broken.append(_broken_row(row, header))
        return "skip"

    batches = [] if stream.is_empty else list(_batches(stream, header, set_apart, progress))
    count = sum(batch.num_rows for batch in batches) + len(broken)
    numbers = np.arange(header.row + 1, header.row + 1 + count)
    rows = numbers[~np.isin(numbers, [row.row for row in broken])]
    # A row of nothing but delimiters is blank, however many they are.
    kept = tuple(row for row in broken if any(cell.strip() for cell in row.cells))
    return _Body(_columns(batches, len(header.cells)), rows, kept)


def _batches(
    stream: _Utf8Stream,
    header: _Header,
    set_apart: Callable[[arrow_csv.InvalidRow], str],
    progress: Callable[[int], None],
) -> Iterator[pa.RecordBatch]:
    """Parse block by block, with one thread: only then does pyarrow number the rows it sets apart."""
    names = [str(place) for place in range(len(header.cells))]
    text = pa.dictionary(pa.int32(), pa.string())
    reader = arrow_csv.open_csv(
        stream,
        arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=_BLOCK),
        arrow_csv.ParseOptions(
            delimiter=header.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=set_apart,
        ),
        arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, text)),
    )
    count = 0
    with reader:
        for batch in reader:
            count += batch.num_rows
            progress(count)
            yield batch


def _broken_row(row: arrow_csv.InvalidRow, header: _Header) -> BrokenRow:
    try:
        cells = next(csv.reader(io.StringIO(row.text, newline=""), delimiter=header.delimiter), [])
    except csv.Error:  # a cell too long for this reader
        cells = row.text.split(header.delimiter)
    why = f"the row has {row.actual_columns} cells, and there are {row.expected_columns} headings"
    return BrokenRow(header.row + row.number, row.text, tuple(cells), why)


def _columns(batches: list[pa.RecordBatch], width: int) -> tuple[RawColumn, ...]:
    if not batches:
        return tuple(RawColumn(np.empty(0, dtype=np.int32), ()) for _ in range(width))
    table = pa.Table.from_batches(batches).unify_dictionaries().combine_chunks()
    return tuple(_column(column) for column in table.columns)


def _column(column: pa.ChunkedArray) -> RawColumn:
    if not column.num_chunks:
        return RawColumn(np.empty(0, dtype=np.int32), ())
    encoded = column.chunk(0)
    return RawColumn(encoded.indices.to_numpy(), tuple(encoded.dictionary.to_pylist()))
