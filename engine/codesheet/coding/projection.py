"""Projecting a column's values onto the tests of a table: each distinct value is judged once.

The result is a signature a row: which of the field's tests hold, and which are undecided for want of a
fact. Signatures are numbered and kept from batch to batch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from codesheet.coding.columns import Column, Floats, Index, Mask, Numbered, present
from codesheet.coding.matches import Truths
from codesheet.coding.remembering import Remembered
from codesheet.coding.truth import UNDECIDED, YES, interval_masks, number_mask, test_truth
from codesheet.coding.view import View, distinct, undecided_rows
from codesheet.compiling.ruleset import Test
from codesheet.language.unary_test_logic import accepts, compare_fields, set_names, wildcard_regex
from codesheet.language.unary_tests import AnyOf, CodeRange, Equals, Interval, Not, UnaryTest, Wildcard
from codesheet.language.values import SAME_NUMBER, fold

_WORDS_REMEMBERED = 20_000
"""Words of one field and table; a batch with more of them is judged all the same."""

Bits: TypeAlias = NDArray[np.uint8]
"""Which of a field's tests hold, eight in a byte."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Which tests (by index in the table) hold of a value, and which are undecided."""

    holding: frozenset[int]
    undecided: frozenset[int]


class Projector:
    """One field's tests in one table (by ascending index), asked of column after column."""

    def __init__(self, tests: Sequence[tuple[int, Test]], view: View, when_used: frozenset[str]) -> None:
        self.signatures: list[Signature] = []
        self._bits: list[tuple[Bits, Bits]] = []
        self._tests = np.array([index for index, _ in tests], dtype=np.int64)
        self._no_bits = np.packbits(np.zeros(len(tests), dtype=bool))
        self._numbers: dict[Signature, int] = {}
        self._when_used = when_used
        still: list[tuple[int, Test]] = []
        self._moving: list[tuple[int, Test]] = []
        for pair in tests:
            (self._moving if not _is_plain(pair[1].test) and _moves(pair[1], view) else still).append(pair)
        self._all_still = frozenset(index for index, _ in still)
        self._still = still
        self._if_missing = frozenset(
            i for i, t in still if not _is_plain(t.test) and accepts(t.test, None, _never)
        )
        self._exact: dict[str, list[int]] = {}
        self._patterns: list[tuple[int, Callable[[str], object]]] = []
        self._negated: set[int] = set()
        self._others: list[tuple[int, UnaryTest]] = []
        self._words = Remembered[str | tuple[str, ...], int](_WORDS_REMEMBERED)
        self._classes: dict[int, int] = {}
        self._edges = _edges([test.test for _, test in still])
        for index, test in still:
            self._place(index, test.test)

    def _place(self, index: int, test: UnaryTest) -> None:
        """Take a test of words apart, so that a word finds the tests that name it; others are asked."""
        inner = test.test if isinstance(test, Not) else test
        parts = inner.tests if isinstance(inner, AnyOf) else (inner,)
        exact = {fold(p.value) for p in parts if isinstance(p, Equals) and isinstance(p.value, str)}
        patterns = {part.pattern for part in parts if isinstance(part, Wildcard)}
        named = [
            isinstance(p, Wildcard) or (isinstance(p, Equals) and isinstance(p.value, str)) for p in parts
        ]
        if not all(named):
            self._others.append((index, test))
            return
        for value in exact:
            self._exact.setdefault(value, []).append(index)
        self._patterns += [(index, wildcard_regex(pattern).fullmatch) for pattern in patterns]
        if isinstance(test, Not):
            self._negated.add(index)

    def project(self, column: Column, view: View) -> Index:
        """Give each row's signature, a number into `signatures`."""
        numbers = self._project_still(column, view)
        missing = np.flatnonzero(column.missing)
        if len(missing):
            plain, asking = self._numbers_if_missing
            unsure = undecided_rows(column.take(missing), view.frame, self._when_used)
            numbers[missing] = np.where(unsure, asking, plain)
        return self._add_moving(numbers, column, view) if self._moving else numbers

    @cached_property
    def _numbers_if_missing(self) -> tuple[int, int]:
        """Give the signatures of a missing value: one that answers, and one that must be asked for."""
        answers = Signature(self._if_missing, frozenset())
        asks = Signature(self._if_missing, self._all_still - self._if_missing)
        return self._number(answers), self._number(asks)

    def truths(self, numbers: Sequence[int]) -> Truths:
        """Give what holds of each of some signatures, test by test."""
        holding, undecided = zip(*(self._bits[number] for number in numbers), strict=True)
        return Truths(self._as_mask(holding), self._as_mask(undecided))

    def _as_mask(self, bits: Sequence[Bits]) -> Mask:
        return np.unpackbits(np.stack(bits), axis=1, count=len(self._tests)).view(np.bool_)

    def _as_bits(self, held: frozenset[int]) -> Bits:
        if not held:
            return self._no_bits
        mask = np.zeros(len(self._tests), dtype=bool)
        mask[np.searchsorted(self._tests, np.fromiter(held, dtype=np.int64, count=len(held)))] = True
        return np.packbits(mask)

    def _number(self, signature: Signature) -> int:
        found = self._numbers.get(signature)
        if found is None:
            found = self._numbers[signature] = len(self.signatures)
            self.signatures.append(signature)
            self._bits.append((self._as_bits(signature.holding), self._as_bits(signature.undecided)))
        return found

    def _project_still(self, column: Column, view: View) -> Index:
        if not column.type.is_text:
            return self._project_numbers(column.numbered)
        words = view.frame.vocabulary.words
        table = np.zeros(len(words) + 1, dtype=np.int64)
        for word_id in present(column.data).tolist():
            word = words[word_id]
            known = self._words.get(word)
            if known is None:
                known = self._number(self._judge_word(word, view))
                self._words.keep(word, known)
            table[word_id] = known
        return table[column.data]

    def _judge_word(self, word: str | tuple[str, ...], view: View) -> Signature:
        elements = [fold(element) for element in (word if isinstance(word, tuple) else (word,))]
        named = {index for element in elements for index in self._exact.get(element, ())}
        for element in elements:
            named.update(index for index, fits in self._patterns if fits(element))
        holding = named - self._negated
        if elements:
            holding |= self._negated - named
        member = view.sets.on(0.0)
        holding.update(index for index, test in self._others if accepts(test, word, member))
        return Signature(frozenset(holding), frozenset())

    def _project_numbers(self, numbered: Numbered) -> Index:
        """Tell values apart by the stretch between the tests' bounds they lie in; judge a middle of each."""
        of_values = np.searchsorted(self._edges, numbered.values, side="right")
        places = np.append(of_values, 0)  # the last place serves MISSING
        stretches = present(places[present(numbered.places)]).tolist()  # some values no row has
        unknown = [place for place in stretches if place not in self._classes]
        if unknown:
            self._judge_places(np.array(unknown, dtype=np.int64))
        table = np.zeros(len(self._edges) + 1, dtype=np.int64)
        for place in stretches:
            table[place] = self._classes[place]
        return table[places][numbered.places]

    def _judge_places(self, places: Index) -> None:
        middles = _middles(self._edges, places)
        tests = [test.test for _, test in self._still]
        holds = np.zeros((len(tests), len(places)), dtype=bool)
        intervals = {row: test for row, test in enumerate(tests) if isinstance(test, Interval)}
        if intervals:
            holds[list(intervals)] = interval_masks(list(intervals.values()), middles)
        for row, test in enumerate(tests):
            if row not in intervals:
                holds[row] = _numbers_accepted(test, middles)
        indices = np.array([index for index, _ in self._still], dtype=np.int64)
        for place, column in zip(places.tolist(), holds.T, strict=True):
            holding = frozenset(indices[column].tolist())
            self._classes[place] = self._number(Signature(holding, frozenset()))

    def _add_moving(self, numbers: Index, column: Column, view: View) -> Index:
        """Add the tests whose answer depends on the day or on another field."""
        truths = [test_truth(test.test, column, view).astype(np.int64) for _, test in self._moving]
        combined, first = distinct([numbers, *truths], view.frame.rows)
        renumbered = np.zeros(len(first), dtype=np.int64)
        for number, row in enumerate(first.tolist()):
            base = self.signatures[int(numbers[row])]
            answers = [(index, int(t[row])) for (index, _), t in zip(self._moving, truths, strict=True)]
            holding = base.holding | {index for index, answer in answers if answer == YES}
            undecided = base.undecided | {index for index, answer in answers if answer == UNDECIDED}
            renumbered[number] = self._number(Signature(holding, undecided))
        return renumbered[combined]


