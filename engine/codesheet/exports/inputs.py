"""Which files an export is made of: each that is named, those of a folder, those that a pattern finds."""

import glob
from collections.abc import Sequence
from pathlib import Path

from codesheet.issues import Issue, IssueCode
from codesheet.location import CellRef


def find_exports(named: Sequence[Path]) -> tuple[list[Path], list[Issue]]:
    """Give the files, in order of name where a folder or a pattern (`*.parquet`) finds several.

    Of a folder its parquet files count, those in folders of its own too; names that begin with `_` or `.`
    are other programs' notes.
    """
    found: list[Path] = []
    issues: list[Issue] = []
    for path in named:
        if path.is_dir():
            files = _parquet_files(path)
            why = "it is a folder without any .parquet file"
        elif not path.exists() and glob.has_magic(str(path)):
            files = sorted(Path(name) for name in glob.glob(str(path), recursive=True))  # noqa: PTH207 - absolute ones too
            files = [file for one in files for file in (_parquet_files(one) if one.is_dir() else [one])]
            why = "no file has such a name"
        else:
            files = [path]
            why = ""
        found += files
        if not files:
            remedy = "name the files, or a folder that holds them"
            issues.append(IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), why=why, remedy=remedy))
    return found, issues


def _parquet_files(folder: Path) -> list[Path]:
    inside = ((file, file.relative_to(folder).parts) for file in folder.rglob("*.parquet") if file.is_file())
    return sorted(file for file, parts in inside if not any(part.startswith(("_", ".")) for part in parts))


def repeated(paths: Sequence[Path]) -> list[Issue]:
    """Object to files that are named twice."""
    seen: set[Path] = set()
    issues = []
    for path in paths:
        if path.resolve() in seen:
            issues.append(IssueCode.SAME_EXPORT.issue(CellRef(path.name)))
        seen.add(path.resolve())
    return issues
