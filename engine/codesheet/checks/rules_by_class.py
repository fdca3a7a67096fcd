"""Which rules surely accept the classes of one dimension: each class, some of many, or all of many.

Classes go by runs of neighbours: a bound such as `>= 20` accepts thousands of classes in one run, and what
holds of a run is put together from a few stretches of it that are known.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import accumulate
from operator import and_, or_, xor
from typing import TypeAlias

from codesheet.checks.value_classes import runs

Rules: TypeAlias = int
"""A set of rules: bit i is the table's rule i."""


class RulesByClass:
    """The rules that surely accept each of so many classes.

    `cells`: the classes that cells surely accept, and the rules of each cell; every rule has one cell.
    """

    def __init__(self, cells: Iterable[tuple[int, Rules]], count: int) -> None:
        changes = [0] * (count + 1)
        for classes, rules in cells:
            for first, end in runs(classes):
                changes[first] ^= rules
                changes[end] ^= rules
        self._each = list(accumulate(changes[:count], xor))

    def __getitem__(self, place: int) -> Rules:
        """Give the rules that accept one class."""
        return self._each[place]

    def accepting_some(self, classes: int) -> Rules:
        """Give the rules that accept one of these classes or more."""
        found = 0
        for stretch in self._stretches(classes, self._some):
            found |= stretch
        return found

    def accepting_all(self, classes: int) -> Rules:
        """Give the rules that accept all of these classes; of none, -1: whatever rules there are."""
        found = -1
        for stretch in self._stretches(classes, self._all):
            found &= stretch
        return found

    @cached_property
    def _some(self) -> list[Rules]:
        return self._tree(or_)

    @cached_property
    def _all(self) -> list[Rules]:
        return self._tree(and_)

    def _tree(self, join: Callable[[Rules, Rules], Rules]) -> list[Rules]:
        """Give a tree: node n joins nodes 2n and 2n + 1, the classes are the last half of the nodes."""
        tree = [*self._each, *self._each]
        for node in range(len(self._each) - 1, 0, -1):
            tree[node] = join(tree[2 * node], tree[2 * node + 1])
        return tree

    def _stretches(self, classes: int, tree: list[Rules]) -> Iterator[Rules]:
        """Give the nodes of a tree that together are these classes, as few as there may be of each run."""
        count = len(self._each)
        for first, end in runs(classes):
            low, high = first + count, end + count
            while low < high:
                if low & 1:
                    yield tree[low]
                    low += 1
                if high & 1:
                    high -= 1
                    yield tree[high]
                low, high = low >> 1, high >> 1
