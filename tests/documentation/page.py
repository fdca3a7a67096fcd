"""`docs/workbooks.md` in parts: its sections, the sheets they show, and its tables of cells."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cases import Block, blocks, grid, texts
from codesheet.checks import check
from codesheet.compiling.compiler import compile_rulebook
from codesheet.compiling.ruleset import Ruleset
from codesheet.examples import run_examples
from codesheet.issues import IssueCode, without_notes
from codesheet.language.names import Names
from codesheet.model import Rulebook
from grid import parse, printed

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "workbooks.md").read_text(encoding="utf-8")
SHARED = "The sheets behind the small examples"
CELLS = "Cells that test (IF)"
FORMULAS = "Formulas"
OTHER_ROWS = "Looking at the other rows: Per"


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the page, and what stands below it up to the next heading."""

    title: str
    text: str

    @property
    def blocks(self) -> list[Block]:
        return blocks(self.text)


def sections() -> list[Section]:
    """Split the page at its headings, but not at the `#` of sheets inside fenced blocks."""
    found: list[Section] = []
    title, lines, fenced = "", list[str](), False
    for line in PAGE.splitlines():
        fenced ^= line.startswith("```")
        if not fenced and re.match(r"#{1,4} ", line):
            found.append(Section(title, "\n".join(lines)))
            title, lines = line.lstrip("# "), []
        else:
            lines.append(line)
    return [*found, Section(title, "\n".join(lines))]


SECTIONS = {section.title: section for section in sections()}
WITH_SHEETS = [one for one in SECTIONS.values() if texts("sheets", one.blocks)]
WITH_CHANGES = [one for one in SECTIONS.values() if texts("change", one.blocks)]


def sheets_of(section: Section) -> str:
    """Give a section's sheets; those without a Fields sheet of their own stand on the page's."""
    own = "\n".join(texts("sheets", section.blocks))
    if section.title == SHARED or "\n# Fields\n" in f"\n{own}":
        return own
    return "\n".join([*texts("sheets", SECTIONS[SHARED].blocks), own])


SHOWN_AT_RUN_TIME = (IssueCode.RULES_OVERLAP, IssueCode.RULES_DISAGREE, IssueCode.RULES_CROSS)
"""The check names such rows as errors; the page shows what becomes of a visit that meets them."""


@cache
def read(sheets: str) -> tuple[Rulebook, Ruleset | None, list[str]]:
    """Do with sheets what `codesheet check` does; give all it would print."""
    rulebook, issues = parse(sheets)
    assert rulebook is not None, printed(issues)
    found = without_notes([*issues, *check(rulebook)])
    issues = [issue for issue in found if issue.kind not in SHOWN_AT_RUN_TIME]
    if any(issue.is_error for issue in issues):
        return rulebook, None, printed(issues)
    ruleset, more = compile_rulebook(rulebook)
    if ruleset is None or any(issue.is_error for issue in more):
        return rulebook, None, printed([*issues, *more])
    return rulebook, ruleset, printed([*issues, *more, *without_notes(run_examples(ruleset))])


def shared_names() -> Names:
    """Give the fields and value sets that the small examples stand on."""
    rulebook, _, _ = read(sheets_of(SECTIONS[SHARED]))
    types = {name: field.type for name, field in rulebook.fields.items()}
    return Names(types, frozenset(rulebook.sets))


def ruleset_of(sheets: str) -> Ruleset:
    """Compile sheets that must be without issues."""
    _, ruleset, issues = read(sheets)
    assert issues == []
    assert ruleset is not None
    return ruleset


def table_below(title: str, first: str) -> tuple[list[str], list[dict[str, str]]]:
    """Give the Markdown tables of a section whose first heading is this one, as rows by heading."""
    rows: list[dict[str, str]] = []
    headings: list[str] = []
    for text in re.findall(r"(?:^\|.*\n)+", SECTIONS[title].text + "\n", re.MULTILINE):
        header, _, *body = grid(text)
        if header[0] == first:
            headings = header
            rows += [dict(zip(header, row, strict=True)) for row in body]
    assert rows, f"{title} has no table that begins with {first}"
    return headings, rows


def unmarked(cell: str) -> str:
    """Take the code marks off a cell of a table."""
    return cell.removeprefix("`").removesuffix("`").strip()


def listed(cell: str) -> list[str]:
    """Give the values that a cell of a table lists."""
    return [unmarked(part.strip()) for part in cell.split("·") if part.strip()]
