"""Times `codesheet check`: the shipped rulebook, and invented rulebooks of growing size.

    python benchmarks/check_speed.py                    the shipped rulebook, 1,000 and 10,000 rules
    python benchmarks/check_speed.py --rules 5000       another size

A run prints seconds of reading, table logic and all; the process's own start is not counted.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path
from random import Random

from openpyxl import Workbook

from codesheet.checks import check
from codesheet.commands.rulebooks import check_rulebook
from codesheet.sheets.rulebook import read_rulebook

SHIPPED = Path(__file__).parent.parent / "workbooks"
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
    _sheet(
        book,
        "Caps",
        [*_head("Caps", "fields", "Override"), ["Scope", "Payer < Payer group"], *_override(quarter)],
    )
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


def measure(name: str, folder: Path) -> None:
    """Time one rulebook, and print a line."""
    start = time.perf_counter()
    rulebook, _ = read_rulebook(folder)
    read = time.perf_counter()
    assert rulebook is not None  # noqa: S101 - the script's own rulebook
    check(rulebook)
    logic = time.perf_counter()
    issues = check_rulebook(folder, lambda _: None)
    whole = time.perf_counter()
    rules = sum(len(table.rules) for table in rulebook.decisions.values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name:>16}: {rules:>6} rules  read {read - start:6.2f} s  table logic {logic - read:6.2f} s"
        f"  whole check {whole - logic:6.2f} s  {len(issues)} issues  {memory} MB"
    )


def main() -> None:
    """Measure the shipped rulebook and invented ones."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rules", type=int, nargs="*", default=[1_000, 10_000], help="sizes to try")
    sizes = parser.parse_args().rules
    measure("shipped", SHIPPED)
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            make_rulebook(size, Path(folder))
            measure(f"{size:,} invented", Path(folder))


if __name__ == "__main__":
    main()
