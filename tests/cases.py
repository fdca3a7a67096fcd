"""Examples in Markdown: fenced blocks with sheets, an export, and what a user would then see.

A block `sheets` holds workbooks (see `grid`), `export` holds visits, and each other block the rows of a
result table, whole and in order, of the columns shown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from codesheet.coding import tables
from codesheet.coding.batch import CodedBatch
from codesheet.coding.coder import Coder
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.reader import read_encounters
from codesheet.verifying.verification import verify

RESULTS = {
    "claim lines": "claim_lines",
    "visits": "visits",
    "rows": "rows",
    "review": "review",
    "edits": "edits",
    "rejected": "rejected",
}
"""The kinds of blocks that show results, and the attribute of a coded batch each shows."""

_BLOCK = re.compile(r"^```(?P<kind>[a-z ]+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: the words beside its fence, and what stands in it."""

    kind: str
    text: str


def blocks(markdown: str) -> list[Block]:
    """Give the fenced blocks of a text that have a kind."""
    return [Block(found["kind"].strip(), found["text"]) for found in _BLOCK.finditer(markdown)]


def texts(kind: str, found: Iterable[Block]) -> list[str]:
    """Give what stands in the blocks of one kind."""
    return [block.text for block in found if block.kind == kind]


def grid(text: str) -> list[list[str]]:
    """Give the cells of a pipe table."""
    rows = [line for line in text.strip().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in rows]


def code(ruleset: Ruleset, visits: str, folder: Path) -> CodedBatch:
    """Code the visits of an export block, read from a csv file; the plain evaluator agrees.

    Whether rows that are alike are decided one by one or as one makes no difference.
    """
    export = folder / "visits.csv"
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in grid(visits)]
    export.write_text("\n".join(lines), encoding="utf-8")
    encounters, issues = read_encounters([export], ruleset.rulebook)
    assert encounters is not None, issues
    batch = Coder(ruleset).code(encounters)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "FEWER", 0)
        as_one = Coder(ruleset).code(encounters)
    for table in RESULTS.values():
        pd.testing.assert_frame_equal(getattr(as_one, table), getattr(batch, table))
    assert as_one.rule_counts == batch.rule_counts
    assert [str(one) for one in verify(ruleset, encounters, batch, encounters.row_count).differences] == []
    return batch


def compare(found: Iterable[Block], batch: CodedBatch) -> None:
    """Compare every result block with the table it shows."""
    expectations = [block for block in found if block.kind in RESULTS]
    assert expectations, "an export without results proves nothing"
    for block in expectations:
        header, *rows = grid(block.text)
        table = getattr(batch, RESULTS[block.kind])
        got = [[shown(value) for value in row] for row in table[header].to_numpy().tolist()]
        assert got == rows, block.kind


def shown(value: object) -> str:
    """Write a value of a result table as a block shows it."""
    text = str(value)
    if text in {"nan", "NaT", "None"}:
        return ""
    return text.removesuffix(" 00:00:00").removesuffix(".0")
