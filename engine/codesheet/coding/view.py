"""What formulas and tests see of a batch: its columns, days, order, groups and value sets."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from codesheet.coding.columns import MISSING, Column, Data, Floats, Frame, Ids, Index, Mask, present
from codesheet.coding.remembering import Remembered
from codesheet.language.unary_test_logic import accepts
from codesheet.language.unary_tests import Equals, UnaryTest
from codesheet.language.values import fold
from codesheet.model import Member, Period, Rulebook, ValueSet

_REMEMBERED = 20_000
_DENSE = 8
"""Numbers up to so many times the rows are looked up in a table; greater ones are made smaller by hashing."""
_FEW_ROWS = 64
"""Rows below which numpy's calls take longer than the rows."""
_FEW = 1 << 18
"""A table of so many numbers stays in the processor's cache."""
_INT32 = int(np.iinfo(np.int32).max)


class MemberIndex:
    """The members of one value set, by the days on which they belong."""

    def __init__(self, value_set: ValueSet) -> None:
        self._by_period: dict[Period, tuple[set[str | float], list[UnaryTest]]] = {}
        self._known = Remembered[tuple[str | float, Period], bool](_REMEMBERED)
        for member in value_set.members:
            self._add(member)

    def _add(self, member: Member) -> None:
        exact, others = self._by_period.setdefault(member.period, (set(), []))
        if isinstance(member.test, Equals) and isinstance(member.test.value, str):
            exact.add(fold(member.test.value))
        else:
            others.append(member.test)

    @property
    def periods(self) -> list[Period]:
        """Give the distinct periods of its members."""
        return list(self._by_period)

    def has(self, value: str | float, period: Period) -> bool:
        """Say whether a value is a member by some row of this period."""
        known = self._known.get((value, period))
        if known is None:
            known = self._holds(value, period)
            self._known.keep((value, period), known)
        return known

    def _holds(self, value: str | float, period: Period) -> bool:
        exact, others = self._by_period[period]
        if isinstance(value, str) and fold(value) in exact:
            return True
        return any(accepts(test, value, _no_member) for test in others)

    def has_on(self, value: str | float, day: float) -> bool:
        """Say whether a value is a member on a day."""
        return any(period.holds_on(day) and self.has(value, period) for period in self._by_period)


def _no_member(set_name: str, value: str | float) -> bool:
    msg = f"a member of a value set cannot be the set {set_name} ({type(value)})"
    raise TypeError(msg)


class Sets:
    """Every value set of a rulebook, ready to be asked."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._indexes = {name: MemberIndex(value_set) for name, value_set in rulebook.sets.items()}

    def __getitem__(self, name: str) -> MemberIndex:
        return self._indexes[name]

    def is_dated(self, name: str) -> bool:
        """Say whether membership depends on the day."""
        return self._indexes[name].periods not in ([], [Period()])

    def breaks(self, names: Sequence[str]) -> list[int]:
        """Give the days on which membership in any of these sets may change."""
        return period_breaks(period for name in names for period in self._indexes[name].periods)

    @cached_property
    def all_breaks(self) -> list[int]:
        """Give the days on which membership in any set may change."""
        return self.breaks(list(self._indexes))

    def on(self, day: float) -> Callable[[str, str | float], bool]:
        """Give membership on one day as a function of set name and value."""
        return lambda name, value: self._indexes[name].has_on(value, day)


def period_breaks(periods: Iterable[Period]) -> list[int]:
    """Give the sorted days on which something of these periods begins or has just ended."""
    days: set[int] = set()
    for period in periods:
        if period.first is not None:
            days.add(period.first)
        if period.last is not None:
            days.add(period.last + 1)
    return sorted(days)


def eras(days: Floats, breaks: list[int]) -> Index:
    """Give numbers to the stretches of time between breaks; a missing day has the number -1."""
    edges = np.array(breaks, dtype=np.float64)
    first, last = (days.min(), days.max()) if len(days) else (np.nan, np.nan)  # of a missing day both are
    if not np.isnan(first):
        begin, end = np.searchsorted(edges, [first, last], side="right").tolist()
        if begin == end:
            return np.full(len(days), begin)
    numbers = np.searchsorted(edges, days, side="right")
    return np.where(np.isnan(days), -1, numbers).astype(np.int64)


class InForce:
    """The periods of a table's rules, ready to be asked."""

    def __init__(self, periods: Sequence[Period]) -> None:
        firsts = [-np.inf if period.first is None else period.first for period in periods]
        lasts = [np.inf if period.last is None else period.last for period in periods]
        self._firsts, self._lasts = np.array(firsts, dtype=np.float64), np.array(lasts, dtype=np.float64)
        self._all_always = all(period == Period() for period in periods)
        self._always = np.isneginf(self._firsts) & np.isposinf(self._lasts)

    def on(self, rules: Index, day: float) -> tuple[int, ...]:
        """Give those of some rules that are in force on a day; without a day (NaN) those that always are."""
        if self._all_always:
            return tuple(rules.tolist())
        holds = self._always[rules] | ((self._firsts[rules] <= day) & (day <= self._lasts[rules]))
        return tuple(rules[holds].tolist())


