"""Writes the starter rulebook into a new folder: workbooks ready to edit, and visits to try them on."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from codesheet.dressing.choices import Vocabulary
from codesheet.dressing.rulebook_files import dress_workbooks
from codesheet.replacing import WriteError, replacing_folder
from codesheet.sheets.rulebook import read_rulebook
from codesheet.starter.grids import Grid, number_fields, read_grids, write_workbook

_CONTENT = "rulebook"
_GRIDS = ".md"


def write_starter(folder: Path) -> list[Path]:
    """Write the starter rulebook, and give its files.

    Raises:
        WriteError: the folder holds something, or cannot be written; then nothing was.

    """
    _refuse_taken(folder)
    with replacing_folder(folder.resolve(), ()) as new:
        _write_content(new)
        rulebook, issues = read_rulebook(new)
        if rulebook is None or issues:
            raise AssertionError([str(issue) for issue in issues])
        for one in dress_workbooks(new, Vocabulary(rulebook)):
            if one.left_alone:
                raise WriteError(f"{folder / one.workbook} cannot be written: {one.left_alone}.")
        names = sorted(path.relative_to(new) for path in new.rglob("*") if path.is_file())
    return [folder / name for name in names]


def _refuse_taken(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise WriteError(f"{folder} is a file; name a new folder for the rulebook.")
    held = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if held:
        what = ", ".join(held[:3]) + (", …" if len(held) > 3 else "")  # noqa: PLR2004 - enough to know it by
        raise WriteError(f"{folder} is not empty ({what}) and was left as it is; name a new folder.")
    if folder.resolve() == Path.cwd():
        raise WriteError("the folder you are in cannot be replaced; name a new one: codesheet new rulebook")


def _write_content(folder: Path) -> None:
    grids: dict[Path, dict[str, Grid]] = {}
    for name, file in _content(files(__package__) / _CONTENT, PurePosixPath()):
        path = folder / name
        if path.suffix == _GRIDS:
            grids[path.with_suffix(".xlsx")] = read_grids(file.read_text(encoding="utf-8"))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.read_bytes())
    numbers = {name for sheets in grids.values() for name in number_fields(sheets)}
    for path, sheets in grids.items():
        write_workbook(sheets, numbers, path)


def _content(place: Traversable, under: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for entry in sorted(place.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _content(entry, under / entry.name)
        else:
            yield under / entry.name, entry
