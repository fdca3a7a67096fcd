"""Lists of integers of unlike lengths, held as two arrays."""

from collections.abc import Iterable
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