@dataclass(slots=True)
class View:
    """A frame with what its evaluation needs besides columns.

    `own` holds columns that belong to no field: `days` are dates of service (ordinals), `visit_ids` numbers
    of visits, `order` ranks the rows (or lines) by visit and Row order (a range: they stand so). Of a part of
    another view (`parent`, whose rows `index` names) they are copied when first asked for, as a frame's are.
    """

    frame: Frame
    sets: Sets
    rulebook: Rulebook
    own: dict[str, Data | range]
    parent: "View | None" = None
    index: Index | None = None

    @property
    def days(self) -> Floats:
        """Give the dates of service."""
        return self.own_column("days")

    @property
    def order(self) -> Index:
        """Give the ranks of the rows (or lines)."""
        return self.own_column("order")

    @property
    def visit_ids(self) -> Ids:
        """Give the numbers of the visits."""
        return self.own_column("visit_ids")

    def own_column(self, name: str) -> Data:
        """Give a column that belongs to no field."""
        found = self.own.get(name)
        if found is None:
            if self.parent is None or self.index is None:
                raise KeyError(name)
            found = self.own[name] = self.parent.own_column(name)[self.index]
        elif isinstance(found, range):
            found = self.own[name] = np.arange(len(found))
        return found

    def ranks(self, rows: Index) -> Index:
        """Give the ranks of some rows (or lines)."""
        return rows if isinstance(self.own.get("order"), range) else self.order[rows]

    def take(self, index: Index) -> "View":
        """Give the view of the rows of an index."""
        return self.part(self.frame.take(index), index)

    def part(self, frame: Frame, index: Index, **own: Data | range) -> "View":
        """Give the view of another frame, whose rows (or lines) belong to those of an index."""
        return View(frame, self.sets, self.rulebook, own, self, index)

    def groups(self, per: Sequence[str]) -> Index:
        """Give numbers to the groups of rows alike in some fields; a row with a blank stands alone.

        Formulas of the same fields share them; the fields' data cannot be changed then.
        """
        told_by = [self.visit_ids if self._is_visit(name) else self.frame[name].data for name in per]
        known = self.frame.grouped.get(tuple(per))
        if known is not None and all(map(np.array_equal, known[0], told_by)):
            return known[1]
        numbers = self._numbered_groups(per)
        for data in (*told_by, numbers):
            data.flags.writeable = False
        self.frame.grouped[tuple(per)] = told_by, numbers
        return numbers

    def _numbered_groups(self, per: Sequence[str]) -> Index:
        codes: list[Index | Ids] = []
        blank = np.zeros(self.frame.rows, dtype=bool)
        for name in per:
            column = self.frame[name]
            blank |= column.missing
            # identifiers may differ by case alone
            codes.append(self.visit_ids if self._is_visit(name) else comparable_codes(column, self.frame))
        numbers = distinct(codes, self.frame.rows)[0]
        if blank.any():
            count = int(numbers.max()) + 1 if len(numbers) else 0
            numbers = numbers.copy()
            numbers[blank] = count + np.arange(int(blank.sum()))
            numbers = pd.factorize(numbers)[0].astype(np.int64)
        return numbers

    def _is_visit(self, name: str) -> bool:
        return name == self.rulebook.visit_key


