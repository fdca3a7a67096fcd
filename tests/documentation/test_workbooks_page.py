"""`docs/workbooks.md` is true: its sheets are checked, its visits coded, its tables of cells tried."""

import shutil
from pathlib import Path

import pytest
from changes import apply_change
from page import (
    CELLS,
    FORMULAS,
    OTHER_ROWS,
    ROOT,
    SECTIONS,
    SHARED,
    WITH_CHANGES,
    WITH_SHEETS,
    Section,
    listed,
    read,
    ruleset_of,
    shared_names,
    sheets_of,
    table_below,
    unmarked,
)

from cases import code, compare, shown, texts
from codesheet.commands.loading import load_ruleset
from codesheet.commands.rulebooks import check_rulebook
from codesheet.issues import without_notes
from codesheet.language.formula_parser import parse_expression, type_of
from codesheet.results.rules_used import rules_used
from grid import printed

BLANK = "blank"


@pytest.mark.parametrize("section", WITH_SHEETS, ids=lambda section: section.title)
def test_sheets(section: Section, tmp_path: Path) -> None:
    _, ruleset, issues = read(sheets_of(section))
    wanted = [line for text in texts("issues", section.blocks) for line in text.strip().split("\n")]
    assert issues == wanted
    exports = texts("export", section.blocks)
    assert len(exports) <= 1, "one export a heading"
    if exports:
        assert ruleset is not None
        batch = code(ruleset, exports[0], tmp_path)
        compare(section.blocks, batch)


@pytest.mark.parametrize("section", WITH_CHANGES, ids=lambda section: section.title)
def test_changes_of_the_shipped_workbooks(section: Section, tmp_path: Path) -> None:
    rulebook = tmp_path / "workbooks"
    shutil.copytree(ROOT / "workbooks", rulebook)
    for text in texts("change", section.blocks):
        apply_change(text, rulebook)
    assert printed(without_notes(check_rulebook(rulebook, lambda _: None))) == []
    ruleset, _ = load_ruleset(rulebook, lambda _: None)
    assert ruleset is not None
    (visits,) = texts("export", section.blocks)
    compare(section.blocks, code(ruleset, visits, tmp_path))


def test_cells_that_test(tmp_path: Path) -> None:
    """Each cell of the table as a decision table of its own, each value beside it as a visit."""
    _, rows = table_below(CELLS, "Cell")
    sheets: list[str] = []
    visits: list[tuple[str, str, str]] = []
    wanted = {}
    fields = "".join(f"| Passed {number} | yes/no |\n" for number in range(len(rows)))
    for number, row in enumerate(rows):
        sheets.append(
            f"# Try {number}\n| Decision | Try {number} |\n| Result | fields |\n"
            f"| If no rule matches | nothing |\n| IF | THEN |\n"
            f"| {row['Field']} | Passed {number} |\n| {unmarked(row['Cell'])} | yes |\n"
        )
        for passes in (True, False):
            for value in listed(row["Passes" if passes else "Does not pass"]):
                visit = f"{number}-{len(visits)}"
                visits.append((visit, row["Field"], "" if value == BLANK else value))
                wanted[visit] = (passes, unmarked(row["Cell"]), value, number)
    tried = list(dict.fromkeys(field for _, field, _ in visits))
    export = "| Visit ID | Date of service | Yearly cap | " + " | ".join(tried) + " |\n"
    assert "Yearly cap" not in tried
    for visit, field, value in visits:
        export += (
            f"| {visit} | 2026-05-04 | 150 | {' | '.join(value if f == field else '' for f in tried)} |\n"
        )
    more = f"# Passed\n| Fields | |\n| Field | Type |\n{fields}"
    ruleset = ruleset_of("\n".join([*texts("sheets", SECTIONS[SHARED].blocks), more, *sheets]))
    batch = code(ruleset, export, tmp_path)
    assert len(batch.rows) == len(visits), batch.rejected
    got = {row["Visit ID"]: row for row in batch.rows.to_dict("records")}
    wrong = [
        f"{cell}: {value} should {'' if passes else 'not '}pass"
        for visit, (passes, cell, value, number) in wanted.items()
        if (shown(got[visit][f"Passed {number}"]) == "yes") != passes
    ]
    assert wrong == []


@pytest.mark.parametrize("title", [FORMULAS, OTHER_ROWS])
def test_formulas(title: str, tmp_path: Path) -> None:
    """Each formula of the table as a field, tried on the visit shown below the table's heading."""
    headings, rows = table_below(title, "Formula")
    results = [heading for heading in headings if heading.startswith(("Result", "Row "))]
    names = shared_names()
    lines = ["# More", "| Fields | |", "| Field | Type | Formula | Per |"]
    for number, row in enumerate(rows):
        formula = unmarked(row["Formula"])
        kind = type_of(parse_expression(formula, names, aggregates="Per" in row), names)
        assert kind is not None
        lines.append(f"| Try {number} | {kind.value} | {formula} | {row.get('Per', '')} |")
    ruleset = ruleset_of("\n".join([*texts("sheets", SECTIONS[SHARED].blocks), *lines]))
    (visits,) = texts("export", SECTIONS[title].blocks)
    batch = code(ruleset, visits, tmp_path)
    assert len(batch.rows) == len(results)
    for number, row in enumerate(rows):
        got = [shown(value) or BLANK for value in batch.rows[f"Try {number}"]]
        assert got == [unmarked(row[heading]) for heading in results], row["Formula"]


def test_every_column_of_the_results_is_explained(tmp_path: Path) -> None:
    """The columns of each result sheet, in their order; those of Rows are the export's and the rulebook's."""
    section = SECTIONS["The results"]
    ruleset = ruleset_of(sheets_of(section))
    (visits,) = texts("export", section.blocks)
    batch = code(ruleset, visits, tmp_path)
    frames = {
        "Claim lines": batch.claim_lines,
        "Visits": batch.visits,
        "Review": batch.review,
        "Rejected": batch.rejected,
        "Rules used": rules_used(ruleset, batch.rule_counts),
    }
    for name, frame in frames.items():
        _, rows = table_below(f"Sheet {name}", "Column")
        explained = [unmarked(part) for row in rows for part in row["Column"].split(", ")]
        assert explained == frame.columns.to_list(), name
