"""Invented rulebooks of any size as real workbooks: one decision table over seven inputs.

Text, lists, value sets, wildcards, ranges of numbers, effective dates and blanks. The same seed gives the
same cells: python benchmarks/invented_rulebooks.py --rules 300 FOLDER
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import TypeAlias

from openpyxl import Workbook

from make_sample import PAYERS

Cell: TypeAlias = str | int | float | date | None

TABLE = "Benchmark"
BOOK = "benchmark.xlsx"

SERVICES = (
    *("allergy injection", "infusion", "injection", "extract preparation", "skin test", "office visit"),
    *("push", "hydration", "venom preparation", "instillation", "port flush", "drug only"),
)
DIAGNOSES = (
    *("J30.1", "J30.2", "J30.9", "J45.20", "J45.30", "J45.50", "J82.83", "Z51.12", "Z91.030"),
    *("C34.11", "C43.59", "C67.9", "C61", "M05.79"),
)
PLACES = ("11", "22", "19", "49")
WILDCARDS = ("J30*", "J45*", "J*", "C*", "C43*", "Z91*", "M05*", "J82*")
SETS = {
    "Allergic disease": ("J30*", "J45*", "Z91*"),
    "Solid tumours": ("C34*", "C43*", "C61", "C67*"),
    "Infused services": ("infusion", "push", "hydration"),
}
FIELDS: tuple[tuple[str, str], ...] = (
    ("Payer", "text"),
    ("Service", "text"),
    ("Place of service", "code"),
    ("Diagnosis", "code"),
    ("Minutes", "whole number"),
    ("Dose", "whole number"),
)
"""The inputs tested by IF columns; the seventh is the date of service, tested by FROM and TO."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a rulebook is, and the seed of its cells.

    `narrow` rules name a payer, a service and a diagnosis each, as those of a payer's policies do: of ten
    thousand some four match a row, of others some four hundred.
    """

    rules: int
    payers: int = len({payer[0] for payer in PAYERS})
    hit_policy: str = "First"
    seed: int = 1
    narrow: bool = False


def payer_names(count: int) -> list[str]:
    """Name payers: those of the sample month first, then numbered ones."""
    names = list(dict.fromkeys(payer[0] for payer in PAYERS))
    return [*names, *(f"Payer {number:03d}" for number in range(len(names) + 1, count + 1))][:count]


def rule_rows(size: Size) -> Iterator[list[Cell]]:
    """Give the rules' rows: six IF cells, FROM, TO, Code."""
    rng = Random(size.seed)
    payers = payer_names(size.payers)
    for number in range(1, size.rules + 1):
        cells = _narrow_conditions(payers, rng) if size.narrow else _conditions(payers, rng)
        first, last = _dates(rng)
        yield [*cells, first, last, f"C{number:05d}"]


def _conditions(payers: list[str], rng: Random) -> list[Cell]:
    """Give two to five conditions; the other cells are blank."""
    makers: list[Callable[[], str]] = [
        lambda: _texts(payers, rng),
        lambda: rng.choice((_texts(SERVICES, rng), "in Infused services")),
        lambda: _codes(PLACES, rng),
        lambda: rng.choice(
            (_texts(DIAGNOSES, rng), rng.choice(WILDCARDS), f"in {rng.choice(list(SETS)[:2])}")
        ),
        lambda: _range(rng, 240),
        lambda: _range(rng, 1800),
    ]
    weights = (0.7, 0.75, 0.3, 0.5, 0.5, 0.35)
    while True:
        cells: list[Cell] = [
            make() if rng.random() < weight else None for make, weight in zip(makers, weights, strict=True)
        ]
        if sum(cell is not None for cell in cells) in (2, 3, 4, 5):
            return cells


def _narrow_conditions(payers: list[str], rng: Random) -> list[Cell]:
    """Give a payer, a service and a diagnosis, and now and then a place, minutes and a dose."""
    return [
        rng.choice(payers),
        rng.choice(SERVICES),
        _codes(PLACES, rng) if rng.random() < 0.1 else None,
        rng.choice(DIAGNOSES),
        _range(rng, 240) if rng.random() < 0.5 else None,
        _range(rng, 1800) if rng.random() < 0.35 else None,
    ]


def _texts(values: list[str] | tuple[str, ...], rng: Random) -> str:
    form = rng.random()
    if form < 0.7 or len(values) < 4:
        return rng.choice(values)
    listed = ", ".join(rng.sample(values, rng.choice((2, 3))))
    return listed if form < 0.9 else f"not {listed}"


def _codes(values: tuple[str, ...], rng: Random) -> str:
    return ", ".join(sorted(rng.sample(values, rng.choice((1, 1, 2)))))


def _range(rng: Random, most: int) -> str:
    low = rng.randrange(1, most)
    high = low + rng.randrange(5, most // 2)
    return rng.choice(
        (f">= {low}", f"< {high}", f"> {low}", f"<= {high}", f"{low}..{high}", f"[{low}..{high})")
    )


def _dates(rng: Random) -> tuple[date | None, date | None]:
    """Most rules are always in force; some begin or end with a month, a few within one."""
    if rng.random() < 0.6:
        return None, None
    first = date(2026, rng.randrange(1, 8), rng.choice((1, 1, 1, 15)))
    last = date(2026, rng.randrange(8, 13), 28)
    return rng.choice(((first, None), (first, last), (None, last)))


def write_rulebook(folder: Path, size: Size) -> Path:
    """Write a rulebook of one workbook into a folder, and give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in (
        ("Fields", _fields_sheet(size)),
        ("Sets", _sets_sheet()),
        (TABLE, _decision_sheet(size)),
    ):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / BOOK)
    return folder


def _fields_sheet(size: Size) -> Iterator[list[Cell]]:
    yield ["Fields"]
    yield ["Visit key", "Visit ID"]
    yield ["Date of service", "Date of service"]
    yield []
    yield ["Field", "Type", "Level", "Required"]
    yield ["Visit ID", "text", "row", "yes"]
    yield ["Date of service", "date", "row", "yes"]
    for name, kind in FIELDS:
        yield [name, kind, "row", "no"]
    yield ["Answer", "code list" if size.hit_policy == "Collect" else "code", "row", "no"]


def _sets_sheet() -> Iterator[list[Cell]]:
    yield ["Value sets"]
    yield []
    yield ["Set", "Member"]
    for name, members in SETS.items():
        for member in members:
            yield [name, member]


def _decision_sheet(size: Size) -> Iterator[list[Cell]]:
    yield ["Decision", TABLE]
    yield ["Result", "fields"]
    yield ["Hit policy", size.hit_policy]
    yield ["If no rule matches", "nothing"]
    yield []
    yield [*["IF"] * len(FIELDS), "FROM", "TO", "THEN"]
    yield [*(name for name, _ in FIELDS), "From", "To", "Answer"]
    yield from rule_rows(size)


def main() -> None:
    """Read the command line and write the workbook."""
    parser = argparse.ArgumentParser(description="Write an invented rulebook.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rules", type=int, default=300)
    parser.add_argument("--payers", type=int, default=16)
    parser.add_argument("--hit-policy", choices=("First", "Collect"), default="First")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write_rulebook(given.folder, Size(given.rules, given.payers, given.hit_policy, given.seed))


if __name__ == "__main__":
    main()
