"""The result tables of a run, chunk after chunk: the first stays in memory, those that follow wait on disk.

Chunks of one table may have columns of different types (in one chunk all dates of a column are days, in
another one has a time): what leaves here has one type a column.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from codesheet.language.values import show_number
from codesheet.results.arrow_tables import as_table


class SpooledTable:
    """One result table: chunks with the same columns, in order."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._held: list[pa.Table] = []
        self._files: list[Path] = []
        self._schema: Any = None
        self.num_rows = 0

    def add(self, frame: pd.DataFrame) -> None:
        """Add the next chunk."""
        table = as_table(frame)
        self._schema = table.schema if self._schema is None else _common_schema(self._schema, table.schema)
        self.num_rows += table.num_rows
        if self._path is None or not self._held:
            self._held.append(table)
            return
        file = self._path.with_name(f"{self._path.name}.{len(self._files)}")
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        self._files.append(file)

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
        names = self.column_names if columns is None else list(columns)
        schema = pa.schema([self.schema.field(name) for name in names])
        for table in self._held:
            yield _as_schema(table.select(names), schema)
        for file in self._files:
            with pa.memory_map(str(file)) as source:
                yield _as_schema(pa.ipc.open_file(source).read_all().select(names), schema)

    def frames(self, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Give some columns of each chunk as data frames; missing text is None."""
        for table in self.tables(columns):
            yield table.to_pandas()

    def slices(self, most_rows: int) -> Iterator[tuple[int, Iterator[pa.Table]]]:
        """Cut the rows into parts of at most so many; each with its row count and its chunks, once."""
        for start in range(0, max(self.num_rows, 1), most_rows):
            count = min(most_rows, self.num_rows - start)
            yield count, self._rows(start, count)

    def _rows(self, start: int, count: int) -> Iterator[pa.Table]:
        for table in self.tables():
            part = table.slice(max(start, 0), max(count + min(start, 0), 0))
            if start < table.num_rows and part.num_rows:
                yield part
            start -= table.num_rows
            if start + count <= 0:
                return


class ResultTables:
    """Every result table by its sheet's name."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._tables: dict[str, SpooledTable] = {}

    def add(self, frames: Mapping[str, pd.DataFrame]) -> None:
        """Add a chunk of several tables."""
        for name, frame in frames.items():
            if name not in self._tables:
                path = None if self._folder is None else self._folder / name
                self._tables[name] = SpooledTable(path)
            self._tables[name].add(frame)

    def __getitem__(self, name: str) -> SpooledTable:
        return self._tables[name]


def _common_schema(first: Any, second: Any) -> Any:  # noqa: ANN401
    kinds = zip(first, second, strict=True)
    return pa.schema([one if one.type == other.type else _common_field(one, other) for one, other in kinds])


def _common_field(one: Any, other: Any) -> Any:  # noqa: ANN401
    days = pa.types.is_date(one.type) or pa.types.is_timestamp(one.type)
    other_days = pa.types.is_date(other.type) or pa.types.is_timestamp(other.type)
    return pa.field(one.name, pa.timestamp("s") if days and other_days else pa.large_string())


def _as_schema(table: pa.Table, schema: Any) -> pa.Table:  # noqa: ANN401
    if table.schema.equals(schema):
        return table
    columns = [_as_type(column, field.type) for column, field in zip(table.columns, schema, strict=True)]
    return pa.table(columns, schema=schema)


def _as_type(column: Any, kind: Any) -> Any:  # noqa: ANN401
    if column.type == kind:
        return column
    if pa.types.is_floating(column.type):
        return pa.array([None if v is None else show_number(v) for v in column.to_pylist()], kind)
    text = column.cast(kind)
    return pc.replace_substring(text, " 00:00:00", "") if pa.types.is_large_string(kind) else text
