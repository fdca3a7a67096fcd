"""Values as an author writes them in a sheet, and what to say of those their field cannot hold."""

import re
from datetime import date, datetime, time
from functools import lru_cache

from codesheet.issues import IssueCode
from codesheet.language.names import CellProblem
from codesheet.language.values import CellValue, FieldType, Scalar, ValueProblem, fold, read_value, tidy

_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_DASHED_CODES = re.compile(r"([A-Za-z]?\d[\w.]*)\s*[-–—]\s*([A-Za-z]?\d[\w.]*)")  # noqa: RUF001
_AT_LEAST = re.compile(r"(\d+(?:\.\d+)?)\s*\+")
_EXCEL_ERRORS = {"#n/a", "#ref!", "#name?", "#value!", "#div/0!", "#null!", "#num!", "#spill!", "#calc!"}

TYPE_WORDS = {
    FieldType.TEXT: "text",
    FieldType.CODE: "a code",
    FieldType.CODE_LIST: "a code list",
    FieldType.NUMBER: "a number",
    FieldType.WHOLE: "a whole number",
    FieldType.DATE: "a date",
    FieldType.TIME: "a time",
    FieldType.YES_NO: "a yes/no",
}
"""How messages speak of a value of each type."""


def is_blank(cell: CellValue) -> bool:
    """Say whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip()) or cell != cell  # noqa: PLR0124 - NaN


def refuse_excel_error(cell: CellValue) -> None:
    """Raise if the cell shows one of Excel's errors instead of a value."""
    if isinstance(cell, str) and fold(cell) in _EXCEL_ERRORS:
        raise CellProblem(IssueCode.EXCEL_ERROR, value=cell.strip())


def refuse_us_date(text: str) -> None:
    """Raise if this is `5/4/2026`, which is two different days to two readers."""
    found = _US_DATE.fullmatch(text.strip())
    if found:
        first, second, year = (int(part) for part in found.groups())
        days = dict.fromkeys([_day(year, first, second), _day(year, second, first)])
        readings = " or ".join(day for day in days if day) or "yyyy-mm-dd"
        raise CellProblem(IssueCode.DATE_NOT_ISO, value=text.strip(), readings=readings)


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def refuse_dash_between_codes(text: str) -> None:
    """Raise if two codes of one shape are joined by a dash: a range in other programs, one value here."""
    found = _DASHED_CODES.fullmatch(text.strip())
    if found and code_shape(found[1]) == code_shape(found[2]):
        raise CellProblem(
            IssueCode.RANGE_WITH_DASH, text=text.strip(), did_you_mean=f"{found[1]}..{found[2]}"
        )


@lru_cache(maxsize=65_536)
def code_shape(code: str) -> str:
    """Give a code with every digit as 0 and every letter as A; dots do not count."""
    return "".join("0" if c.isdigit() else "A" for c in fold(code) if c != ".")


def read_written(text: str, kind: FieldType) -> str | float:
    """Read one written value of a field.

    Raises:
        CellProblem: it is no such value; the problem says what was probably meant.

    """
    if kind.is_text:
        if not text.strip():
            raise CellProblem(IssueCode.EMPTY_TEXT, text='""')
        return tidy(text)
    if kind is FieldType.DATE:
        refuse_us_date(text)
    try:
        return _one(read_value(text.strip() or "?", kind))
    except ValueProblem as problem:
        _refuse_dash(text, kind)
        raise CellProblem(
            IssueCode.WRONG_VALUE,
            value=text.strip(),
            why=problem,
            did_you_mean=_meant(text, kind),
            remedy=_IN_A_TEST if kind.is_number else how_to_write(kind),
        ) from problem


def _one(value: Scalar | None) -> str | float:
    if isinstance(value, (str, float)):
        return value
    msg = f"one value was expected, not {value!r}"
    raise TypeError(msg)


def _refuse_dash(text: str, kind: FieldType) -> None:
    for dash in (" - ", "–", "—", "-"):  # noqa: RUF001 - as word processors type it
        ends = [end.strip() for end in text.split(dash)]
        if len(ends) == 2 and all(end and _reads(end, kind) for end in ends):  # noqa: PLR2004 - two ends
            raise CellProblem(IssueCode.RANGE_WITH_DASH, text=text.strip(), did_you_mean="..".join(ends))


def _reads(text: str, kind: FieldType) -> bool:
    try:
        read_value(text, kind)
    except ValueProblem:
        return False
    return True


_IN_A_TEST = "write a number without its unit, as in 16, or 16..90, or >= 16"


def _meant(text: str, kind: FieldType) -> str:
    found = _AT_LEAST.fullmatch(text.strip())
    return f">= {found[1]}" if found and kind.is_number else ""


def how_to_write(kind: FieldType) -> str:
    """Say how a value of a type is written, as what to do about one that is none."""
    return _HOW_TO_WRITE.get(kind, f"write {TYPE_WORDS[kind]}")


def _range_meant(cell: date | time) -> str:
    """Give the range that Excel took for a day of its year: `1-30` becomes the thirtieth of January."""
    is_range = isinstance(cell, date) and cell.month < cell.day
    return f"{cell.month}..{cell.day}" if is_range and isinstance(cell, date) else ""


_HOW_TO_WRITE = {
    FieldType.NUMBER: "write a number without its unit, as in 16",
    FieldType.WHOLE: "write a whole number without its unit, as in 16",
    FieldType.DATE: "type the day again, as yyyy-mm-dd",
    FieldType.TIME: "type it again, as hh:mm",
    FieldType.YES_NO: "write yes or no",
}


def read_typed(cell: CellValue, kind: FieldType) -> str | float:
    """Read a cell that Excel stores as a number, a date, a time or TRUE/FALSE.

    Raises:
        CellProblem: Excel's type is not the field's, so Excel may have changed what was typed.

    """
    if (kind.is_text or kind.is_number) and isinstance(cell, (datetime, date, time)):
        shown = str(_one(read_value(cell, FieldType.TEXT)))
        raise CellProblem(
            IssueCode.EXCEL_DATE_AS_TEXT,
            value=shown,
            type=kind.value,
            did_you_mean=_range_meant(cell) if kind.is_number else "",
        )
    if kind.is_text:
        return _one(read_value(cell, FieldType.CODE))
    try:
        return _one(read_value(cell, kind))
    except ValueProblem as problem:
        shown = str(read_value(cell, FieldType.TEXT))
        raise CellProblem(
            IssueCode.WRONG_VALUE, value=shown, why=problem, remedy=how_to_write(kind)
        ) from problem
