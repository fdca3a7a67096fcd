"""Commands for those who keep workbooks: new, dress, check, compile."""

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from codesheet.cli.app import Rulebook, app
from codesheet.cli.terminal import DONE, FAULTS, counted, fail, print_issues, progress, say
from codesheet.issue_formats import as_github, as_json
from codesheet.issue_pages import near_code, page_of
from codesheet.issues import has_errors, without_notes
from codesheet.replacing import WriteError


class IssueFormat(StrEnum):
    """How issues are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


@app.command(epilog="Example: `codesheet new rulebook`")
def new(folder: Annotated[Path, typer.Argument(help="A folder that is not there yet, or empty.")]) -> None:
    """Write a starter rulebook: small workbooks to change into your own, and visits to try them on."""
    from codesheet.commands import workbooks

    try:
        with progress() as report:
            written = workbooks.new_rulebook(folder, report)
    except WriteError as problem:
        fail(str(problem))
    for file in written:
        typer.echo(file)
    typed, coded = shlex.quote(str(folder)), shlex.quote(f"{folder.name}-coded.xlsx")
    visits = shlex.quote(str(folder / "samples" / "visits.csv"))
    say("Open services.xlsx, sheet Start here. Then type:")
    say(f"  codesheet check {typed}")
    say(f"  codesheet code {visits} --rulebook {typed} -o {coded}")
    say(f"  codesheet dress {typed}      (after new fields, sheets or value sets)")


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
    from codesheet.commands import workbooks

    with progress() as report:
        issues, dressed = workbooks.dress_rulebook(rulebook, report)
    if not dressed:
        print_issues(issues)
        fail("nothing was dressed: drop-downs need Fields that can be read")
    for one in dressed:
        done = f"{one.sheets} sheets, {one.drop_downs} drop-downs, {one.notes} notes"
        unchanged = "" if one.changed else ": up to date"
        say(f"{one.workbook}: {f'left alone: {one.left_alone}' if one.left_alone else done + unchanged}")
    if has_errors(issues):
        say("The rulebook has errors: run `codesheet check`, then dress again.")
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
    from codesheet.commands import rulebooks

    copies: list[Path] = []
    without_copy: list[str] = []
    try:
        with progress() as report:
            found = rulebooks.check_rulebook(rulebook, report)
            if annotated is not None:
                from codesheet.commands import workbooks

                copies, without_copy = workbooks.annotate_workbooks(rulebook, found, annotated, report)
    except WriteError as problem:
        fail(str(problem))
    issues = found if notes else without_notes(found)
    if form is IssueFormat.JSON:
        typer.echo(as_json(issues))
    elif form is IssueFormat.GITHUB:
        typer.echo(as_github(issues, rulebook), nl=False)
    else:
        print_issues(issues, rulebooks.excerpts_of(rulebook, issues))
        more = len(found) - len(issues)
        hint = f" ({counted(more, 'note')}: --notes shows them)" if more else ""
        if not issues:
            say(f"{rulebook}: no issues{hint}")
        elif more:
            say(f"and {counted(more, 'note')}: --notes shows them")
    for copy in copies:
        typer.echo(copy, err=form is not IssueFormat.TEXT)
    for why in without_copy:
        say(why)
    raise typer.Exit(FAULTS if has_errors(issues) or without_copy else DONE)


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
    from codesheet.commands import rulebooks

    behind: list[str] = []
    try:
        with progress() as report:
            if check_only:
                issues, behind = rulebooks.compare_compiled(rulebook, folder, report)
            else:
                issues, ruleset = rulebooks.compile_to(rulebook, folder, report)
    except WriteError as problem:
        fail(str(problem))
    print_issues(issues)
    if has_errors(issues):
        raise typer.Exit(FAULTS)
    if behind:
        for difference in behind:
            say(difference)
        fail(f"{folder} is behind {rulebook}: run `codesheet compile {rulebook} -o {folder}`")
    if check_only:
        say(f"{folder} is up to date")
    elif ruleset is not None:
        rules = sum(len(table.rules) for table in ruleset.rulebook.decisions.values())
        say(f"{folder}: {len(ruleset.rulebook.decisions)} decision tables, {rules} rules")


def _explain(code: str) -> NoReturn:
    page = page_of(code)
    if page is None:
        raise typer.BadParameter(f'there is no issue "{code}"{near_code(code)}', param_hint="--explain")
    typer.echo(page, nl=False)
    raise typer.Exit(DONE)
