"""Lookups: code tables joined by key and date of service, once per distinct combination of keys."""

from dataclasses import dataclass

import numpy as np

from codesheet.coding.columns import Column, Ids, Index, column_of
from codesheet.coding.context import Context
from codesheet.coding.edits import DISPOSITIONS, EditKind
from codesheet.coding.evaluate import all_missing, message
from codesheet.coding.text_functions import per_combination
from codesheet.coding.truth import NO, UNDECIDED, YES, condition_roots, condition_truth
from codesheet.coding.view import View, eras, period_breaks
from codesheet.language.unary_test_logic import accepts, set_names
from codesheet.language.unary_tests import AnyOf, Anything, Equals, UnaryTest
from codesheet.language.values import FieldType, Scalar, fold, show_value
from codesheet.model import LookupRow, LookupTable

_NOT_FOUND, _NO_KEY, _TWO_HITS, _OPEN = -1, -2, -3, -4


@dataclass(frozen=True, slots=True)
class _Found:
    """What one combination of keys on one day gives: a row's place, or one of the outcomes above."""

    row: int
    rows: tuple[int, ...] = ()


class Join:
    """One lookup table, indexed by its first key."""

    def __init__(self, table: LookupTable) -> None:
        self.table = table
        self._exact: dict[str | float, list[int]] = {}
        self._others: list[int] = []
        for place, row in enumerate(table.rows):
            parts = row.keys[0].tests if isinstance(row.keys[0], AnyOf) else (row.keys[0],)
            if all(isinstance(part, Equals) for part in parts):
                for part in parts:
                    if isinstance(part, Equals):
                        self._exact.setdefault(_folded(part.value), []).append(place)
            else:
                self._others.append(place)
        self._conditions = tuple({condition: None for row in table.rows for condition in row.conditions})
        self._set_names = sorted({n for row in table.rows for test in row.keys for n in set_names(test)})

    def join(self, context: Context) -> None:
        """Set the table's VALUE fields, and raise edits for keys that are not there or there twice."""
        view = context.view
        keys = [view.frame[name] for name in self.table.keys]
        truths = [condition_truth(condition, view).astype(np.int64) for condition in self._conditions]
        breaks = period_breaks(row.period for row in self.table.rows) + view.sets.breaks(self._set_names)
        era = eras(view.days, sorted(set(breaks)))
        numbers, first, combinations = per_combination(keys, view, [era, *truths])
        found = [
            self._find(values, float(view.days[row]), [int(truth[row]) for truth in truths], view)
            for row, values in zip(first.tolist(), combinations, strict=True)
        ]
        row_of = np.array([f.row for f in found], dtype=np.int64)[numbers] if found else np.zeros(0, np.int64)
        self._set_values(context, row_of, keys)
        self._raise_edits(context, row_of, numbers, found, keys)

    def _find(self, values: tuple[Scalar | None, ...], day: float, truths: list[int], view: View) -> _Found:
        accepted = [
            (place, self._conditions_of(self.table.rows[place], truths))
            for place in self._candidates(values, day, view)
            if self.table.rows[place].period.holds_on(day)
        ]
        hits = [place for place, truth in accepted if truth == YES]
        best = [p for p in hits if not any(self._is_beaten(p, other) for other in hits)]
        open_rows = [p for p, truth in accepted if truth == UNDECIDED]
        if any(not any(self._is_beaten(p, other) for other in hits) for p in open_rows):
            return _Found(_OPEN, tuple(open_rows))
        if len(best) > 1:
            return _Found(_TWO_HITS, tuple(best))
        if best:
            return _Found(best[0])
        return _Found(_NO_KEY if None in values else _NOT_FOUND)

    def _candidates(self, values: tuple[Scalar | None, ...], day: float, view: View) -> list[int]:
        first = values[0]
        elements = first if isinstance(first, tuple) else (first,)
        exact = [p for e in elements if e is not None for p in self._exact.get(_folded(e), ())]
        member = view.sets.on(day)
        places = sorted({*exact, *self._others})
        return [
            place
            for place in places
            if all(accepts(t, v, member) for t, v in zip(self.table.rows[place].keys, values, strict=True))
        ]

    def _conditions_of(self, row: LookupRow, truths: list[int]) -> int:
        own = [truths[self._conditions.index(condition)] for condition in row.conditions]
        return NO if NO in own else UNDECIDED if UNDECIDED in own else YES

    def _is_beaten(self, place: int, by: int) -> bool:
        """Say whether an exact key of another row beats a wildcard (or a range) of this one."""
        pairs = list(zip(self.table.rows[place].keys, self.table.rows[by].keys, strict=True))
        mine, other = ([_is_exact(pair[side]) for pair in pairs] for side in (0, 1))
        return all(o or not m for m, o in zip(mine, other, strict=True)) and mine != other

    def _set_values(self, context: Context, row_of: Index, keys: list[Column]) -> None:
        view = context.view
        roots = None
        for key in keys:
            roots = view.frame.roots.union(roots, key.roots)
        if (row_of == _OPEN).any():
            for condition in self._conditions:
                roots = view.frame.roots.union(roots, condition_roots(condition.field, condition.test, view))
        for place, name in enumerate(self.table.values):
            definition = view.rulebook.fields[name]
            values = [row.values[place] for row in self.table.rows]
            column = all_missing(definition.type, len(row_of))
            if values:
                table = column_of(values, definition.type, view.frame.vocabulary)
                hit = row_of >= 0
                column.data[hit] = table.data[row_of[hit]]
            if roots is not None:
                unexplained = column.missing & ((row_of == _NO_KEY) | (row_of == _OPEN))
                column.roots = np.where(unexplained, roots, 0).astype(np.int32)
            context.set_field(definition, column)

    def _raise_edits(
        self, context: Context, row_of: Index, numbers: Index, found: list[_Found], keys: list[Column]
    ) -> None:
        if (row_of == _NOT_FOUND).any():
            self._not_found(context, np.flatnonzero(row_of == _NOT_FOUND), keys)
        twice = np.flatnonzero(row_of == _TWO_HITS)
        if len(twice):
            texts = ["; ".join(str(self.table.rows[p].at) for p in f.rows) for f in found]
            ids = context.view.frame.vocabulary.ids_of(texts)
            context.raise_edit(
                EditKind.TWO_HITS,
                twice,
                f"{self.table.name} has two rows for this {', '.join(self.table.keys)} on that day",
                rule=ids[numbers[twice]],
                table=self.table.name,
            )
        asking = np.flatnonzero(row_of == _OPEN)
        if len(asking):
            part = context.view.take(asking)
            roots: Ids = np.zeros(len(asking), dtype=np.int32)
            for condition in self._conditions:
                open_rows = condition_truth(condition, part) == UNDECIDED
                more = np.where(open_rows, condition_roots(condition.field, condition.test, part), 0)
                roots = part.frame.roots.union(roots, more.astype(np.int32))
            context.ask(asking, roots, self.table.name)

    def _not_found(self, context: Context, places: Index, keys: list[Column]) -> None:
        speaks = self.table.if_not_found
        if speaks is not None and speaks.message is None:
            return
        part = context.view.take(places)
        if speaks is not None and speaks.message is not None:
            ids, weight = message(speaks.message, part).data, DISPOSITIONS.index(speaks.disposition)
            context.raise_edit(
                EditKind.NOT_FOUND, places, ids, weight=weight, rule=str(self.table.at), table=self.table.name
            )
            return
        days = np.where(np.isnan(part.days), -1, part.days).astype(np.int64)
        numbers, first, combinations = per_combination([key.take(places) for key in keys], part, [days])
        texts = [
            self._not_found_text(values, float(part.days[row]), keys, part)
            for row, values in zip(first.tolist(), combinations, strict=True)
        ]
        ids = part.frame.vocabulary.ids_of(texts)[numbers]
        context.raise_edit(EditKind.NOT_FOUND, places, ids, rule=str(self.table.at), table=self.table.name)

    def _not_found_text(
        self, values: tuple[Scalar | None, ...], day: float, keys: list[Column], view: View
    ) -> str:
        shown = ", ".join(show_value(v, key.type) for v, key in zip(values, keys, strict=True))
        known = [self.table.rows[p].period for p in self._candidates(values, day, view)]
        text = f"{shown} is not in {self.table.name} on {_day(day)}"
        ended = [p.last for p in known if p.last is not None and p.last < day]
        begins = [p.first for p in known if p.first is not None and p.first > day]
        if ended:
            return f"{text}: it ended on {_day(max(ended))}"
        return f"{text}: it begins on {_day(min(begins))}" if begins else text


def _day(ordinal: float) -> str:
    return show_value(float(ordinal), FieldType.DATE)


def _folded(value: Scalar) -> str | float:
    return (
        fold(value) if isinstance(value, str) else round(float(value), 9) if isinstance(value, float) else ""
    )


def _is_exact(test: UnaryTest) -> bool:
    parts = test.tests if isinstance(test, AnyOf) else (test,)
    return all(isinstance(part, Equals) for part in parts) and not isinstance(test, Anything)
