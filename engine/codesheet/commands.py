"""What the commands do, each a driver that reads aloud: new, dress, check, compile, code."""

import dataclasses
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from codesheet.annotating.annotator import annotate
from codesheet.checks import check
from codesheet.checks.causes import each_cause_once
from codesheet.cluster.coding import survey
from codesheet.cluster.scheduler import workers_of
from codesheet.coding.history import History
from codesheet.compiling.compiler import compile_rulebook
from codesheet.compiling.rules_files import differences, read_rules, with_digest, write_rules
from codesheet.compiling.ruleset import Ruleset
from codesheet.dressing.choices import Vocabulary
from codesheet.dressing.rulebook_files import Dressed, dress_workbooks
from codesheet.examples import run_examples
from codesheet.exports.export import Export
from codesheet.exports.inputs import find_exports, repeated
from codesheet.exports.reader import read_export
from codesheet.history_files import HistoryFile, locked, read_history, write_history
from codesheet.importing.imported import Imported, write_imported
from codesheet.importing.imports import read_files
from codesheet.importing.options import Options
from codesheet.issues import Issue, IssueCode, Severity
from codesheet.model import Rulebook
from codesheet.replacing import working_folder
from codesheet.results.run_record import new_run_record
from codesheet.results.tables import Results
from codesheet.results.writer import refuse_target, write_results
from codesheet.sheets.excerpts import Excerpts
from codesheet.sheets.rulebook import in_sheet_order, read_rulebook
from codesheet.sheets.workbook import find_workbooks, read_workbooks
from codesheet.side_by_side import Work, code_chunks
from codesheet.starter.new_rulebook import write_starter
from codesheet.verifying.verification import Verification

Report = Callable[[str], None]
"""Told the name of each stage as it begins, and, after a colon, how far it has come."""


@dataclass(slots=True)
class CodeOutcome:
    """What coding came to: issues, the results, the files written, and what was verified.

    Where issues are errors, or the verification found differences, there are no results: nothing was written.
    """

    issues: list[Issue]
    results: Results | None = None
    files: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    verification: Verification | None = None


def load_ruleset(path: Path, report: Report) -> tuple[Ruleset | None, list[Issue]]:
    """Load a rulebook: a folder of workbooks, one workbook, or a folder of compiled rules.

    Notes are left out of the issues: whoever codes or compiles has not asked for them.
    """
    ruleset, issues = _load(path, report)
    return None if ruleset is None else with_digest(ruleset), without_notes(issues)


def _load(path: Path, report: Report) -> tuple[Ruleset | None, list[Issue]]:
    if (path / "rulebook.json").is_file():
        report("Reading rules")
        return read_rules(path)
    report("Reading workbooks")
    rulebook, issues = read_rulebook(path)
    return _compiled(rulebook, issues, report)


def without_notes(issues: Sequence[Issue]) -> list[Issue]:
    """Give the errors and warnings."""
    return [issue for issue in issues if issue.severity is not Severity.NOTE]


def _compiled(
    rulebook: Rulebook | None, issues: list[Issue], report: Report
) -> tuple[Ruleset | None, list[Issue]]:
    if rulebook is None:
        return None, each_cause_once(issues, ())
    report("Checking tables")
    issues = each_cause_once([*issues, *check(rulebook)], issues)
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
    """Check workbooks, and run their examples; give every issue, notes too, in order of the sheets.

    Examples that come out differently stand last: what they follow from is often among the others.
    """
    ruleset, issues = _load(path, report)
    if ruleset is not None:
        report("Running examples")
        issues = [*issues, *run_examples(ruleset)]
    return sorted(in_sheet_order(issues), key=lambda issue: bool(issue.expected))


def excerpts_of(path: Path, issues: Sequence[Issue]) -> list[list[str]]:
    """Give for each issue the rows it speaks of, as lines to print below it."""
    sheets = read_workbooks(path)[0] if issues and path.exists() else []
    excerpts = Excerpts(sheets)
    return [excerpts.of(issue) for issue in issues]


def annotate_workbooks(path: Path, issues: Sequence[Issue], folder: Path, report: Report) -> list[Path]:
    """Write annotated copies of a rulebook's workbooks; those that cannot be read have none.

    Raises:
        WriteError: a copy cannot be written, or would take the place of its workbook.

    """
    report("Writing annotated copies")
    unread = {issue.at.workbook for issue in issues if issue.kind == IssueCode.UNREADABLE_WORKBOOK}
    return [annotate(found, issues, folder) for found in find_workbooks(path) if found[0] not in unread]


def compile_to(path: Path, folder: Path, report: Report) -> tuple[list[Issue], Ruleset | None]:
    """Compile workbooks to a folder of rules; nothing is written where there are errors."""
    ruleset, issues = _load(path, report)
    if ruleset is None:
        return without_notes(issues), None
    report("Writing rules")
    write_rules(ruleset, folder)
    return without_notes(issues), ruleset


def compare_compiled(path: Path, folder: Path, report: Report) -> tuple[list[Issue], list[str]]:
    """Say in what a folder of rules is behind its workbooks."""
    ruleset, issues = _load(path, report)
    return without_notes(issues), [] if ruleset is None else differences(ruleset, folder)


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


