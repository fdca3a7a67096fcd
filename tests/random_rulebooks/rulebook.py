"""Whole random rulebooks: drawn, printed for people, and taken the real way into the engine."""

import csv
import io
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from codesheet.checks import check
from codesheet.coding.batch import Encounters
from codesheet.compiling.compiler import compile_rulebook
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.reader import read_encounters
from codesheet.issues import Issue
from codesheet.model import Rulebook
from grid import parse
from random_rulebooks.decisions import draw_claim_lines, draw_edits, draw_line_steps, draw_row_steps
from random_rulebooks.draft import Draft
from random_rulebooks.export_rows import Row, draw_rows
from random_rulebooks.pools import ON_LINES
from random_rulebooks.workbooks import draw_overlays, draw_read_fields, draw_value_sets, fields_sheet

IN_HAND = "RULEBOOK_IN_HAND"
"""The variable of the environment that names a file: each rulebook is written there before it is tried."""


class RandomRulebook:
    """A rulebook's sheets as text for `grid`, and the rows of an export."""

    def __init__(self, text: str, rows: list[Row]) -> None:
        self.text = text
        self.rows = rows

    def __repr__(self) -> str:
        """Print sheets and rows as a section of tests/coding/cases/*.md."""
        headings = list(self.rows[0])
        table = [headings, *([row[heading] for heading in headings] for row in self.rows)]
        widths = [max(len(row[place]) for row in table) for place in range(len(headings))]
        lines = [
            " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table
        ]
        export = "\n".join(f"| {line} |" for line in lines)
        return f"\n```sheets\n{self.text}\n```\n```export\n{export}\n```\n"

    def csv(self, rows: list[Row] | None = None) -> str:
        """Give the export, or some rows of it, as a csv file's text."""
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, list(self.rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows if rows is None else rows)
        return out.getvalue()


@st.composite
def rulebooks(draw: DrawFn) -> RandomRulebook:
    """Draw a rulebook, most often one without errors, and rows for it."""
    draft = Draft(draw)
    draw_value_sets(draft)
    draw_read_fields(draft)
    overlays = draw_overlays(draft)
    draw_row_steps(draft, overlays)
    makes_lines = not draft.chance(10)
    if makes_lines:
        for number in range(draft.count(1, 2)):
            draw_claim_lines(draft, f"Codes {number + 1}", overlays)
        draft.line_fields = list(ON_LINES)
        draw_line_steps(draft, overlays)
    if draft.chance(35):
        draw_edits(draft, "Row edits", overlays, lines=False)
    sheets = [fields_sheet(draft), *draft.sheets]
    if draft.chance(20):
        sheets = draft.draw(st.permutations(sheets))
    parts: list[str] = []
    for workbook in dict.fromkeys(sheet.workbook for sheet in sheets):
        parts.append(f"## {workbook}")
        parts += [sheet.text for sheet in sheets if sheet.workbook == workbook]
    return RandomRulebook("\n".join(parts), draw_rows(draft))


@dataclass(frozen=True)
class Case:
    """A rulebook without errors, parsed and compiled, with its rows."""

    book: RandomRulebook
    ruleset: Ruleset

    @property
    def rulebook(self) -> Rulebook:
        return self.ruleset.rulebook

    def encounters(self, rows: list[Row] | None = None) -> Encounters:
        """Read the rows, or others with the same headings, as a csv export; coding changes what is read."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "visits.csv"
            path.write_text(self.book.csv(rows), encoding="utf-8")
            encounters, issues = read_encounters([path], self.rulebook)
        assert encounters is not None, issues
        return encounters

    def __repr__(self) -> str:
        return repr(self.book)


def compiled(book: RandomRulebook) -> tuple[Ruleset | None, list[Issue]]:
    """Parse, check and compile; None where an issue is an error.

    Contradicting rules (T2…) are let pass: coding must send to review what they meet.
    """
    if IN_HAND in os.environ:
        Path(os.environ[IN_HAND]).write_text(repr(book), encoding="utf-8")
    rulebook, issues = parse(book.text)
    if rulebook is not None:
        issues = [*issues, *check(rulebook)]
    if rulebook is None or any(issue.is_error and issue.kind.code[:2] != "T2" for issue in issues):
        return None, issues
    ruleset, more = compile_rulebook(rulebook)
    return (None if more else ruleset), [*issues, *more]


def _case(book: RandomRulebook) -> Case | None:
    ruleset, _ = compiled(book)
    return None if ruleset is None else Case(book, ruleset)


def cases() -> st.SearchStrategy[Case]:
    """Draw rulebooks without errors, compiled."""
    return rulebooks().map(_case).filter(lambda case: case is not None)  # type: ignore[return-value]