def comparable_codes(column: Column, frame: Frame) -> Index:
    """Give small integers that are equal where the values compare equal; -1 where missing."""
    if column.type.is_text:
        return frame.vocabulary.folded(column.data).astype(np.int64)
    places, values = column.numbered
    rounded = pd.factorize(np.round(values, 9))[0].astype(np.int64)
    return np.append(rounded, MISSING)[places]


def distinct(codes: Sequence[Index | Ids], rows: int) -> tuple[Index, Index]:
    """Give numbers to the distinct combinations of several columns of integers.

    Gives the number of each row, and for each number the first row that has it, in order of appearance.
    """
    if rows <= _FEW_ROWS:
        return _distinct_few(codes, rows)
    combined: Index | Ids = np.zeros(rows, dtype=np.int32)
    size, few, is_dense = 1, min(_DENSE * rows, _FEW), True
    for column in codes:
        low, high = (int(np.minimum.reduce(column)), int(np.maximum.reduce(column))) if rows else (0, 0)
        width = high - low + 1
        if width == 1:  # nothing to tell apart by it
            continue
        above: Index | Ids = column
        if width > few or max(high, -low) > _INT32:
            above, width = _compressed(column - low, width)
            low = 0
        if size * width > few and not is_dense:
            combined, size = _compressed(combined, size)
        if size * width > _INT32:
            combined = combined.astype(np.int64)
        is_dense = size == 1
        combined *= width  # in place: fresh memory costs more than the sum
        combined += above
        combined -= low
        size *= width
    if size > _DENSE * rows:
        combined, size = _compressed(combined, size)
    in_turn = np.arange(rows, dtype=np.int32 if rows <= _INT32 else np.int64)
    first: Data = np.full(size, rows) if size <= few else np.empty(size, dtype=in_turn.dtype)
    first[combined[::-1]] = in_turn[::-1]
    leads: Index = np.sort(first[first < rows]) if size <= few else np.flatnonzero(first[combined] == in_turn)
    numbers = np.empty(size, dtype=np.int64)
    numbers[combined[leads]] = np.arange(len(leads))
    return numbers[combined], leads


def _distinct_few(codes: Sequence[Index | Ids], rows: int) -> tuple[Index, Index]:
    """Do the same for rows so few that each call of numpy takes longer than all of them by themselves."""
    keys = list(zip(*(column.tolist() for column in codes), strict=True)) if codes else [()] * rows
    firsts: dict[tuple[int, ...], int] = {}
    for row, key in enumerate(keys):
        firsts.setdefault(key, row)
    number = {key: place for place, key in enumerate(firsts)}
    numbers = np.array([number[key] for key in keys], dtype=np.int64)
    return numbers, np.array(list(firsts.values()), dtype=np.int64)


def _compressed(numbers: Index | Ids, size: int) -> tuple[Index | Ids, int]:
    """Give dense numbers for those below a size: by a table, or by hashing where it would be long."""
    if size <= _DENSE * len(numbers):
        held = present(numbers)
        dense = np.empty(size, dtype=np.int32)
        dense[held] = np.arange(len(held), dtype=np.int32)
        return dense[numbers], len(held)
    places, values = pd.factorize(numbers)
    return places.astype(np.int64, copy=False), max(len(values), 1)


def undecided_rows(column: Column, frame: Frame, when_used: frozenset[str]) -> Mask:
    """Say where a missing value may not be taken as an answer: all its roots are `when used`."""
    if column.roots is None:
        return np.zeros(len(column), dtype=bool)
    return frame.roots.within(when_used)[column.roots]
