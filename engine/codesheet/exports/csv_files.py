"""Comma separated exports, whatever separates their cells and encodes their letters: the door to pyarrow.csv.

Every cell stays text exactly as it stands in the file. A row with too many or too few cells is set apart.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from codesheet.exports.headings import ROWS_SEARCHED, best_headings, heading_key, titles_note
from codesheet.exports.readable_file import ReadableFile
from codesheet.exports.table import BrokenRow, RawColumn, RawTable, UnreadableExport, without_blank_rows
from codesheet.issues import IssueCode
from codesheet.location import CellRef

_DELIMITERS = ",;\t|"
_START = 1 << 20  # characters looked at for the heading row
_BLOCK = 1 << 24  # bytes parsed at a time: no row can be longer
_QUOTE = ord('"')
_BYTES_A_CHARACTER = 4
_EXCEL_HINT = re.compile(r"\Asep=.(\r\n?|\n)", re.IGNORECASE)  # Excel does not show that row
_CELL_LIMIT = 1 << 24
_ANSI = "cp1252"


def read_csv(source: ReadableFile, known: frozenset[str]) -> Iterator[RawTable]:
    """Read a csv file piece by piece; `known` holds the keys of headings that fields go by.

    Raises:
        UnreadableExport: the file cannot be read; what came before is not to be trusted.

    """
    encoding = _encoding(source)
    stream: _Utf8Stream | None = None
    header: _Header | None = None
    try:
        with source.path.open(encoding=encoding, newline="") as file:
            header = _find_header(source.name, file.read(_START), known)
            stream = _Utf8Stream(source.name, file, header)
            notes = [f"{source.name} is not UTF-8: it was read as Windows-1252"] if encoding == _ANSI else []
            whole = RawTable(
                file=source.name,
                headings=header.cells,
                header_row=header.row,
                columns=tuple(RawColumn(np.empty(0, dtype=np.int32), ()) for _ in header.cells),
                rows=np.empty(0, dtype=np.int64),
                decimal_comma=header.delimiter != ",",
                notes=(*notes, *titles_note(source.name, header.above)),
            )
            yield from _pieces(whole, stream, header)
    except pa.ArrowInvalid as error:
        if header is None or stream is None or stream.quotes.seen:
            _refuse_broken_quotes(source, encoding, header.delimiter if header else ",")
        why = f"a row is longer than {_BLOCK // _BYTES_A_CHARACTER:,} letters"
        raise UnreadableExport.because(
            CellRef(source.name), why, "export it again; a quote may never have been closed"
        ) from error
    if not stream.quotes.well_formed():
        _refuse_broken_quotes(source, encoding, header.delimiter)


def _encoding(source: ReadableFile) -> str:
    """Find the encoding in which the whole file can be read."""
    with source.path.open("rb") as file:
        start = file.read(2)
    possible = ("utf-16",) if start in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", _ANSI)
    for encoding in possible:
        try:
            with source.path.open(encoding=encoding, newline="") as file:
                while file.read(_START):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    why = "it is neither UTF-8, UTF-16 nor Windows-1252 text"
    raise UnreadableExport.because(CellRef(source.name), why, 'save it as "CSV UTF-8"')


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
        raise UnreadableExport(IssueCode.EMPTY_EXPORT.issue(CellRef(name)))
    found = [header for delimiter in _DELIMITERS if (header := _header_with(start, delimiter, known))]
    if not found:
        raise UnreadableExport(IssueCode.BROKEN_QUOTES.issue(CellRef(name, "", 1)))
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
        why = "it holds NUL characters, so it is damaged or no text file"
        raise UnreadableExport.because(CellRef(name), why, 'save it as "CSV UTF-8"')


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


def _refuse_broken_quotes(source: ReadableFile, encoding: str, delimiter: str) -> None:
    """Read once more with a strict parser, slower; quotes amid an unquoted cell (5" tube) are text to it."""
    row = 0
    limit = csv.field_size_limit(_CELL_LIMIT)
    try:
        with source.path.open(encoding=encoding, newline="") as file:
            for _ in csv.reader(file, delimiter=delimiter, strict=True):
                row += 1
    except csv.Error as error:
        raise UnreadableExport(IssueCode.BROKEN_QUOTES.issue(CellRef(source.name, "", row + 1))) from error
    finally:
        csv.field_size_limit(limit)


def _pieces(whole: RawTable, stream: _Utf8Stream, header: _Header) -> Iterator[RawTable]:
    """Give the blocks that pyarrow parses, each with the rows that it set apart; at least one piece."""
    apart: list[BrokenRow] = []

    def set_apart(row: arrow_csv.InvalidRow) -> str:
        apart.append(_broken_row(row, header))
        return "skip"

    following = header.row + 1
    for batch in () if stream.is_empty else _batches(stream, header, set_apart):
        numbers = np.arange(following, following + batch.num_rows + len(apart))
        numbers = numbers[~np.isin(numbers, [row.row for row in apart])][: batch.num_rows]
        following = int(numbers[-1]) + 1 if len(numbers) else following
        broken = _with_content(row for row in apart if row.row < following)
        apart = [row for row in apart if row.row >= following]
        columns, rows = without_blank_rows(map(_column, batch.columns), numbers)
        yield replace(whole, columns=columns, rows=rows, broken=broken)
    yield replace(whole, broken=_with_content(apart))


def _with_content(rows: Iterable[BrokenRow]) -> tuple[BrokenRow, ...]:
    """Leave out rows of nothing but delimiters: they are blank, however many they are."""
    return tuple(row for row in rows if any(cell.strip() for cell in row.cells))


def _batches(
    stream: _Utf8Stream, header: _Header, set_apart: Callable[[arrow_csv.InvalidRow], str]
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
    with reader:
        yield from reader


def _broken_row(row: arrow_csv.InvalidRow, header: _Header) -> BrokenRow:
    try:
        cells = next(csv.reader(io.StringIO(row.text, newline=""), delimiter=header.delimiter), [])
    except csv.Error:  # a cell too long for this reader
        cells = row.text.split(header.delimiter)
    why = f"the row has {row.actual_columns} cells, and there are {row.expected_columns} headings"
    return BrokenRow(header.row + row.number, row.text, tuple(cells), why)


def _column(column: pa.DictionaryArray) -> RawColumn:
    return RawColumn(column.indices.to_numpy(), tuple(column.dictionary.to_pylist()))
