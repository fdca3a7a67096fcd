"""Each section of `cases/*.md` shows sheets and visits, and what a user would then see.

A file begins with the sheets all its sections share. The tables under a section are compared whole: every
row, in order, of the columns shown. The plain evaluator must come to the same in every table.
"""

import re
from pathlib import Path

import pytest

from cases import blocks, code, compare, texts
from codesheet.compiling.compiler import compile_rulebook
from grid import rulebook_of

CASES = Path(__file__).parent / "cases"


def sections() -> list[tuple[str, str, str]]:
    found = []
    for path in sorted(CASES.glob("*.md")):
        head, *rest = re.split(r"\n## (?!.*\.xlsx\n)", path.read_text(encoding="utf-8"))
        for section in rest:
            title, _, body = section.partition("\n")
            found.append((f"{path.stem}: {title}", head, body))
    return found


@pytest.mark.parametrize(("title", "head", "body"), sections(), ids=[title for title, _, _ in sections()])
def test_case(title: str, head: str, body: str, tmp_path: Path) -> None:
    del title
    found = blocks(head + "\n" + body)
    ruleset, issues = compile_rulebook(rulebook_of("\n".join(texts("sheets", found))))
    assert issues == []
    (visits,) = texts("export", found)
    compare(found, code(ruleset, visits, tmp_path))
