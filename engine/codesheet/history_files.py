"""The history file: claim lines of earlier runs, for limits that count over months.

A run reads it before coding and replaces in it the lines of the visits it coded, so a visit coded twice is in
it once. It is written beside its place and renamed, after the results were written, under a lock.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
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
        why = "it is no history file of codesheet, or it is damaged; name the file of an earlier --history"
        return None, [IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), why=why)]
    lacking = [name for name in (*COLUMNS, *per) if name not in table.column_names]
    if lacking:
        facts = {"columns": ", ".join(lacking)}
        return None, [IssueCode.HISTORY_LACKS_COLUMNS.issue(CellRef(path.name), **facts)]
    first = min(said, begins) if begins else said
    return History(first.toordinal(), table.to_pandas()), []


def write_history(path: Path, history: History | None, batch: pd.DataFrame, visits: set[str]) -> None:
    """Put the lines of a batch into the file, in place of those of the same visits.

    A new file of which the user does not say since when it is complete is so from its batch's first day.

    Raises:
        WriteError: the file cannot be written.

    """
    if history is None:
        days = batch[DAY].dropna()
        begins = int(days.min()) if len(days) else date.max.toordinal()
        lines = batch
    else:
        begins = history.begins
        kept = history.lines[~history.lines[VISIT].isin(visits)]
        lines = pd.concat([kept, batch], ignore_index=True) if len(kept) else batch
    columns = {name: _column(name, lines[name]) for name in lines.columns}
    said = {_BEGINS: date.fromordinal(begins).isoformat().encode()}
    table = pa.table(columns).replace_schema_metadata(said)
    with replacing_file(path) as new:
        parquet.write_table(table, new, compression="zstd")


def _column(name: str, values: pd.Series) -> pa.Array:
    if name in _NUMBERS:
        return pa.array(values.astype("float64"), pa.float64())
    return pa.array([None if pd.isna(v) else str(v) for v in values.tolist()], pa.string())
