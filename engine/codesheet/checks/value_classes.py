"""The values of one field, cut into classes that the cells of a table cannot tell apart.

Sets of classes are integers with one bit a class. What a test says of a class is what it says of the class's
sample: exact for numbers, dates, yes/no, written values, undated value sets and wildcards that end in their
only star; of other patterns the samples are some values among many, and `is_exact` says so.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, reduce
from operator import or_
from typing import NamedTuple

from codesheet.checks.cutting import (
    ValueClass,
    has_only_stems,
    is_plain,
    leaves_of,
    lists_of,
    never,
    number_classes,
    text_classes,
)
from codesheet.checks.sample_index import SampleIndex
from codesheet.language.unary_test_acceptance import accepts
from codesheet.language.unary_tests import (
    AnyOf,
    Anything,
    Blank,
    CodeRange,
    Equals,
    InSet,
    Interval,
    Not,
    NotBlank,
    UnaryTest,
    Wildcard,
)
from codesheet.language.values import FieldType, Scalar, fold, read_value
from codesheet.model import AllowedValues, Period, ValueSet

MISSING = 0
"""The class of a missing value is always the first."""


class Bits(NamedTuple):
    """The classes that a test accepts: for sure, and those that dated sets may add on some days.

    `is_exact`: the classes say all there is to say of the test.
    """

    sure: int
    possible: int
    is_exact: bool


class ValueClasses:
    """The classes of one field, as its tests in one table need them.

    `domain` are the classes a table with a gap would be asked about; `outside` says that other values than
    those may come (free text), of which nothing is known.
    """

    def __init__(
        self,
        kind: FieldType,
        tests: Iterable[UnaryTest],
        sets: Mapping[str, ValueSet],
        allowed: AllowedValues | None = None,
    ) -> None:
        self.kind = kind
        self._sets = sets
        self._plain: dict[Scalar, int] = {}
        self._cuts: list[float] = []
        self._set_bits: dict[str, Bits] = {}
        self._pattern_bits: dict[Wildcard | CodeRange, int] = {}
        self._is_list = kind is FieldType.CODE_LIST
        asked = list(tests)
        self._values = _allowed_values(allowed, kind, sets)
        if not kind.is_text and self._values is not None:
            asked += [Equals(value) for value in self._values if not isinstance(value, tuple)]
        if kind.is_text:
            found = text_classes(asked, sets, map(str, self._values or ()))
        elif kind is FieldType.YES_NO:
            found = [ValueClass(1.0, Equals(1.0)), ValueClass(0.0, Equals(0.0))]
        else:
            found = number_classes(asked, whole=kind in (FieldType.WHOLE, FieldType.DATE))
        self._leaves = list(leaves_of(asked, sets))
        self._elements = found
        listed = lists_of(found) if self._is_list else found
        self.classes = (ValueClass(None, Blank()), *listed)
        self.everything = (1 << len(self.classes)) - 1
        self._index = SampleIndex(one.sample for one in found if isinstance(one.sample, str))
        self._patterns = any(not is_plain(test, sets) for test in asked)
        self._only_stems = all(has_only_stems(test, sets) for test in asked)
        for place, one in enumerate(self._elements, start=1):
            key = fold(one.sample) if isinstance(one.sample, str) else one.sample
            if isinstance(one.test, Equals) and key is not None:
                self._plain[key] = place
        self._numbers = [one.sample for one in self._elements if isinstance(one.sample, float)]

    @property
    def is_closed(self) -> bool:
        """Say whether the values a field may have are listed."""
        return self._values is not None

    @cached_property
    def domain(self) -> tuple[int, bool]:
        """Give the classes that belong to the field, and whether other values than those may come.

        Numbers below zero belong only where some cell writes one (or `< 0`).
        """
        if self._is_list:
            return self.everything & ~1, True
        if self._values is not None:
            bits = sum(1 << self._place(value) for value in self._values)
            return bits, False
        if self.kind.is_text:
            written = sum(1 << place for place in self._plain.values())
            return written, True
        lowest = float("-inf") if self._speaks_of_negatives() else 0.0
        samples = ((place, one.sample) for place, one in enumerate(self.classes))
        return sum(1 << at for at, sample in samples if isinstance(sample, float) and sample >= lowest), False

    def of(self, test: UnaryTest) -> Bits:
        """Give the classes a test accepts."""
        sure, possible = self._accepted(test)
        exact = sure == possible and (
            (self._is_list and isinstance(test, (Anything, Blank, NotBlank)))
            or (
                not self._is_list
                and (not self._patterns or self._only_stems or is_plain(test, self._sets, written=True))
            )
        )
        return Bits(sure, possible, exact)

    def test_of(self, bits: int) -> UnaryTest:
        """Give a test that accepts just these classes, as an author would write it."""
        if bits == self.everything:
            return Anything()
        present = bits & ~1
        parts: list[UnaryTest] = []
        if present == self.everything & ~1:
            parts = [NotBlank()]
        elif self.kind.is_text or self.kind is FieldType.YES_NO:
            parts = [self.classes[place].test for place in ones(present)]
        else:
            parts = list(self._stretches(present))
        parts += [Blank()] if bits & 1 else []
        flat = [inner for part in parts for inner in (part.tests if isinstance(part, AnyOf) else (part,))]
        return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))

    def _speaks_of_negatives(self) -> bool:
        """Say whether some cell writes a number below zero, or `< 0`."""
        return any(
            (isinstance(leaf, Equals) and isinstance(leaf.value, float) and leaf.value < 0)
            or (isinstance(leaf, Interval) and _goes_below_zero(leaf))
            for leaf in self._leaves
        )

    def _place(self, value: Scalar) -> int:
        return self._plain.get(fold(value) if isinstance(value, str) else value, 0)

    def _stretches(self, bits: int) -> Iterator[UnaryTest]:
        """Join neighbouring classes of numbers to ranges."""
        run: list[int] = []
        for place in [*ones(bits), -1]:
            if run and place != run[-1] + 1:
                yield self._joined(run)
                run = []
            run.append(place)

    def _joined(self, run: list[int]) -> UnaryTest:
        first, last = self.classes[run[0]].test, self.classes[run[-1]].test
        if first == last and isinstance(first, Equals):
            return first
        low, low_open = _lower(first)
        high, high_open = _upper(last)
        return Interval(low, high, low_open, high_open)

    def _accepted(self, test: UnaryTest) -> tuple[int, int]:
        match test:
            case Anything():
                return self.everything, self.everything
            case Blank():
                return 1, 1
            case NotBlank():
                return self.everything & ~1, self.everything & ~1
            case AnyOf(tests):
                sure = possible = 0
                for part in tests:
                    one, other = self._accepted(part)
                    sure, possible = sure | one, possible | other
                return sure, possible
            case Not(inner):
                sure, possible = self._accepted(inner)
                present = self.everything & ~1
                return present & ~possible, present & ~sure
            case InSet(name):
                return self._of_set(name)
            case Equals(value) if isinstance(value, str) or not self._is_list:
                place = self._place(value)
                bits = self._holding(place - 1) if place else 0
                return bits, bits
            case Interval() if not self.kind.is_text:
                bits = self._of_interval(test)
                return bits, bits
            case Wildcard() | CodeRange():
                if test not in self._pattern_bits:
                    places = self._index.accepted(test)
                    self._pattern_bits[test] = reduce(or_, map(self._holding, places), 0)
                return self._pattern_bits[test], self._pattern_bits[test]
            case _:
                bits = sum(
                    1 << place for place, one in enumerate(self.classes) if accepts(test, one.sample, never)
                )
                return bits, bits

    def _holding(self, element: int) -> int:
        """Give the classes of one element: its own, of code lists all that hold it."""
        return self._lists_with[element] if self._is_list else 2 << element

    @cached_property
    def _lists_with(self) -> list[int]:
        found: dict[str, int] = {}
        for place, one in enumerate(self.classes):
            for text in one.sample if isinstance(one.sample, tuple) else ():
                found[text] = found.get(text, 0) | 1 << place
        return [found[str(one.sample)] for one in self._elements]

    def _of_interval(self, test: Interval) -> int:
        start = 0 if test.low is None else bisect_left(self._numbers, test.low)
        end = len(self._numbers) if test.high is None else bisect_left(self._numbers, test.high)
        first, last = start, min(end + 1, len(self._numbers))
        while first < last and not accepts(test, self._numbers[first], never):
            first += 1
        while first < last and not accepts(test, self._numbers[last - 1], never):
            last -= 1
        return ((1 << last) - (1 << first)) << 1

    def _of_set(self, name: str) -> tuple[int, int]:
        found = self._set_bits.get(name)
        if found is None:
            members = self._sets[name].members if name in self._sets else ()
            sure = possible = 0
            for member in members:
                bits = self._accepted(member.test)[0]
                possible |= bits
                sure |= bits if member.period == Period() else 0
            found = self._set_bits[name] = Bits(sure, possible, is_exact=True)
        return found.sure, found.possible


def _goes_below_zero(interval: Interval) -> bool:
    low, high = interval.low, interval.high
    return (low is not None and low < 0) or (
        high is not None and (high < 0 or (high == 0 and interval.high_open))
    )


def ones(bits: int) -> Iterator[int]:
    """Give the places of the bits that are set, in order."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def runs(bits: int) -> Iterator[tuple[int, int]]:
    """Give each run of neighbouring bits that are set: its first place, and the place after its last."""
    edges = ones(bits ^ bits << 1)
    return zip(edges, edges, strict=True)


def _allowed_values(
    allowed: AllowedValues | None, kind: FieldType, sets: Mapping[str, ValueSet]
) -> tuple[Scalar, ...] | None:
    """Give the values a field may have; None where they are not a plain list."""
    if allowed is None:
        return None
    if allowed.set_name is None:
        single = FieldType.CODE if kind is FieldType.CODE_LIST else kind
        read = (read_value(value, single) for value in allowed.values)
        return tuple(value for value in read if value is not None) or None
    members = sets[allowed.set_name].members if allowed.set_name in sets else ()
    texts = [member.test.value for member in members if isinstance(member.test, Equals)]
    return tuple(map(str, texts)) if texts and len(texts) == len(members) else None


def _lower(test: UnaryTest) -> tuple[float | None, bool]:
    if isinstance(test, Interval):
        return test.low, test.low_open
    return (float(test.value) if isinstance(test, Equals) else None), False


def _upper(test: UnaryTest) -> tuple[float | None, bool]:
    if isinstance(test, Interval):
        return test.high, test.high_open
    return (float(test.value) if isinstance(test, Equals) else None), False
