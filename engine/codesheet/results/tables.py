"""The result tables of a run, chunk after chunk: the first stays in memory, those that follow wait on disk.

Chunks of one table may have columns of different types (in one chunk all dates of a column are days, in
another one has a time): what leaves here has one type a column.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from codesheet.coding.batch import CodedBatch
from codesheet.coding.report import queue_order
from codesheet.language.values import show_number
from codesheet.results.arrow_tables import as_table


class SpooledTable:
    """One result table: chunks with the same columns, in order."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._held: list[pa.Table] = []
        self._files: list[Path] = []
        self._last: list[pa.Table] = []
        self._schema: Any = None
        self.num_rows = 0

    def add(self, frame: pd.DataFrame) -> None:
        """Add the next chunk."""
        self._add(as_table(frame))

    def add_last(self, frame: pd.DataFrame) -> None:
        """Add rows, not many, that stand after all chunks."""
        table = as_table(frame)
        self._note(table)
        self._last.append(table)

    def _note(self, table: pa.Table) -> None:
        self._schema = table.schema if self._schema is None else _common_schema(self._schema, table.schema)
        self.num_rows += table.num_rows

    def _add(self, table: pa.Table) -> None:
        self._note(table)
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
        for table in self._last:
            yield _as_schema(table.select(names), schema)

    def frames(self, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Give some columns of each chunk as data frames; missing text is None."""
        for table in self.tables(columns):
            yield table.to_pandas()

    def head(self, rows: int) -> pa.Table:
        """Give the first rows."""
        chunks = list(self._rows(0, rows))
        return pa.concat_tables(chunks) if chunks else self.schema.empty_table()

    def slices(self, most_rows: int) -> Iterator[tuple[int, Iterator[pa.Table]]]:
        """Cut the rows into parts of at most so many; each with its row count and its chunks, once."""
        for start in range(0, max(self.num_rows, 1), most_rows):
            count = min(most_rows, self.num_rows - start)
            yield count, self._rows(start, count)

    def by(self, column: str, key: Callable[[str], str]) -> "SpooledTable":
        """Give the rows in order of a column of text, by a sort key, equal ones as they stand.

        One chunk is taken to be in order already.
        """
        if len(self._files) + len(self._held) <= 1:
            return self
        texts: set[str] = set()
        for frame in self.frames([column]):
            texts.update(frame[column].fillna("").unique())
        ordered = SpooledTable(self._path.with_name(f"{self._path.name} by {column}") if self._path else None)
        for text in sorted(texts, key=key):
            for table in self.tables():
                ordered._add(table.filter(pc.equal(pc.fill_null(table.column(column), ""), text)))
        return ordered

    def _rows(self, start: int, count: int) -> Iterator[pa.Table]:
        for table in self.tables():
            part = table.slice(max(start, 0), max(count + min(start, 0), 0))
            if start < table.num_rows and part.num_rows:
                yield part
            start -= table.num_rows
            if start + count <= 0:
                return


def spooled(frame: pd.DataFrame) -> SpooledTable:
    """Give a table of one chunk."""
    table = SpooledTable(None)
    table.add(frame)
    return table


class RowsUnaccountedError(AssertionError):
    """Rows went in that are neither coded, nor in review, nor rejected: a fault of this program."""


@dataclass(slots=True)
class Counts:
    """What a run came to: rows, edits of all kinds, firings by rule, seconds by stage."""

    rows_in: int = 0
    rows_coded: int = 0
    rows_review: int = 0
    rows_rejected: int = 0
    edits: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)


class Results:
    """The results of a run, batch by batch: a table for each sheet, and counts.

    Tables of a later batch wait in `folder`; without one all stay in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.counts = Counts()
        self._folder = folder
        self._tables: dict[str, SpooledTable] = {}

    def __getitem__(self, name: str) -> SpooledTable:
        return self._tables[name]

    def add(self, batch: CodedBatch) -> None:
        """Take in the next batch.

        Raises:
            RowsUnaccountedError: rows of it went nowhere.

        """
        self._count(batch)
        lost = batch.visits["Status"] == "rejected"
        frames = {
            "Claim lines": batch.claim_lines,
            "Visits": batch.visits[~lost],
            "Rows": batch.rows,
            "Review": batch.review,
            "Rejected": batch.rejected,
        }
        for name, frame in frames.items():
            if name not in self._tables:
                self._tables[name] = SpooledTable(self._folder / name if self._folder else None)
            self._tables[name].add(frame)
        if lost.any():
            self._tables["Visits"].add_last(batch.visits[lost])

    def _count(self, batch: CodedBatch) -> None:
        """Hold a batch's counts against each other and against its tables, and add them."""
        out = batch.rows_coded + batch.rows_review + batch.rows_rejected
        if batch.rows_in != out:
            raise RowsUnaccountedError(
                f"{batch.rows_in} rows in, but {batch.rows_coded} coded + {batch.rows_review} in review "
                f"+ {batch.rows_rejected} rejected = {out}"
            )
        held = int((batch.rows["Status"] == "review").sum())
        if (len(batch.rows) - held, held) != (batch.rows_coded, batch.rows_review):
            raise RowsUnaccountedError(
                f"{batch.rows_coded} rows coded and {batch.rows_review} in review, but the table of rows has "
                f"{len(batch.rows) - held} and {held}"
            )
        self.counts.rows_in += batch.rows_in
        self.counts.rows_coded += batch.rows_coded
        self.counts.rows_review += batch.rows_review
        self.counts.rows_rejected += batch.rows_rejected
        self.counts.edits += len(batch.edits)
        self.counts.fired.update(batch.rule_counts)
        self.counts.seconds.update(batch.seconds)

    def worklist(self) -> SpooledTable:
        """Give the review edits of all batches by queue; within one they stand so already."""
        return self._tables["Review"].by("Queue", queue_order)


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
