"""Times decision tables of every large shape, from workbook to coded visits, and checks each answer.

Each shape is written as a real workbook and a csv of visits, then read, checked, compiled and coded; the
rules found for each visit are compared with those a plain loop over the rules finds.

    python benchmarks/large_tables.py                 every shape, as a table of seconds
    python benchmarks/large_tables.py "open ranges"   one shape
"""

import argparse
import csv
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter
from typing import TypeAlias

import numpy as np
from openpyxl import Workbook

from codesheet.checks import check
from codesheet.coding.coder import Coder
from codesheet.compiling.compiler import compile_rulebook
from codesheet.compiling.rules_files import read_rules, write_rules
from codesheet.exports.reader import read_encounters
from codesheet.sheets.rulebook import read_rulebook

Accepts: TypeAlias = Callable[[str], bool]
Cell: TypeAlias = tuple[str, Accepts]
"""An IF cell as it is written, and what it accepts, told without codesheet."""


@dataclass(frozen=True)
class Shape:
    """One kind of table: its columns with their types, its rules' cells by column, and visits to code."""

    columns: dict[str, str]
    rules: list[dict[str, Cell]]
    visits: list[dict[str, str]]


def equals(value: str) -> Cell:
    """Ask for one value."""
    return value, lambda given: given == value


def one_of(values: list[str]) -> Cell:
    """Ask for one of several values."""
    known = set(values)
    return ", ".join(values), known.__contains__


def at_least(bound: int) -> Cell:
    """Ask for a number not below a bound."""
    return f">= {bound}", lambda given: given != "" and int(given) >= bound


def between(low: int, high: int) -> Cell:
    """Ask for a number in a range."""
    return f"{low}..{high}", lambda given: given != "" and low <= int(given) <= high


_FILLED = 0.6
"""The share of cells that say something."""

# --- the shapes ------------------------------------------------------------------------------------------


def many_rules() -> Shape:
    """Give 10,000 rules over five columns, about two cells of three filled."""
    random = Random(1)
    values = {"Drug": 3_000, "Payer": 10, "Service": 20, "Plan": 5}

    def rule() -> dict[str, Cell]:
        cells = {name: equals(f"{name[0]}{random.randrange(n)}") for name, n in values.items()}
        low = random.randrange(200)
        cells["Minutes"] = between(low, low + random.randrange(60))
        return {name: cell for name, cell in cells.items() if name == "Drug" or random.random() < _FILLED}

    columns = {**dict.fromkeys(values, "text"), "Minutes": "whole number"}
    return Shape(columns, [rule() for _ in range(10_000)], _visits(random, values, 2_000))


def many_values() -> Shape:
    """Give 3,000 values in the first column, each in two rules."""
    random = Random(2)
    values = {"Drug": 3_000, "Payer": 4}
    rules = [{"Drug": equals(f"D{n % 3_000}"), "Payer": equals(f"P{n % 4}")} for n in range(6_000)]
    return Shape(dict.fromkeys(values, "text"), rules, _visits(random, values, 2_000))


def many_matches() -> Shape:
    """Give 500 rules, all of which match one visit."""
    rules = [{"Drug": one_of(["D1", f"D{n + 2}"])} for n in range(500)]
    return Shape({"Drug": "text"}, rules, [{"Drug": f"D{n}"} for n in (1, 2, 3, 501, 502)])


def open_ranges() -> Shape:
    """Give 5,000 bounds that hold together: a visit of 4,000 minutes passes 4,001 of them."""
    rules = [{"Minutes": at_least(n), "Payer": equals(f"P{n % 9}")} for n in range(5_000)]
    visits = [{"Minutes": str(n), "Payer": f"P{n % 9}"} for n in (0, 1, 59, 60, 61, 500, 2_500, 4_999, 9_000)]
    return Shape(
        {"Minutes": "whole number", "Payer": "text"}, rules, [*visits, {"Minutes": "", "Payer": "P1"}]
    )


