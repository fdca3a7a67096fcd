"""What the commands print: stages, issues and how they ended. All but results goes to standard error."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

import typer

from codesheet.commands import Report
from codesheet.issues import Issue, Severity

DONE, FAULTS = 0, 1

_MOST_EXAMPLES = 20
"""So many failing examples are shown as text: one slip can make hundreds."""


@contextmanager
def progress() -> Iterator[Report]:
    """Show the stages on a terminal, with a bar and the time of each; nothing in a pipe.

    What follows a colon in a stage's name ("Reading visits: 120,000 rows") is how far it has come.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        stages: dict[str, TaskID] = {}

        def report(stage: str) -> None:
            name = stage.partition(":")[0]
            if name not in stages:
                for task in stages.values():
                    progress.update(task, total=1, completed=1)
                stages[name] = progress.add_task(stage, total=None)
            progress.update(stages[name], description=stage)

        yield report


def print_issues(issues: Sequence[Issue], excerpts: Sequence[Sequence[str]] | None = None) -> None:
    """Print issues, each with the lines of its sheet, and how many there are."""
    failing = [issue for issue in issues if issue.expected]
    told = {id(issue) for issue in failing[_MOST_EXAMPLES:]}
    for issue, lines in zip(issues, excerpts or [()] * len(issues), strict=True):
        if id(issue) in told:
            continue
        pasted = ("\t".join(row) for row in issue.rows_to_paste)
        say("\n".join([str(issue), *lines, *(f"    paste: {row}" for row in pasted)]))
    if told:
        say(f"and {len(told)} more like these of examples: JSON and annotated copies have them all")
    counts = [sum(issue.severity is severity for issue in issues) for severity in Severity]
    if issues:
        named = zip(counts, ("error", "warning", "note"), strict=True)
        say(", ".join(counted(n, word) for n, word in named if n or word != "note"))


def counted(count: int, word: str) -> str:
    """Write a number of things."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def say(text: str) -> None:
    """Say something to the person."""
    typer.echo(text, err=True)


def fail(text: str) -> NoReturn:
    """Say what is wrong, and end with a fault."""
    say(text)
    raise typer.Exit(FAULTS)
