"""How many units a patient has used before each line: in this batch, in earlier runs, as the export says."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from codesheet.coding.columns import MISSING, Column, Floats, Index, Mask
from codesheet.coding.history import CODE, DAY, UNITS
from codesheet.coding.view import View, comparable_codes, distinct
from codesheet.language.values import show_value

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
    def of(
        cls,
        view: View,
        per: tuple[str, ...],
        standing: Mask,
        past: pd.DataFrame | None,
        begins: int | None,
    ) -> "Used":
        """Gather the lines of a view, and those of earlier runs, which are complete from a day on."""
        lines = view.frame.rows
        units = units_used(view, standing)
        visit = view.visit_ids.astype(np.int64)
        columns = [_numbers(name, view, past) for name in per]
        alone = np.full(len(view.days), not per)
        for column in columns:
            alone |= column[:lines] == MISSING
        blank = np.concatenate([alone, np.zeros(0 if past is None else len(past), dtype=bool)])
        of_nobody = np.full(len(blank), MISSING, dtype=np.int64)
        of_nobody[:lines][alone] = visit[alone]
        columns = [np.where(blank, -2, column) for column in columns]
        columns += [of_nobody, _numbers(CODE, view, past)]
        day = np.nan_to_num(view.days)  # a visit may lack its day
        if past is not None:
            day = np.concatenate([day, past[DAY].to_numpy(dtype=np.float64)])
            units = np.concatenate([units, np.nan_to_num(past[UNITS].to_numpy(dtype=np.float64))])
            visit = np.concatenate([visit, np.full(len(past), MISSING, dtype=np.int64)])
        key = distinct(columns, len(day))[0]
        before_all = np.full(len(day) - lines, MISSING, dtype=np.int64)
        rank = np.concatenate([view.order, before_all])
        turn = np.concatenate([_turns(view), before_all])
        order = np.lexsort((rank, turn, day, key))
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        composite = key[order] * _DAYS_TO_COME + day[order].astype(np.int64)
        total = np.concatenate([[0.0], np.cumsum(units[order])])
        return cls(view, key, day, units, visit, alone, begins, order, place, composite, total)

    def before(self, lines: Index, first_day: Floats) -> Floats:
        """Give the units used from a first day on, before each of these lines."""
        start = np.searchsorted(
            self._composite, self.key[lines] * _DAYS_TO_COME + np.nan_to_num(first_day).astype(np.int64)
        )
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


def units_used(view: View, standing: Mask) -> Floats:
    """Give the units that lines use up: none where they do not stand, or have none (they are in review)."""
    return np.where(standing, np.nan_to_num(view.frame["Units"].data), 0.0)


def _turns(view: View) -> Index:
    """Put visits in order of their keys: which of two on one day comes first must not turn on the file."""
    visits, back = np.unique(view.visit_ids, return_inverse=True)
    texts = view.frame.vocabulary.texts()[visits].astype(str)
    turns = np.empty(len(visits), dtype=np.int64)
    turns[np.argsort(texts, kind="stable")] = np.arange(len(visits))
    return turns[back]


def _numbers(name: str, view: View, past: pd.DataFrame | None) -> Index:
    """Give the values of a field as numbers: the lines', then the history's."""
    column = view.frame[name]
    if past is None:
        return comparable_codes(column, view.frame)
    words = view.frame.vocabulary
    if column.type.is_text:
        own = words.folded(column.data)
    else:
        texts, back = texts_of(column, view)
        own = words.folded(words.ids_of(texts))[back]
    codes, distinct_texts = pd.factorize(past[name])
    before = words.folded(words.ids_of(str(text) or None for text in distinct_texts))
    return np.concatenate([own, np.append(before, MISSING)[codes]]).astype(np.int64)


def texts_of(column: Column, view: View) -> tuple[list[str | None], Index]:
    """Give the distinct values of a column as texts, and the place of each row's among them."""
    values, back = np.unique(column.data, return_inverse=True)
    if column.type.is_text:
        words = view.frame.vocabulary.words
        return [None if i == MISSING else str(words[i]) for i in values.tolist()], back
    return [None if np.isnan(v) else show_value(v, column.type) for v in values.tolist()], back
