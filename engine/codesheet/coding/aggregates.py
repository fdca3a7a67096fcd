"""Aggregates over the rows (or lines) of a group, from `sum` to `list`.

A row takes part when the `where` is yes. A `where` that is missing leaves the group's result unknown, save
that `any` is yes where one certain row is. Among the rows that take part, one missing value makes sum, min,
max and all missing; any, count, first, rank, previous and list leave it out (DESIGN §5; decisions, note 5).
"""

from dataclasses import dataclass

import numpy as np

from codesheet.coding.columns import MISSING, Column, Data, Ids, Index, Mask
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
        pairs = np.unique(np.stack([self.numbers[rows], roots[rows].astype(np.int64)], axis=1), axis=0)
        union_of = self.view.frame.roots.union_of
        for group, root in pairs.tolist():
            united[group] = union_of(int(united[group]), root)
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
        case "rank" | "previous" | "first":
            return _by_place(function, _given(values), group)
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
    return _spread(kind, results, group, missing, group.unknown_roots if roots is None else roots)


def _by_place(function: str, values: Column, group: _Group) -> Column:
    """Rank, previous and first: by the row's place among those of its group that take part."""
    present = group.taking_part & ~values.missing
    rows = np.flatnonzero(present)
    if function == "rank":
        order = np.lexsort((group.view.order[rows], values.data[rows], group.numbers[rows]))
    else:
        order = np.lexsort((group.view.order[rows], group.numbers[rows]))
    rows = rows[order]
    starts = np.ones(len(rows), dtype=bool)
    starts[1:] = group.numbers[rows][1:] != group.numbers[rows][:-1]
    if function == "first":
        return _first(values, rows[starts], group)
    blank: float | int = MISSING if values.type.is_text else np.nan
    if function == "rank":
        place = np.arange(len(rows)) - np.maximum.accumulate(np.where(starts, np.arange(len(rows)), 0)) + 1
        data = np.full(len(group.numbers), np.nan)
        data[rows] = place
        kind = FieldType.WHOLE
    else:
        kind = values.type
        data = np.full(len(group.numbers), blank, dtype=values.data.dtype)
        data[rows[1:][~starts[1:]]] = values.data[rows[:-1][~starts[1:]]]
    unknown = group.unknown[group.numbers]
    data = np.where(unknown, np.nan if kind is FieldType.WHOLE else blank, data).astype(data.dtype)
    roots: Ids = np.where(unknown, group.unknown_roots[group.numbers], 0).astype(np.int32)
    own = values.roots
    if own is not None:
        mine = np.where(group.taking_part & values.missing & ~unknown, own, 0).astype(np.int32)
        united = group.view.frame.roots.union(roots, mine)
        roots = roots if united is None else united
    result = Column(kind, data)
    result.roots = np.where(result.missing, roots, 0).astype(np.int32) if roots.any() else None
    return result


def _first(values: Column, first_rows: Index, group: _Group) -> Column:
    blank: float | int = MISSING if values.type.is_text else np.nan
    results = np.full(group.count, blank, dtype=values.data.dtype)
    results[group.numbers[first_rows]] = values.data[first_rows]
    found = np.zeros(group.count, dtype=bool)
    found[group.numbers[first_rows]] = True
    lost = group.taking_part & values.missing
    roots = group.view.frame.roots.union(group.unknown_roots, group.roots_of(values.roots, lost))
    missing = group.unknown | ~found
    return _spread(values.type, results, group, missing, group.unknown_roots if roots is None else roots)


def _list(values: Column, group: _Group) -> Column:
    """Gather the values of a group in Row order, duplicates kept once; none at all is missing."""
    vocabulary = group.view.frame.vocabulary
    rows = np.flatnonzero(group.taking_part & ~values.missing)
    rows = rows[np.lexsort((group.view.order[rows], group.numbers[rows]))]
    numbers = group.numbers[rows].tolist()
    gathered: list[list[float | int]] = [[] for _ in range(group.count)]
    for number, value in zip(numbers, values.data[rows].tolist(), strict=True):
        gathered[number].append(value)
    known: dict[tuple[float | int, ...], int] = {}
    ids = np.full(group.count, MISSING, dtype=np.int32)
    for number, items in enumerate(gathered):
        key = tuple(items)
        if key and key not in known:
            known[key] = vocabulary.id_of(_flat(key, values, group.view))
        if key:
            ids[number] = known[key]
    lost = group.taking_part & values.missing
    roots = group.view.frame.roots.union(group.unknown_roots, group.roots_of(values.roots, lost))
    missing = group.unknown | (ids == MISSING)
    return _spread(FieldType.CODE_LIST, ids, group, missing, group.unknown_roots if roots is None else roots)


def _flat(items: tuple[float | int, ...], values: Column, view: View) -> tuple[str, ...]:
    words: list[str] = []
    for item in items:
        word = view.frame.vocabulary.words[int(item)] if values.type.is_text else float(item)
        words.extend(word if isinstance(word, tuple) else [show_value(word, values.type)])
    return unique_folded(words)
