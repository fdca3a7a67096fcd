"""What the commands do, each a driver that reads aloud: new, dress, check, compile, code."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from codesheet.checks import check
from codesheet.coding.batch import CodedBatch
from codesheet.coding.coder import Coder
from codesheet.compiling.compiler import compile_rulebook
from codesheet.compiling.rules_files import differences, read_rules, write_rules
from codesheet.compiling.ruleset import Ruleset
from codesheet.dressing.choices import Vocabulary
from codesheet.dressing.rulebook_files import Dressed, dress_workbooks
from codesheet.examples import run_examples
from codesheet.exports.reader import read_encounters
from codesheet.history_files import locked, read_history, write_history
from codesheet.importing.imported import Imported, write_imported
from codesheet.importing.imports import read_files
from codesheet.importing.options import Options
from codesheet.issues import Issue
from codesheet.model import Rulebook
from codesheet.results.run_record import new_run_record
from codesheet.results.writer import refuse_target, write_results
from codesheet.sheets.rulebook import read_rulebook
from codesheet.starter.new_rulebook import write_starter

Report = Callable[[str], None]
"""Told the name of each stage as it begins, and, after a colon, how far it has come."""


@dataclass(slots=True)
class CodeOutcome:
    """What coding came to: issues (errors: nothing was written), the batch, and the files written."""

    issues: list[Issue]
    batch: CodedBatch | None = None
    files: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def load_ruleset(path: Path, report: Report) -> tuple[Ruleset | None, list[Issue]]:
    """Load a rulebook: a folder of workbooks, one workbook, or a folder of compiled rules."""
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
        return None, issues
    report("Checking tables")
    issues = [*issues, *check(rulebook)]
    if has_errors(issues):
        return None, issues
    report("Compiling")
    ruleset, more = compile_rulebook(rulebook)
    issues += more
    return (None if has_errors(issues) else ruleset), issues


def has_errors(issues: Sequence[Issue]) -> bool:
    """Say whether any of the issues stops coding."""
    return any(issue.is_error for issue in issues)


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


def check_rulebook(path: Path, report: Report) -> list[Issue]:
    """Check workbooks, and run their examples."""
    ruleset, issues = load_ruleset(path, report)
    if ruleset is None:
        return issues
    report("Running examples")
    return [*issues, *run_examples(ruleset)]


def compile_to(path: Path, folder: Path, report: Report) -> tuple[list[Issue], Ruleset | None]:
    """Compile workbooks to a folder of rules; nothing is written where there are errors."""
    ruleset, issues = load_ruleset(path, report)
    if ruleset is None:
        return issues, None
    report("Writing rules")
    write_rules(ruleset, folder)
    return issues, ruleset


def compare_compiled(path: Path, folder: Path, report: Report) -> tuple[list[Issue], list[str]]:
    """Say in what a folder of rules is behind its workbooks."""
    ruleset, issues = load_ruleset(path, report)
    return issues, [] if ruleset is None else differences(ruleset, folder)


def import_published(
    kind: str, files: Sequence[Path], options: Options, codes_of: Path | None, target: Path, report: Report
) -> Imported:
    """Make a workbook or a reference file of published code tables.

    Raises ImportProblem where they cannot be read, WriteError where the place cannot be written.
    """
    report("Reading published files")
    imported = read_files(kind, files, options, codes_of)
    report("Writing")
    write_imported(imported, target)
    return imported


@dataclass(frozen=True, slots=True)
class Past:
    """The history file of earlier runs, and since when the user says it is complete."""

    path: Path
    begins: date | None = None


def code_visits(
    visits: Sequence[Path], rulebook: Path, target: Path, form: str, report: Report, past: Past | None = None
) -> CodeOutcome:
    """Code a visit export: workbooks to rules, rows to claim lines, claim lines to files.

    With a history file, limits over months count what it holds, and it then holds this run's lines too.
    """
    if past is None:
        return _code_visits(visits, rulebook, target, form, report)
    with locked(past.path):
        return _code_visits(visits, rulebook, target, form, report, past)


def _code_visits(
    visits: Sequence[Path], rulebook: Path, target: Path, form: str, report: Report, past: Past | None = None
) -> CodeOutcome:
    refuse_target(target, form, visits)
    ruleset, issues = load_ruleset(rulebook, report)
    if ruleset is None:
        return CodeOutcome(issues)
    report("Reading visits")
    encounters, more = read_encounters(
        visits, ruleset.rulebook, lambda rows: report(f"Reading visits: {rows:,} rows")
    )
    issues += more
    if encounters is None or has_errors(issues):
        return CodeOutcome(issues)
    history = None
    if past is not None:
        history, more = read_history(past.path, ruleset.rulebook, past.begins)
        issues += more
        if has_errors(issues):
            return CodeOutcome(issues)
    report("Coding")
    run = new_run_record(ruleset, visits, encounters, sys.argv[1:])
    batch = Coder(ruleset, history=history).code(encounters)
    report("Writing results")
    files = write_results(batch, ruleset, run, target, form)
    if past is not None and batch.history_lines is not None:
        report("Writing the history")
        write_history(past.path, history, batch.history_lines, set(batch.visits["Visit ID"]))
        files = [*files, past.path]
    notes = list(encounters.notes)
    if past is not None and batch.history_lines is None:
        notes.append(f"the rulebook has no Unit limits sheet: {past.path} was neither counted nor written")
    return CodeOutcome(issues, batch, files, notes)
