"""A rulebook from its workbooks, or from its compiled rules."""

from pathlib import Path

from codesheet.checks import check
from codesheet.checks.causes import each_cause_once
from codesheet.commands import Report
from codesheet.compiling.compiler import compile_rulebook
from codesheet.compiling.rules_files import read_rules, with_digest
from codesheet.compiling.ruleset import Ruleset
from codesheet.issues import Issue, has_errors, without_notes
from codesheet.model import Rulebook
from codesheet.sheets.rulebook import read_rulebook


def load_ruleset(path: Path, report: Report) -> tuple[Ruleset | None, list[Issue]]:
    """Load a rulebook: a folder of workbooks, one workbook, or a folder of compiled rules.

    Notes are left out of the issues: whoever codes or compiles has not asked for them.
    """
    ruleset, issues = load(path, report)
    return None if ruleset is None else with_digest(ruleset), without_notes(issues)


def load(path: Path, report: Report) -> tuple[Ruleset | None, list[Issue]]:
    """Load a rulebook with all its issues, notes too, and without the digest that names it in records."""
    if (path / "rulebook.json").is_file():
        report("Reading rules")
        return read_rules(path)
    report("Reading workbooks")
    rulebook, issues = read_rulebook(path)
    return _compiled(rulebook, issues, report)


def _compiled(
    rulebook: Rulebook | None, issues: list[Issue], report: Report
) -> tuple[Ruleset | None, list[Issue]]:
    if rulebook is None:
        return None, each_cause_once(issues, (), None)
    report("Checking tables")
    issues = each_cause_once([*issues, *check(rulebook)], issues, rulebook)
    if has_errors(issues):
        return None, issues
    report("Compiling")
    ruleset, more = compile_rulebook(rulebook)
    issues += more
    return (None if has_errors(issues) else ruleset), issues
