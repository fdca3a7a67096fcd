"""The example workbook compiled: its order, and its rules on disk."""

import csv
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from codesheet.coding.coder import Coder
from codesheet.compiling.compiler import compile_rulebook
from codesheet.compiling.rules_files import (
    differences,
    read_rules,
    rules_bytes,
    with_digest,
    write_rules,
)
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.reader import read_encounters
from codesheet.sheets.rulebook import read_rulebook
from example_sheets import build_example_workbook
from facts import FactMatcher, included

WORKED = Path(__file__).parent.parent / "data" / "dev"

WAITS_FOR_CODE_PAIRS = {"V006": "25", "V041": "25", "V088": "59", "V104": "59", "V105": "59"}
"""Visits in which one line lacks this modifier, since the table that adds it was taken out."""


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    path = build_example_workbook(tmp_path_factory.mktemp("workbooks"))
    book = load_workbook(path)
    del book["18 Pair modifiers"]  # it needs a sheet of code pairs
    book.save(path)
    rulebook, issues = read_rulebook(path)
    assert [str(issue) for issue in issues if issue.is_error] == []
    assert rulebook is not None
    compiled, problems = compile_rulebook(rulebook)
    assert problems == []
    return with_digest(compiled)


def test_what_decides_comes_before_what_it_decides(ruleset: Ruleset) -> None:
    places = {step.name: place for place, step in enumerate(ruleset.row_steps)}
    order = ["Minutes run", "Given as", "Family", "Standing", "Rank at site", "Role", "Administration code"]
    assert order == sorted(order, key=lambda name: places[name])
    assert places["Drugs"] < places["Drug code"] < places["Drug lines"]
    assert {"Visit codes", "Over cap"} <= {step.name for step in ruleset.line_steps}


def test_it_is_read_back_from_its_files(ruleset: Ruleset, tmp_path: Path) -> None:
    write_rules(ruleset, tmp_path)
    again, issues = read_rules(tmp_path)
    assert issues == []
    assert again is not None
    assert again == replace(ruleset, rulebook=replace(ruleset.rulebook, examples=()))
    assert rules_bytes(again) == rules_bytes(ruleset)
    assert differences(again, tmp_path) == []


def test_every_table_runs(ruleset: Ruleset) -> None:
    for matching in ruleset.matchings.values():
        every = frozenset(range(len(matching.tests)))
        alone = [frozenset({test}) for test in range(len(matching.tests))]
        for fact, found in zip([every, *alone], FactMatcher(matching).match([every, *alone]), strict=True):
            assert found == included(matching, fact)


def test_it_codes_the_worked_visits(ruleset: Ruleset) -> None:
    encounters, issues = read_encounters([WORKED / "visits.csv"], ruleset.rulebook)
    assert issues == []
    assert encounters is not None
    coded: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    lines = Coder(ruleset).code(encounters).claim_lines[["Visit ID", "Code", "Units", "Modifiers"]]
    for visit, code, units, modifiers in lines.itertuples(index=False):
        coded[visit].append((code, f"{units:g}", modifiers))
    expected: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    with (WORKED / "expected_lines.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            taken_out = WAITS_FOR_CODE_PAIRS.get(row["Visit ID"])
            modifiers = "" if row["Modifiers"] == taken_out else row["Modifiers"]
            if row["Code"] != "NONE":
                expected[row["Visit ID"]].append((row["Code"], row["Units"], modifiers))
    assert len(expected) > 55
    assert {visit: sorted(lines) for visit, lines in coded.items()} == {
        visit: sorted(lines) for visit, lines in expected.items()
    }
