"""Rows of claim-edit tables: found by code, in force on the day, the most specific where several hold."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import numpy as np

from codesheet.coding.columns import MISSING, Index, present
from codesheet.coding.context import Context
from codesheet.coding.edits import EditKind
from codesheet.coding.truth import NO, UNDECIDED, YES, all_hold, undecided_roots
from codesheet.coding.view import View, comparable_codes, distinct
from codesheet.language.values import fold
from codesheet.model import AddOnCode, CodePair, Condition, UnitLimit

Row: TypeAlias = CodePair | UnitLimit | AddOnCode

_NARROWEST_FIRST = ("payer", "plan")
"""Conditions that make a row more special than any without them, the first of them most."""


class EditRows:
    """The rows of one claim-edit table; `outcome` gives what makes two rows agree."""

    def __init__(self, name: str, rows: Sequence[Row], outcome: Callable[[Row], object]) -> None:
        self.name = name
        self.rows = rows
        self._outcome = outcome
        self._first = np.array([_bound(r.period.first, -np.inf) for r in rows], dtype=np.float64)
        self._last = np.array([_bound(r.period.last, np.inf) for r in rows], dtype=np.float64)
        self._always = np.isneginf(self._first) & np.isposinf(self._last)  # without a day, too
        sets: dict[tuple[Condition, ...], int] = {}
        self._set_of = np.array([sets.setdefault(r.conditions, len(sets)) for r in rows], dtype=np.int64)
        self._sets = list(sets)
        self._winners: dict[tuple[int, ...], tuple[int, ...]] = {}

    def holding(self, places: Index, rows: Index, context: Context) -> tuple[Index, Index]:
        """Keep the candidates (place, row) that are in force and whose conditions hold.

        Where a fact for a condition is missing, it is asked for.
        """
        days = context.view.days[places]
        in_force = self._always[rows] | ((days >= self._first[rows]) & (days <= self._last[rows]))
        places, rows = places[in_force], rows[in_force]
        truth = np.full(len(places), YES, dtype=np.int8)
        sets = self._set_of[rows]
        for number in np.unique(sets).tolist():
            if self._sets[number]:
                of_set = np.flatnonzero(sets == number)
                truth[of_set] = self._truth(number, places[of_set], context)
        holds = truth == YES
        return places[holds], rows[holds]

    def _truth(self, number: int, places: Index, context: Context) -> np.ndarray:
        distinct_places, back = np.unique(places, return_inverse=True)
        part = context.view.take(distinct_places)
        truth = all_hold(self._sets[number], part)
        open_places = np.flatnonzero(truth == UNDECIDED)
        if len(open_places):
            roots = undecided_roots(self._sets[number], part)[open_places]
            context.ask(distinct_places[open_places], roots, self.name)
            truth[open_places] = NO
        return truth[back]

    def most_special(self, places: Index, rows: Index, keys: Index, context: Context) -> tuple[Index, Index]:
        """Of the rows that hold for one place and key, keep the most special; two that differ go to review.

        A row for a payer comes before one for all, and one with further conditions before one without.
        """
        if not len(places):
            return places, rows
        order = np.lexsort((rows, keys, places))
        places, rows, keys = places[order], rows[order], keys[order]
        leads = np.ones(len(places), dtype=bool)
        leads[1:] = (places[1:] != places[:-1]) | (keys[1:] != keys[:-1])
        starts = np.flatnonzero(leads)
        lengths = np.diff(np.append(starts, len(places)))
        keep = np.ones(len(places), dtype=bool)
        unsure: dict[tuple[int, ...], list[int]] = {}
        for start, length in zip(starts[lengths > 1].tolist(), lengths[lengths > 1].tolist(), strict=True):
            rivals = tuple(rows[start : start + length].tolist())
            winners = self._winners.get(rivals)
            if winners is None:
                winners = self._winners[rivals] = self._standing(rivals)
            keep[start : start + length] = [row == winners[0] for row in rivals]
            if len(winners) > 1:
                unsure.setdefault(winners, []).append(int(places[start]))
        for winners, at in unsure.items():
            self._disagree(winners, np.array(at, dtype=np.int64), context)
        return places[keep], rows[keep]

    def _standing(self, rivals: tuple[int, ...]) -> tuple[int, ...]:
        """Give the rows that no other beats; rows with the same outcome are one."""
        best = [r for r in rivals if not any(self._beats(other, r) for other in rivals if other != r)]
        outcomes = {self._outcome(self.rows[row]): row for row in reversed(best)}
        return tuple(sorted(outcomes.values()))

    def _beats(self, one: int, other: int) -> bool:
        mine, theirs = ({fold(c.field) for c in self.rows[row].conditions} for row in (one, other))
        for field in _NARROWEST_FIRST:
            if (field in mine) != (field in theirs):
                return field in mine
        return mine > theirs

    def _disagree(self, rows: tuple[int, ...], places: Index, context: Context) -> None:
        cells = "; ".join(str(self.rows[row].at) for row in rows)
        context.raise_edit(
            EditKind.TWO_HITS,
            np.unique(places),
            f"{self.name}: two rows hold for this line and disagree: {cells}",
            rule=cells,
            table=self.name,
        )


def _bound(day: int | None, otherwise: float) -> float:
    return otherwise if day is None else float(day)


class CodeIndex:
    """Numbers of codes: those of a table, by which lines are found whose codes compare equal."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._numbers: dict[str, int] = {}
        for code in codes:
            self._numbers.setdefault(fold(code), len(self._numbers))

    def __len__(self) -> int:
        return len(self._numbers)

    def of(self, codes: Iterable[str]) -> Index:
        """Give the numbers of codes of the table."""
        return np.array([self._numbers[fold(code)] for code in codes], dtype=np.int64)

    def of_lines(self, view: View) -> Index:
        """Give the number of each line's code, MISSING where the table does not have it."""
        words = view.frame.vocabulary.words
        codes = view.frame["Code"].data
        numbers = np.full(len(words) + 1, MISSING, dtype=np.int64)
        for word_id in present(codes).tolist():
            numbers[word_id] = self._number(words[word_id])
        return numbers[codes]

    def _number(self, word: str | tuple[str, ...]) -> int:
        return self._numbers.get(fold(word), MISSING) if isinstance(word, str) else MISSING


