"""The rows of a long sheet as XML, packed, by several threads.

A month repeats itself: rows share most of their values, and columns side by side share them together. So each
value of a column is made a cell once, columns side by side with few pairs of values become one, and a row is
put together of these few stretches. Cells carry no address: the format lets programs count them, and with
addresses no two rows would be alike and files twice as large.
"""

import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from codesheet.results.arrow_tables import encoded

_TEXT = pa.large_string()
_NOTHING = pa.scalar("", _TEXT)
_MOST_PAIRS = 4096
"""Stretches of cells that are held for columns side by side: more, and most of them stand in few rows."""
_MOST_TRIED = 1 << 21
_ROWS_AT_ONCE = 2048
_LEVEL = 3
"""Of zlib: rows that repeat each other gain little by more, and take twice the time."""
_FIRST_DAY = 25569
"""1970-01-01 as Excel counts days."""
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Packed:
    """A stretch of a sheet's XML, packed so that one can follow the other."""

    content: bytes
    xml: pa.Buffer | bytes

    @property
    def size(self) -> int:
        """Count the bytes of the XML."""
        return memoryview(self.xml).nbytes


@dataclass(frozen=True, slots=True)
class _Cells:
    """Columns side by side: the XML of each stretch of their cells, and which of them stands in each row."""

    numbers: NDArray[np.int32]
    words: pa.Array


def packed(xml: pa.Buffer | bytes) -> Packed:
    """Pack XML that other XML will follow."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    content = packer.compress(xml) + packer.flush(zlib.Z_FULL_FLUSH)
    return Packed(content, xml)


def packed_rows(
    chunks: Iterator[pa.Table], styles: Sequence[int], first_row: int, threads: int
) -> Iterator[Packed]:
    """Give rows as XML, from a row number on; `styles` are those of the columns' cells."""
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Packed]] = deque()
        for stretch in _stretches(chunks, styles, first_row):
            waiting.append(pool.submit(_packed_stretch, *stretch))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _stretches(
    chunks: Iterator[pa.Table], styles: Sequence[int], first_row: int
) -> Iterator[tuple[list[_Cells], int, int]]:
    for chunk in chunks:
        columns = [_cells(column, style) for column, style in zip(chunk.columns, styles, strict=True)]
        joined = _joined(columns)
        for start in range(0, chunk.num_rows, _ROWS_AT_ONCE):
            some = [_Cells(c.numbers[start : start + _ROWS_AT_ONCE], c.words) for c in joined]
            yield some, first_row + start, min(_ROWS_AT_ONCE, chunk.num_rows - start)
        first_row += chunk.num_rows


def _packed_stretch(cells: Sequence[_Cells], first_row: int, count: int) -> Packed:
    numbers = pa.array(np.arange(first_row, first_row + count)).cast(_TEXT)
    parts = [c.words.take(pa.array(c.numbers)) for c in cells]
    rows = _glued('<row r="', numbers, '">', *parts, "</row>")
    _, ends, content = rows.buffers()
    end = np.frombuffer(ends, np.int64)[rows.offset + len(rows)]
    return packed(content.slice(0, int(end)))


def _cells(column: Any, style: int) -> _Cells:  # noqa: ANN401 - pyarrow has no types
    """Make each value of a column a cell; the last one is blank."""
    column = column.combine_chunks()
    if pa.types.is_large_string(column.type):
        column = encoded(column)
    elif not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    values, places = column.dictionary, column.indices
    codes = places.fill_null(len(values)).to_numpy(zero_copy_only=False)
    present = np.zeros(len(values) + 1, dtype=np.bool_)
    present[codes] = True
    present[-1] = True
    held = np.flatnonzero(present[:-1])
    look = f' s="{style}"' if style else ""
    words = _words(values.take(pa.array(held)), look)
    numbers = (np.cumsum(present, dtype=np.int32) - 1)[codes]
    return _Cells(numbers, pa.concat_arrays([words, pa.array([f"<c{look}/>"], _TEXT)]))


def _words(values: Any, look: str) -> Any:  # noqa: ANN401
    kind = values.type
    if pa.types.is_large_string(kind):
        return _text_cells(values, look)
    if pa.types.is_boolean(kind):
        return _glued(f'<c{look} t="b"><v>', values.cast(pa.int8()).cast(_TEXT), "</v></c>")
    if pa.types.is_date(kind):
        values = pc.add(values.cast(pa.int32()), _FIRST_DAY)
    elif pa.types.is_timestamp(kind):
        seconds = values.cast(pa.timestamp("s")).cast(pa.int64()).to_numpy(zero_copy_only=False)
        values = pa.array(seconds / _SECONDS_A_DAY + _FIRST_DAY)
    cells = _glued(f"<c{look}><v>", values.cast(_TEXT), "</v></c>")
    if pa.types.is_floating(values.type) and pc.any(pc.is_inf(values)).as_py():
        cells = pc.if_else(pc.is_inf(values), _text_cells(values.cast(_TEXT), look), cells)
    return cells


def _text_cells(texts: Any, look: str) -> Any:  # noqa: ANN401
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        texts = pc.replace_substring(texts, sign, entity)
    # What Excel would read as the number of a sign is escaped itself; a carriage return has only that form.
    texts = pc.replace_substring_regex(texts, "_(x[0-9A-Fa-f]{4}_)", r"_x005F_\1")
    texts = pc.replace_substring(texts, "\r", "_x000D_")
    spaced = pc.match_substring_regex(texts, r"^\s|\s$")
    opening = pc.if_else(spaced, '<t xml:space="preserve">', "<t>").cast(_TEXT)
    return _glued(f'<c{look} t="inlineStr"><is>', opening, texts, "</t></is></c>")


def _joined(columns: Sequence[_Cells]) -> list[_Cells]:
    """Make columns side by side one where that takes few stretches of cells."""
    joined: list[_Cells] = []
    for column in columns:
        both = _pair(joined[-1], column) if joined else None
        if both is None:
            joined.append(column)
        else:
            joined[-1] = both
    return joined


def _pair(left: _Cells, right: _Cells) -> _Cells | None:
    count = len(right.words)
    possible = len(left.words) * count
    if possible > _MOST_TRIED:
        return None
    pairs = left.numbers.astype(np.int32) * np.int32(count) + right.numbers
    present = np.zeros(possible, dtype=np.bool_)
    present[pairs] = True
    found = np.flatnonzero(present)
    if len(found) > _MOST_PAIRS:
        return None
    first, second = np.divmod(found, count)
    words = _glued(left.words.take(pa.array(first)), right.words.take(pa.array(second)))
    return _Cells((np.cumsum(present, dtype=np.int32) - 1)[pairs], words)


def _glued(*parts: Any) -> Any:  # noqa: ANN401
    scalars = (pa.scalar(part, _TEXT) if isinstance(part, str) else part for part in parts)
    return pc.binary_join_element_wise(*scalars, _NOTHING)
