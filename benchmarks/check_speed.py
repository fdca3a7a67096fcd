"""Measures the command `check`, as a process from start to end: the shipped rulebook, and invented ones.

    python benchmarks/check_speed.py --write docs/performance.md
    python benchmarks/check_speed.py --rules 5000 --runs 1          another size

The invented rulebooks have what is dear to judge: a quarter of the rules under Unique with ranges and dates,
a quarter under First with ranges that overlap, a quarter under Collect with sets of drugs, a quarter under
Override with crossing scopes.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import Workbook

from codesheet.sheets.rulebook import read_rulebook
from measuring import Spread, command, kept, machine, markdown, parser_of, save, shown, taken_under

SHIPPED = Path(__file__).parent.parent / "workbooks"
HEADINGS = ("rulebook", "workbooks", "rules", "seconds", "processor s", "peak MB")
PAYERS = [f"Payer {number}" for number in range(40)]
ROUTES = ["IV", "SC", "IM", "ID"]

FIELDS = [
    ["Fields"],
    ["Visit key", "Visit ID"],
    ["Date of service", "Day"],
    ["Field", "Type", "Required", "Allowed values", "Formula"],
    ["Visit ID", "text", "yes"],
    ["Day", "date", "yes"],
    ["Payer", "text", "yes"],
    ["Payer group", "text", "", "", 'if starts with(Payer, "Payer 1") then "one" else "other"'],
    ["Drug", "code", "yes"],
    ["Route", "text", "yes", ", ".join(ROUTES)],
    ["Minutes", "whole number", "when used"],
    ["Dose", "number", "when used"],
    ["Size", "number"],
    ["Cap", "number"],
    ["Word", "text"],
]


def make_rulebook(rules: int, folder: Path) -> None:
    """Write a rulebook of about so many rules, a quarter in each of four tables with their own hit policy."""
    dice = Random(1)
    quarter = rules // 4
    book = Workbook()
    book.remove(book.worksheets[0])
    _sheet(book, "Fields", FIELDS)
    _sheet(book, "Lines", [*_head("Lines", "claim lines", "Unique"), *_unique(quarter)])
    _sheet(book, "Sizes", [*_head("Sizes", "fields", "First"), *_first(quarter, dice)])
    _sheet(book, "Questions", [*_head("Questions", "edits", "Collect"), *_collect(quarter, dice)])
    scope: list[list[object]] = [["Scope", "Payer < Payer group"]]
    _sheet(book, "Caps", [*_head("Caps", "fields", "Override"), *scope, *_override(quarter)])
    book.save(folder / "book.xlsx")


def _sheet(book: Workbook, name: str, rows: list[list[object]] | list[list[str]]) -> None:
    sheet = book.create_sheet(name)
    for row in rows:
        sheet.append(row)


def _head(name: str, result: str, policy: str) -> list[list[object]]:
    return [["Decision", name], ["Result", result], ["Hit policy", policy], ["If no rule matches", "nothing"]]


def _unique(count: int) -> list[list[object]]:
    """Codes with ranges and dates: the same drug and route in two stretches of minutes and two periods."""
    rows: list[list[object]] = [
        ["IF", "IF", "IF", "THEN", "THEN", "FROM", "TO"],
        ["Drug", "Route", "Minutes", "Code", "Units"],
    ]
    for number in range(count):
        place, part = divmod(number, 4)
        minutes = "<= 30" if part % 2 else "> 30"
        dates = ["", "2024-12-31"] if part // 2 else ["2025-01-01", ""]
        rows.append([f"D{place:05d}", ROUTES[place % 4], minutes, f"C{place % 700}", "1", *dates])
    return rows


def _first(count: int, dice: Random) -> list[list[object]]:
    """Make special cases, and an otherwise row at the end."""
    rows: list[list[object]] = [["IF", "IF", "IF", "THEN"], ["Drug", "Payer", "Minutes", "Size"]]
    for number in range(count - 1):
        low = dice.randrange(0, 90)
        rows.append([f"D{number // 3:05d}", dice.choice(PAYERS), f"{low}..{low + 15}", str(number)])
    return [*rows, ["", "", "", "0"]]


def _collect(count: int, dice: Random) -> list[list[object]]:
    rows: list[list[object]] = [
        ["IF", "IF", "IF", "THEN", "THEN"],
        ["Drug", "Dose", "Route", "Disposition", "Message"],
    ]
    for number in range(count):
        drugs = ", ".join(f"D{dice.randrange(5000):05d}" for _ in range(3))
        rows.append(
            [drugs, f"> {dice.randrange(1, 200)}", dice.choice([*ROUTES, ""]), "review", f"check {number}"]
        )
    return rows


def _override(count: int) -> list[list[object]]:
    rows: list[list[object]] = [["IF", "IF", "IF", "THEN"], ["Payer", "Payer group", "Drug", "Cap"]]
    for number in range(count):
        payer = "" if number % 5 == 0 else PAYERS[number % 5]
        rows.append([payer, "", f"D{number // 5:05d}", str(number)])
    return rows


def rules_of(folder: Path) -> int:
    """Count the rules of a rulebook's decision tables."""
    rulebook, _ = read_rulebook(folder)
    return sum(len(table.rules) for table in rulebook.decisions.values()) if rulebook else 0


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """Check each rulebook as often as asked for, in turns."""
    runs = given.runs or (1 if given.quick else 3)
    figures: dict[str, Any] = {"machine": machine(), "runs": runs, "found": []}
    with tempfile.TemporaryDirectory() as folder:
        rulebooks = {"shipped": SHIPPED}
        for size in [200] if given.quick else given.rules:
            rulebooks[f"invented, {size:,} rules"] = invented = Path(folder) / str(size)
            invented.mkdir()
            make_rulebook(size, invented)
        turns = [[command(["check", str(path)]) for path in rulebooks.values()] for _ in range(runs)]
        for (name, path), of_runs in zip(rulebooks.items(), zip(*turns, strict=True), strict=True):
            workbooks = len([file for file in path.rglob("*.xlsx") if "samples" not in file.parts])
            one = {"name": name, "workbooks": workbooks, "rules": rules_of(path), "runs": list(of_runs)}
            figures["found"].append(one)
    figures["load_at_end"] = os.getloadavg()[0]
    return figures


