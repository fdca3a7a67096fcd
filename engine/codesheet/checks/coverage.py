"""What several rules cover together: whether they take every case of a box, and which cases none takes.

Both go through the dimensions one by one, keeping the set of rules still in play; classes that leave the same
rules in play are one case. Work is bounded, for one question and for all of a table: beyond it the answer is
that it cannot be said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codesheet.checks.dimensions import Dimension
from codesheet.checks.geometry import Geometry
from codesheet.checks.rules_by_class import Rules
from codesheet.checks.value_classes import ones

_MOST_STEPS = 100_000


class TooLarge(Exception):  # noqa: N818 - an answer, not a fault
    """The question would take too long to answer."""


@dataclass(frozen=True, slots=True)
class Box:
    """Classes in some dimensions (by place); the others are free."""

    bits: tuple[tuple[int, int], ...] = ()

    def with_bits(self, dimension: int, bits: int) -> "Box":
        """Narrow one more dimension."""
        return Box(((dimension, bits), *self.bits))


def is_covered(geometry: Geometry, rule: int, by: Rules, blocked: dict[str, Rules] | None = None) -> bool:
    """Say whether every row that matches a rule surely matches one of some others.

    `blocked`: by dimension, rules that count as matching where its value is missing.

    Raises:
        TooLarge: it takes too long to say.

    """
    dimensions: list[tuple[Dimension, int]] = []
    for dimension in geometry.dimensions:
        cell = dimension.of(rule)
        if cell.bits.is_exact:
            dimensions.append((dimension, cell.bits.possible))
        else:
            by = dimension.covering(dimension.cell_of[rule], by)
    if not by:
        return False
    geometry.steps_left -= sum(bits.bit_count() for _, bits in dimensions)
    if geometry.steps_left <= 0:
        raise TooLarge
    dimensions.sort(key=lambda pair: (pair[1] == pair[0].everything, pair[1].bit_count()))
    masks = [
        _masks(dimension, bits, (blocked or {}).get(dimension.name, 0), by) for dimension, bits in dimensions
    ]
    search = _Search(masks, min(_MOST_STEPS, geometry.steps_left))
    try:
        return search.nowhere_empty(0, by)
    finally:
        geometry.steps_left -= search.steps


def _masks(dimension: Dimension, bits: int, blocked: Rules, by: Rules) -> list[Rules]:
    """Give for each distinct class of a dimension those of the rules that take it, the fewest first."""
    masks = {(dimension.with_rules[place] | (blocked if place == 0 else 0)) & by for place in ones(bits)}
    return _least(masks)


def _least(sets: set[Rules]) -> list[Rules]:
    """Leave out sets that hold another: what a set leaves somewhere, one that holds it leaves, too."""
    found: list[Rules] = []
    for one in sorted(sets, key=int.bit_count):
        if not any(other & one == other for other in found):
            found.append(one)
    return found


class _Search:
    def __init__(self, masks: Sequence[list[Rules]], most: int) -> None:
        self._masks = masks
        self._most = most
        self._known: set[tuple[int, Rules]] = set()
        self.steps = 0

    def nowhere_empty(self, depth: int, rules: Rules) -> bool:
        """Say whether some rule is left whatever classes the remaining dimensions take."""
        if depth == len(self._masks) or (depth, rules) in self._known:
            return True
        self.steps += len(self._masks[depth])
        if self.steps > self._most:
            raise TooLarge
        left = {mask & rules for mask in self._masks[depth]}
        if 0 in left:
            return False
        answer = all(self.nowhere_empty(depth + 1, one) for one in sorted(left, key=int.bit_count))
        self._known.add((depth, rules))
        return answer


def uncovered(geometry: Geometry, domain: Sequence[int], most: int) -> list[Box]:
    """Give the boxes within a domain (classes by dimension) that no rule surely takes, at most so many.

    Raises:
        TooLarge: it takes too long to say.

    """
    return _joined(_Gaps(geometry.dimensions, domain, most).below(0, geometry.alive))


class _Gaps:
    def __init__(self, dimensions: Sequence[Dimension], domain: Sequence[int], most: int) -> None:
        self._dimensions = dimensions
        self._domain = domain
        self._most = most
        self._known: dict[tuple[int, Rules], list[Box]] = {}
        self._steps = 0

    def below(self, depth: int, rules: Rules) -> list[Box]:
        """Give the cases that lose the last rule in this dimension or a later one."""
        if not rules:
            return [Box()]
        if depth == len(self._dimensions):
            return []
        key = (depth, rules)
        if key not in self._known:
            self._steps += 1
            if self._steps > _MOST_STEPS:
                raise TooLarge
            groups: dict[Rules, int] = {}
            for place in ones(self._domain[depth]):
                left = self._dimensions[depth].with_rules[place] & rules
                groups[left] = groups.get(left, 0) | 1 << place
            found: list[Box] = []
            for left, bits in groups.items():
                whole = bits == self._domain[depth]
                found += [box if whole else box.with_bits(depth, bits) for box in self.below(depth + 1, left)]
            self._known[key] = _joined(found)[: self._most]
        return self._known[key]


def _joined(boxes: Iterable[Box]) -> list[Box]:
    """Join boxes that differ in one dimension only."""
    found = list(boxes)
    joined = True
    while joined:
        joined = False
        for first in range(len(found)):
            for second in range(len(found) - 1, first, -1):
                union = _union(found[first], found[second])
                if union is not None:
                    found[first] = union
                    del found[second]
                    joined = True
    return found


def _union(one: Box, other: Box) -> Box | None:
    mine, theirs = dict(one.bits), dict(other.bits)
    if mine.keys() != theirs.keys():
        return None
    different = [key for key in mine if mine[key] != theirs[key]]
    if len(different) > 1:
        return None
    if not different:
        return one
    mine[different[0]] |= theirs[different[0]]
    return Box(tuple(sorted(mine.items())))