def same_last_test() -> Shape:
    """Give 10,000 rules that all end in the same test."""
    rules = [{"Drug": equals(f"D{n}"), "Service": equals("shot")} for n in range(10_000)]
    visits = [{"Drug": f"D{n}", "Service": "shot" if n % 3 else "push"} for n in range(0, 12_000, 7)]
    return Shape({"Drug": "text", "Service": "text"}, rules, visits)


def wide_rules() -> Shape:
    """Give rules of 200 conditions, one a column: the most there may be."""
    names = [f"Fact {n}" for n in range(200)]
    rules = [{name: equals(value) for name in names} for value in ("a", "b")]
    rules += [{**rules[0], "Fact 199": equals("c")}, {name: equals("a") for name in names[:120]}]
    all_of = [dict.fromkeys(names, value) for value in ("a", "b", "c")]
    visits = [
        *all_of,
        {**all_of[0], "Fact 199": "c"},
        {**all_of[0], "Fact 7": "b"},
        {**all_of[1], "Fact 150": ""},
    ]
    return Shape(dict.fromkeys(names, "text"), rules, visits)


def unconditional_rules() -> Shape:
    """Give 5,000 rules that test nothing."""
    return Shape({"Drug": "text"}, [{} for _ in range(5_000)], [{"Drug": "D1"}, {"Drug": ""}])


def many_alternatives() -> Shape:
    """Give 100,000 alternatives in the lists of one column: 200 rules of 500 codes."""
    rules = [{"Code read": one_of([f"C{n:05}" for n in range(500 * k, 500 * k + 500)])} for k in range(200)]
    visits = [{"Code read": f"C{n:05}"} for n in range(0, 101_000, 97)]
    return Shape({"Code read": "code"}, rules, visits)


def many_wildcards() -> Shape:
    """Give 3,000 wildcards in one column, asked of 2,000 values."""
    rules: list[dict[str, Cell]] = [
        {"Code read": (f"C{n:04}*", lambda given, start=f"C{n:04}": given.startswith(start))}
        for n in range(3_000)
    ]
    return Shape({"Code read": "code"}, rules, [{"Code read": f"C{n:05}"} for n in range(0, 40_000, 20)])


SHAPES: dict[str, Callable[[], Shape]] = {
    "10,000 rules": many_rules,
    "3,000 values": many_values,
    "500 matches": many_matches,
    "open ranges": open_ranges,
    "same last test": same_last_test,
    "200 conditions": wide_rules,
    "no conditions": unconditional_rules,
    "100,000 alternatives": many_alternatives,
    "3,000 wildcards": many_wildcards,
}


def _visits(random: Random, values: dict[str, int], count: int) -> list[dict[str, str]]:
    return [
        {
            **{name: f"{name[0]}{random.randrange(n)}" for name, n in values.items()},
            **({"Minutes": str(random.randrange(260))} if "Service" in values else {}),
        }
        for _ in range(count)
    ]


# --- there and back --------------------------------------------------------------------------------------


@dataclass
class Timing:
    """Seconds by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Time a stage."""
        start = perf_counter()
        yield
        self.seconds[stage] = perf_counter() - start


def write_workbook(shape: Shape, path: Path) -> None:
    """Write a table that gathers, for each visit, the numbers of the rules that match."""
    book = Workbook(write_only=True)
    fields = book.create_sheet("Fields")
    fields.append(["Fields"])
    for label, name in (("Visit key", "Visit ID"), ("Date of service", "Date of service")):
        fields.append([label, name])
    fields.append(["Field", "Type"])
    for name, kind in {
        "Visit ID": "text",
        "Date of service": "date",
        **shape.columns,
        "Hits": "code list",
    }.items():
        fields.append([name, kind])
    table = book.create_sheet("Table")
    for label in (["Decision", "Hits"], ["Result", "fields"], ["Hit policy", "Collect"]):
        table.append(label)
    table.append([*["IF"] * len(shape.columns), "THEN"])
    table.append([*shape.columns, "Hits"])
    for number, rule in enumerate(shape.rules):
        table.append([*(rule[name][0] if name in rule else None for name in shape.columns), f"R{number}"])
    book.save(path)


