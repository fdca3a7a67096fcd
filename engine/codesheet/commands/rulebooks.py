"""Drivers that read workbooks: check, compile."""

from collections.abc import Sequence
from pathlib import Path

from codesheet.commands import Report
from codesheet.commands.loading import load
from codesheet.compiling.rules_files import differences, write_rules
from codesheet.compiling.ruleset import Ruleset
from codesheet.examples import run_examples
from codesheet.issues import Issue, without_notes
from codesheet.sheets.excerpts import Excerpts
from codesheet.sheets.rulebook import in_sheet_order
from codesheet.sheets.workbook import read_workbooks


def check_rulebook(path: Path, report: Report) -> list[Issue]:
    """Check workbooks, and run their examples; give every issue, notes too, in order of the sheets.

    Examples that come out differently stand last: what they follow from is often among the others.
    """
    ruleset, issues = load(path, report)
    if ruleset is not None:
        report("Running examples")
        issues = [*issues, *run_examples(ruleset)]
    return sorted(in_sheet_order(issues), key=lambda issue: bool(issue.expected))


def excerpts_of(path: Path, issues: Sequence[Issue]) -> list[list[str]]:
    """Give for each issue the rows it speaks of, as lines to print below it."""
    sheets = read_workbooks(path)[0] if issues and path.exists() else []
    excerpts = Excerpts(sheets)
    return [excerpts.of(issue) for issue in issues]


def compile_to(path: Path, folder: Path, report: Report) -> tuple[list[Issue], Ruleset | None]:
    """Compile workbooks to a folder of rules; nothing is written where there are errors."""
    ruleset, issues = load(path, report)
    if ruleset is None:
        return without_notes(issues), None
    report("Writing rules")
    write_rules(ruleset, folder)
    return without_notes(issues), ruleset


def compare_compiled(path: Path, folder: Path, report: Report) -> tuple[list[Issue], list[str]]:
    """Say in what a folder of rules is behind its workbooks."""
    ruleset, issues = load(path, report)
    return without_notes(issues), [] if ruleset is None else differences(ruleset, folder)
