"""Which files an export is made of: each that is named, those of a folder, those that a pattern finds."""

import glob
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from codesheet.exports.addresses import Address, Place
from codesheet.exports.object_stores import copy_object, find_objects
from codesheet.exports.readable_file import ReadableFile
from codesheet.exports.table import UnreadableExport
from codesheet.issues import Issue, IssueCode
from codesheet.location import CellRef


def find_exports(named: Sequence[Place]) -> tuple[list[Place], list[Issue]]:
    """Give the files, in order of name where a folder or a pattern (`*.parquet`) finds several.

    Of a folder its parquet files count, those in folders of its own too; names that begin with `_` or `.`
    are other programs' notes. Object stores are asked what they hold.
    """
    found: list[Place] = []
    issues: list[Issue] = []
    for place in named:
        try:
            found += find_objects(place) if isinstance(place, Address) else _find_files(place)
        except UnreadableExport as fault:
            issues.append(fault.issue)
    return found, issues


@contextmanager
def at_hand(place: Place, folder: Path | None) -> Iterator[ReadableFile]:
    """Give an export as a file: of an object a copy in a folder of its own inside `folder`, gone in the end.

    Raises:
        UnreadableExport: the object cannot be read.

    """
    if isinstance(place, Path):
        yield ReadableFile(place, place.name)
        return
    with TemporaryDirectory(dir=folder) as own:
        copy = Path(own) / "object"
        copy_object(place, copy)
        yield ReadableFile(copy, place.name)


def _find_files(path: Path) -> list[Path]:
    if path.is_dir():
        files = _parquet_files(path)
        why = "it is a folder without any .parquet file"
    elif not path.exists() and glob.has_magic(str(path)):
        files = sorted(Path(name) for name in glob.glob(str(path), recursive=True))  # noqa: PTH207 - absolute ones too
        files = [file for one in files for file in (_parquet_files(one) if one.is_dir() else [one])]
        why = "no file has such a name"
    else:
        return [path]
    if not files:
        raise UnreadableExport.because(CellRef(path.name), why, "name the files, or a folder that holds them")
    return files


def _parquet_files(folder: Path) -> list[Path]:
    inside = ((file, file.relative_to(folder).parts) for file in folder.rglob("*.parquet") if file.is_file())
    return sorted(file for file, parts in inside if not any(part.startswith(("_", ".")) for part in parts))


def repeated(places: Sequence[Place]) -> list[Issue]:
    """Object to files that are named twice."""
    seen: set[Path | str] = set()
    issues = []
    for place in places:
        key = place.name if isinstance(place, Address) else place.resolve()
        if key in seen:
            issues.append(IssueCode.SAME_EXPORT.issue(CellRef(place.name)))
        seen.add(key)
    return issues
