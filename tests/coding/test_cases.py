"""Each section of `cases/*.md` shows sheets and visits, and what a user would then see.

A file begins with the sheets all its sections share. The tables under a section are compared whole: every
row, in order, of the columns shown.
"""

import re
from pathlib import Path

import pytest

from codesheet.coding.batch import CodedBatch
from codesheet.coding.coder import Coder
from codesheet.compiling.compiler import compile_rulebook
from codesheet.exports.reader import read_encounters
from grid import rulebook_of

CASES = Path(__file__).parent / "cases"
BLOCK = re.compile(r"```(?P<kind>[a-z ]+)\n(?P<text>.*?)```", re.DOTALL)
RESULTS = {
    "claim lines": "claim_lines",
    "visits": "visits",
    "rows": "rows",
    "review": "review",
    "edits": "edits",
    "rejected": "rejected",
}


def sections() -> list[tuple[str, str, str]]:
    found = []
    for path in sorted(CASES.glob("*.md")):
        head, *rest = re.split(r"\n## (?!.*\.xlsx\n)", path.read_text(encoding="utf-8"))
        for section in rest:
            title, _, body = section.partition("\n")
            found.append((f"{path.stem}: {title}", head, body))
    return found


def grid(text: str) -> list[list[str]]:
    rows = [line for line in text.strip().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in rows]


def coded(sheets: str, visits: str, folder: Path) -> CodedBatch:
    rulebook = rulebook_of(sheets)
    ruleset, issues = compile_rulebook(rulebook)
    assert issues == []
    export = folder / "visits.csv"
    rows = [",".join(f'"{cell}"' for cell in row) for row in grid(visits)]
    export.write_text("\n".join(rows), encoding="utf-8")
    encounters, issues = read_encounters([export], rulebook)
    assert encounters is not None, issues
    return Coder(ruleset).code(encounters)


def shown(value: object) -> str:
    text = str(value)
    if text in {"nan", "NaT", "None"}:
        return ""
    return text.removesuffix(" 00:00:00").removesuffix(".0")


@pytest.mark.parametrize(("title", "head", "body"), sections(), ids=[title for title, _, _ in sections()])
def test_case(title: str, head: str, body: str, tmp_path: Path) -> None:
    del title
    blocks = [(m["kind"].strip(), m["text"]) for m in BLOCK.finditer(head + "\n" + body)]
    sheets = "\n".join(text for kind, text in blocks if kind == "sheets")
    (visits,) = (text for kind, text in blocks if kind == "export")
    batch = coded(sheets, visits, tmp_path)
    expectations = [(kind, text) for kind, text in blocks if kind in RESULTS]
    assert expectations
    for kind, text in expectations:
        header, *rows = grid(text)
        table = getattr(batch, RESULTS[kind])
        got = [[shown(value) for value in row] for row in table[header].to_numpy().tolist()]
        assert got == rows, kind
