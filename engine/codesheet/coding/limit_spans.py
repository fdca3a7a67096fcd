"""The first day that a unit limit counts, for each kind of span."""

from collections.abc import Callable
from datetime import date

import numpy as np

from codesheet.coding.columns import Floats
from codesheet.model import LimitPer, LimitSpan

_MONTHS_A_YEAR = 12


def first_days(per: LimitPer, days: Floats, months: Floats) -> Floats:
    """Give the first day a limit counts, for days of service and full months since the therapy began.

    Since the start is known to the month only, the earliest day it can have been is taken: units are then
    counted, and seen, rather than missed. Missing where the months are, or the day.
    """
    found = np.full(len(days), np.nan)
    dated = ~np.isnan(days)
    found[dated] = _first_days(per, days[dated], months[dated])
    return found


def _first_days(per: LimitPer, days: Floats, months: Floats) -> Floats:
    match per.span:
        case LimitSpan.CALENDAR_YEAR:
            return _per_day(days, lambda day: date.fromordinal(day).replace(month=1, day=1).toordinal())
        case LimitSpan.ROLLING if per.days:
            return days - per.days + 1
        case LimitSpan.ROLLING:
            return _per_day(days, lambda day: months_before(day, per.months) + 1)
        case LimitSpan.SINCE_START:
            gone = np.mod(months, per.months) + 1
            return _months_back(days, gone)
        case LimitSpan.LIFETIME:
            begun = _months_back(days, months + 1)
            return np.where(np.isnan(begun), 1.0, begun)
        case _:
            return days.copy()


def _months_back(days: Floats, months: Floats) -> Floats:
    found = np.full(len(days), np.nan)
    for number in np.unique(months[~np.isnan(months)]).tolist():
        of_number = months == number
        found[of_number] = _per_day(days[of_number], _day_after(int(number)))
    return found


def _day_after(months: int) -> Callable[[int], int]:
    return lambda day: months_before(day, months) + 1


def _per_day(days: Floats, function: Callable[[int], int]) -> Floats:
    values, numbers = np.unique(days, return_inverse=True)
    return np.array([function(int(day)) for day in values.tolist()], dtype=np.float64)[numbers]


def months_before(day: int, months: int) -> int:
    """Give the same day of the month so many months before; the last of a shorter month."""
    there = date.fromordinal(day)
    number = there.year * _MONTHS_A_YEAR + there.month - 1 - months
    if number < _MONTHS_A_YEAR:
        return date.min.toordinal()
    year, month = divmod(number, _MONTHS_A_YEAR)
    first_of_next = date(year + month // 11, (month + 1) % _MONTHS_A_YEAR + 1, 1)
    last = (first_of_next - date(year, month + 1, 1)).days
    return date(year, month + 1, min(there.day, last)).toordinal()
