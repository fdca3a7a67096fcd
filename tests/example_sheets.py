"""The example tables of `data/example_sheets.md` as a workbook: a small, whole rulebook for tests."""

from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook

SOURCE = Path(__file__).parent / "data" / "example_sheets.md"


def build_example_workbook(folder: Path) -> Path:
    """Write the tables of the document, a sheet each, to one workbook, and give its path."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, (heading, lines) in enumerate(_sections(SOURCE.read_text()), start=1):
        kind, _, name = heading.partition(": ")
        sheet = book.create_sheet(f"{number} {name or kind}"[:31])
        sheet.append([kind, name or kind])
        for row in _rows(lines):
            sheet.append(row)
    path = folder / "examples.xlsx"
    book.save(path)
    return path


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Give each `### Kind: Name` heading with the lines below it."""
    for section in text.split("\n### ")[1:]:
        heading, *lines = section.splitlines()
        yield heading.strip(), lines


def _rows(lines: list[str]) -> Iterator[list[str | None]]:
    """Give label lines (`Result: fields`) and table lines as rows of cells."""
    for line in lines:
        if line.startswith("| ---"):
            continue
        if line.startswith("|"):
            cells = line.strip().removeprefix("|").removesuffix("|").split("|")
            yield [cell.strip() or None for cell in cells]
        elif ": " in line:
            label, _, value = line.partition(": ")
            yield [label.strip(), value.strip()]
