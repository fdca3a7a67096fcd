"""The shipped workbooks: sound, exact on the worked visits, and never guessing where a fact is missing."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import TypeAlias

import pytest
from openpyxl import load_workbook

from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.coder import Coder
from codesheet.commands.loading import load_ruleset
from codesheet.commands.rulebooks import check_rulebook
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.reader import read_encounters
from codesheet.issues import without_notes
from codesheet.verifying.verification import differences
from grid import printed

ROOT = Path(__file__).parent.parent
WORKED = Path(__file__).parent / "data" / "dev"

Record: TypeAlias = dict[str, str]
Line: TypeAlias = tuple[str, str, str]
"""Code, units, modifiers."""

NOT_FACTS = {"Visit ID", "Item", "Notes"}
"""Columns whose blanks are no missing fact: keys of the export, and free text that no rule reads."""

LAWFULLY_BLANK = {
    ("V043", "Same drug as"): "blank is the export's way to say that rows are different drugs",
    ("V081", "Same drug as"): "blank is the export's way to say that rows are different drugs",
    ("V093", "Concurrent"): "blank is the export's way to say that nothing else ran at the time",
}

EXTRACT_TESTS = ("A17", "A38", "A39", "A41", "A42")

SAYS_NO_BY_BLANK = {
    "Same drug as": "blank is the export's way to say that rows are different drugs",
    "Concurrent": "blank is the export's way to say that nothing else ran at the time",
    "Same bag as": "blank is the export's way to say that the container was its own",
    "Acquired under 340B": "blank means no: few exports hold it",
    "HCPCS": "most charges come without a code; one that is keyed is taken where the record bears it out",
}
"""Facts whose blank is an answer in any visit, by the export's format."""

LAWFULLY_BLANK_IN_EXAMPLES = {
    **{(f"allergy/{visit}", "Drug"): "blank is a test with allergenic extracts" for visit in EXTRACT_TESTS},
    ("allergy/A28", "Planned injections"): "blank is lawful where Doses are recorded: they count",
    ("allergy/A50", "Self-administered"): "blank means no; the visit goes to review for another reason",
    ("allergy/A65", "Test technique"): "without a technique the code that the practice keyed says it",
    ("documentation/R16", "Self-administered"): "blank means no",
    ("infusion/I30", "Injections"): "blank means one, and no containers are charted",
    ("infusion/I02b", "Injections"): "blank means one, and no containers are charted",
    ("infusion/I10b", "Self-administered"): "blank means no",
    ("infusion/N03", "Drug class"): "the fact blanked is the one at fault",
    (
        "infusion/PP2",
        "Portable pump",
    ): "the fact blanked is the one at fault: up to eight hours no pump is asked",
    ("infusion/P05", "Minutes"): "the fact blanked is the one at fault: a push needs no minutes",
    ("infusion/R31", "Method"): "the fact blanked is the one at fault",
    ("infusion/S16", "Access site"): "the fact blanked is the one at fault",
}

NEVER_FIRED: dict[str, str] = {
    "claim_edits.xlsx!Paired codes!7": "a net: the tables make no two codes of which one is never paid",
    "claim_edits.xlsx!Units over a limit!9": "no shipped limit says review or split; a payer's may",
    "claim_edits.xlsx!Split over a limit!8": "no shipped limit says split; a payer's may",
    "claim_edits.xlsx!Add-on without primary!7": "a net: the tables make an add-on beside its primary only",
    "claim_edits.xlsx!Add-on without primary!8": "no shipped add-on's primaries are the payer's to define",
    "claim_edits.xlsx!Line size!7": "a net: lines point to four diagnoses at most",
}
"""Rules that no example fires, each with the reason."""


def records(path: Path) -> list[Record]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(ruleset: Ruleset, rows: list[Record], folder: Path) -> Encounters:
    export = folder / "visits.csv"
    with export.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    encounters, issues = read_encounters([export], ruleset.rulebook)
    assert printed(issues) == []
    assert encounters is not None
    return encounters


def code(ruleset: Ruleset, rows: list[Record], folder: Path) -> CodedBatch:
    return Coder(ruleset).code(read(ruleset, rows, folder))


