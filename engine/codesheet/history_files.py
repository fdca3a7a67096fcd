"""The history file: claim lines of earlier runs, for limits that count over months.

A run reads it before coding and replaces in it the lines of the visits it coded, so a visit coded twice is in
it once. It is written beside its place and renamed, after the results were written, under a lock.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from codesheet.coding.history import CODE, COLUMNS, DAY, DISPOSITION, NOT_COUNTED, UNITS, VISIT, History
from codesheet.issues import Issue, IssueCode
from codesheet.language.values import fold
from codesheet.location import CellRef
from codesheet.model import Rulebook
from codesheet.replacing import WriteError, replacing_file

_BEGINS = b"codesheet history begins"
_NUMBERS = (DAY, UNITS)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other runs away from a history file until this one has written it.

    Raises:
        WriteError: another run has it.

    """
    lock = path.with_name(f"{path.name}.lock")
    _drop_stale(lock)
    try:
        handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        msg = f"{path} is in use by another run (if there is none, delete {lock.name} beside it)."
        raise WriteError(msg) from None
    except OSError as problem:
        msg = f"{path}: {problem.strerror or problem}"
        raise WriteError(msg) from problem
    try:
        os.write(handle, str(os.getpid()).encode())
        os.close(handle)
        yield
    finally:
        lock.unlink(missing_ok=True)


def _drop_stale(lock: Path) -> None:
    """Delete the lock that a killed run left behind on this machine."""
    try:
        os.kill(int(lock.read_text()), 0)
    except ProcessLookupError:
        lock.unlink(missing_ok=True)
    except (OSError, ValueError):
        return


class HistoryFile:
    """The lines of earlier runs as a file holds them; those of visits that are coded anew are left out.

    `begins` is the first day (an ordinal) from which every line is in it.
    """

    def __init__(self, begins: int, lines: pa.Table, per: tuple[str, ...]) -> None:
        self.begins = begins
        self._lines = lines
        self._per = per
        self._kept = np.ones(lines.num_rows, dtype=bool)

    @property
    def is_empty(self) -> bool:
        """Say whether it holds no lines."""
        return not self._lines.num_rows

    def leave_out(self, visits: Sequence[str]) -> None:
        """Leave out the lines of some visits: their results of this run take their place."""
        found = pc.is_in(self._lines.column(VISIT), pa.array(visits, pa.large_string()))
        self._kept &= ~found.to_numpy()

    @property
    def kept(self) -> pa.Table:
        """Give the lines that stay."""
        return self._lines.filter(pa.array(self._kept))

    def history(self) -> History:
        """Give what the lines that stay used up."""
        lines = self.kept
        counts = pc.invert(pc.is_in(lines.column(DISPOSITION), pa.array(NOT_COUNTED, pa.large_string())))
        lines = lines.filter(counts)
        columns: dict[str, object] = {name: lines.column(name).to_numpy() for name in _NUMBERS}
        for name in (CODE, *self._per):
            texts = lines.column(name).combine_chunks().dictionary_encode()
            folded = [fold(text) for text in texts.dictionary.to_pylist()]
            numbers, distinct = pd.factorize(np.array(folded, dtype=object))
            codes = texts.indices.fill_null(len(folded)).to_numpy()
            known = np.append(numbers, -1)[codes]
            columns[name] = pd.Categorical.from_codes(known, categories=pd.Index(distinct, dtype="str"))
        return History(self.begins, pd.DataFrame(columns))


def read_history(
    path: Path, rulebook: Rulebook, begins: date | None
) -> tuple[HistoryFile | None, list[Issue]]:
    """Read a history file; one that is not there yet holds nothing.

    `begins` is what the user says: since that day every line is in the file. None, without an issue, where
    nobody can say since when a new file would be complete.
    """
    per = rulebook.unit_limits.per if rulebook.unit_limits is not None else ()
    if not path.exists():
        empty = _as_stored(pa.table({name: pa.array([], pa.string()) for name in (*COLUMNS, *per)}))
        return (HistoryFile(begins.toordinal(), empty, per) if begins else None), []
    try:
        table = parquet.read_table(path)
        metadata = table.schema.metadata or {}
        said = date.fromisoformat(metadata[_BEGINS].decode())
    except (OSError, pa.ArrowException, KeyError, ValueError):
        facts = {"why": "it is no history file of codesheet, or it is damaged"}
        facts |= {"remedy": "name the file of an earlier --history"}
        return None, [IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), **facts)]
    lacking = [name for name in (*COLUMNS, *per) if name not in table.column_names]
    if lacking:
        facts = {"columns": ", ".join(lacking)}
        return None, [IssueCode.HISTORY_LACKS_COLUMNS.issue(CellRef(path.name), **facts)]
    first = min(said, begins) if begins else said
    return HistoryFile(first.toordinal(), _as_stored(table), per), []


def write_history(path: Path, file: HistoryFile | None, lines: Iterable[pa.Table]) -> None:
    """Put a run's lines into the file, after those of other visits, table by table.

    A new file of which the user does not say since when it is complete is so from its run's first day.

    Raises:
        WriteError: the file cannot be written.

    """
    tables = [_as_stored(table) for table in lines] if file is None else map(_as_stored, lines)
    begins = _first_day(tables) if file is None else file.begins
    said = {_BEGINS: date.fromordinal(begins).isoformat().encode()}
    with replacing_file(path) as new:
        writer = None
        try:
            for table in ([] if file is None else [file.kept], tables):
                for part in table:
                    if writer is None:
                        schema = part.schema.with_metadata(said)
                        writer = parquet.ParquetWriter(new, schema, compression="zstd")
                    writer.write_table(part.select(writer.schema.names).replace_schema_metadata(said))
        finally:
            if writer is not None:
                writer.close()


def _as_stored(table: pa.Table) -> pa.Table:
    """Give a table of lines with the types of the file: numbers, and text."""
    kinds = [(name, pa.float64() if name in _NUMBERS else pa.large_string()) for name in table.column_names]
    return table.cast(pa.schema(kinds))


def _first_day(tables: Iterable[pa.Table]) -> int:
    days = [pc.min(table.column(DAY)).as_py() for table in tables]
    return int(min((day for day in days if day is not None), default=date.max.toordinal()))
