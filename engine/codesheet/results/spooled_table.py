"""A result table, chunk after chunk: the first stays in memory, those that follow wait on disk.

Chunks of one table may have columns of different types (in one chunk all dates of a column are days, in
another one has a time): what leaves here has one type a column.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from codesheet.language.values import show_number
from codesheet.results.arrow_tables import as_table, decoded, encoded


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Rows of a chunk that stand together; all of them where there is no count."""

    chunk: int
    start: int = 0
    count: int | None = None


class SpooledTable:
    """One result table: chunks with the same columns, in order."""

    def __init__(self, path: Path | None, *, keep_first: bool = True) -> None:
        self._path = path
        self._keep_first = keep_first
        self._chunks: list[pa.Table | Path] = []
        self._order: list[_Stretch] = []
        self._schema: Any = None
        self.num_rows = 0

    def add(self, frame: pd.DataFrame) -> None:
        """Add the next chunk."""
        table = as_table(frame)
        self._note(_as_shown(table.schema), table.num_rows)
        self._order.append(_Stretch(len(self._chunks)))
        if self._path is None or (self._keep_first and not self._chunks):
            self._chunks.append(table)
            return
        file = self._path.with_name(f"{self._path.name}.{len(self._chunks)}")
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        self._chunks.append(file)

    def followed_by(self, last: "SpooledTable") -> "SpooledTable":
        """Give these rows, then those of another table with the same columns."""
        both = SpooledTable(None)
        for table in (self, last):
            both.take_in(table)
        return both

    def take_in(self, table: "SpooledTable") -> None:
        """Put the chunks of another table with the same columns after these."""
        self._order += [replace(one, chunk=one.chunk + len(self._chunks)) for one in table._order]  # noqa: SLF001
        self._chunks += table._chunks  # noqa: SLF001
        self._note(table.schema, table.num_rows)

    def _note(self, schema: Any, rows: int) -> None:  # noqa: ANN401 - pyarrow has no types
        self._schema = schema if self._schema is None else _common_schema(self._schema, schema)
        self.num_rows += rows

    @property
    def schema(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Give the columns and their types."""
        return pa.schema([]) if self._schema is None else self._schema

    @property
    def column_names(self) -> list[str]:
        """Name the columns."""
        return list(self.schema.names)

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Give the chunks, or some columns of them."""
        return map(decoded, self.encoded_tables(columns))

    def encoded_tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Give the chunks with each text of a column held once."""
        names = self.column_names if columns is None else list(columns)
        schema = pa.schema([self.schema.field(name) for name in names])
        for stretch in self._order:
            yield _as_schema(self._chunk(stretch.chunk, names).slice(stretch.start, stretch.count), schema)

    def _chunk(self, number: int, names: list[str]) -> pa.Table:
        chunk = self._chunks[number]
        if isinstance(chunk, pa.Table):
            return chunk.select(names)
        with pa.memory_map(str(chunk)) as source:
            places = [self.column_names.index(name) for name in names]
            options = pa.ipc.IpcReadOptions(included_fields=places)
            return pa.ipc.open_file(source, options=options).read_all().select(names)

    def parts(self) -> Iterator["SpooledTable"]:
        """Give each chunk as a table of its own, with the types of them all."""
        for stretch in self._order:
            part = SpooledTable(None)
            part._chunks, part._schema = self._chunks[stretch.chunk : stretch.chunk + 1], self._schema
            part._order = [replace(stretch, chunk=0)]
            yield part

    def frames(self, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Give some columns of each chunk as data frames; missing text is None."""
        for table in self.tables(columns):
            yield table.to_pandas()

    def head(self, rows: int) -> pa.Table:
        """Give the first rows."""
        chunks = [decoded(chunk) for chunk in self._rows(0, rows)]
        return pa.concat_tables(chunks) if chunks else self.schema.empty_table()

    def slices(self, most_rows: int) -> Iterator[tuple[int, Iterator[pa.Table]]]:
        """Cut the rows into parts of at most so many; each with its row count and its chunks, once.

        The chunks hold each text of a column once.
        """
        for start in range(0, max(self.num_rows, 1), most_rows):
            count = min(most_rows, self.num_rows - start)
            yield count, self._rows(start, count)

    def by(self, column: str, key: Callable[[str], str]) -> "SpooledTable":
        """Give the rows in order of a column of text, by a sort key, equal ones as they stand.

        Within each chunk they stand in that order already.
        """
        if len(self._order) <= 1:
            return self
        places: dict[str, list[_Stretch]] = {}
        for number, table in enumerate(self.encoded_tables([column])):
            for text, start, count in _stretches(table.column(0).combine_chunks()):
                places.setdefault(text, []).append(_Stretch(number, start, count))
        ordered = SpooledTable(None)
        ordered.take_in(self)
        ordered._order = [stretch for text in sorted(places, key=key) for stretch in places[text]]
        return ordered

    def _rows(self, start: int, count: int) -> Iterator[pa.Table]:
        for table in self.encoded_tables():
            part = table.slice(max(start, 0), max(count + min(start, 0), 0))
            if start < table.num_rows and part.num_rows:
                yield part
            start -= table.num_rows
            if start + count <= 0:
                return


def _stretches(texts: pa.DictionaryArray) -> Iterator[tuple[str, int, int]]:
    """Give the texts that stand together: each with the place of its first row, and their number."""
    codes = texts.indices.fill_null(-1).to_numpy()
    starts = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])) if len(codes) else codes
    for start, end in pairwise([*starts.tolist(), len(codes)]):
        yield texts[start].as_py() or "", start, end - start


def spooled(frame: pd.DataFrame) -> SpooledTable:
    """Give a table of one chunk."""
    table = SpooledTable(None)
    table.add(frame)
    return table


def _as_shown(schema: Any) -> Any:  # noqa: ANN401
    """Give the types as results show them: text is text, however it is held."""
    kinds = (pa.large_string() if pa.types.is_dictionary(field.type) else field.type for field in schema)
    return pa.schema([pa.field(name, kind) for name, kind in zip(schema.names, kinds, strict=True)])


def _common_schema(first: Any, second: Any) -> Any:  # noqa: ANN401
    kinds = zip(first, second, strict=True)
    return pa.schema([one if one.type == other.type else _common_field(one, other) for one, other in kinds])


def _common_field(one: Any, other: Any) -> Any:  # noqa: ANN401
    days = pa.types.is_date(one.type) or pa.types.is_timestamp(one.type)
    other_days = pa.types.is_date(other.type) or pa.types.is_timestamp(other.type)
    return pa.field(one.name, pa.timestamp("s") if days and other_days else pa.large_string())


def _as_schema(table: pa.Table, schema: Any) -> pa.Table:  # noqa: ANN401
    columns = [_as_type(column, field.type) for column, field in zip(table.columns, schema, strict=True)]
    return pa.table(columns, names=schema.names)


def _as_type(column: Any, kind: Any) -> Any:  # noqa: ANN401
    if not pa.types.is_large_string(kind):
        return column.cast(kind)
    if pa.types.is_dictionary(column.type):
        return column
    if pa.types.is_floating(column.type):
        return encoded(pa.array([None if v is None else show_number(v) for v in column.to_pylist()], kind))
    return encoded(pc.replace_substring(column.cast(kind), " 00:00:00", ""))