def spread(one: dict[str, Any], what: str) -> Spread | None:
    """Give a figure of one rulebook over its runs; None where a run failed."""
    values = [run.get(what) for run in one["runs"]]
    return None if None in values else Spread.of(values)


def rows(found: Sequence[dict[str, Any]]) -> Iterator[Sequence[str]]:
    """Give the rows of the table."""
    for one in found:
        seconds, processor, peak = (spread(one, what) for what in ("seconds", "cpu_seconds", "peak"))
        counts = one["name"], str(one["workbooks"]), f"{one['rules']:,}"
        if seconds is None or processor is None or peak is None:
            failed = next(run["failed"] for run in one["runs"] if "failed" in run)
            yield *counts, f"failed: {failed}", "", ""
        else:
            yield *counts, seconds.show(), processor.show(), peak.show(",.0f")


def report(figures: dict[str, Any]) -> str:
    """Print everything as Markdown."""
    return "\n\n".join([taken_under(figures), markdown(HEADINGS, rows(figures["found"]))])


def main() -> None:
    """Read the command line, run, print, keep."""
    parser = parser_of(__doc__)
    parser.add_argument("--rules", type=int, nargs="+", default=[1_000, 10_000], help="sizes to try")
    given = parser.parse_args()
    figures = kept("check_speed") if given.kept else None
    if figures is None:
        figures = measured(given)
        if not given.quick:
            save("check_speed", figures)
    shown("check_speed", report(figures), None if given.quick else given.write)


if __name__ == "__main__":
    main()
