"""How many units a patient has used before each line: in this batch, in earlier runs, as the export says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from codesheet.coding.columns import MISSING, Column, Floats, Index, Mask
from codesheet.coding.edit_rows import line_codes
from codesheet.coding.history import CODE, DAY, UNITS, VISIT, History
from codesheet.coding.view import View, comparable_codes, distinct
from codesheet.language.values import show_value
from codesheet.model import LimitPer, LimitSpan

_MONTHS_A_YEAR = 12
_DAYS_TO_COME = 10_000_000
"""More than any ordinal: keeps group and day apart in one number."""


@dataclass(slots=True)
class Used:
    """Units used up by each line's patient and code, in order of day; what is denied uses nothing.

    `key` numbers patient and code (lines first, then history), `alone` are lines of nobody we know.
    """

    view: View
    key: Index
    day: Floats
    units: Floats
    visit: Index
    alone: Mask
    begins: int | None
    _sorted: Index
    _place: Index
    _composite: Index
    _total: Floats

    @classmethod
    def of(cls, view: View, per: tuple[str, ...], standing: Mask, history: History | None) -> "Used":
        """Gather the lines of a view, and of a history those of other visits."""
        lines = view.frame.rows
        units = np.where(standing, view.frame["Units"].data, 0.0)
        visit = view.visit_ids.astype(np.int64)
        columns = [_text_ids(view.frame[name], view) for name in per]
        alone = np.full(lines, not per)
        for column in columns:
            alone |= column == MISSING
        columns = [np.where(alone, -2, column) for column in columns]
        columns += [np.where(alone, visit, MISSING), line_codes(view)]
        day = view.days
        if history is not None:
            past = _others(history, view)
            more = [_ids_of(past[name], view) for name in per]
            more += [np.full(len(past), MISSING, dtype=np.int64), _ids_of(past[CODE], view)]
            columns = [np.concatenate([a, b]) for a, b in zip(columns, more, strict=True)]
            day = np.concatenate([day, past[DAY].to_numpy(dtype=np.float64)])
            units = np.concatenate([units, past[UNITS].to_numpy(dtype=np.float64)])
            visit = np.concatenate([visit, np.full(len(past), MISSING, dtype=np.int64)])
        key = distinct(columns, len(day))[0]
        rank = np.concatenate([view.order, np.full(len(day) - lines, MISSING, dtype=np.int64)])
        order = np.lexsort((rank, day, key))
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        composite = key[order] * _DAYS_TO_COME + day[order].astype(np.int64)
        begins = None if history is None else history.begins
        total = np.concatenate([[0.0], np.cumsum(units[order])])
        return cls(view, key, day, units, visit, alone, begins, order, place, composite, total)

    def before(self, lines: Index, first_day: Floats) -> Floats:
        """Give the units used from a first day on, before each of these lines."""
        start = np.searchsorted(self._composite, self.key[lines] * _DAYS_TO_COME + first_day.astype(np.int64))
        own = self._place[lines]
        return self._total[own] - self._total[np.minimum(start, own)]

    def before_in_visit(self, lines: Index) -> Floats:
        """Give the units used in each line's own visit, before it."""
        count = len(self.alone)
        group = distinct([self.key[:count], self.visit[:count]], count)[0]
        order = np.lexsort((self.view.order, group))
        total = np.concatenate([[0.0], np.cumsum(self.units[:count][order])])
        place = np.empty(count, dtype=np.int64)
        place[order] = np.arange(count)
        starts = np.searchsorted(group[order], group[lines])
        return total[place[lines]] - total[starts]

    def is_known_from(self, lines: Index, first_day: Floats) -> Mask:
        """Say for which lines every unit since a first day is in the history."""
        if self.begins is None:
            return np.zeros(len(lines), dtype=bool)
        return ~self.alone[lines] & (first_day >= self.begins)


def _others(history: History, view: View) -> pd.DataFrame:
    """Leave out the visits that are coded now: their earlier results are replaced by these."""
    used = history.used()
    words = view.frame.vocabulary.words
    now = {str(words[i]) for i in np.unique(view.frame[view.rulebook.visit_key].data).tolist()}
    return used[~used[VISIT].isin(now)]


def _ids_of(values: pd.Series, view: View) -> Index:
    """Give texts of a history the numbers that the batch gives its own."""
    words = [None if value is None or value == "" else str(value) for value in values.tolist()]
    ids = view.frame.vocabulary.ids_of(words)
    folded = view.frame.vocabulary.folded()
    return (np.where(ids == MISSING, MISSING, folded[ids]) if len(folded) else ids).astype(np.int64)


def _text_ids(column: Column, view: View) -> Index:
    if column.type.is_text:
        return comparable_codes(column, view.frame)
    values, numbers = np.unique(column.data, return_inverse=True)
    texts = [None if v != v else show_value(v, column.type) for v in values.tolist()]  # noqa: PLR0124 - NaN
    return _ids_of(pd.Series(texts, dtype=object), view)[numbers]


def first_days(per: LimitPer, days: Floats, months: Floats) -> Floats:
    """Give the first day a limit counts, for days of service and full months since the therapy began.

    Since the start is known to the month only, the earliest day it can have been is taken: units are then
    counted, and seen, rather than missed. Missing where the months are.
    """
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