class Buckets:
    """Entries gathered by number: those of one number are found at once."""

    def __init__(self, numbers: Index, size: int) -> None:
        self._order = np.argsort(numbers, kind="stable")
        counts = np.bincount(numbers, minlength=size)
        self._ends = np.cumsum(counts)
        self._counts = counts

    def counts(self, numbers: Index) -> Index:
        """Give how many entries each number has."""
        return self._counts[numbers]

    def matches(self, numbers: Index) -> tuple[Index, Index]:
        """Give for each number its entries: pairs of (place in numbers, entry)."""
        counts = self._counts[numbers]
        places = np.repeat(np.arange(len(numbers)), counts)
        within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        return places, self._order[(self._ends - self._counts)[numbers][places] + within]


def say_left_out(name: str, left_out: Sequence[str], context: Context) -> None:
    """Send lines to review whose codes no workbook names: their rows stayed in the reference file."""
    if not left_out:
        return
    known = CodeIndex(left_out).of_lines(context.view) != MISSING
    codes = context.view.frame["Code"].data
    for word in np.unique(codes[known]).tolist():
        places = np.flatnonzero(codes == word)
        code = context.view.frame.vocabulary.words[word]
        text = f"{code} is named in no workbook, so its rows of {name} were left out of the rules"
        context.raise_edit(
            EditKind.NOT_FOUND,
            places,
            f"{text}: name it in a table or value set, and check this claim by hand",
            table=name,
        )


def matches(values: Index, sorted_keys: Index) -> tuple[Index, Index]:
    """Find each value among sorted keys: pairs of (place in values, place in keys)."""
    low = np.searchsorted(sorted_keys, values, side="left")
    counts = np.searchsorted(sorted_keys, values, side="right") - low
    places = np.repeat(np.arange(len(values)), counts)
    within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
    return places, low[places] + within


def claims(view: View, per: Sequence[str]) -> Index:
    """Give numbers to the claims that lines stand on: alike in some fields, or else of one visit.

    A line with a blank among those fields belongs with its visit only.
    """
    visits = view.visit_ids.astype(np.int64)
    if not per:
        return distinct([visits], view.frame.rows)[0]
    blank = np.zeros(view.frame.rows, dtype=bool)
    codes = []
    for name in per:
        column = view.frame[name]
        blank |= column.missing
        is_key = name == view.rulebook.visit_key
        codes.append(visits if is_key else comparable_codes(column, view.frame))
    kept = [np.where(blank, -2, column) for column in codes]
    return distinct([*kept, np.where(blank, visits, MISSING)], view.frame.rows)[0]


def by_place(places: Index, rows: Index) -> tuple[Index, Index, list[tuple[int, ...]]]:
    """Gather the rows of each place: the places, the number of each one's set of rows, and those sets."""
    if not len(places):
        return places, rows, []
    order = np.lexsort((rows, places))
    places, rows = places[order], rows[order]
    starts = np.flatnonzero(np.append(True, places[1:] != places[:-1]))
    lengths = np.diff(np.append(starts, len(places)))
    sets: dict[tuple[int, ...], int] = {}
    numbers = np.empty(len(starts), dtype=np.int64)
    alone = lengths == 1
    singles, back = np.unique(rows[starts[alone]], return_inverse=True)
    of_single = [sets.setdefault((row,), len(sets)) for row in singles.tolist()]
    numbers[alone] = np.array(of_single, dtype=np.int64)[back]
    listed = rows.tolist()
    several = np.flatnonzero(~alone)
    numbers[several] = [
        sets.setdefault(tuple(listed[start : start + length]), len(sets))
        for start, length in zip(starts[several].tolist(), lengths[several].tolist(), strict=True)
    ]
    return places[starts], numbers, list(sets)


def row_text(row: Row) -> str:
    """Name a row of a claim-edit table and the published version it stands in."""
    return f"{row.at} ({row.version})" if row.version else str(row.at)
