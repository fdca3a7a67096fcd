"""Results that are not what their formulas give: told where the formula is simple enough to be sure."""

from datetime import datetime

import pytest

from codesheet.language.values import CellValue
from codesheet.sheets.excel_formulas import gives

DAY = datetime(2026, 5, 4)  # noqa: DTZ001 - as Excel stores it

CELLS: dict[tuple[str, int, int], CellValue] = {
    ("", 1, 1): 5,
    ("", 2, 1): 2.5,
    ("", 3, 1): "J1",
    ("", 4, 1): DAY,
    ("", 5, 1): "#N/A",
    ("", 6, 1): True,
    ("Other sheet", 1, 2): 7,
}


def cell(sheet: str, row: int, column: int) -> CellValue:
    if sheet not in ("", "Other sheet"):
        raise KeyError(sheet)
    return CELLS.get((sheet, row, column))


@pytest.mark.parametrize(
    ("formula", "result", "expected"),
    [
        ("=A1", 5, True),
        ("=$A$1", 6, False),
        ("='Other sheet'!B1", 7, True),
        ("='Other sheet'!B1", 5, False),
        ("=A3", "J1", True),
        ("=A3", "J2", False),
        ("=A3", 5, False),
        ("=A9", 0, True),
        ("=A1+A2*2", 10, True),
        ("=(A1+A2)*2", 15, True),
        ("=(A1+A2)*2", 10, False),
        ("=-A1/2 - 1", -3.5, True),
        ("=0.1+0.2", 0.3, True),
        ('=A3&"-"&A1', "J1-5", True),
        ('=A3&"-"&A1', "J1-6", False),
        ('="say ""x"""', 'say "x"', True),
        ("=SUM(A1:A3)", 7.5, True),
        ("=SUM(A1:A2,3)", 10.5, True),
        ("=SUM(A1:A2)", 7, False),
        ("=A4", DAY, True),
        ("=A4+1", 46147, None),
        ("=A3+1", 6, None),
        ("=A2&A3", "2.5J1", None),
        ("=SUM(A1:A5)", 7.5, None),
        ("=A6", True, None),
        ("=SUM(A1:A6)", 8.5, None),
        ("=A1%", 0.05, None),
        ("=A1^2", 25, None),
        ("=ROUND(A2,0)", 3, None),
        ("=IF(A1>2,1,2)", 1, None),
        ("=LOG10(A1)", 1, None),
        ("=Gone!A1", 9, None),
        ("=[1]Sheet1!A1", 9, None),
        ("=A1+", 5, None),
        ("=A1/0", 5, None),
        ("=SUM(A1:XFD1048576)", 5, None),
        ("=" + "(" * 50 + "A1" + ")" * 50, 5, True),
        ("=" + "(" * 4000 + "A1" + ")" * 4000, 5, None),
    ],
)
def test_what_formulas_give(formula: str, result: CellValue, expected: bool | None) -> None:  # noqa: FBT001
    assert gives(formula, result, cell) is expected
