"""The command line: parses arguments, calls one driver, prints, exits (DESIGN §9)."""

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from codesheet import commands
from codesheet.cluster.scheduler import ClusterError
from codesheet.importing.options import Options
from codesheet.importing.published_files import ImportProblem
from codesheet.issue_formats import as_github, as_json
from codesheet.issue_pages import near_code, page_of
from codesheet.issues import Issue, Severity
from codesheet.replacing import WriteError
from codesheet.side_by_side import ProcessEndedError

DONE, FAULTS = 0, 1

_MOST_EXAMPLES = 20
"""So many failing examples are shown as text: one slip can make hundreds."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Codes visit exports with the code tables and payer conditions that coders keep in Excel.",
)


class IssueFormat(StrEnum):
    """How issues are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class ResultFormat(StrEnum):
    """What results are written as."""

    XLSX = "xlsx"
    CSV = "csv"
    PARQUET = "parquet"


class FailOn(StrEnum):
    """What makes a finished run exit with 1."""

    REVIEW = "review"
    REJECTED = "rejected"


Rulebook = Annotated[
    Path, typer.Argument(help="A folder of workbooks, one workbook, or a folder of compiled rules.")
]


@app.command(epilog="Example: `codesheet new rulebook`")
def new(folder: Annotated[Path, typer.Argument(help="A folder that is not there yet, or empty.")]) -> None:
    """Write a starter rulebook: small workbooks to change into your own, and visits to try them on."""
    try:
        with _progress() as report:
            written = commands.new_rulebook(folder, report)
    except WriteError as problem:
        _fail(str(problem))
    for file in written:
        typer.echo(file)
    typed, coded = shlex.quote(str(folder)), shlex.quote(f"{folder.name}-coded.xlsx")
    visits = shlex.quote(str(folder / "samples" / "visits.csv"))
    _say("Open services.xlsx, sheet Start here. Then type:")
    _say(f"  codesheet check {typed}")
    _say(f"  codesheet code {visits} --rulebook {typed} -o {coded}")
    _say(f"  codesheet dress {typed}      (after new fields, sheets or value sets)")


@app.command(epilog="Example: `codesheet dress workbooks`")
def dress(
    rulebook: Annotated[
        Path, typer.Argument(help="A folder of workbooks, or one workbook that has its own Fields.")
    ] = Path("workbooks"),
) -> None:
    """Bring drop-downs, notes, colours and formats of workbooks up to date, in place.

    No cell's content changes, and what you made yourself stays: notes, drop-downs, widths, filters, formulas,
    macros. The colours of title blocks, roles and headings are codesheet's. A workbook that is open, or holds
    what would be lost (charts, pictures), is left alone.
    """
    with _progress() as report:
        issues, dressed = commands.dress_rulebook(rulebook, report)
    if not dressed:
        _print_issues(issues)
        _fail("nothing was dressed: drop-downs need Fields that can be read")
    for one in dressed:
        done = f"{one.sheets} sheets, {one.drop_downs} drop-downs, {one.notes} notes"
        unchanged = "" if one.changed else ": up to date"
        _say(f"{one.workbook}: {f'left alone: {one.left_alone}' if one.left_alone else done + unchanged}")
    if commands.has_errors(issues):
        _say("The rulebook has errors: run `codesheet check`, then dress again.")
    raise typer.Exit(FAULTS if any(one.left_alone for one in dressed) else DONE)


@app.command(
    epilog="Examples: `codesheet check workbooks` · `codesheet check --explain T201` · "
    "`codesheet check workbooks --format json --notes`"
)
def check(
    rulebook: Rulebook = Path("workbooks"),
    form: Annotated[IssueFormat, typer.Option("--format", help="How to print issues.")] = IssueFormat.TEXT,
    *,
    notes: Annotated[
        bool, typer.Option("--notes", help="Show what is worth knowing, beside errors and warnings.")
    ] = False,
    annotated: Annotated[
        Path | None,
        typer.Option(
            "--annotate", metavar="FOLDER", help="Write the workbooks again with their issues marked in them."
        ),
    ] = None,
    explain: Annotated[
        str | None, typer.Option(metavar="CODE", help="Print what an issue's code means, and stop.")
    ] = None,
) -> None:
    """Check workbooks: every issue at its cell, and the examples coded. Exits with 1 on errors."""
    if explain is not None:
        _explain(explain)
    copies: list[Path] = []
    try:
        with _progress() as report:
            found = commands.check_rulebook(rulebook, report)
            if annotated is not None:
                copies = commands.annotate_workbooks(rulebook, found, annotated, report)
    except WriteError as problem:
        _fail(str(problem))
    issues = found if notes else commands.without_notes(found)
    if form is IssueFormat.JSON:
        typer.echo(as_json(issues))
    elif form is IssueFormat.GITHUB:
        typer.echo(as_github(issues, rulebook), nl=False)
    else:
        _print_issues(issues, commands.excerpts_of(rulebook, issues))
        more = len(found) - len(issues)
        hint = f" ({_counted(more, 'note')}: --notes shows them)" if more else ""
        if not issues:
            _say(f"{rulebook}: no issues{hint}")
        elif more:
            _say(f"and {_counted(more, 'note')}: --notes shows them")
    for copy in copies:
        typer.echo(copy, err=form is not IssueFormat.TEXT)
    raise typer.Exit(FAULTS if commands.has_errors(issues) else DONE)


