"""Counting result tables chunk by chunk: visits, rows and units of each value of a column."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

BLANK = "(blank)"

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Named:
    """Rows of a chunk: the place of each one's name among the names, its visit, its units."""

    names: list[str]
    name: Numbers
    visit: Numbers
    units: NDArray[np.float64] | None = None


Chunks = Callable[[], Iterator[Named]]
"""Gives a table's chunks anew at each call. No visit is in two of them."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a name, or all of them, come to."""

    visits: int = 0
    rows: int = 0
    units: float = 0.0

    def and_(self, other: "Counted") -> "Counted":
        """Add what another chunk has."""
        return Counted(self.visits + other.visits, self.rows + other.rows, self.units + other.units)


def named(table: pa.Table, by: str, visit: str, units: str = "", blank: str = BLANK) -> Named:
    """Give a chunk's rows by the values of a column; `blank` is the name of those without one."""
    values, places = _numbered(table.column(by))
    numbers, met = pd.factorize(places)
    held = values.take(pa.array(met, mask=met == len(values))).to_pylist()
    names = [blank if value is None else str(value) for value in held]
    count = table.column(units).to_numpy() if units else None
    return Named(names, numbers.astype(np.int64), _numbered(table.column(visit))[1], count)


def named_texts(names: pd.Series, visits: pd.Series) -> Named:
    """Give rows by texts."""
    name, texts = pd.factorize(names)
    return Named(
        [str(text) for text in texts], name.astype(np.int64), pd.factorize(visits)[0].astype(np.int64)
    )


def count_by_name(chunks: Chunks, at_most: int) -> dict[str, Counted]:
    """Count visits, rows and units of each name, most rows first; the names beyond are one, last."""
    counts = _sums(chunks())
    names = sorted(counts, key=lambda name: -counts[name].rows)  # those met first, of equal ones
    if len(names) > at_most:
        others = f"{len(names) - at_most:,} others"
        shown = set(names[:at_most])
        counts = _sums(_with_others(chunk, shown, others) for chunk in chunks())
        last = {others: counts.pop(others)}
    else:
        last = {}
    return {name: counts[name] for name in sorted(counts, key=lambda name: (-counts[name].rows, name))} | last


def count_totals(chunks: Iterable[Named]) -> Counted:
    """Count all visits and rows, and add all units."""
    total = Counted()
    for chunk in chunks:
        units = 0.0 if chunk.units is None else float(np.nansum(chunk.units))
        total = total.and_(Counted(len(_distinct(chunk.visit)), len(chunk.visit), units))
    return total


def count_values(chunks: Iterable[pd.DataFrame]) -> pd.Series:
    """Count each row of values, most frequent first, ties as they first appear."""
    found = [values.value_counts(sort=False) for values in chunks]
    if not found:
        return pd.Series([], dtype=np.int64)
    total = pd.concat(found)
    sizes = total.groupby(level=list(range(total.index.nlevels)), sort=False).sum()
    return sizes.sort_values(ascending=False, kind="stable")


def _numbered(column: Any) -> tuple[Any, Numbers]:  # noqa: ANN401 - pyarrow has no types
    """Give a column's values, and the place of each row's among them; the place after them is blank."""
    column = column.combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    places = column.indices.fill_null(len(column.dictionary)).to_numpy()
    return column.dictionary, places.astype(np.int64)


def _sums(chunks: Iterable[Named]) -> dict[str, Counted]:
    """Add up the chunks; names stand as they are first met."""
    sums: dict[str, Counted] = {}
    for chunk in chunks:
        for name, found in zip(chunk.names, _counted(chunk), strict=True):
            sums[name] = sums.get(name, Counted()).and_(found)
    return sums


def _counted(chunk: Named) -> Iterator[Counted]:
    count = len(chunk.names)
    rows = np.bincount(chunk.name, minlength=count)
    pairs = _distinct(chunk.visit * max(count, 1) + chunk.name)
    visits = np.bincount(pairs % max(count, 1), minlength=count)
    weights = np.zeros(len(chunk.name)) if chunk.units is None else np.nan_to_num(chunk.units)
    units = np.bincount(chunk.name, weights, minlength=count)
    for place in range(count):
        yield Counted(int(visits[place]), int(rows[place]), float(units[place]))


def _distinct(numbers: Numbers) -> Numbers:
    """Give numbers once each; most stand in order already, so that sorting takes less than hashing."""
    ordered = np.sort(numbers)
    leads = np.ones(len(ordered), dtype=np.bool_)
    leads[1:] = ordered[1:] != ordered[:-1]
    return ordered[leads]


def _with_others(chunk: Named, shown: set[str], others: str) -> Named:
    """Give the names that are not shown one name."""
    names = [*(name for name in chunk.names if name in shown), others]
    places = np.array(
        [names.index(name) if name in shown else len(names) - 1 for name in chunk.names], np.int64
    )
    return Named(names, places[chunk.name], chunk.visit, chunk.units)
