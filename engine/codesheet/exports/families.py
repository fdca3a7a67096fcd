"""Families of rows: rows that share a key, directly or by way of others, however many rows there are.

Each row begins with its own place in the export as its label; rows that share a key take the smallest of
their labels, key after key, until nothing changes. All of it is on disk. Hashes are sorted into buckets, so
that rows which share a key are met together a few buckets at a time: memory does not grow with the rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from codesheet.coding.columns import Index
from codesheet.exports.number_files import NumberFile, OpenNumbers

Hashes = NDArray[np.uint64]

ROWS_AT_ONCE = 1 << 19
"""Rows looked at together, about."""

_BUCKETS = 256
_TO_BUCKET = np.uint64(56)  # the upper eight bits of a hash tell its bucket


@dataclass(frozen=True, slots=True)
class RowKeys:
    """A piece's rows: where each stands in its file, the hash of each key, and who has nothing for it.

    `alone` are for each key the places of rows that share it with nobody.
    """

    rows: Index
    hashes: list[Hashes]
    alone: list[Index]


class _SharedKey:
    """One key's hashes, piece after piece, within a piece by bucket."""

    def __init__(self, folder: Path | None, number: int) -> None:
        self._hashes = NumberFile(folder, f"families.{number}.hashes", np.uint64)
        self._places = NumberFile(folder, f"families.{number}.places", np.uint32)
        self._labels = NumberFile(folder, f"families.{number}.labels", np.int64)
        self._bounds: list[Index] = []

    def add(self, hashes: Hashes) -> None:
        """Take in the hashes of a piece's rows."""
        buckets = (hashes >> _TO_BUCKET).astype(np.int64)
        places = np.argsort(buckets, kind="stable")
        sizes = np.bincount(buckets, minlength=_BUCKETS)
        self._bounds.append(self._hashes.count + np.concatenate([[0], np.cumsum(sizes)]))
        self._hashes.append(hashes[places])
        self._places.append(places)

    def spread(self, labels: NumberFile) -> bool:
        """Give all rows of a key the smallest of their labels; say whether any label changed."""
        with labels.opened() as own, self._places.opened() as places, self._labels.opened() as sorted_labels:
            for start, count in self._pieces():
                place = places.read(start, count)
                sorted_labels.write(start, own.read(start, count)[place])
            with self._hashes.opened() as hashes:
                for first, last in self._batches():
                    self._spread_batch(hashes, sorted_labels, first, last)
            changed = False
            for start, count in self._pieces():
                before, after = own.read(start, count), np.empty(count, dtype=np.int64)
                after[places.read(start, count)] = sorted_labels.read(start, count)
                changed |= not np.array_equal(before, after)
                own.write(start, after)
        return changed

    def _pieces(self) -> Iterator[tuple[int, int]]:
        for bounds in self._bounds:
            yield int(bounds[0]), int(bounds[-1] - bounds[0])

    def _batches(self) -> Iterator[tuple[int, int]]:
        """Give stretches of buckets that hold about as many rows as may be looked at together."""
        step = max(1, min(_BUCKETS, _BUCKETS * ROWS_AT_ONCE // max(self._hashes.count, 1)))
        for first in range(0, _BUCKETS, step):
            yield first, min(first + step, _BUCKETS)

    def _spread_batch(self, hashes: OpenNumbers, labels: OpenNumbers, first: int, last: int) -> None:
        stretches = [(int(bounds[first]), int(bounds[last] - bounds[first])) for bounds in self._bounds]
        known, found = _read(hashes, stretches), _read(labels, stretches)
        if not len(known):
            return
        order = np.argsort(known, kind="stable")
        ordered = known[order]
        leads = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        lowest = np.minimum.reduceat(found[order], leads)
        spread = np.empty(len(found), dtype=np.int64)
        spread[order] = np.repeat(lowest, np.diff(np.append(leads, len(ordered))))
        taken = 0
        for start, count in stretches:
            labels.write(start, spread[taken : taken + count])
            taken += count


class Families:
    """The rows of an export, piece by piece: which of them belong together."""

    def __init__(self, folder: Path | None, keys: int) -> None:
        self._keys = [_SharedKey(folder, number) for number in range(keys)]
        self._labels = NumberFile(folder, "families.labels", np.int64)
        self._starts: list[int] = []
        self._found = False

    @property
    def row_count(self) -> int:
        """Count the rows taken in."""
        return self._labels.count

    @property
    def pieces(self) -> int:
        """Count the pieces taken in."""
        return len(self._starts)

    def add(self, piece: RowKeys) -> None:
        """Take in a piece."""
        count = len(piece.rows)
        self._starts.append(self._labels.count)
        standing = np.empty(count, dtype=np.int64)
        standing[np.argsort(piece.rows, kind="stable")] = np.arange(count) + self._labels.count
        for key, hashes, alone in zip(self._keys, piece.hashes, piece.alone, strict=True):
            own = hashes.copy()
            own[alone] = pd.util.hash_array((alone + self._labels.count).astype(np.uint64))
            key.add(own)
        self._labels.append(standing)

    def of_piece(self, number: int) -> Index:
        """Give the family of each row of a piece: the place in the export of the family's first row."""
        self._find()
        ends = [*self._starts[1:], self._labels.count]
        with self._labels.opened() as labels:
            return labels.read(self._starts[number], ends[number] - self._starts[number])

    def _find(self) -> None:
        while not self._found:
            changes = [key.spread(self._labels) for key in self._keys]
            self._found = len(changes) == 1 or not any(changes)


def _read(file: OpenNumbers, stretches: Sequence[tuple[int, int]]) -> NDArray[Any]:
    return np.concatenate([file.read(start, count) for start, count in stretches])