def _is_plain(test: UnaryTest) -> bool:
    """Say of most tests, at a glance, that they turn on the value alone and refuse a missing one."""
    parts = test.tests if isinstance(test, AnyOf) else (test,)
    return all(isinstance(part, (Equals, Interval, Wildcard, CodeRange)) for part in parts)


def _moves(test: Test, view: View) -> bool:
    """Say whether the answer depends on more than the value, or needs a set of numbers."""
    if compare_fields(test.test):
        return True
    is_text = view.rulebook.fields[test.field].type.is_text
    return any(not is_text or view.sets.is_dated(name) for name in set_names(test.test))


def _never(name: str, value: str | float) -> bool:
    msg = f"set {name} asked of a missing value ({type(value)})"
    raise TypeError(msg)


def _edges(tests: Sequence[UnaryTest]) -> Floats:
    """Give the places where some test's answer may change: just below and just above each bound."""
    found = [bound for test in tests for bound in _bounds(test)]
    if not found:
        return np.zeros(0, dtype=np.float64)
    bounds = np.array(found, dtype=np.float64)
    below = np.minimum(bounds - SAME_NUMBER, np.nextafter(bounds, -np.inf))
    above = np.maximum(bounds + SAME_NUMBER, np.nextafter(bounds, np.inf))
    return np.unique(np.concatenate([below, above]))


def _bounds(test: UnaryTest) -> list[float]:
    match test:
        case AnyOf(tests):
            return [bound for part in tests for bound in _bounds(part)]
        case Not(inner):
            return _bounds(inner)
        case Equals(value):
            return [value] if isinstance(value, float) else []
        case Interval(low, high):
            return [bound for bound in (low, high) if bound is not None]
        case _:
            return []


def _middles(edges: Floats, places: Index) -> Floats:
    if not len(edges):
        return np.zeros(len(places))
    low = np.where(places > 0, edges[np.maximum(places - 1, 0)], edges[0] - 2.0)
    high = np.where(places < len(edges), edges[np.minimum(places, len(edges) - 1)], edges[-1] + 2.0)
    return (low + high) / 2.0


def _numbers_accepted(test: UnaryTest, values: Floats) -> Mask:
    """Judge values that are all there."""
    match test:
        case AnyOf(tests):
            return np.logical_or.reduce([_numbers_accepted(part, values) for part in tests])
        case Not(inner):
            return ~_numbers_accepted(inner, values)
        case Equals() | Interval() | Wildcard() | CodeRange():
            return number_mask(test, values)
        case _:
            return np.array([accepts(test, value, _never) for value in values.tolist()], dtype=bool)
