"""Lookups: code tables joined by key and date of service, once per distinct combination of keys."""

from dataclasses import dataclass

import numpy as np

from codesheet.coding.columns import Column, Ids, Index
from codesheet.coding.context import Context
from codesheet.coding.edits import DISPOSITIONS, EditKind
from codesheet.coding.evaluate import all_missing, message
from codesheet.coding.plain_values import column_of
from codesheet.coding.text_functions import per_combination
from codesheet.coding.truth import NO, UNDECIDED, condition_roots, condition_truth
from codesheet.coding.view import View, eras, period_breaks, undecided_rows
from codesheet.language.unary_test_acceptance import Member
from codesheet.language.unary_test_logic import accepts, set_names
from codesheet.language.unary_tests import AnyOf, Anything, Equals, UnaryTest
from codesheet.language.values import FieldType, Scalar, fold, show_value
from codesheet.model import LookupRow, LookupTable, Period

_NOT_FOUND, _NO_KEY, _TWO_HITS, _OPEN = -1, -2, -3, -4


@dataclass(frozen=True, slots=True)
class _Found:
    """What one combination of keys on one day gives: a row's place, or one of the outcomes above.

    `rows` are two hits. Where the outcome is open, it turns on the `conditions` and `keys` of these places.
    """

    row: int
    rows: tuple[int, ...] = ()
    conditions: frozenset[int] = frozenset()
    keys: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Asked:
    """One combination of keys: their values, which of them wait for facts, the day, and the conditions."""

    values: tuple[Scalar | None, ...]
    unsure: tuple[bool, ...]
    day: float
    truths: tuple[int, ...]


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
        when_used = view.rulebook.when_used_fields
        unsure = [undecided_rows(key, view.frame, when_used).astype(np.int64) for key in keys]
        truths = [condition_truth(condition, view).astype(np.int64) for condition in self._conditions]
        breaks = period_breaks(row.period for row in self.table.rows) + view.sets.breaks(self._set_names)
        era = eras(view.days, sorted(set(breaks)))
        numbers, first, combinations = per_combination(keys, view, [era, *truths, *unsure])
        found = [
            self._find(
                _Asked(
                    values,
                    tuple(bool(one[row]) for one in unsure),
                    float(view.days[row]),
                    tuple(int(truth[row]) for truth in truths),
                ),
                view,
            )
            for row, values in zip(first.tolist(), combinations, strict=True)
        ]
        row_of = np.array([f.row for f in found], dtype=np.int64)[numbers] if found else np.zeros(0, np.int64)
        roots = self._open_roots(found, numbers, keys, view)
        self._set_values(context, row_of, keys, roots)
        self._raise_edits(context, row_of, numbers, found, keys)
        asking = np.array([bool(f.conditions) and not f.keys for f in found], dtype=bool)
        places = np.flatnonzero(asking[numbers]) if found else row_of
        context.ask(places, roots[places], self.table.name)

    def _find(self, asked: _Asked, view: View) -> _Found:
        """Find the one row in force; one that waits for facts leaves it open unless it is beaten."""
        member = view.sets.on(asked.day)
        hits: list[int] = []
        waiting: list[tuple[int, frozenset[int], frozenset[int]]] = []
        for place in self._candidates(asked):
            row = self.table.rows[place]
            unsure = self._unsure_keys(row, asked, member)
            truths = [(index, asked.truths[index]) for index in map(self._conditions.index, row.conditions)]
            if (
                unsure is None
                or any(truth == NO for _, truth in truths)
                or not row.period.holds_on(asked.day)
            ):
                continue
            open_conditions = frozenset(index for index, truth in truths if truth == UNDECIDED)
            if unsure or open_conditions:
                waiting.append((place, open_conditions, unsure))
            else:
                hits.append(place)
        best = [p for p in hits if not any(self._is_beaten(p, other) for other in hits)]
        waiting = [one for one in waiting if not any(self._is_beaten(one[0], other) for other in hits)]
        if waiting:
            conditions = frozenset[int]().union(*(one[1] for one in waiting))
            return _Found(_OPEN, (), conditions, frozenset[int]().union(*(one[2] for one in waiting)))
        if len(best) > 1:
            return _Found(_TWO_HITS, tuple(best))
        if best:
            return _Found(best[0])
        return _Found(_NO_KEY if None in asked.values else _NOT_FOUND)

    @staticmethod
    def _unsure_keys(row: LookupRow, asked: _Asked, member: Member) -> frozenset[int] | None:
        """Name the keys of a row that wait for facts; None where another key is not accepted."""
        unsure: set[int] = set()
        for place, (test, value) in enumerate(zip(row.keys, asked.values, strict=True)):
            if accepts(test, value, member):
                continue
            if not asked.unsure[place]:
                return None
            unsure.add(place)
        return frozenset(unsure)

    def _candidates(self, asked: _Asked) -> list[int]:
        """Give the rows whose first key may accept the value, in their order."""
        if asked.unsure[0]:
            return list(range(len(self.table.rows)))
        first = asked.values[0]
        elements = first if isinstance(first, tuple) else (first,)
        exact = [p for e in elements if e is not None for p in self._exact.get(_folded(e), ())]
        return sorted({*exact, *self._others})

    def _open_roots(self, found: list[_Found], numbers: Index, keys: list[Column], view: View) -> Ids:
        """Give the facts that rows wait for where their row of the table is still open."""
        roots: Ids = np.zeros(view.frame.rows, dtype=np.int32)
        kinds: dict[tuple[frozenset[int], frozenset[int]], list[int]] = {}
        for number, one in enumerate(found):
            if one.row == _OPEN:
                kinds.setdefault((one.conditions, one.keys), []).append(number)
        for (conditions, open_keys), of_kind in kinds.items():
            rows = np.flatnonzero(np.isin(numbers, of_kind))
            part = view.take(rows)
            own = [
                condition_roots(self._conditions[c].field, self._conditions[c].test, part) for c in conditions
            ]
            own += [r[rows] for place in open_keys if (r := keys[place].roots) is not None]
            for more in own:
                roots[rows] = view.frame.roots.union(roots[rows], more)
        return roots

    def _is_beaten(self, place: int, by: int) -> bool:
        """Say whether an exact key of another row beats a wildcard (or a range) of this one."""
        pairs = list(zip(self.table.rows[place].keys, self.table.rows[by].keys, strict=True))
        mine, other = ([_is_exact(pair[side]) for pair in pairs] for side in (0, 1))
        return all(o or not m for m, o in zip(mine, other, strict=True)) and mine != other

    def _set_values(self, context: Context, row_of: Index, keys: list[Column], open_roots: Ids) -> None:
        view = context.view
        roots: Ids | None = None
        for key in keys:
            roots = view.frame.roots.union(roots, key.roots)
        without_key = row_of == _NO_KEY
        unexplained = (
            open_roots if roots is None else np.where(without_key, roots, open_roots).astype(np.int32)
        )
        for place, name in enumerate(self.table.values):
            definition = view.rulebook.fields[name]
            values = [row.values[place] for row in self.table.rows]
            column = all_missing(definition.type, len(row_of))
            if values:
                table = column_of(values, definition.type, view.frame.vocabulary)
                hit = row_of >= 0
                column.data[hit] = table.data[row_of[hit]]
            column.roots = np.where(column.missing, unexplained, 0).astype(np.int32)
            context.set_field(definition, column)
            if context.deciders is not None:
                places = np.arange(len(row_of))
                context.deciders.note(name, places, row_of, [row.at for row in self.table.rows])

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

    def _not_found(self, context: Context, places: Index, keys: list[Column]) -> None:
        speaks = self.table.if_not_found
        if speaks is not None and speaks.message is None:
            return
        part = context.view.take(places)
        if speaks is not None and speaks.message is not None:
            ids, weight = message(speaks.message, part).data, DISPOSITIONS.index(speaks.disposition)
            context.raise_edit(
                EditKind.NOT_FOUND,
                places,
                ids,
                weight=weight,
                queue=speaks.queue,
                rule=str(self.table.at),
                table=self.table.name,
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
        known = self._periods_of(values, day, view)
        if np.isnan(day):
            on_some = f"in {self.table.name} on some days, and this day is not known"
            return f"{shown} is {on_some if known else f'not in {self.table.name}'}"
        text = f"{shown} is not in {self.table.name} on {_day(day)}"
        ended = [p.last for p in known if p.last is not None and p.last < day]
        begins = [p.first for p in known if p.first is not None and p.first > day]
        if ended:
            return f"{text}: it ended on {_day(max(ended))}"
        return f"{text}: it begins on {_day(min(begins))}" if begins else text

    def _periods_of(self, values: tuple[Scalar | None, ...], day: float, view: View) -> list[Period]:
        """Give the periods of all rows with these keys, in force or not."""
        asked, member = _Asked(values, (False,) * len(values), day, ()), view.sets.on(day)
        rows = [self.table.rows[place] for place in self._candidates(asked)]
        return [row.period for row in rows if self._unsure_keys(row, asked, member) is not None]


def _day(ordinal: float) -> str:
    return show_value(float(ordinal), FieldType.DATE)


def _folded(value: Scalar) -> str | float:
    return (
        fold(value) if isinstance(value, str) else round(float(value), 9) if isinstance(value, float) else ""
    )


def _is_exact(test: UnaryTest) -> bool:
    parts = test.tests if isinstance(test, AnyOf) else (test,)
    return all(isinstance(part, Equals) for part in parts) and not isinstance(test, Anything)