def lines_by_visit(batch: CodedBatch) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    columns = batch.claim_lines[["Visit ID", "Code", "Units", "Modifiers"]]
    for visit, code_, units, modifiers in columns.itertuples(index=False):
        found[visit].append((code_, f"{units:g}", modifiers.replace(", ", " ").replace(",", " ")))
    return {visit: sorted(lines) for visit, lines in found.items()}


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    ruleset, issues = load_ruleset(ROOT / "workbooks", print)
    assert printed(issues) == []
    assert ruleset is not None
    return ruleset


def test_no_error_no_warning_and_every_example_passes(ruleset: Ruleset) -> None:
    assert printed(without_notes(check_rulebook(ROOT / "workbooks", print))) == []
    examples = {(str(sheet.at), row.visit) for sheet in ruleset.rulebook.examples for row in sheet.rows}
    assert len(examples) >= 650


def test_rules_are_up_to_date() -> None:
    _, issues = load_ruleset(ROOT / "rules", print)
    assert printed(issues) == []


def test_worked_visits_give_exactly_their_lines(ruleset: Ruleset, tmp_path: Path) -> None:
    batch = code(ruleset, records(WORKED / "visits.csv"), tmp_path)
    expected: dict[str, list[Line]] = defaultdict(list)
    for line in records(WORKED / "expected_lines.csv"):
        if line["Code"] == "NONE":
            continue
        expected[line["Visit ID"]].append((line["Code"], line["Units"], line["Modifiers"].replace(",", " ")))
    assert len(expected) > 55
    assert lines_by_visit(batch) == {visit: sorted(lines) for visit, lines in expected.items()}


def test_worked_visits_give_exactly_their_edits(ruleset: Ruleset, tmp_path: Path) -> None:
    batch = code(ruleset, records(WORKED / "visits.csv"), tmp_path)
    expected = {(f["Visit ID"], f["Flag"], f["Disposition"]) for f in records(WORKED / "expected_flags.csv")}
    edits = batch.edits[["Visit ID", "Message", "Disposition"]]
    assert set(edits.itertuples(index=False, name=None)) == expected


@dataclass(frozen=True)
class Variant:
    """A worked visit with one recorded fact blanked."""

    key: str
    visit: str
    fact: str
    rows: tuple[Record, ...]


def variants(rows: list[Record]) -> Iterator[Variant]:
    visits: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        visits[row["Visit ID"]].append(row)
    for visit, of_visit in visits.items():
        for place, row in enumerate(of_visit):
            for fact in row:
                if row[fact] and fact not in NOT_FACTS:
                    key = f"{visit}/{place}/{fact}"
                    blanked = [*of_visit[:place], {**row, fact: ""}, *of_visit[place + 1 :]]
                    yield Variant(key, visit, fact, tuple({**one, "Visit ID": key} for one in blanked))


def test_a_blanked_fact_changes_nothing_or_is_asked_for(ruleset: Ruleset, tmp_path: Path) -> None:
    """Every recorded fact of every worked visit, one at a time, all in one batch."""
    rows = records(WORKED / "visits.csv")
    as_recorded = code(ruleset, rows, tmp_path)
    made = list(variants(rows))
    assert len(made) > 1100
    assert silently_changed(ruleset, as_recorded, made, tmp_path) == set(LAWFULLY_BLANK)


def test_a_blanked_fact_of_an_example_changes_nothing_or_is_asked_for(
    ruleset: Ruleset, tmp_path: Path
) -> None:
    rows = example_records(ruleset)
    made = list(variants(rows))
    assert len(made) > 9300
    silent = silently_changed(ruleset, code(ruleset, rows, tmp_path), made, tmp_path)
    worked = {(f"worked_visits/{visit}", fact) for visit, fact in LAWFULLY_BLANK}
    unexplained = {(visit, fact) for visit, fact in silent if fact not in SAYS_NO_BY_BLANK}
    assert unexplained == set(LAWFULLY_BLANK_IN_EXAMPLES)
    assert worked <= silent


