"""Unary tests over whole columns: for each row yes, no, or undecided for want of a fact."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, assert_never

import numpy as np
from numpy.typing import NDArray

from codesheet.coding.columns import Column, Floats, Ids, Index, Mask, present
from codesheet.coding.comparisons import compare
from codesheet.coding.view import View, eras, undecided_rows
from codesheet.language.unary_test_logic import accepts, compare_fields
from codesheet.language.unary_tests import (
    AnyOf,
    Anything,
    Blank,
    CodeRange,
    Compare,
    Equals,
    InSet,
    Interval,
    Not,
    NotBlank,
    UnaryTest,
    Wildcard,
)
from codesheet.language.values import SAME_NUMBER
from codesheet.model import Condition

Truth: TypeAlias = NDArray[np.int8]
NO, YES, UNDECIDED = 0, 1, 2


def condition_truth(condition: Condition, view: View) -> Truth:
    """Judge one condition for every row."""
    return test_truth(condition.test, view.frame[condition.field], view)


def test_truth(test: UnaryTest, column: Column, view: View) -> Truth:
    """Judge one unary test for every row of a column."""
    holds = _accepted(test, column, view)
    truth = holds.astype(np.int8)
    unsure = undecided_rows(column, view.frame, view.rulebook.when_used_fields) & ~holds
    for name in compare_fields(test):
        unsure |= _compare_unsure(column, view.frame[name], view) & ~holds
    truth[unsure] = UNDECIDED
    return truth


def _compare_unsure(column: Column, other: Column, view: View) -> Mask:
    both = view.frame.roots.union(column.roots, other.roots)
    united = Column(column.type, column.data, both)
    missing = column.missing | other.missing
    rootless = (column.missing & _rootless(column)) | (other.missing & _rootless(other))
    return undecided_rows(united, view.frame, view.rulebook.when_used_fields) & missing & ~rootless


def _rootless(column: Column) -> Mask:
    return np.ones(len(column), dtype=bool) if column.roots is None else column.roots == 0


def all_hold(conditions: tuple[Condition, ...], view: View) -> Truth:
    """Judge conditions together: no if any fails, else undecided if any is, else yes."""
    truth = np.full(view.frame.rows, YES, dtype=np.int8)
    for condition in conditions:
        one = condition_truth(condition, view)
        truth = np.where((truth == NO) | (one == NO), NO, np.maximum(truth, one)).astype(np.int8)
    return truth


def undecided_roots(conditions: tuple[Condition, ...], view: View) -> Ids:
    """Give for each row the roots of the conditions that are undecided there."""
    roots: Ids = np.zeros(view.frame.rows, dtype=np.int32)
    for condition in conditions:
        open_rows = condition_truth(condition, view) == UNDECIDED
        if open_rows.any():
            more = np.where(open_rows, condition_roots(condition.field, condition.test, view), 0)
            roots = view.frame.roots.union(roots, more.astype(np.int32))
    return roots


def condition_roots(field: str, test: UnaryTest, view: View) -> Ids:
    """Give the roots of whatever a test reads that is missing."""
    roots = view.frame[field].roots
    for name in compare_fields(test):
        roots = view.frame.roots.union(roots, view.frame[name].roots)
    return np.zeros(view.frame.rows, dtype=np.int32) if roots is None else roots


def _accepted(test: UnaryTest, column: Column, view: View) -> Mask:
    """Say where a test is passed; a missing value passes only Anything and Blank."""
    match test:
        case AnyOf(tests):
            return np.logical_or.reduce([_accepted(part, column, view) for part in tests])
        case Not(inner):
            return ~column.missing & ~_accepted(inner, column, view)
        case Anything():
            return np.ones(len(column), dtype=bool)
        case Blank():
            return column.missing
        case NotBlank():
            return ~column.missing
        case Compare(operator, field):
            return _compared(operator, column, view.frame[field], view)
        case InSet(name):
            return member_mask(name, column, view)
        case Equals() | Wildcard() | CodeRange() | Interval():
            if column.type.is_text:
                return _word_mask(column, view, lambda word: accepts(test, word, _no_sets))
            return number_mask(test, column.data)
        case _:
            assert_never(test)


def _compared(operator: str, column: Column, other: Column, view: View) -> Mask:
    return compare(operator, column, other, view).data == 1.0


def number_mask(test: Equals | Wildcard | CodeRange | Interval, values: Floats) -> Mask:
    """Say which numbers (dates, times, yes/no) pass; NaN never does."""
    with np.errstate(invalid="ignore"):
        match test:
            case Equals(value):
                return np.abs(values - float(value)) <= SAME_NUMBER
            case Interval(low, high, low_open, high_open):
                mask = ~np.isnan(values)
                if low is not None:
                    mask &= values > low + SAME_NUMBER if low_open else values >= low - SAME_NUMBER
                if high is not None:
                    mask &= values < high - SAME_NUMBER if high_open else values <= high + SAME_NUMBER
                return mask
            case _:
                msg = f"{test} asked of numbers"
                raise TypeError(msg)


def interval_masks(intervals: Sequence[Interval], values: Floats) -> Mask:
    """Say which of some numbers, none of them missing, lie in each of some intervals (rows)."""
    lows = np.array([[-np.inf if one.low is None else one.low] for one in intervals])
    highs = np.array([[np.inf if one.high is None else one.high] for one in intervals])
    low_open = np.array([[one.low_open] for one in intervals], dtype=bool)
    high_open = np.array([[one.high_open] for one in intervals], dtype=bool)
    above = np.where(low_open, values > lows + SAME_NUMBER, values >= lows - SAME_NUMBER)
    return above & np.where(high_open, values < highs - SAME_NUMBER, values <= highs + SAME_NUMBER)


def _no_sets(name: str, value: str | float) -> bool:
    msg = f"set {name} asked without a day ({type(value)})"
    raise TypeError(msg)


def _word_mask(column: Column, view: View, passes: Callable[[str | tuple[str, ...]], bool]) -> Mask:
    """Judge each distinct word once."""
    words = view.frame.vocabulary.words
    passed = np.zeros(len(words) + 1, dtype=bool)  # the last place serves MISSING
    for word in present(column.data).tolist():
        passed[word] = passes(words[word])
    return passed[column.data]


def member_mask(set_name: str, column: Column, view: View) -> Mask:
    """Say where the value (or any element of the list) is a member on the date of service."""
    index = view.sets[set_name]
    mask = np.zeros(len(column), dtype=bool)
    for period in index.periods:
        in_force = _in_force(period.first, period.last, view.days)
        if column.type.is_text:
            mask |= in_force & _word_mask(column, view, _has(set_name, period, view))
        else:
            places, values = column.numbered
            known = np.array([*(index.has(value, period) for value in values.tolist()), False], dtype=bool)
            mask |= in_force & known[places]
    return mask


def _has(set_name: str, period: object, view: View) -> Callable[[str | tuple[str, ...]], bool]:
    index = view.sets[set_name]

    def passes(word: str | tuple[str, ...]) -> bool:
        elements = word if isinstance(word, tuple) else (word,)
        return any(index.has(element, period) for element in elements)  # type: ignore[arg-type]

    return passes


def _in_force(first: int | None, last: int | None, days: Floats) -> Mask:
    mask = np.ones(len(days), dtype=bool)
    if first is not None:
        mask &= days >= first
    if last is not None:
        mask &= days <= last
    return mask


def member_of(set_name: str, view: View) -> tuple[Index, Callable[[str | float, float], bool]]:
    """Give each row's era of a set, and membership of one value on one day."""
    index = view.sets[set_name]
    return eras(view.days, view.sets.breaks([set_name])), index.has_on
