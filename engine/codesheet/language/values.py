"""The types of fields, and how one value of each is read, compared and shown.

Inside the program a value is a ``Scalar``: text as it came (outer space trimmed), a list of codes as a
tuple, and everything else a float: a number itself, a date its proleptic ordinal, a time the minutes since
midnight, yes/no 1 and 0.
"""

import math
import re
from datetime import date, datetime, time
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

Scalar: TypeAlias = str | tuple[str, ...] | float
CellValue: TypeAlias = str | float | bool | datetime | date | time | None
"""What a spreadsheet cell or a csv field can hold; csv fields are always text."""

SAME_NUMBER = 1e-9
"""Numbers nearer to each other than this are the same number (DESIGN §5: 0.3 / 0.1 is 3)."""

EXCEL_EPOCH = date(1899, 12, 30).toordinal()
_LAST_EXCEL_DAY = 2958465


class FieldType(Enum):
    """What a field holds; the value is the word used in a Fields sheet."""

    TEXT = "text"
    CODE = "code"
    CODE_LIST = "code list"
    NUMBER = "number"
    WHOLE = "whole number"
    DATE = "date"
    TIME = "time"
    YES_NO = "yes/no"

    @property
    def is_text(self) -> bool:
        """Say whether values are text (or lists of it) rather than floats."""
        return self in (FieldType.TEXT, FieldType.CODE, FieldType.CODE_LIST)

    @property
    def is_number(self) -> bool:
        """Say whether values can be calculated with."""
        return self in (FieldType.NUMBER, FieldType.WHOLE)


class DateForm(Enum):
    """How an export writes its dates; ISO (2026-05-04) is always understood."""

    ISO = "ISO"
    US = "US"
    EXCEL_SERIAL = "Excel serial"


def tidy(text: str) -> str:
    """Trim outer space, and make every inner run of space (no-break space too) one space."""
    return " ".join(text.split())


@lru_cache(maxsize=1 << 15)
def fold(text: str) -> str:
    """Give the form in which texts are compared: without case or extra space."""
    return tidy(text).casefold()


class ValueProblem(ValueError):  # noqa: N818 - not a bug of ours: what is wrong with a user's value
    """A value cannot be read as its declared type; the message says why and what would do."""


_NUMBER = re.compile(r"[+-]?((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?")
_YES = {"yes", "y", "true"}
_NO = {"no", "n", "false"}


def read_value(cell: CellValue, kind: FieldType, forms: frozenset[DateForm] = frozenset()) -> Scalar | None:
    """Read one cell as a value of a declared type; None where the cell is blank.

    Numbers stored by a spreadsheet are accepted as codes (95115 is the code ``95115``). ``forms`` names the
    forms of dates allowed beside ISO.

    Raises:
        ValueProblem: the cell holds something else; the message is a clause to put after the value.

    """
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, str):
        cell = cell.strip()
        if not cell:
            return None
    match kind:
        case FieldType.TEXT | FieldType.CODE:
            return _as_text(cell)
        case FieldType.CODE_LIST:
            parts = (tidy(part) for part in re.split(r"[;,|\n]", _as_text(cell)))
            return tuple(part for part in parts if part) or None
        case FieldType.NUMBER:
            return _as_number(cell)
        case FieldType.WHOLE:
            number = _as_number(cell)
            if abs(number - round(number)) > SAME_NUMBER:
                msg = "is not a whole number"
                raise ValueProblem(msg)
            return float(round(number))
        case FieldType.DATE:
            return _as_date(cell, forms)
        case FieldType.TIME:
            return _as_time(cell)
        case FieldType.YES_NO:
            return _as_yes_no(cell)


def _as_text(cell: CellValue) -> str:
    if isinstance(cell, str):
        return cell.strip()
    match cell:
        case bool():
            return "yes" if cell else "no"
        case int() | float():
            return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)