@app.command(
    name="compile", epilog="Examples: `codesheet compile workbooks -o rules` · `codesheet compile --check`"
)
def compile_rules(
    rulebook: Rulebook = Path("workbooks"),
    folder: Annotated[Path, typer.Option("-o", "--output", help="Where the rules go.")] = Path("rules"),
    *,
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 where the rules are behind.")
    ] = False,
) -> None:
    """Compile workbooks to durable-rules rulesets: the same workbooks give the same bytes."""
    behind: list[str] = []
    try:
        with _progress() as report:
            if check_only:
                issues, behind = commands.compare_compiled(rulebook, folder, report)
            else:
                issues, ruleset = commands.compile_to(rulebook, folder, report)
    except WriteError as problem:
        _fail(str(problem))
    _print_issues(issues)
    if commands.has_errors(issues):
        raise typer.Exit(FAULTS)
    if behind:
        for difference in behind:
            _say(difference)
        _fail(f"{folder} is behind {rulebook}: run `codesheet compile {rulebook} -o {folder}`")
    if check_only:
        _say(f"{folder} is up to date")
    elif ruleset is not None:
        rules = sum(len(table.rules) for table in ruleset.rulebook.decisions.values())
        _say(f"{folder}: {len(ruleset.rulebook.decisions)} decision tables, {rules} rules")


