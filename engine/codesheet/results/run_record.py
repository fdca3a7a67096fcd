"""What a run was: program, rulebook, input and time, so that its results can be made again and defended."""

import dataclasses
import json
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import metadata

import pandas as pd

from codesheet.compiling.ruleset import Ruleset
from codesheet.model import Period, Source
from codesheet.results.tables import Results

LIBRARIES = (
    "durable-rules",
    "numpy",
    "openpyxl",
    "pandas",
    "pyarrow",
    "python-calamine",
    "rustpy-xlsxwriter",
)


@dataclass(frozen=True, slots=True)
class InputFile:
    """One export file that was read, and how many data rows it held."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Everything that decided a run's results, and when it began.

    `options` are as the user gave them; `verified` says what the plain evaluator coded alike.
    """

    program_version: str
    python_version: str
    libraries: dict[str, str]
    sources: tuple[Source, ...]
    ruleset_digest: str
    inputs: tuple[InputFile, ...]
    started_at: datetime
    options: tuple[str, ...] = ()
    seconds: dict[str, float] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()
    verified: str = "not asked for (--verify)"

    @property
    def rulebook_title(self) -> str:
        """Name the rulebook by its workbooks' titles, each once."""
        titles = dict.fromkeys(source.title or source.workbook for source in self.sources)
        first, more = next(iter(titles), "no workbook"), len(titles) - 1
        return f"{first} and {more} more" if more > 0 else first


def new_run_record(
    ruleset: Ruleset,
    inputs: Sequence[InputFile],
    notes: Sequence[str],
    options: Sequence[str],
) -> RunRecord:
    """Record a run that begins now."""
    return RunRecord(
        program_version=metadata.version("codesheet"),
        python_version=platform.python_version(),
        libraries={name: metadata.version(name) for name in LIBRARIES},
        sources=ruleset.rulebook.sources,
        ruleset_digest=ruleset.digest,
        inputs=tuple(inputs),
        started_at=datetime.now().astimezone().replace(microsecond=0),
        options=tuple(options),
        notes=tuple(notes),
    )


def run_sheet(run: RunRecord, results: Results) -> pd.DataFrame:
    """Give the `Run` sheet: a section, an item and its value a row."""
    return pd.DataFrame(list(_facts(run, results)), columns=["Section", "Item", "Value"], dtype="object")


def run_json(run: RunRecord, results: Results) -> str:
    """Give the run as JSON, for programs."""
    record = dataclasses.asdict(run)
    record["started_at"] = run.started_at.isoformat()
    record["sources"] = [_source_as_json(source) for source in run.sources]
    record["seconds"] = {**run.seconds, **results.counts.seconds}
    record["counts"] = _counts(results)
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def _counts(results: Results) -> dict[str, int]:
    counts = results.counts
    return {
        "rows in": counts.rows_in,
        "rows coded": counts.rows_coded,
        "rows in review": counts.rows_review,
        "rows rejected": counts.rows_rejected,
        "visits": results["Visits"].num_rows,
        "claim lines": results["Claim lines"].num_rows,
        "review edits": results["Review"].num_rows,
        "edits of all kinds": counts.edits,
        "rules": len(counts.fired),
    }


def _facts(run: RunRecord, results: Results) -> Iterator[tuple[str, str, str]]:
    yield "Run", "Started", run.started_at.isoformat(sep=" ")
    yield "Run", "Options", " ".join(run.options)
    yield "Run", "Verified", run.verified
    for name, count in _counts(results).items():
        yield "Counts", name, f"{count:,}"
    for file in run.inputs:
        yield "Input", file.name, f"{file.rows:,} rows, sha256 {file.sha256}"
    yield "Rulebook", "Compiled rules", f"sha256 {run.ruleset_digest}"
    for source in run.sources:
        yield "Rulebook", source.workbook, _about(source)
    for stage, seconds in {**run.seconds, **results.counts.seconds}.items():
        yield "Seconds", stage, f"{seconds:.2f}"
    yield "Versions", "codesheet", run.program_version
    yield "Versions", "Python", run.python_version
    yield from (("Versions", name, version) for name, version in run.libraries.items())
    yield from (("Notes", str(number), note) for number, note in enumerate(run.notes, start=1))


def _about(source: Source) -> str:
    parts = [source.title, source.owner and f"owner {source.owner}", source.source, _in_force(source.period)]
    return ", ".join(part for part in [*parts, f"sha256 {source.sha256}"] if part)


def _in_force(period: Period) -> str:
    first, last = _day(period.first), _day(period.last)
    if first and last:
        return f"in force {first} to {last}"
    return f"in force from {first}" if first else (last and f"in force to {last}") or ""


def _source_as_json(source: Source) -> dict[str, str | None]:
    return {
        "workbook": source.workbook,
        "sha256": source.sha256,
        "title": source.title,
        "owner": source.owner,
        "source": source.source,
        "effective_from": _day(source.period.first),
        "effective_to": _day(source.period.last),
    }


def _day(ordinal: int | None) -> str | None:
    return None if ordinal is None else date.fromordinal(ordinal).isoformat()
