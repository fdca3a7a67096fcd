"""What a workbook file holds beside its sheets: macros, links to others, how it counts and calculates."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from codesheet.issues import Issue, IssueCode
from codesheet.location import CellRef
from codesheet.sheets.workbook_file import WorkbookFile

_OTHER_SPREADSHEETS = (".xls", ".xlsb", ".xlt", ".ods", ".numbers")


def judge_parts(book: WorkbookFile, name: str, *, has_formulas: bool) -> Iterator[Issue]:
    """Say what of a workbook has no effect, or may be out of date."""
    names = set(book.archive.namelist())
    at = CellRef(name)
    if any(PurePosixPath(part).name == "vbaProject.bin" for part in names):
        yield IssueCode.MACROS_IGNORED.issue(at)
    links = sorted(part for part in names if re.fullmatch(r"xl/externalLinks/externalLink\d+\.xml", part))
    if links and has_formulas:
        yield IssueCode.EXTERNAL_LINKS.issue(at)
    if book.counts_from_1904:
        yield IssueCode.DATES_FROM_1904.issue(at)
    if has_formulas and book.is_calculated_by_hand:
        yield IssueCode.NOT_RECALCULATED.issue(at)


def judge_files(path: Path, read: list[str]) -> Iterator[Issue]:
    """Say which files of a folder look like workbooks and are not read, and which are open in Excel."""
    if not path.is_dir():
        return
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path)
        hidden = any(part.startswith(".") or part.casefold() == "samples" for part in name.parts[:-1])
        if hidden or not file.is_file():
            continue
        if file.suffix.lower() in _OTHER_SPREADSHEETS and not file.name.startswith(("~$", ".")):
            yield IssueCode.NOT_READ.issue(CellRef(name.as_posix()), form=file.suffix)
        if file.name.startswith("~$"):
            owner = next((one for one in read if _is_lock_of(one, name)), None)
            if owner is not None:
                yield IssueCode.OPEN_IN_EXCEL.issue(CellRef(owner))


def _is_lock_of(workbook: str, lock: Path) -> bool:
    """Say whether a lock file belongs to a workbook: `~$` stands before it, or for two letters."""
    path = PurePosixPath(workbook)
    same_folder = path.parent.as_posix() == lock.parent.as_posix()
    return same_folder and path.name.endswith(lock.name.removeprefix("~$"))