def write_visits(shape: Shape, path: Path) -> None:
    """Write the visits, one row each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Visit ID", "Date of service", *shape.columns])
        for number, visit in enumerate(shape.visits):
            writer.writerow([f"V{number}", "2026-05-04", *(visit[name] for name in shape.columns)])


def expected(shape: Shape) -> list[set[str]]:
    """Find each visit's rules by asking every cell; one that is written many times is asked once a value."""
    hits = np.ones((len(shape.visits), len(shape.rules)), dtype=bool)
    for name in shape.columns:
        cells = dict(rule[name] for rule in shape.rules if name in rule)
        places = {text: place for place, text in enumerate(cells)}
        blank = len(cells)
        cell_of = np.array([places[rule[name][0]] if name in rule else blank for rule in shape.rules])
        values = dict.fromkeys(visit[name] for visit in shape.visits)
        answers = {
            value: np.array([*(accepts(value) for accepts in cells.values()), True])[cell_of]
            for value in values
        }
        hits &= np.array([answers[visit[name]] for visit in shape.visits])
    return [{f"R{number}" for number in np.flatnonzero(row)} for row in hits]


def code(shape: Shape, folder: Path) -> tuple[list[set[str]], Timing]:
    """Take a shape from workbook and csv to each visit's rules, by way of compiled rules on disk."""
    timing = Timing()
    workbooks, visits, rules = folder / "workbooks", folder / "visits.csv", folder / "rules"
    workbooks.mkdir()
    write_workbook(shape, workbooks / "large.xlsx")
    write_visits(shape, visits)
    with timing.of("read"):
        rulebook, issues = read_rulebook(workbooks)
    if rulebook is None:
        raise SystemExit("\n".join(map(str, issues)))
    with timing.of("check"):
        issues += check(rulebook)
    with timing.of("compile"):
        ruleset, more = compile_rulebook(rulebook)
    if faults := [str(issue) for issue in (*issues, *more) if issue.is_error]:
        raise SystemExit("\n".join(faults))
    with timing.of("write rules"):
        write_rules(ruleset, rules)
    with timing.of("read rules"):
        read, _ = read_rules(rules)
    encounters, _ = read_encounters([visits], rulebook)
    if read is None or encounters is None:
        raise SystemExit("what was written cannot be read back")
    coder = Coder(read)
    with timing.of("code"):
        batch = coder.code(encounters)
    found = [set(hits.split(", ")) - {""} for hits in batch.rows["Hits"]]
    return found, timing


def main() -> int:
    """Run the shapes named, or all; 1 where one gave another answer than plain set logic."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"of: {', '.join(SHAPES)}")
    names = parser.parse_args().shapes or list(SHAPES)
    stages = ("read", "check", "compile", "write rules", "read rules", "code")
    print(
        f"{'shape':22}{'rules':>8}{'visits':>8}{'matches':>9}" + "".join(f"{stage:>13}" for stage in stages)
    )
    wrong = False
    for name in names:
        shape = SHAPES[name]()
        with tempfile.TemporaryDirectory() as folder:
            found, timing = code(shape, Path(folder))
        plain = expected(shape)
        shown = "".join(f"{timing.seconds[stage]:>11.2f} s" for stage in stages)
        matches = sum(map(len, plain))
        print(f"{name:22}{len(shape.rules):>8,}{len(shape.visits):>8,}{matches:>9,}{shown}", flush=True)
        differing = [place for place, one in enumerate(plain) if one != found[place]]
        if differing:
            wrong = True
            place = differing[0]
            print(f"  wrong: visit V{place} found {sorted(found[place])}, not {sorted(plain[place])}")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