def test_every_rule_is_fired_by_an_example(ruleset: Ruleset, tmp_path: Path) -> None:
    batch = code(ruleset, example_records(ruleset), tmp_path)
    rules = [str(rule.at) for table in ruleset.rulebook.decisions.values() for rule in table.rules]
    assert len(rules) > 340
    assert {rule for rule in rules if not batch.rule_counts.get(rule)} == set(NEVER_FIRED)


def silently_changed(
    ruleset: Ruleset, as_recorded: CodedBatch, made: Iterable[Variant], folder: Path
) -> set[tuple[str, str]]:
    """Name the visits and facts whose blank changes the lines though nothing asks for the fact."""
    blanked = code(ruleset, [row for variant in made for row in variant.rows], folder)
    lines, lines_before = lines_by_visit(blanked), lines_by_visit(as_recorded)
    asked: dict[str, str] = defaultdict(str)
    for visit, message, facts in blanked.review[["Visit ID", "Message", "Facts"]].itertuples(index=False):
        asked[visit] += f"{message} {facts}\n"
    for visit, column in blanked.rejected[["Visit ID", "Column"]].itertuples(index=False):
        asked[visit] += f"{column}\n"
    return {
        (variant.visit, variant.fact)
        for variant in made
        if lines.get(variant.key) != lines_before.get(variant.visit)
        and variant.fact not in asked[variant.key]
    }


def example_records(ruleset: Ruleset) -> list[Record]:
    """Give the visits of all Examples sheets as rows of one export; `allergy/A01` is the visit's key."""
    made: list[Record] = []
    counts: dict[str, int] = defaultdict(int)
    for sheet in ruleset.rulebook.examples:
        for row in sheet.rows:
            given = {
                ruleset.rulebook.fields[name].headings[0]: as_text(value)
                for name, value in row.given.items()
                if value is not None
            }
            given.pop("Visit ID", None)
            if not given:
                continue
            visit = f"{Path(sheet.at.workbook).stem}/{row.visit}"
            counts[visit] += 1
            made.append({"Item": str(counts[visit]), **given, "Visit ID": visit})
    columns = list(dict.fromkeys(name for row in made for name in row))
    return [{name: row.get(name, "") for name in columns} for row in made]


def as_text(value: object) -> str:
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def test_every_rule_and_table_row_names_its_source() -> None:
    """`Source` on each row of a Lookup or Decision, and for a Decision how sure it is."""
    books = [path for path in (ROOT / "workbooks").rglob("*.xlsx") if not path.name.startswith("~")]
    rows = 0
    for path in books:
        for sheet in load_workbook(path):
            grid = [row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)]
            kind = grid[0][0]
            if kind not in ("Lookup", "Decision"):
                continue
            head = next(place for place, row in enumerate(grid) if "Source" in row)
            for row in grid[head + 1 :]:
                cells = dict(zip(grid[head], row, strict=True))
                assert cells["Source"], (path.name, sheet.title, row)
                assert kind == "Lookup" or cells["Confidence"] in set("PCTDU"), (path.name, sheet.title, row)
                rows += 1
    assert rows > 450


def test_the_plain_evaluator_codes_the_worked_visits_alike(ruleset: Ruleset, tmp_path: Path) -> None:
    assert differences(ruleset, read(ruleset, records(WORKED / "visits.csv"), tmp_path)) == []


@pytest.mark.slow
def test_the_plain_evaluator_codes_blanked_facts_alike(ruleset: Ruleset, tmp_path: Path) -> None:
    made = list(variants(records(WORKED / "visits.csv")))
    rows = [row for variant in made for row in variant.rows]
    assert differences(ruleset, read(ruleset, rows, tmp_path)) == []


@pytest.mark.slow
def test_the_plain_evaluator_codes_the_sample_month_alike(ruleset: Ruleset) -> None:
    (sample,) = (ROOT / "workbooks" / "samples").glob("*.csv")
    encounters, issues = read_encounters([sample], ruleset.rulebook)
    assert printed(issues) == []
    assert encounters is not None
    assert encounters.row_count > 2500
    assert differences(ruleset, encounters) == []
