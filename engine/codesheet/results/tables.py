"""The result tables of a run, chunk after chunk: the first stays in memory, those that follow wait on disk.

Chunks of one table may have columns of different types (in one chunk all dates of a column are days, in
another one has a time): what leaves here has one type a column.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from codesheet.coding.batch import CodedBatch
from codesheet.coding.report import queue_order
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

    def add(self, more: "Counts") -> None:
        """Add the counts of other batches."""
        self.rows_in += more.rows_in
        self.rows_coded += more.rows_coded
        self.rows_review += more.rows_review
        self.rows_rejected += more.rows_rejected
        self.edits += more.edits
        self.fired.update(more.fired)
        self.seconds.update(more.seconds)


class Results:
    """The results of a run, batch by batch: a table for each sheet, and counts.

    `history` are the lines as a history file keeps them, where the rulebook has unit limits. Tables of a
    later batch wait in `folder`; without one all stay in memory.
    """

    def __init__(self, folder: Path | None = None, *, keep_first: bool = True) -> None:
        self.counts = Counts()
        self.history: SpooledTable | None = None
        self._folder = folder
        self._keep_first = keep_first
        self._tables: dict[str, SpooledTable] = {}
        self._lost_visits: SpooledTable | None = None

    def __getitem__(self, name: str) -> SpooledTable:
        """Give a table; visits of which no row could be read stand last."""
        table = self._tables[name]
        lost = self._lost_visits if name == "Visits" else None
        return table if lost is None else table.followed_by(lost)

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
                self._tables[name] = self._new_table(name)
            self._tables[name].add(frame)
        if batch.history_lines is not None:
            if self.history is None:
                self.history = self._new_table("History")
            self.history.add(batch.history_lines)
        if lost.any():
            if self._lost_visits is None:
                self._lost_visits = self._new_table("Lost visits")
            self._lost_visits.add(batch.visits[lost])

    def _new_table(self, name: str) -> SpooledTable:
        path = self._folder / name if self._folder else None
        return SpooledTable(path, keep_first=self._keep_first)

    def take_in(self, results: "Results") -> None:
        """Put the results of batches coded elsewhere after these."""
        for name, table in results._tables.items():  # noqa: SLF001 - one of its own kind
            self._tables.setdefault(name, SpooledTable(None)).take_in(table)
        lost = results._lost_visits  # noqa: SLF001
        if lost is not None:
            self._lost_visits = lost if self._lost_visits is None else self._lost_visits.followed_by(lost)
        if results.history is not None:
            history = results.history
            self.history = history if self.history is None else self.history.followed_by(history)
        self.counts.add(results.counts)

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
        own = Counts(
            batch.rows_in, batch.rows_coded, batch.rows_review, batch.rows_rejected, len(batch.edits)
        )
        own.fired.update(batch.rule_counts)
        own.seconds.update(batch.seconds)
        self.counts.add(own)

    def worklist(self) -> SpooledTable:
        """Give the review edits of all batches by queue; within one they stand so already."""
        return self._tables["Review"].by("Queue", queue_order)


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
