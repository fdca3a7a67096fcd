"""Days and times as Excel stores them: numbers counted from an epoch, or written as ISO 8601."""

from datetime import date, datetime, time, timedelta

from openpyxl.utils.datetime import from_excel, from_ISO8601

from codesheet.language.values import CellValue

_FIRST_YEAR = 1900
_SHOWN_FOR_NO_DATE = "#VALUE!"


def day_of_number(number: float, epoch: datetime, *, is_duration: bool) -> CellValue:
    """Give the day or time that a number stands for; what Excel shows where it stands for none."""
    try:
        return _plain(from_excel(number, epoch, timedelta=is_duration))
    except (OverflowError, ValueError):
        return _SHOWN_FOR_NO_DATE


def day_as_written(text: str) -> CellValue:
    """Give a written day or time as a number gives it: a day with its hours, and a time of no day alone.

    Raises ValueError where it is neither.
    """
    match _plain(from_ISO8601(text)):  # type: ignore[no-untyped-call]
        case datetime() as moment:
            return moment.time() if moment.year < _FIRST_YEAR else moment
        case date() as day:
            return datetime.combine(day, time())
        case value:
            return value


def _plain(value: object) -> CellValue:
    match value:
        case timedelta():
            return (datetime(1900, 1, 1) + value).time() if value < timedelta(days=1) else str(value)  # noqa: DTZ001
        case str() | bool() | int() | float() | datetime() | date() | time():
            return value
        case _:
            return str(value)