@app.command(
    epilog="Examples: `codesheet code may.csv -o coded.xlsx` · "
    "`codesheet code may.xlsx june.xlsx --rulebook rules -o coded --format parquet` · "
    "`codesheet code may.csv --verify 500` · "
    "`codesheet code '/shared/visits/*.parquet' -o /shared/coded --scheduler tcp://10.0.0.5:8786`"
)
def code(  # noqa: PLR0913 - one option each
    visits: Annotated[
        list[Path],
        typer.Argument(
            help="Visit exports (csv, xlsx, parquet), folders of parquet, quoted patterns; read as one."
        ),
    ],
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="The workbook (or folder) to write.")] = Path(
        "coded.xlsx"
    ),
    rulebook: Annotated[Path, typer.Option(help="Workbooks, or compiled rules.")] = Path("workbooks"),
    form: Annotated[
        ResultFormat | None, typer.Option("--format", help="By default what -o ends with.")
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
            help="Code on the workers of this Dask scheduler, which share these folders, into a folder of "
            "parquet (needs codesheet[dask]).",
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
    try:
        with _progress() as report:
            if scheduler is not None:
                _refuse_for_cluster(form, verify, history)
                outcome = commands.code_on_cluster(visits, rulebook, output, scheduler, report)
            else:
                outcome = commands.code_visits(
                    visits,
                    rulebook,
                    output,
                    _result_format(form, output),
                    report,
                    rows_to_verify=verify,
                    jobs=jobs,
                    past=_past(history, history_begins),
                )
    except (WriteError, ProcessEndedError, ClusterError) as problem:
        _fail(str(problem))
    _print_issues(outcome.issues)
    if outcome.verification is not None:
        _say(outcome.verification.outcome)
        if outcome.verification.differences:
            _fail(
                "nothing was written: the program contradicts itself on these rules. That is a fault of the "
                "program, not of the workbooks: report it with this message"
            )
    if outcome.results is None:
        _fail("nothing was written: correct the errors above first")
    counts = outcome.results.counts
    for note in outcome.notes:
        _say(note)
    _say(
        f"{counts.rows_in} rows in = {counts.rows_coded} coded + {counts.rows_review} in review"
        f" + {counts.rows_rejected} rejected; {outcome.results['Claim lines'].num_rows} claim lines"
    )
    for file in outcome.files:
        typer.echo(file)
    struck = (FailOn.REVIEW in (fail_on or []) and counts.rows_review) or (
        FailOn.REJECTED in (fail_on or []) and counts.rows_rejected
    )
    raise typer.Exit(FAULTS if struck else DONE)


def _refuse_for_cluster(form: ResultFormat | None, verify: int, history: Path | None) -> None:
    """Refuse what a cluster does not do."""
    if form not in (None, ResultFormat.PARQUET):
        raise typer.BadParameter("a cluster writes parquet: leave --format out, or name parquet.")
    if verify or history is not None:
        raise typer.BadParameter("--verify and --history are for one machine: leave them or --scheduler out.")


def _past(history: Path | None, begins: datetime | None) -> commands.Past | None:
    if history is None:
        if begins is not None:
            msg = "--history-begins says since when the file of --history is complete: name that too."
            raise typer.BadParameter(msg)
        return None
    return commands.Past(history, begins.date() if begins else None)


class Published(StrEnum):
    """What can be imported."""

    NCCI = "ncci"
    MUE = "mue"
    ADD_ON = "add-on"
    HCPCS = "hcpcs"
    ICD10 = "icd10"


@app.command(
    name="import",
    epilog="Examples: `codesheet import ncci ccipra-v322r0-f*.txt ccioph-v322r0-f*.txt "
    "-o workbooks/cms/ncci_2026q3.parquet` · "
    "`codesheet import mue MCR_MUE_PractitionerServices_Eff_07-01-2026.csv "
    '--codes-of workbooks --applies-to "Program = Medicare" -o workbooks/cms/mue_2026q3.xlsx`',
)
def import_tables(  # noqa: PLR0913 - one option each
    kind: Annotated[Published, typer.Argument(help="Which of CMS's tables the files are.")],
    files: Annotated[
        list[Path], typer.Argument(help="Files of one release: text, csv or xlsx, as published.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="A workbook (.xlsx), or for large tables a .parquet.")
    ],
    *,
    version: Annotated[str, typer.Option(help="The release, where file names do not say: 2026Q3.")] = "",
    effective_from: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Its first day, where the release does not say."),
    ] = None,
    setting: Annotated[
        str, typer.Option(help="practitioner, outpatient hospital: where names do not say.")
    ] = "",
    applies_to: Annotated[str, typer.Option(help="Whose claims it is for: About's Applies to.")] = "",
    program: Annotated[str, typer.Option(help="mue: medicare or medicaid, in a file with both.")] = "",
    key: Annotated[str, typer.Option(help="hcpcs: the field that is looked up.")] = "HCPCS",
    codes_of: Annotated[
        Path | None, typer.Option(help="Keep only rows whose codes the workbooks of this rulebook name.")
    ] = None,
) -> None:
    """Import CMS's published tables: NCCI pairs, MUE, add-on codes, HCPCS, ICD-10-CM, as they come."""
    first_day = effective_from.date() if effective_from else None
    options = Options(version, first_day, setting, applies_to, program, key)
    try:
        with _progress() as report:
            imported = commands.import_published(kind.value, files, options, codes_of, output, report)
    except (ImportProblem, WriteError) as problem:
        _fail(str(problem))
    for note in imported.notes:
        _say(note)
    _say(f"{output}: {imported.row_count:,} rows")


def _result_format(form: ResultFormat | None, output: Path) -> str:
    if form is not None:
        return form.value
    return ResultFormat.XLSX.value if output.suffix.lower() == ".xlsx" else ResultFormat.CSV.value


@contextmanager
def _progress() -> Iterator[commands.Report]:
    """Show the stages on a terminal, with a bar and the time of each; nothing in a pipe.

    What follows a colon in a stage's name ("Reading visits: 120,000 rows") is how far it has come.
    """
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        stages: dict[str, TaskID] = {}

        def report(stage: str) -> None:
            name = stage.partition(":")[0]
            if name not in stages:
                for task in stages.values():
                    progress.update(task, total=1, completed=1)
                stages[name] = progress.add_task(stage, total=None)
            progress.update(stages[name], description=stage)

        yield report


def _print_issues(issues: Sequence[Issue], excerpts: Sequence[Sequence[str]] | None = None) -> None:
    failing = [issue for issue in issues if issue.expected]
    told = {id(issue) for issue in failing[_MOST_EXAMPLES:]}
    for issue, lines in zip(issues, excerpts or [()] * len(issues), strict=True):
        if id(issue) in told:
            continue
        pasted = ("\t".join(row) for row in issue.rows_to_paste)
        _say("\n".join([str(issue), *lines, *(f"    paste: {row}" for row in pasted)]))
    if told:
        _say(f"and {len(told)} more like these of examples: JSON and annotated copies have them all")
    counts = [sum(issue.severity is severity for issue in issues) for severity in Severity]
    if issues:
        named = zip(counts, ("error", "warning", "note"), strict=True)
        _say(", ".join(_counted(n, word) for n, word in named if n or word != "note"))


def _explain(code: str) -> NoReturn:
    page = page_of(code)
    if page is None:
        raise typer.BadParameter(f'there is no issue "{code}"{near_code(code)}', param_hint="--explain")
    typer.echo(page, nl=False)
    raise typer.Exit(DONE)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _fail(text: str) -> NoReturn:
    _say(text)
    raise typer.Exit(FAULTS)
