"""Published files as columns of text: tabs, commas or xlsx, whatever stands above their headings."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from codesheet.exports.xlsx_files import first_sheet_rows

_HEAD_BYTES = 64_000
_MOST_ROWS_ABOVE = 80


class ImportProblem(Exception):  # noqa: N818 - not a bug of ours: what is wrong with a user's file
    """A published file cannot be read; the message names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column to read: its name here, the headings it goes by, whether it must be there."""

    name: str
    headings: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Published:
    """The wanted columns of one file as text, and for each row the line (or sheet row) it stood in."""

    file: str
    columns: pa.Table
    lines: pa.Array


def read_published(path: Path, wanted: Sequence[Wanted], *, key: str, pattern: str) -> Published:
    """Read the wanted columns below the row of headings.

    `key` names the column whose cells match `pattern` in every row of data: what stands between headings and
    data is passed over, what does not match after that is an error.

    Raises:
        ImportProblem: the file has no such headings, or a row that is neither blank nor data.

    """
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        table, first = _of_sheet(path, wanted)
    else:
        table, first = _of_text(path, wanted)
    lines = pa.array(range(first, first + table.num_rows), type=pa.int64())
    trimmed = pa.table({name: pc.utf8_trim_whitespace(table[name]) for name in table.column_names})
    is_data = pc.match_substring_regex(trimmed[key], pattern)
    wrong = pc.and_(pc.invert(is_data), pc.not_equal(trimmed[key], ""))
    _refuse_strays(path, trimmed[key], wrong, is_data, lines)
    return Published(path.name, trimmed.filter(is_data), lines.filter(is_data.combine_chunks()))


def _refuse_strays(
    path: Path, keys: pa.ChunkedArray, wrong: pa.ChunkedArray, is_data: pa.ChunkedArray, lines: pa.Array
) -> None:
    """Refuse rows that are no data, other than what stands above the first row of data or below the last."""
    first = pc.index(is_data, True).as_py()
    if first < 0:
        msg = f"{path.name}: no row of data below the headings; is it the file you mean?"
        raise ImportProblem(msg)
    last = is_data.length() - 1 - pc.index(is_data.take(_backwards(is_data.length())), True).as_py()
    stray = pc.index(wrong.slice(first, last - first), True).as_py()
    if stray >= 0:
        line, text = lines[first + stray].as_py(), keys[first + stray].as_py()
        msg = f'{path.name}, line {line}: "{text[:20]}" is no code; correct the file, or get it again'
        raise ImportProblem(msg)


def _backwards(count: int) -> pa.Array:
    return pa.array(range(count - 1, -1, -1), type=pa.int64())


def _of_text(path: Path, wanted: Sequence[Wanted]) -> tuple[pa.Table, int]:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as problem:
        msg = f"{path}: {problem.strerror or problem}"
        raise ImportProblem(msg) from problem
    encoding = _encoding(path)
    text = head.decode("utf-8-sig" if encoding == "utf8" else encoding, errors="replace")
    delimiter = "\t" if text.count("\t") > text.count(",") else ","
    reader = csv.reader(StringIO(text), delimiter=delimiter, quoting=_quoting(delimiter))
    places, headings, line = _find_headings(path, ((cells, reader.line_num) for cells in reader), wanted)
    names = [f"column {number}" for number in range(headings)]
    try:
        table = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=line, encoding=encoding),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if delimiter == "," else False,
                invalid_row_handler=lambda row: _refuse_row(path, row, delimiter),
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as problem:
        msg = f"{path.name}: cannot be read as a table ({str(problem)[:120]})"
        raise ImportProblem(msg) from problem
    return _chosen(table, places, wanted), line + 1


def _quoting(delimiter: str) -> Literal[0, 3]:
    return csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL


def _refuse_row(path: Path, row: arrow_csv.InvalidRow, delimiter: str) -> str:
    if not (row.text or "").replace(delimiter, "").strip():
        return "skip"
    counts = f"{row.actual_columns} columns under {row.expected_columns} headings"
    msg = f"{path.name}: a row has {counts}: {(row.text or '')[:40]}"
    raise ImportProblem(msg)


def _encoding(path: Path) -> str:
    """Tell UTF-8 from the older encodings of Windows, by the whole file."""
    try:
        with path.open(encoding="utf-8") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf8"


def _of_sheet(path: Path, wanted: Sequence[Wanted]) -> tuple[pa.Table, int]:
    rows = first_sheet_rows(path)
    if isinstance(rows, str):
        msg = f"{path.name}: {rows}"
        raise ImportProblem(msg)
    numbered = ((cells, number) for number, cells in enumerate(rows, start=1))
    places, width, line = _find_headings(path, numbered, wanted)
    columns: list[list[str]] = [[] for _ in range(width)]
    for cells, _ in numbered:
        for place in range(width):
            columns[place].append(cells[place] if place < len(cells) else "")
    table = pa.table({f"column {n}": pa.array(column, pa.string()) for n, column in enumerate(columns)})
    return _chosen(table, places, wanted), line + 1


def _find_headings(
    path: Path, rows: Iterator[tuple[Sequence[str], int]], wanted: Sequence[Wanted]
) -> tuple[Mapping[str, int], int, int]:
    """Find the row of headings: the places of the wanted columns, how many there are, and its last line."""
    best: list[str] = [one.name for one in wanted if one.required]
    for cells, line in islice(rows, _MOST_ROWS_ABOVE):
        keys = [_key(cell) for cell in cells]
        found = {
            one.name: place
            for one in wanted
            if (place := next((keys.index(k) for k in map(_key, one.headings) if k in keys), None))
            is not None
        }
        lacking = [one.name for one in wanted if one.required and one.name not in found]
        if not lacking:
            return found, len(cells), line
        best = lacking if len(lacking) < len(best) else best
    msg = f"{path.name}: no row of headings with {', '.join(best)} in its first {_MOST_ROWS_ABOVE} rows"
    raise ImportProblem(msg)


def _chosen(table: pa.Table, places: Mapping[str, int], wanted: Sequence[Wanted]) -> pa.Table:
    blank = pa.array([""] * table.num_rows, pa.string())
    return pa.table({one.name: table[places[one.name]] if one.name in places else blank for one in wanted})


def _key(heading: str) -> str:
    """Give the form in which headings are compared: without case, space or punctuation."""
    return re.sub(r"[^a-z0-9*=]", "", heading.casefold())
