"""Aggregates over the rows (or lines) of a group, from `sum` to `list`.

A row takes part when the `where` is yes. A `where` that is missing leaves the group's result unknown, save
that `any` is yes where one certain row is. Among the rows that take part, one missing value makes sum, min,
max and all missing; any, count, first, rank and list leave it out (DESIGN §5; decisions, note 5).
"""

from dataclasses import dataclass

import numpy as np

from codesheet.coding.columns import MISSING, Column, Data, Ids, Index, Mask
from codesheet.coding.ragged import sequences
from codesheet.coding.text_functions import unique_folded
from codesheet.coding.view import View
from codesheet.language.values import FieldType, show_value


@dataclass(slots=True)
class _Group:
    """What every aggregate works on: rows by group, those that take part, and the groups left unknown."""

    numbers: Index
    count: int
    taking_part: Mask
    unknown: Mask
    unknown_roots: Ids
    view: View

    def any_of(self, mask: Mask) -> Mask:
        """Say for each group whether any row has it."""
        return np.bincount(self.numbers[mask], minlength=self.count) > 0

    def roots_of(self, roots: Ids | None, rows: Mask) -> Ids:
        """Unite the roots of some rows by group."""
        united = np.zeros(self.count, dtype=np.int32)
        if roots is None:
            return united
        rows = rows & (roots != 0)
        sets = self.view.frame.roots
        size = len(sets.sets)
        groups, found = np.divmod(np.unique(self.numbers[rows] * size + roots[rows]), size)
        firsts = np.flatnonzero(np.diff(groups, prepend=-1))
        turn = np.arange(len(groups)) - np.repeat(firsts, np.diff(firsts, append=len(groups)))
        for place in range(int(turn.max(initial=-1)) + 1):
            entries = np.flatnonzero(turn == place)
            united[groups[entries]] = sets.union(united[groups[entries]], found[entries].astype(np.int32))
        return united


def aggregate(
    function: str, values: Column | None, where: Column | None, numbers: Index, view: View
) -> Column:
    """Give an aggregate's value for each row, the same for all rows of a group save rank and previous."""
    group = _group(where, numbers, view)
    match function:
        case "count":
            counted = group.taking_part if values is None else group.taking_part & ~values.missing
            totals = np.bincount(group.numbers[counted], minlength=group.count).astype(np.float64)
            return _spread(FieldType.WHOLE, totals, group, group.unknown, group.unknown_roots)
        case "rank":
            return _rank(_given(values), group)
        case "previous":
            return _previous(_given(values), group)
        case "first":
            return _first(_given(values), group)
        case "list":
            return _list(_given(values), group)
        case _:
            return _by_value(function, _given(values), group)


def _given(values: Column | None) -> Column:
    if values is None:
        msg = "an aggregate other than count without an operand"
        raise TypeError(msg)
    return values


def _group(where: Column | None, numbers: Index, view: View) -> _Group:
    rows = len(numbers)
    count = int(numbers.max()) + 1 if rows else 0
    taking_part = np.ones(rows, dtype=bool) if where is None else where.data == 1.0
    group = _Group(
        numbers, count, taking_part, np.zeros(count, dtype=bool), np.zeros(count, dtype=np.int32), view
    )
    if where is not None:
        unsure = np.isnan(where.data)
        group.unknown = group.any_of(unsure)
        group.unknown_roots = group.roots_of(where.roots, unsure)
    return group


def _spread(kind: FieldType, results: Data, group: _Group, missing: Mask, roots: Ids) -> Column:
    """Give each row its group's result, missing where the mask says so."""
    blank: float | int = MISSING if kind.is_text else np.nan
    results = np.where(missing, blank, results).astype(results.dtype)
    spread_roots = np.where(missing, roots, 0).astype(np.int32)[group.numbers] if missing.any() else None
    return Column(kind, results[group.numbers], spread_roots)


def _by_value(function: str, values: Column, group: _Group) -> Column:
    """Sum, min, max, any, all."""
    lost = group.taking_part & values.missing
    certain = group.taking_part & ~values.missing
    numbers, data = group.numbers[certain], values.data[certain].astype(np.float64)
    missing = group.unknown | group.any_of(lost)
    empty = ~group.any_of(group.taking_part)
    match function:
        case "sum":
            # of no rows at all, bincount gives whole numbers, which cannot say that one is missing
            results = np.bincount(numbers, weights=data, minlength=group.count).astype(np.float64)
        case "any":
            results = (np.bincount(numbers[data == 1.0], minlength=group.count) > 0).astype(np.float64)
            missing &= results == 0.0
        case "all":
            results = (np.bincount(numbers[data == 0.0], minlength=group.count) == 0).astype(np.float64)
        case _:
            results = np.full(group.count, np.nan)
            getattr(np, f"f{function}").at(results, numbers, data)
            missing |= empty
    roots = group.view.frame.roots.union(group.unknown_roots, group.roots_of(values.roots, lost))
    kind = FieldType.YES_NO if function in ("any", "all") else values.type
    return _spread(kind, results, group, missing, roots)


