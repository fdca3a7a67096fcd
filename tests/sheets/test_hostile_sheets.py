"""Whatever stands in a cell, there are issues and never a traceback."""

from datetime import datetime, time
from pathlib import Path
from random import Random

from codesheet.checks import check
from codesheet.language.values import CellValue
from codesheet.sheets.rulebook import parse_sheets
from codesheet.sheets.workbook import Sheet, read_workbooks
from example_sheets import build_example_workbook

_JUNK: tuple[CellValue, ...] = (
    *("none", "not", "<", "{", "}", "{Drug}", "in", "in X", ";", "a < b", "any", "=", '"', "1..", "a\nb"),
    *("IF", "THEN", "KEY", "line", "line changes", "claim lines", "edits", "fields", "First in group"),
    *("Override", "Collect", "review: {x", "nothing", "Units", "Message", "Field", "Disposition", "Fields"),
    *(5, 0.1, True, time(1), datetime(2024, 1, 1), None),  # noqa: DTZ001 - cells hold naive dates
)


def spoiled(sheet: Sheet, dice: Random) -> Sheet:
    rows = {row: dict(cells) for row, cells in sheet.rows.items()}
    for _ in range(dice.choice((0, 1, 3))):
        cells = rows[dice.choice(list(rows))]
        cells[dice.choice(list(cells))] = dice.choice(_JUNK)
    found = {
        row: {c: value for c, value in cells.items() if value is not None} for row, cells in rows.items()
    }
    return Sheet(sheet.workbook, sheet.name, {row: cells for row, cells in found.items() if cells})


def test_spoiled_sheets_give_issues(tmp_path: Path) -> None:
    build_example_workbook(tmp_path)
    sheets, sources, _ = read_workbooks(tmp_path)
    for seed in range(60):
        dice = Random(seed)
        book, issues = parse_sheets([spoiled(sheet, dice) for sheet in sheets], sources)
        assert [str(issue) for issue in issues]
        assert book is None or isinstance(check(book), list)
