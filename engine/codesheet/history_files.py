"""The history file: claim lines of earlier runs, for limits that count over months.

A run reads it before coding and replaces in it the lines of the visits it coded, so a visit coded twice is in
it once. It is written beside its place and renamed, after the results were written, under a lock.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from codesheet.coding.history import COLUMNS, DAY, UNITS, VISIT, History
from codesheet.issues import Issue, IssueCode
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


def read_history(path: Path, rulebook: Rulebook, begins: date | None) -> tuple[History | None, list[Issue]]:
    """Read a history file; one that is not there yet holds nothing.

    `begins` is what the user says: since that day every line is in the file. None, without an issue, where
    nobody can say since when a new file would be complete.
    """
    per = rulebook.unit_limits.per if rulebook.unit_limits is not None else ()
    if not path.exists():
        empty = pd.DataFrame({name: [] for name in (*COLUMNS, *per)}, dtype=object)
        return (History(begins.toordinal(), empty) if begins else None), []
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
    return History(first.toordinal(), table.to_pandas()), []


def write_history(
    path: Path, history: History | None, lines: Iterable[pa.Table], visits: Iterable[pa.ChunkedArray]
) -> None:
    """Put a run's lines into the file, in place of those of the visits it coded.

    A new file of which the user does not say since when it is complete is so from its run's first day.

    Raises:
        WriteError: the file cannot be written.

    """
    parts = [_as_stored(table) for table in lines]
    begins = _first_day(parts) if history is None else history.begins
    if history is not None and len(history.lines):
        old = _as_stored(pa.Table.from_pandas(history.lines, preserve_index=False))
        chunks = [chunk for column in visits for chunk in column.cast(pa.large_string()).chunks]
        coded = pc.is_in(old.column(VISIT), pa.chunked_array(chunks, pa.large_string()))
        parts.insert(0, old.filter(pc.invert(coded)))
    said = {_BEGINS: date.fromordinal(begins).isoformat().encode()}
    table = pa.concat_tables(parts).replace_schema_metadata(said)
    with replacing_file(path) as new:
        parquet.write_table(table, new, compression="zstd")


def _as_stored(table: pa.Table) -> pa.Table:
    """Give a table of lines with the types of the file: numbers, and text."""
    kinds = [(name, pa.float64() if name in _NUMBERS else pa.large_string()) for name in table.column_names]
    return table.cast(pa.schema(kinds))


def _first_day(parts: Iterable[pa.Table]) -> int:
    days = [pc.min(table.column(DAY)).as_py() for table in parts]
    return int(min((day for day in days if day is not None), default=date.max.toordinal()))