def _ranked(rows: Index, group: _Group, amounts: Data | None = None) -> tuple[Index, Mask]:
    """Put rows in order within their groups; also say which of them lead."""
    order, numbers = group.view.order[rows], group.numbers[rows]
    ranked = rows
    if amounts is not None:
        ranked = rows[np.lexsort([order, amounts, numbers])]
    elif not _in_order(numbers, order):
        ranked = rows[np.lexsort([order, numbers])]
    leads = np.ones(len(ranked), dtype=bool)
    leads[1:] = group.numbers[ranked][1:] != group.numbers[ranked][:-1]
    return ranked, leads


def _in_order(numbers: Index, order: Index) -> bool:
    """Say whether rows stand by group and in order within: those of most exports do."""
    earlier, later = numbers[:-1], numbers[1:]
    return bool(((earlier < later) | ((earlier == later) & (order[:-1] <= order[1:]))).all())


def _rank(values: Column, group: _Group) -> Column:
    """Give each row that counts its place by the operand; the same number is the same place in Row order."""
    rows = np.flatnonzero(group.taking_part & ~values.missing)
    ranked, leads = _ranked(rows, group, np.round(values.data[rows], 9))
    counted = np.arange(len(ranked))
    data = np.full(len(group.numbers), np.nan)
    data[ranked] = counted - np.maximum.accumulate(np.where(leads, counted, 0)) + 1
    own = None if values.roots is None else np.where(group.taking_part, values.roots, 0).astype(np.int32)
    return _row_by_row(Column(FieldType.WHOLE, data, own), group)


def _previous(values: Column, group: _Group) -> Column:
    """Give each row that takes part what the one before it has, a missing value too."""
    ranked, leads = _ranked(np.flatnonzero(group.taking_part), group)
    followers, before = ranked[1:][~leads[1:]], ranked[:-1][~leads[1:]]
    blank: float | int = MISSING if values.type.is_text else np.nan
    data = np.full(len(group.numbers), blank, dtype=values.data.dtype)
    data[followers] = values.data[before]
    roots = None
    if values.roots is not None:
        roots = np.zeros(len(group.numbers), dtype=np.int32)
        roots[followers] = values.roots[before]
    return _row_by_row(Column(values.type, data, roots), group)


def _row_by_row(column: Column, group: _Group) -> Column:
    """Leave the results of unknown groups open; their roots are the group's."""
    unknown = group.unknown[group.numbers]
    blank: float | int = MISSING if column.type.is_text else np.nan
    data = np.where(unknown, blank, column.data).astype(column.data.dtype)
    own: Ids | int = 0 if column.roots is None else column.roots
    roots = np.where(unknown, group.unknown_roots[group.numbers], own).astype(np.int32)
    result = Column(column.type, data)
    result.roots = np.where(result.missing, roots, 0).astype(np.int32) if roots.any() else None
    return result


def _first(values: Column, group: _Group) -> Column:
    ranked, leads = _ranked(np.flatnonzero(group.taking_part & ~values.missing), group)
    first_rows = ranked[leads]
    blank: float | int = MISSING if values.type.is_text else np.nan
    results = np.full(group.count, blank, dtype=values.data.dtype)
    results[group.numbers[first_rows]] = values.data[first_rows]
    found = np.zeros(group.count, dtype=bool)
    found[group.numbers[first_rows]] = True
    lost = group.taking_part & values.missing
    roots = group.view.frame.roots.union(group.unknown_roots, group.roots_of(values.roots, lost))
    missing = group.unknown | ~found
    return _spread(values.type, results, group, missing, roots)


def _list(values: Column, group: _Group) -> Column:
    """Gather the values of a group in Row order, duplicates kept once; none at all is missing."""
    vocabulary = group.view.frame.vocabulary
    rows, _ = _ranked(np.flatnonzero(group.taking_part & ~values.missing), group)
    ids = np.full(group.count, MISSING, dtype=np.int32)
    for groups, items in sequences(group.numbers[rows], values.data[rows]):
        ids[groups] = vocabulary.id_of(_flat(items, values, group.view))
    lost = group.taking_part & values.missing
    roots = group.view.frame.roots.union(group.unknown_roots, group.roots_of(values.roots, lost))
    missing = group.unknown | (ids == MISSING)
    return _spread(FieldType.CODE_LIST, ids, group, missing, roots)


def _flat(items: tuple[float | int, ...], values: Column, view: View) -> tuple[str, ...]:
    if not values.type.is_text:
        return unique_folded([show_value(float(item), values.type) for item in items])
    words: list[str] = []
    for item in items:
        word = view.frame.vocabulary.words[int(item)]
        words.extend((word,) if isinstance(word, str) else word)
    return unique_folded(words)
