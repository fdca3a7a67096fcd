"""Drivers for those who run the batch: code, on one machine or on a cluster."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeAlias

from codesheet.cluster.coding import ClusterExport, survey
from codesheet.cluster.scheduler import workers_of
from codesheet.coding.history import History
from codesheet.commands import Report
from codesheet.commands.loading import load_ruleset
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.addresses import Place, without_secrets
from codesheet.exports.export import Export
from codesheet.exports.inputs import find_exports
from codesheet.exports.reader import read_export
from codesheet.history_files import HistoryFile, locked, read_history, write_history
from codesheet.issues import Issue, has_errors
from codesheet.replacing import working_folder
from codesheet.results.coded_chunk import Done
from codesheet.results.files import WriteParts
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be coded with what, and what becomes of it."""

    visits: Sequence[Place]
    rulebook: Path
    target: Path
    form: str
    rows_to_verify: int
    past: Past | None
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class _Read:
    """Visits that have been read, and how this machine or a cluster codes them and writes long tables."""

    export: Export | ClusterExport
    code: Callable[[History | None], Iterable[Done]]
    write_parts: WriteParts | None = None


_Reading: TypeAlias = Callable[
    [_Asked, Ruleset, Path, Report], AbstractContextManager[tuple[_Read | None, list[Issue]]]
]
"""Reads visits, and keeps at hand who codes them; gives None where a fault of the visits stops the run."""


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
    return _code(_Asked(visits, rulebook, target, form, rows_to_verify, past, jobs), _here, report)


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
    asked = _Asked(visits, rulebook, target.absolute(), "parquet", rows_to_verify, past)
    return _code(asked, partial(_on_cluster, address), report)


def _code(asked: _Asked, reading: _Reading, report: Report) -> CodeOutcome:
    visits, issues = find_exports(asked.visits)
    if has_errors(issues):
        return CodeOutcome(issues)
    asked = replace(asked, visits=visits)
    with locked(asked.past.path) if asked.past is not None else nullcontext():
        refuse_target(asked.target, asked.form, [place for place in visits if isinstance(place, Path)])
        ruleset, issues = load_ruleset(asked.rulebook, report)
        if ruleset is None:
            return CodeOutcome(issues)
        file, more = _history_file(asked.past, ruleset)
        issues += more
        if has_errors(issues):
            return CodeOutcome(issues)
        with working_folder(asked.target) as folder, reading(asked, ruleset, folder, report) as (read, more):
            issues += more
            if read is None:
                return CodeOutcome(issues)
            report("Coding")
            run = _record(ruleset, read.export)
            chunks = read.code(None if file is None else _history(file, read.export))
            results, verification = _gathered(chunks, read.export.row_count, report)
            if verification is not None and verification.differences:
                return CodeOutcome(issues, notes=read.export.notes, verification=verification)
            run = _with_outcome(run, verification)
            report("Writing results")
            files = write_results(
                results, ruleset, run, asked.target, asked.form, read.write_parts, jobs=asked.jobs
            )
            outcome = CodeOutcome(issues, results, files, list(read.export.notes), verification)
            _keep_lines(asked.past, file, outcome, report)
    return outcome


@contextmanager
def _here(
    asked: _Asked, ruleset: Ruleset, folder: Path, report: Report
) -> Iterator[tuple[_Read | None, list[Issue]]]:
    """Read visits to be coded by this machine, several processes side by side."""
    report("Reading visits")
    export, issues = read_export(
        asked.visits, ruleset.rulebook, folder, lambda rows: report(f"Reading visits: {rows:,} rows")
    )
    if export is None:
        yield None, issues
        return
    work = Work(ruleset, export.layouts, export.row_count, folder, rows_to_verify=asked.rows_to_verify)
    chunks = export.rows_by_chunk()
    yield (
        _Read(export, lambda history: code_chunks(replace(work, history=history), chunks, asked.jobs)),
        issues,
    )


@contextmanager
def _on_cluster(
    address: str, asked: _Asked, ruleset: Ruleset, folder: Path, report: Report
) -> Iterator[tuple[_Read | None, list[Issue]]]:
    """Read visits where the workers of a cluster find them, which then code them."""
    report("Connecting")
    with workers_of(address) as workers:
        report("Reading visits")
        places = [place.absolute() if isinstance(place, Path) else place for place in asked.visits]
        export, issues = survey(places, ruleset, folder, workers)
        if has_errors(issues):
            yield None, issues
            return
        export.hand_out()
        yield _Read(export, partial(export.code, asked.rows_to_verify), export.write_parts), issues


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


def _record(ruleset: Ruleset, export: Export | ClusterExport) -> RunRecord:
    inputs = [InputFile(file.name, file.sha256, file.row_count) for file in export.files]
    return new_run_record(ruleset, inputs, export.records, [without_secrets(word) for word in sys.argv[1:]])


def _history_file(past: Past | None, ruleset: Ruleset) -> tuple[HistoryFile | None, list[Issue]]:
    if past is None:
        return None, []
    return read_history(past.path, ruleset.rulebook, past.begins)


def _history(file: HistoryFile, export: Export | ClusterExport) -> History:
    """Give what earlier runs used up, without the visits of an export that can be coded."""
    for visits in export.visits() if not file.is_empty else ():
        file.leave_out(visits)
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
    return run if verification is None else replace(run, verified=verification.outcome)