def code_visits(  # noqa: PLR0913 - one option each
    visits: Sequence[Path],
    rulebook: Path,
    target: Path,
    form: str,
    report: Report,
    *,
    rows_to_verify: int = 0,
    jobs: int = 1,
    past: Past | None = None,
) -> CodeOutcome:
    """Code a visit export: workbooks to rules, rows to claim lines, claim lines to files.

    Where the plain evaluator codes any of `rows_to_verify` otherwise, nothing is written. With a
    history file, limits over months count what it holds, and it then holds this run's lines too.
    """
    visits, issues = find_exports(visits)
    if has_errors(issues):
        return CodeOutcome(issues)
    with locked(past.path) if past is not None else nullcontext():
        return _code_visits(
            visits, rulebook, target, form, report, rows_to_verify=rows_to_verify, jobs=jobs, past=past
        )


def _code_visits(  # noqa: PLR0913 - see code_visits
    visits: Sequence[Path],
    rulebook: Path,
    target: Path,
    form: str,
    report: Report,
    *,
    rows_to_verify: int,
    jobs: int,
    past: Past | None,
) -> CodeOutcome:
    refuse_target(target, form, visits)
    ruleset, issues = load_ruleset(rulebook, report)
    if ruleset is None:
        return CodeOutcome(issues)
    file, more = _history_file(past, ruleset)
    issues += more
    if has_errors(issues):
        return CodeOutcome(issues)
    with working_folder(target) as folder:
        report("Reading visits")
        export, more = read_export(
            visits, ruleset.rulebook, folder, lambda rows: report(f"Reading visits: {rows:,} rows")
        )
        issues += more
        if export is None or has_errors(issues):
            return CodeOutcome(issues)
        history = None if file is None else _history(file, export, ruleset.rulebook.visit_key)
        report("Coding")
        run = new_run_record(ruleset, visits, export.rows_by_file, export.records, sys.argv[1:])
        work = Work(ruleset, export.layouts, export.row_count, folder, history, rows_to_verify)
        results, verification = _coded(export, work, jobs, report)
        if verification is not None:
            if verification.differences:
                return CodeOutcome(issues, notes=export.notes, verification=verification)
            run = dataclasses.replace(run, verified=verification.outcome)
        report("Writing results")
        files = write_results(results, ruleset, run, target, form, jobs=jobs)
        notes = list(export.notes)
        if past is not None and results.history is None:
            notes.append(f"there is no Unit limits sheet: {past.path} was neither counted nor written")
        elif past is not None and results.history is not None:
            report("Writing the history")
            write_history(past.path, file, results.history.tables())
            files = [*files, past.path]
    return CodeOutcome(issues, results, files, notes, verification)


def code_on_cluster(
    visits: Sequence[Path], rulebook: Path, target: Path, address: str, report: Report
) -> CodeOutcome:
    """Code a visit export on a Dask cluster that shares this folder, into a folder of parquet.

    The long tables are folders of files, written by the workers; all else is as on one machine.
    """
    visits, issues = find_exports(visits)
    issues += repeated(visits)
    refuse_target(target, "parquet", visits)
    if has_errors(issues):
        return CodeOutcome(issues)
    ruleset, issues = load_ruleset(rulebook, report)
    if ruleset is None:
        return CodeOutcome(issues)
    report("Connecting")
    target = target.absolute()
    with workers_of(address) as workers, working_folder(target) as folder:
        report("Reading visits")
        export, more = survey([path.absolute() for path in visits], ruleset, folder, workers)
        issues += more
        if has_errors(issues):
            return CodeOutcome(issues)
        report("Coding")
        rows = [file.row_count for file in export.files]
        run = new_run_record(ruleset, visits, rows, export.records, sys.argv[1:])
        results = Results()
        for more_results in export.coded():
            results.take_in(more_results)
            report(f"Coding: {results.counts.rows_in:,} of {export.row_count:,} rows")
        report("Writing results")
        files = write_results(results, ruleset, run, target, "parquet", export.write_parts)
    return CodeOutcome(issues, results, files, export.notes)


def _history_file(past: Past | None, ruleset: Ruleset) -> tuple[HistoryFile | None, list[Issue]]:
    if past is None:
        return None, []
    return read_history(past.path, ruleset.rulebook, past.begins)


def _history(file: HistoryFile, export: Export, visit_key: str) -> History:
    """Give what earlier runs used up, without the visits of an export that can be coded."""
    for chunk in export.chunks() if not file.is_empty else ():
        file.leave_out(chunk, visit_key)
    return file.history()


def _coded(export: Export, work: Work, jobs: int, report: Report) -> tuple[Results, Verification | None]:
    """Code an export chunk by chunk, and verify of each its share of the rows to be verified."""
    results = Results()
    verified: Verification | None = None
    for done in code_chunks(work, export.rows_by_chunk(), jobs):
        results.take_in(done.results)
        report(f"Coding: {results.counts.rows_in:,} of {export.row_count:,} rows")
        if done.verification is not None:
            verified = done.verification.after(verified)
    return results, verified
