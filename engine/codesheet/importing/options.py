"""What whoever imports says of the files, where the files do not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from codesheet.importing.published_files import ImportProblem
from codesheet.importing.versions import Version, version_of


@dataclass(frozen=True, slots=True)
class Options:
    """`version` and `first_day` stand for what the files' names say; `applies_to` is About's label.

    `program` picks the columns of a file that holds several programs side by side; `key` is the field by
    which a code table is looked up.
    """

    version: str = ""
    first_day: date | None = None
    setting: str = ""
    applies_to: str = ""
    program: str = ""
    key: str = "HCPCS"


def release_of(files: Sequence[Path], options: Options) -> Version:
    """Give the release that files belong to; all of them must be of one.

    Raises:
        ImportProblem: their names do not say, or say several, and the options do not.

    """
    found = {version_of(file.name) for file in files} - {None}
    named = next(iter(found)) if len(found) == 1 else None
    if len(found) > 1 and not options.version:
        names = ", ".join(sorted(version.name for version in found if version))
        msg = f"the files are of several releases ({names}): import each release by itself"
        raise ImportProblem(msg)
    if named is None and not options.version:
        msg = f"{files[0].name}: its name does not say which release it is; say --version, as 2026Q3"
        raise ImportProblem(msg)
    said = version_of(f"_{options.version}_") if options.version else None
    version = said or named
    name = options.version or (named.name if named else "")
    first_day = options.first_day or (version.first_day if version else None)
    if first_day is None:
        msg = f'from when does release "{name}" hold? say --effective-from, as 2026-07-01'
        raise ImportProblem(msg)
    return Version(name, first_day)