def _as_number(cell: CellValue) -> float:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _finite(cell)
    text = cell.strip() if isinstance(cell, str) else ""
    if not any(c.isdigit() for c in text) or not _NUMBER.fullmatch(text) or not text.isascii():
        msg = "is not a number"
        raise ValueProblem(msg)
    return _finite(text.replace(",", ""))


def _finite(written: float | str) -> float:
    try:
        number = float(written)
    except OverflowError:  # a whole number of hundreds of digits
        number = math.inf
    if math.isinf(number):
        msg = "is too large a number"
        raise ValueProblem(msg)
    return number


def _as_date(cell: CellValue, forms: frozenset[DateForm]) -> float:
    if isinstance(cell, datetime):
        return float(cell.date().toordinal())
    if isinstance(cell, date):
        return float(cell.toordinal())
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        cell = repr(float(cell))
    text = cell.strip() if isinstance(cell, str) else ""
    try:
        if (day := _iso_day(text)) is not None:
            return day
        if DateForm.US in forms and (found := _US_DATE.fullmatch(text)):
            month, day, year = (int(part) for part in found.groups())
            return float(date(year, month, day).toordinal())
    except ValueError as problem:
        msg = "is not a day of the calendar"
        raise ValueProblem(msg) from problem
    if DateForm.EXCEL_SERIAL in forms and re.fullmatch(r"\d{1,7}(\.0*)?", text):
        serial = int(float(text))
        if 1 <= serial <= _LAST_EXCEL_DAY:
            return float(EXCEL_EPOCH + serial)
    written = ", ".join(["yyyy-mm-dd", *(_FORM_WORDS[form] for form in DateForm if form in forms)])
    msg = f"is not a date ({written})"
    raise ValueProblem(msg)


@lru_cache(maxsize=1 << 12)
def _iso_day(text: str) -> float | None:
    """Read a date as databases write it; None where it is of another form.

    Raises ValueError where the calendar has no such day.
    """
    found = _ISO_DATE.fullmatch(text)
    return None if found is None else float(date(*(int(part) for part in found.groups())).toordinal())


_FORM_WORDS = {
    DateForm.ISO: "yyyy-mm-dd",
    DateForm.US: "m/d/yyyy",
    DateForm.EXCEL_SERIAL: "Excel day number",
}


def _as_time(cell: CellValue) -> float:
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        return cell.hour * 60 + cell.minute + cell.second / 60
    found = _TIME.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if found:
        hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
        if found[4]:
            half = 12 if found[4].lower() == "pm" else 0
            hours = hours % 12 + half if 1 <= hours <= 12 else 99  # noqa: PLR2004 - a clock face
        if hours < 24 and minutes < 60 and seconds < 60:  # noqa: PLR2004 - a clock
            return hours * 60 + minutes + seconds / 60
    msg = "is not a time of day (hh:mm)"
    raise ValueProblem(msg)


def _as_yes_no(cell: CellValue) -> float:
    if isinstance(cell, bool):
        return float(cell)
    word = fold(cell) if isinstance(cell, str) else ""
    if word in _YES:
        return 1.0
    if word in _NO:
        return 0.0
    msg = "is neither yes nor no (Y, N)"
    raise ValueProblem(msg)


def show_value(value: Scalar | None, kind: FieldType) -> str:
    """Write a value the way a reader of sheets expects it; blank for a missing one."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, str):
        return value
    match kind:
        case FieldType.DATE:
            return date.fromordinal(int(value)).isoformat()
        case FieldType.TIME:
            seconds = round(value * 60)
            clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
            return clock + (f":{seconds % 60:02d}" if seconds % 60 else "")
        case FieldType.YES_NO:
            return "yes" if value else "no"
        case _:
            return show_number(value)


def show_number(value: float) -> str:
    """Write a number without a needless decimal point or float noise: 3, 0.3, 2.75."""
    nearest = round(value, 9)
    if nearest.is_integer() and abs(nearest) < 1e15:  # noqa: PLR2004 - floats are exact below it
        return str(int(nearest))
    return repr(nearest)
