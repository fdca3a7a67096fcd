"""Lists of integers of unlike lengths, held as two arrays; places sorted into such lists by a number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from codesheet.coding.columns import Data, Index
from codesheet.coding.view import distinct

_ROUNDS = 64
"""A visit seldom has more rows; a longer sequence is looked at by itself."""
_SHORT = 4
_NONE = -1


@dataclass(frozen=True, slots=True)
class Ragged:
    """List n is `values[starts[n] : starts[n + 1]]`; no value is below 0."""

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
        if len(numbers) >= len(self.starts) and int(self.lengths.max(initial=0)) <= _SHORT:
            return self._expand_short(numbers)
        starts = self.starts[numbers]
        counts = self.starts[numbers + 1] - starts
        places = np.repeat(np.arange(len(numbers)), counts)
        within = np.arange(len(places)) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
        return places, self.values[within]

    def _expand_short(self, numbers: Index) -> tuple[Index, Index]:
        """Do the same with lists filled up to one length, which numpy copies much faster."""
        longest = max(int(self.lengths.max(initial=0)), 1)
        filled = np.full((len(self.starts) - 1, longest), _NONE, dtype=np.int32)
        filled[np.arange(longest) < self.lengths[:, np.newaxis]] = self.values
        found = filled.take(numbers, axis=0).reshape(-1)
        held = np.flatnonzero(found != _NONE)
        values = found[held].astype(np.int64)
        held //= longest
        return held, values


def sorted_by(numbers: Index, count: int) -> Ragged:
    """Give for each number below a count the places that have it, in order."""
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.bincount(numbers, minlength=count))])
    return Ragged(starts, np.argsort(numbers, kind="stable"))


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


def sequences(numbers: Index, data: Data) -> Iterator[tuple[Index, tuple[float | int, ...]]]:
    """Give each distinct sequence of values with the groups that have it; rows stand by group, in order.

    Sequences grow one place a round, all groups at once; those still growing after many rounds are few.
    """
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    lengths = np.diff(starts, append=len(numbers))
    values = pd.factorize(data)[0].astype(np.int64)
    sequence = np.zeros(len(starts), dtype=np.int64)
    growing = np.arange(len(starts))
    for place in range(min(int(lengths.max(initial=0)), _ROUNDS)):
        growing = growing[lengths[growing] > place]
        grown = distinct([sequence[growing], values[starts[growing] + place]], len(growing))[0]
        sequence[growing] = grown + int(sequence.max()) + 1
    long = growing[lengths[growing] > _ROUNDS]
    sequence[long] = np.arange(len(long)) + int(sequence.max(initial=0)) + 1
    ranked = np.argsort(sequence, kind="stable")
    leads = np.flatnonzero(np.diff(sequence[ranked], prepend=-1))
    for same in np.split(ranked, leads[1:]) if len(ranked) else ():
        start = starts[same[0]]
        yield numbers[starts[same]], tuple(data[start : start + lengths[same[0]]].tolist())
