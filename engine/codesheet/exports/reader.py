"""Reads visit exports: each file piece by piece, its headings, and all of them as one export."""

import stat
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import pyarrow as pa

from codesheet.coding.batch import Encounters
from codesheet.exports.csv_files import read_csv
from codesheet.exports.export import Export
from codesheet.exports.families import Families
from codesheet.exports.grouping import Grouping
from codesheet.exports.headings import known_headings, map_headings
from codesheet.exports.inputs import repeated
from codesheet.exports.parquet_files import read_parquet
from codesheet.exports.pieces import PieceStore
from codesheet.exports.table import RawTable, UnreadableExport
from codesheet.exports.xlsx_files import read_xlsx
from codesheet.issues import Issue, IssueCode
from codesheet.location import CellRef
from codesheet.model import Rulebook

_ZIP = b"PK\x03\x04"
_PARQUET = b"PAR1"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_REACH = "check its name, and that you may read it"


def read_export(
    paths: Sequence[Path],
    rulebook: Rulebook,
    folder: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Export | None, list[Issue]]:
    """Read files as one export; None when a fault of a file stops the run.

    A long export waits in `folder` until it is coded; without a folder all stays in memory. `progress` is
    told how many rows have been read so far.
    """
    families = Families(folder, len(Grouping(rulebook).keys))
    export, issues = Export(rulebook, PieceStore(folder), families), repeated(paths)
    for path in dict.fromkeys(paths) if not issues else ():
        issues += read_file(path, export, rulebook, progress or _silent)
    pa.default_memory_pool().release_unused()  # a hundred MB of buffers that nothing after reading asks for
    return (None if any(issue.is_error for issue in issues) else export), issues


def read_encounters(
    paths: Sequence[Path], rulebook: Rulebook, progress: Callable[[int], None] | None = None
) -> tuple[Encounters | None, list[Issue]]:
    """Read files as one batch, however long it is; None when a fault of a file stops the run."""
    export, issues = read_export(paths, rulebook, None, progress)
    if export is None:
        return None, issues
    (encounters,) = export.chunks(max(export.row_count, 1))
    encounters.notes = export.notes
    return encounters, issues


def _silent(_: int) -> None:
    """Tell nobody."""


def read_file(path: Path, export: Export, rulebook: Rulebook, progress: Callable[[int], None]) -> list[Issue]:
    """Read one file into an export; give what is wrong with it."""
    before = export.row_count
    try:
        state = _state(path)
        pieces = _pieces(path, known_headings(rulebook), lambda rows: progress(before + rows))
        first = next(pieces)
        headings, issues = map_headings(first, rulebook)
        if headings is None:
            return issues
        export.open_file(first, headings)
        for piece in chain([first], pieces):
            export.add(piece)
            progress(export.row_count)
        if _state(path) != state:
            return [_unreadable(path, "it was changed while it was read", "run again when it is complete")]
    except UnreadableExport as fault:
        return [fault.issue]
    except OSError as fault:
        return [_unreadable(path, (fault.strerror or type(fault).__name__).lower(), _REACH)]
    return issues if export.row_count > before else [*issues, IssueCode.NO_ROWS.issue(CellRef(path.name))]


def _state(path: Path) -> tuple[int, int]:
    """Give what changes when a file does: its time and its size."""
    found = path.stat()
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        why = "it is no file (a pipe can be read only once)"
        raise UnreadableExport(_unreadable(path, why, "save the visits as one"))
    return found.st_mtime_ns, found.st_size


def _unreadable(path: Path, why: str, remedy: str) -> Issue:
    return IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), why=why, remedy=remedy)


def _pieces(path: Path, known: frozenset[str], progress: Callable[[int], None]) -> Iterator[RawTable]:
    """Read a file by what it is, whatever its name ends in; at least one piece."""
    with path.open("rb") as file:
        start = file.read(len(_ZIP))
    if start == _ZIP:
        return read_xlsx(path, known, progress)
    if start == _PARQUET:
        return read_parquet(path)
    if start == _OLD_OFFICE:
        why = "it has a password or is a workbook of old Excel"
        raise UnreadableExport(_unreadable(path, why, "save it without a password as .xlsx"))
    return read_csv(path, known)
