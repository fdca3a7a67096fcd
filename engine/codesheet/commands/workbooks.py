"""Drivers that write workbooks: new, dress, annotated copies."""

from collections.abc import Sequence
from pathlib import Path

from codesheet.annotating.annotator import DamagedPartError, annotate
from codesheet.commands import Report
from codesheet.dressing.choices import Vocabulary
from codesheet.dressing.rulebook_files import Dressed, dress_workbooks
from codesheet.issues import Issue, IssueCode
from codesheet.sheets.rulebook import read_rulebook
from codesheet.sheets.workbook import find_workbooks
from codesheet.starter.new_rulebook import write_starter


def new_rulebook(folder: Path, report: Report) -> list[Path]:
    """Write a starter rulebook into a new folder; give its files."""
    report("Writing workbooks")
    return write_starter(folder)


def dress_rulebook(path: Path, report: Report) -> tuple[list[Issue], list[Dressed]]:
    """Bring drop-downs, notes and colours of workbooks up to date; nothing where Fields cannot be read."""
    report("Reading workbooks")
    rulebook, issues = read_rulebook(path)
    if rulebook is None:
        return issues, []
    dressed = []
    for one in dress_workbooks(path, Vocabulary(rulebook)):
        report(f"Dressing workbooks: {one.workbook}")
        dressed.append(one)
    return issues, dressed


def annotate_workbooks(
    path: Path, issues: Sequence[Issue], folder: Path, report: Report
) -> tuple[list[Path], list[str]]:
    """Write annotated copies of a rulebook's workbooks, and say of which there is none and why.

    Nothing is said of those that cannot be read: that is an issue.

    Raises:
        WriteError: a copy cannot be written, or would take the place of its workbook.

    """
    report("Writing annotated copies")
    unread = {issue.at.workbook for issue in issues if issue.kind == IssueCode.UNREADABLE_WORKBOOK}
    copies, without = [], []
    for found in find_workbooks(path):
        if found[0] not in unread:
            try:
                copies.append(annotate(found, issues, folder))
            except DamagedPartError as problem:
                without.append(str(problem))
    return copies, without
