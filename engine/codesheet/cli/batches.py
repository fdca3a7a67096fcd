"""The command for those who run the batch: code."""

import os
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codesheet.cli.app import app
from codesheet.cli.terminal import DONE, FAULTS, fail, print_issues, progress, say
from codesheet.replacing import WriteError

if TYPE_CHECKING:
    from codesheet.commands.batches import Past


class ResultFormat(StrEnum):
    """What results are written as."""

    XLSX = "xlsx"
    CSV = "csv"
    PARQUET = "parquet"


_NEVER_WRITTEN = ("xls", "xlsm", "xlsb", "ods")
"""Spreadsheets that a file named so would have to be."""


class FailOn(StrEnum):
    """What makes a finished run exit with 1."""

    REVIEW = "review"
    REJECTED = "rejected"


@app.command(
    epilog="Examples: `codesheet code may.csv -o coded.xlsx` · "
    "`codesheet code may.xlsx june.xlsx --rulebook rules -o coded --format parquet` · "
    "`codesheet code may.csv --verify 500` · "
    "`codesheet code '/shared/visits/*.parquet' -o /shared/coded --scheduler tcp://10.0.0.5:8786` · "
    "`codesheet code 's3://clinic/visits/*.parquet' -o /shared/coded --scheduler tcp://10.0.0.5:8786`"
)
def code(  # noqa: PLR0913 - one option each
    visits: Annotated[
        list[str],
        typer.Argument(
            help="Visit exports (csv, xlsx, parquet), folders of parquet, quoted patterns, in folders or in "
            "object stores (s3://, gs://, abfs://); read as one."
        ),
    ],
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The workbook (or folder) to write; never an object store.")
    ] = Path("coded.xlsx"),
    rulebook: Annotated[Path, typer.Option(help="Workbooks, or compiled rules.")] = Path("workbooks"),
    form: Annotated[
        ResultFormat | None,
        typer.Option("--format", help="By default what -o ends with; csv and parquet are folders of files."),
    ] = None,
    verify: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="Code N rows, spread over the file, a second time with the plain evaluator; any difference "
            "stops the run before anything is written.",
        ),
    ] = 0,
    jobs: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="Processes that code a long export (over 75,000 rows); by default as many as there are "
            "processors.",
            show_default=False,
        ),
    ] = os.cpu_count() or 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Code on the workers of this Dask scheduler, which share the folder of the results and "
            "those of exports in folders, into a folder of parquet (needs codesheet[dask]).",
        ),
    ] = None,
    fail_on: Annotated[
        list[FailOn] | None, typer.Option(help="Exit with 1 where visits need review or rows are rejected.")
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(help="A .parquet of earlier runs' lines, for limits over months; it gains this run's."),
    ] = None,
    history_begins: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day since when that file holds every line."),
    ] = None,
) -> None:
    """Code visit exports: claim lines, worklist, rejected rows and a summary, in one workbook."""
    from codesheet.cluster.scheduler import ClusterError
    from codesheet.commands import batches
    from codesheet.exports.addresses import is_address, place_of
    from codesheet.side_by_side import ProcessEndedError

    if is_address(output):
        raise typer.BadParameter("results go to a folder, not to an object store: name one in --output.")
    places = [place_of(text) for text in visits]
    try:
        with progress() as report:
            if scheduler is not None:
                _refuse_for_cluster(form)
                outcome = batches.code_on_cluster(
                    places,
                    rulebook,
                    output,
                    scheduler,
                    report,
                    rows_to_verify=verify,
                    past=_past(history, history_begins),
                )
            else:
                outcome = batches.code_visits(
                    places,
                    rulebook,
                    output,
                    _result_format(form, output),
                    report,
                    rows_to_verify=verify,
                    jobs=jobs,
                    past=_past(history, history_begins),
                )
    except (WriteError, ProcessEndedError, ClusterError) as problem:
        fail(str(problem))
    print_issues(outcome.issues)
    if outcome.verification is not None:
        say(outcome.verification.outcome)
        if outcome.verification.differences:
            fail(
                "nothing was written: the program contradicts itself on these rules. That is a fault of the "
                "program, not of the workbooks: report it with this message"
            )
    if outcome.results is None:
        fail("nothing was written: correct the errors above first")
    counts = outcome.results.counts
    for note in outcome.notes:
        say(note)
    say(
        f"{counts.rows_in} rows in = {counts.rows_coded} coded + {counts.rows_review} in review"
        f" + {counts.rows_rejected} rejected; {outcome.results['Claim lines'].num_rows} claim lines"
    )
    for file in outcome.files:
        typer.echo(file)
    struck = (FailOn.REVIEW in (fail_on or []) and counts.rows_review) or (
        FailOn.REJECTED in (fail_on or []) and counts.rows_rejected
    )
    raise typer.Exit(FAULTS if struck else DONE)


def _refuse_for_cluster(form: ResultFormat | None) -> None:
    """Refuse what a cluster does not do."""
    if form not in (None, ResultFormat.PARQUET):
        raise typer.BadParameter("a cluster writes parquet: leave --format out, or name parquet.")


def _past(history: Path | None, begins: datetime | None) -> "Past | None":
    from codesheet.commands.batches import Past

    if history is None:
        if begins is not None:
            msg = "--history-begins says since when the file of --history is complete: name that too."
            raise typer.BadParameter(msg)
        return None
    return Past(history, begins.date() if begins else None)


def _result_format(form: ResultFormat | None, output: Path) -> str:
    ending = output.suffix.lower().removeprefix(".")
    if ending in _NEVER_WRITTEN:
        msg = f"no .{ending} is written: name a workbook (.xlsx), or a folder with --format csv or parquet."
        raise typer.BadParameter(msg)
    if form is not None:
        return form.value
    return ending if ending in list(ResultFormat) else ResultFormat.CSV.value
