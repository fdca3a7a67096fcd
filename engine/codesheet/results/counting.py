"""Counting result tables chunk by chunk: visits, rows and units of each value of a column."""

from collections.abc import Callable, Iterable, Iterator
from functools import reduce

import numpy as np
import pandas as pd

BLANK = "(blank)"

Chunks = Callable[[], Iterator[pd.DataFrame]]
"""Gives a table's chunks anew at each call, with the columns `visit`, `name` and (maybe) `units`.

No visit is in two of them.
"""


def count_by_name(chunks: Chunks, at_most: int) -> pd.DataFrame:
    """Count visits, rows (and units) of each name, most rows first; the names beyond are one, last."""
    sizes = count_values(frame["name"] for frame in _named(chunks()))
    others = f"{len(sizes) - at_most:,} others"
    shown = sizes.index[:at_most] if len(sizes) > at_most else sizes.index
    counts = _added(_counted(frame, shown, others) for frame in _named(chunks()))
    counts = counts.sort_index().sort_values("rows", ascending=False, kind="stable")
    last = counts.index == others
    return pd.concat([counts[~last], counts[last]])


def count_values(chunks: Iterable[pd.Series | pd.DataFrame]) -> pd.Series:
    """Count each value (or row of values), most frequent first, ties as they first appear."""
    found = [values.value_counts(sort=False) for values in chunks]
    if not found:
        return pd.Series([], dtype=np.int64)
    total = pd.concat(found)
    keys: str | list[int] = list(range(total.index.nlevels))
    sizes = total.groupby(level=keys, sort=False).sum()
    return sizes.sort_values(ascending=False, kind="stable")


def count_totals(chunks: Iterable[pd.DataFrame]) -> tuple[int, int, float]:
    """Count all visits and rows, and add all units."""
    visits, rows, units = 0, 0, 0.0
    for frame in chunks:
        visits += frame["visit"].nunique()
        rows += len(frame)
        units += float(frame["units"].sum()) if "units" in frame else 0.0
    return visits, rows, units


def is_filled(values: pd.Series) -> pd.Series:
    """Say for each value whether it is there."""
    return values.notna() & (values.astype(object) != "")


def _named(chunks: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    for frame in chunks:
        names = frame["name"].astype(object)
        yield frame.assign(name=names.where(is_filled(frame["name"]), BLANK))


def _counted(frame: pd.DataFrame, shown: pd.Index, others: str) -> pd.DataFrame:
    names = frame["name"].where(frame["name"].isin(shown), others)
    groups = frame.assign(name=names, visit=pd.factorize(frame["visit"])[0]).groupby("name", sort=False)
    counts = pd.DataFrame({"visits": groups["visit"].nunique(), "rows": groups.size()})
    if "units" in frame:
        counts["units"] = groups["units"].sum()
    return counts


def _added(counts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    return reduce(lambda one, other: one.add(other, fill_value=0), counts)
