"""Drivers for those who run the batch: code, on one machine or on a cluster."""

import dataclasses
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from codesheet.cluster.coding import survey
from codesheet.cluster.scheduler import workers_of
from codesheet.coding.batch import visits_of
from codesheet.coding.history import History
from codesheet.commands import Report
from codesheet.commands.loading import load_ruleset
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.addresses import Place, without_secrets
from codesheet.exports.export import Export, ExportFile
from codesheet.exports.inputs import find_exports, repeated
from codesheet.exports.reader import read_export
from codesheet.history_files import HistoryFile, locked, read_history, write_history
from codesheet.issues import Issue, has_errors
from codesheet.replacing import working_folder
from codesheet.results.coded_chunk import Done
from codesheet.results.run_record import InputFile, RunRecord, new_run_record
from codesheet.results.tables import Results
from codesheet.results.writer import refuse_target, write_results
from codesheet.side_by_side import Work, code_chunks
from codesheet.verifying.verification import Verification


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


@dataclass(frozen=True, slots=True)
class Past:
    """The history file of earlier runs, and since when the user says it is complete."""

    path: Path
    begins: date | None = None


def code_visits(  # noqa: PLR0913 - one option each
    visits: Sequence[Place],
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
    visits: Sequence[Place],
    rulebook: Path,
    target: Path,
    form: str,
    report: Report,
    *,
    rows_to_verify: int,
    jobs: int,
    past: Past | None,
) -> CodeOutcome:
    refuse_target(target, form, _paths(visits))
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
        run = _record(ruleset, export.files, export.records)
        work = Work(ruleset, export.layouts, export.row_count, folder, history, rows_to_verify)
        chunks = code_chunks(work, export.rows_by_chunk(), jobs)
        results, verification = _gathered(chunks, export.row_count, report)
        if verification is not None and verification.differences:
            return CodeOutcome(issues, notes=export.notes, verification=verification)
        run = _with_outcome(run, verification)
        report("Writing results")
        files = write_results(results, ruleset, run, target, form, jobs=jobs)
        outcome = CodeOutcome(issues, results, files, list(export.notes), verification)
        _keep_lines(past, file, outcome, report)
    return outcome


def code_on_cluster(
    visits: Sequence[Place],
    rulebook: Path,
    target: Path,
    address: str,
    report: Report,
    *,
    rows_to_verify: int = 0,
    past: Past | None = None,
) -> CodeOutcome:
    """Code a visit export on a Dask cluster that shares this folder, into a folder of parquet.

    The long tables are folders of files, written by the workers; all else is as on one machine.
    """
    visits, issues = find_exports(visits)
    issues += repeated(visits)
    if has_errors(issues):
        return CodeOutcome(issues)
    with locked(past.path) if past is not None else nullcontext():
        return _code_on_cluster(
            visits, rulebook, target, address, report, rows_to_verify=rows_to_verify, past=past
        )


def _code_on_cluster(
    visits: Sequence[Place],
    rulebook: Path,
    target: Path,
    address: str,
    report: Report,
    *,
    rows_to_verify: int,
    past: Past | None,
) -> CodeOutcome:
    refuse_target(target, "parquet", _paths(visits))
    ruleset, issues = load_ruleset(rulebook, report)
    if ruleset is None:
        return CodeOutcome(issues)
    file, more = _history_file(past, ruleset)
    issues += more
    if has_errors(issues):
        return CodeOutcome(issues)
    report("Connecting")
    target = target.absolute()
    with workers_of(address) as workers, working_folder(target) as folder:
        report("Reading visits")
        export, more = survey([_from_anywhere(place) for place in visits], ruleset, folder, workers)
        issues += more
        if has_errors(issues):
            return CodeOutcome(issues)
        report("Coding")
        run = _record(ruleset, export.files, export.records)
        export.hand_out()
        if file is not None:
            for of_chunk in export.visits() if not file.is_empty else ():
                file.leave_out(of_chunk)
            export.share_history(file.history())
        results, verification = _gathered(export.coded(rows_to_verify), export.row_count, report)
        if verification is not None and verification.differences:
            return CodeOutcome(issues, notes=export.notes, verification=verification)
        run = _with_outcome(run, verification)
        report("Writing results")
        files = write_results(results, ruleset, run, target, "parquet", export.write_parts)
        outcome = CodeOutcome(issues, results, files, list(export.notes), verification)
        _keep_lines(past, file, outcome, report)
    return outcome


def _keep_lines(past: Past | None, file: HistoryFile | None, outcome: CodeOutcome, report: Report) -> None:
    """Put the lines of a run whose results are written into the history file."""
    if past is None or outcome.results is None:
        return
    lines = outcome.results.history
    if lines is None:
        outcome.notes.append(f"there is no Unit limits sheet: {past.path} was neither counted nor written")
        return
    report("Writing the history")
    write_history(past.path, file, lines.tables())
    outcome.files = [*outcome.files, past.path]


def _paths(visits: Sequence[Place]) -> list[Path]:
    return [place for place in visits if isinstance(place, Path)]


def _from_anywhere(place: Place) -> Place:
    return place.absolute() if isinstance(place, Path) else place


def _record(ruleset: Ruleset, files: Sequence[ExportFile], notes: Sequence[str]) -> RunRecord:
    inputs = [InputFile(file.name, file.sha256, file.row_count) for file in files]
    return new_run_record(ruleset, inputs, notes, [without_secrets(word) for word in sys.argv[1:]])


def _history_file(past: Past | None, ruleset: Ruleset) -> tuple[HistoryFile | None, list[Issue]]:
    if past is None:
        return None, []
    return read_history(past.path, ruleset.rulebook, past.begins)


def _history(file: HistoryFile, export: Export, visit_key: str) -> History:
    """Give what earlier runs used up, without the visits of an export that can be coded."""
    for chunk in export.chunks() if not file.is_empty else ():
        file.leave_out(visits_of(chunk, visit_key))
    return file.history()


def _gathered(chunks: Iterable[Done], row_count: int, report: Report) -> tuple[Results, Verification | None]:
    """Put the results of coded chunks together, and what came of verifying them."""
    results = Results()
    verified: Verification | None = None
    for done in chunks:
        results.take_in(done.results)
        report(f"Coding: {results.counts.rows_in:,} of {row_count:,} rows")
        if done.verification is not None:
            verified = done.verification.after(verified)
    return results, verified


def _with_outcome(run: RunRecord, verification: Verification | None) -> RunRecord:
    return run if verification is None else dataclasses.replace(run, verified=verification.outcome)
