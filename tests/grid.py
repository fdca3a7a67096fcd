"""Workbooks written as Markdown: `## file.xlsx`, `# sheet`, and a pipe table whose line 1 is row 1."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from textwrap import dedent

from openpyxl import Workbook

from codesheet.issues import Issue
from codesheet.model import Rulebook, Source
from codesheet.sheets.rulebook import parse_sheets
from codesheet.sheets.workbook import Sheet, read_sheets

BOOK = "book.xlsx"
"""The workbook of sheets that stand under no `## file.xlsx`."""


def workbooks(text: str) -> dict[str, Workbook]:
    """Build the workbooks of a text, by file name."""
    books: dict[str, Workbook] = {}
    name = BOOK
    for line in dedent(text).splitlines():
        if line.startswith("## "):
            name = line.removeprefix("## ").strip()
        elif line.startswith("# "):
            if name not in books:
                books[name] = Workbook()
                books[name].remove(books[name].worksheets[0])
            sheet = books[name].create_sheet(line.removeprefix("# ").strip())
            row = 0
        elif name in books and (line.startswith("|") or row):
            row += 1
            for column, value in enumerate(_cells(line), start=1):
                if value:
                    sheet.cell(row, column, value)
    return books


def _cells(line: str) -> list[str]:
    """Split a line of a table; `\\n` in a cell is a line break."""
    cells = line.strip().removeprefix("|").removesuffix("|").split("|")
    return [cell.strip().replace("\\n", "\n") for cell in cells]


def write_workbooks(text: str, folder: Path) -> Path:
    """Write the workbooks of a text into a folder, and give the folder."""
    for name, book in workbooks(text).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        book.save(folder / name)
    return folder


def sheets_of(text: str) -> list[Sheet]:
    """Give the sheets of a text as they are read from files, in order of file name."""
    sheets: list[Sheet] = []
    for name, book in sorted(workbooks(text).items()):
        stream = BytesIO()
        book.save(stream)
        found, problems = read_sheets(stream.getvalue(), name)
        assert problems == []
        sheets += found
    return sheets


def parse(text: str) -> tuple[Rulebook | None, list[Issue]]:
    """Parse the sheets of a text."""
    sheets = sheets_of(text)
    return parse_sheets(sheets, [Source(name, "") for name in dict.fromkeys(s.workbook for s in sheets)])


def rulebook_of(text: str) -> Rulebook:
    """Parse the sheets of a text, which must be without errors."""
    rulebook, issues = parse(text)
    assert [str(issue) for issue in issues if issue.is_error] == []
    assert rulebook is not None
    return rulebook


def printed(issues: Iterable[Issue]) -> list[str]:
    """Give issues as users see them."""
    return [str(issue) for issue in issues]


def wrapped(text: str) -> list[str]:
    """Give the lines of a text; one that is indented deeper goes on with the line before it."""
    lines: list[str] = []
    for line in dedent(text).strip().splitlines():
        if line.startswith(" ") and lines:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    return lines
