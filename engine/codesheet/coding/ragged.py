"""Lists of integers of unlike lengths, held as two arrays; places sorted into such lists by a number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from codesheet.coding.columns import Index


@dataclass(frozen=True, slots=True)
class Ragged:
    """List n is `values[starts[n] : starts[n + 1]]`."""

    starts: Index
    values: Index

    @classmethod
    def of(cls, lists: Iterable[Iterable[int]]) -> "Ragged":
        """Hold some lists."""
        held = [tuple(one) for one in lists]
        lengths = np.fromiter(map(len, held), dtype=np.int64, count=len(held))
        starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        values = np.fromiter(chain.from_iterable(held), dtype=np.int64, count=int(starts[-1]))
        return cls(starts, values)

    @property
    def lengths(self) -> Index:
        """Give the length of each list."""
        return np.diff(self.starts)

    def expand(self, numbers: Index) -> tuple[Index, Index]:
        """Repeat each of some places for every value of the list it names; give places and values."""
        counts = self.lengths[numbers]
        places = np.repeat(np.arange(len(numbers)), counts)
        within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        return places, self.values[self.starts[numbers][places] + within]


def by_number(numbers: Index) -> Iterator[tuple[int, Index]]:
    """Give each number (from 0 on, some thousands at most) that occurs, with its places in order."""
    if not len(numbers):
        return
    most = int(numbers.max())
    small = numbers.astype(np.int16) if most < np.iinfo(np.int16).max else numbers  # these sort by their bits
    order = np.argsort(small, kind="stable")
    ends = np.cumsum(np.bincount(numbers, minlength=most + 1))
    start = 0
    for number, end in enumerate(ends.tolist()):
        if end > start:
            yield number, order[start:end]
        start = end
