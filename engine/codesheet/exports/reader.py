"""Reads visit exports: each file as it stands, its headings, its values, and all of them as one batch."""

import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from codesheet.coding.batch import Encounters
from codesheet.coding.columns import Vocabulary
from codesheet.exports.csv_files import read_csv
from codesheet.exports.encounter_rows import FileRows, join_files, type_rows
from codesheet.exports.headings import HeadingMap, known_headings, map_headings
from codesheet.exports.parquet_files import read_parquet
from codesheet.exports.table import RawTable
from codesheet.exports.xlsx_files import read_xlsx
from codesheet.issues import Issue, IssueCode
from codesheet.location import CellRef
from codesheet.model import Rulebook

_ZIP = b"PK\x03\x04"
_PARQUET = b"PAR1"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def read_encounters(
    paths: Sequence[Path], rulebook: Rulebook, progress: Callable[[int], None] | None = None
) -> tuple[Encounters | None, list[Issue]]:
    """Read exports as one batch; None when a fault of a file stops the run.

    `progress` is told how many rows have been read so far.
    """
    tables, issues = _read_files(paths, known_headings(rulebook), progress or _silent)
    maps: list[tuple[RawTable, HeadingMap]] = []
    for table in tables:
        found, faults = map_headings(table, rulebook)
        issues += faults
        if found:
            maps.append((table, found))
        if found and not table.row_count:
            issues.append(IssueCode.NO_ROWS.issue(CellRef(table.file)))
    if any(issue.is_error for issue in issues):
        return None, issues
    vocabulary = Vocabulary()
    files: list[FileRows] = [type_rows(table, found, rulebook, vocabulary) for table, found in maps]
    return join_files(files, rulebook, vocabulary), issues


def _silent(_: int) -> None:
    """Tell nobody."""


def _after(before: int, progress: Callable[[int], None]) -> Callable[[int], None]:
    """Count on from the rows of the files before."""
    return lambda rows: progress(before + rows)


def _read_files(
    paths: Sequence[Path], known: frozenset[str], progress: Callable[[int], None]
) -> tuple[list[RawTable], list[Issue]]:
    tables: list[RawTable] = []
    issues: list[Issue] = []
    seen: set[Path] = set()
    for path in paths:
        before = sum(table.row_count for table in tables)
        if path.resolve() in seen:
            issues.append(IssueCode.SAME_EXPORT.issue(CellRef(path.name)))
            continue
        seen.add(path.resolve())
        match _read_file(path, known, _after(before, progress)):
            case Issue() as issue:
                issues.append(issue)
            case RawTable() as table:
                tables.append(table)
    return tables, issues


def _read_file(path: Path, known: frozenset[str], progress: Callable[[int], None]) -> RawTable | Issue:
    """Read a file by what it is, whatever its name ends in."""
    try:
        before = path.stat()
        if not (stat.S_ISREG(before.st_mode) or stat.S_ISDIR(before.st_mode)):
            why = "it is no file (a pipe can be read only once): save the visits as one"
            return IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), why=why)
        read = _read_as_what_it_is(path, known, progress)
        after = path.stat()
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
            why = "it was changed while it was read: run again when it is complete"
            return IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), why=why)
    except OSError as fault:
        why = (fault.strerror or type(fault).__name__).lower()
        return IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), why=why)
    return read


def _read_as_what_it_is(
    path: Path, known: frozenset[str], progress: Callable[[int], None]
) -> RawTable | Issue:
    with path.open("rb") as file:
        start = file.read(len(_ZIP))
    if start == _ZIP:
        return read_xlsx(path, known, progress)
    if start == _PARQUET:
        return read_parquet(path, progress)
    if start == _OLD_OFFICE:
        why = "it has a password or is a workbook of old Excel: save it without a password as .xlsx"
        return IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), why=why)
    return read_csv(path, known, progress)
