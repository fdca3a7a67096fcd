"""The application that the commands belong to, and what several of them take."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Codes visit exports with the code tables and payer conditions that coders keep in Excel.",
)

Rulebook = Annotated[
    Path, typer.Argument(help="A folder of workbooks, one workbook, or a folder of compiled rules.")
]


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        from importlib.metadata import version

        typer.echo(f"codesheet {version('codesheet')}")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version, and stop."),
    ] = False,
) -> None:
    """Take what stands before a command."""
