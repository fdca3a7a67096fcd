"""Unit limits: how many units of a code are paid on a line, in a day, in a year."""

import re
from collections.abc import Iterable, Mapping

from codesheet.issues import IssueCode
from codesheet.language.names import nearest
from codesheet.language.values import FieldType, ValueProblem, fold, read_value
from codesheet.model import LimitPer, LimitSpan, UnitLimit, UnitLimits
from codesheet.sheets.about import About
from codesheet.sheets.applies_to import AppliesTo
from codesheet.sheets.cells import Cell, CellReader
from codesheet.sheets.claim_edits import (
    EditRow,
    edit_rows,
    edit_sheets,
    label_fields,
    label_number,
    left_out,
    read_code,
)
from codesheet.sheets.table import Table

_PLAIN = {
    "line": LimitSpan.LINE,
    "visit": LimitSpan.VISIT,
    "day": LimitSpan.DAY,
    "calendar year": LimitSpan.CALENDAR_YEAR,
    "lifetime": LimitSpan.LIFETIME,
}
_OF_ONE_VISIT = (LimitSpan.LINE, LimitSpan.VISIT, LimitSpan.DAY)
_ROLLING = re.compile(r"(\d+) (days?|months?|years?)( rolling)?")
_SINCE_START = re.compile(r"(\d+) (months?|years?) since (the )?start( of therapy)?")
_MONTHS_A_YEAR = 12


def read_unit_limits(
    tables: list[Table], abouts: Mapping[str, About], applies_to: AppliesTo, reader: CellReader
) -> UnitLimits | None:
    """Read all Unit limits sheets as one table; None where there is none."""
    if not tables:
        return None
    sheets = edit_sheets(tables, ("Code", "Limit", "Per"), abouts, applies_to, reader)
    months = label_number(sheets, "Months since start", reader)
    whose = label_fields(sheets, "Per", reader)
    rows = tuple(_limits(edit_rows(sheets, reader), whose, months, reader))
    return UnitLimits(
        rows,
        whose,
        label_number(sheets, "Units before", reader),
        months,
        left_out(sheets),
        at=tables[0].titled.sheet.at,
    )


def _limits(
    rows: Iterable[EditRow], whose: tuple[str, ...], months: str, reader: CellReader
) -> Iterable[UnitLimit]:
    for row in rows:
        count = len(reader.issues)
        code = read_code(row, "Code", reader)
        limit = _limit(row.cell("Limit"), reader)
        per = read_limit_per(row.cell("Per"), reader)
        if per is not None and per.span is LimitSpan.SINCE_START and not months:
            reader.report(IssueCode.MONTHS_NOT_SAID, row.cell("Per").at, text=per.text)
        if per is not None and per.span not in _OF_ONE_VISIT and not whose:
            reader.report(IssueCode.WHOSE_UNITS_NOT_SAID, row.cell("Per").at, text=per.text)
        if code is None or per is None or reader.errors_since(count):
            continue
        yield UnitLimit(
            code,
            limit,
            per,
            row.text("Adjudication"),
            fold(row.text("Action")),
            row.text("Rationale"),
            row.sheet.version,
            row.conditions,
            row.period,
            row.row.at,
        )


def _limit(cell: Cell, reader: CellReader) -> float | None:
    """Read a number of units; `none` says that there is no limit, a blank cell says nothing."""
    if fold(cell.text) == "none":
        return None
    try:
        value = read_value(cell.value, FieldType.WHOLE)
    except ValueProblem:
        value = None
    if not isinstance(value, float) or value < 0:
        reader.report(IssueCode.BAD_LIMIT, cell.at, text=cell.text)
        return None
    return value


def read_limit_per(cell: Cell, reader: CellReader) -> LimitPer | None:
    """Read over what a limit counts; None, with an issue, where that cannot be told."""
    text = fold(cell.text)
    if text in _PLAIN:
        return LimitPer(_PLAIN[text], cell.text)
    if found := _SINCE_START.fullmatch(text):
        return LimitPer(LimitSpan.SINCE_START, cell.text, months=_months(found))
    if found := _ROLLING.fullmatch(text):
        if found[2].startswith("day"):
            return LimitPer(LimitSpan.ROLLING, cell.text, days=int(found[1]))
        return LimitPer(LimitSpan.ROLLING, cell.text, months=_months(found))
    meant = nearest(cell.text, [*_PLAIN, "12 months rolling", "12 months since start"])
    reader.report(IssueCode.BAD_LIMIT_PER, cell.at, text=cell.text, did_you_mean=meant)
    return None


def _months(found: re.Match[str]) -> int:
    return int(found[1]) * (_MONTHS_A_YEAR if found[2].startswith("year") else 1)
