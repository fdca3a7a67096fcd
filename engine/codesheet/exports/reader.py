"""Reads visit exports: each file piece by piece, its headings, and all of them as one export."""

import errno
import hashlib
import stat
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import pyarrow as pa

from codesheet.coding.batch import Encounters
from codesheet.exports.addresses import Place
from codesheet.exports.csv_files import read_csv
from codesheet.exports.export import Export
from codesheet.exports.families import Families
from codesheet.exports.grouping import Grouping
from codesheet.exports.headings import known_headings, map_headings
from codesheet.exports.inputs import at_hand, repeated
from codesheet.exports.parquet_files import read_parquet
from codesheet.exports.pieces import PieceStore
from codesheet.exports.readable_file import ReadableFile
from codesheet.exports.table import RawTable, UnreadableExport
from codesheet.exports.xlsx_files import read_xlsx
from codesheet.issues import Issue, IssueCode
from codesheet.location import CellRef
from codesheet.model import Rulebook

_ZIP = b"PK\x03\x04"
_PARQUET = b"PAR1"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REACH = "check its name, and that you may read it"


def read_export(
    places: Sequence[Place],
    rulebook: Rulebook,
    folder: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Export | None, list[Issue]]:
    """Read files as one export; None when a fault of a file stops the run.

    A long export waits in `folder` until it is coded; without a folder all stays in memory. `progress` is
    told how many rows have been read so far.
    """
    families = Families(folder, len(Grouping(rulebook).keys))
    export, issues = Export(rulebook, PieceStore(folder), families), repeated(places)
    for place in dict.fromkeys(places) if not issues else ():
        issues += read_file(place, export, rulebook, folder, progress or _silent)
    pa.default_memory_pool().release_unused()  # a hundred MB of buffers that nothing after reading asks for
    return (None if any(issue.is_error for issue in issues) else export), issues


def read_encounters(
    places: Sequence[Place], rulebook: Rulebook, progress: Callable[[int], None] | None = None
) -> tuple[Encounters | None, list[Issue]]:
    """Read files as one batch, however long it is; None when a fault of a file stops the run."""
    export, issues = read_export(places, rulebook, None, progress)
    if export is None:
        return None, issues
    (encounters,) = export.chunks(max(export.row_count, 1))
    encounters.notes = export.notes
    return encounters, issues


def _silent(_: int) -> None:
    """Tell nobody."""


def read_file(
    place: Place,
    export: Export,
    rulebook: Rulebook,
    folder: Path | None,
    progress: Callable[[int], None],
) -> list[Issue]:
    """Read one file into an export; give what is wrong with it. Of an object, a copy waits in `folder`."""
    try:
        with at_hand(place, folder) as source:
            return _read(source, export, rulebook, progress)
    except UnreadableExport as fault:
        return [fault.issue]


def _read(
    source: ReadableFile, export: Export, rulebook: Rulebook, progress: Callable[[int], None]
) -> list[Issue]:
    before = export.row_count
    try:
        state = _state(source)
        pieces = _pieces(source, known_headings(rulebook), lambda rows: progress(before + rows))
        first = next(pieces)
        headings, issues = map_headings(first, rulebook)
        if headings is None:
            return issues
        export.open_file(first, headings)
        for piece in chain([first], pieces):
            export.add(piece)
            progress(export.row_count)
        export.files[-1].sha256 = _digest(source)
        if _state(source) != state:
            return [_unreadable(source, "it was changed while it was read", "run again when it is complete")]
    except OSError as fault:
        if fault.errno in _NO_ROOM:  # for what has been read, which waits beside the results
            raise
        return [_unreadable(source, (fault.strerror or type(fault).__name__).lower(), _REACH)]
    return issues if export.row_count > before else [*issues, IssueCode.NO_ROWS.issue(CellRef(source.name))]


def _digest(source: ReadableFile) -> str:
    with source.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _state(source: ReadableFile) -> tuple[int, int]:
    """Give what changes when a file does: its time and its size."""
    found = source.path.stat()
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        why = "it is no file (a pipe can be read only once)"
        raise UnreadableExport(_unreadable(source, why, "save the visits as one"))
    return found.st_mtime_ns, found.st_size


def _unreadable(source: ReadableFile, why: str, remedy: str) -> Issue:
    return IssueCode.UNREADABLE_EXPORT.issue(CellRef(source.name), why=why, remedy=remedy)


def _pieces(
    source: ReadableFile, known: frozenset[str], progress: Callable[[int], None]
) -> Iterator[RawTable]:
    """Read a file by what it is, whatever its name ends in; at least one piece."""
    with source.path.open("rb") as file:
        start = file.read(len(_ZIP))
    if start == _ZIP:
        return read_xlsx(source, known, progress)
    if start == _PARQUET:
        return read_parquet(source)
    if start == _OLD_OFFICE:
        why = "it has a password or is a workbook of old Excel"
        raise UnreadableExport(_unreadable(source, why, "save it without a password as .xlsx"))
    return read_csv(source, known)
