"""Unary tests written out the way an author would: what is printed reads back as the same test."""

import re
from typing import assert_never

from codesheet.language.quotes import MARKS, quote
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
from codesheet.language.values import FieldType, show_number, show_value, tidy

_NEEDS_QUOTES = re.compile(
    rf"[{MARKS}*?{{}}()\[\],;<>=≥≤≠!\n]|\.\.|^-$|\d\s*[-–—]|\bto\b|^(any|blank|empty|is|in|not)\b",  # noqa: RUF001
    re.IGNORECASE,
)


def show_unary_test(test: UnaryTest, kind: FieldType) -> str:
    """Write a test of a field of this type."""
    match test:
        case Anything():
            return "-"
        case Not(InSet(name)):
            return f"not in {name}"
        case Not(Equals() as inner) if not kind.is_text:
            return f"<> {_item(inner, kind)}"
        case Not(inner):
            return f"not {show_unary_test(inner, kind)}"
        case AnyOf(tests):
            sets = any(_names_a_set(part) for part in tests)
            return ", ".join(_item(part, kind, after_set=sets) for part in tests)
        case _:
            return _item(test, kind)


def _names_a_set(test: UnaryTest) -> bool:
    return isinstance(test, InSet) or (isinstance(test, Not) and isinstance(test.test, InSet))


def _item(test: UnaryTest, kind: FieldType, *, after_set: bool = False) -> str:
    """Write one test of a list; beside value sets a value has an operator, lest it be taken for a set."""
    match test:
        case Equals(value):
            return f"= {show_written(value, kind)}" if after_set else show_written(value, kind)
        case Wildcard(pattern):
            return pattern
        case CodeRange(low, high):
            return f"{low}..{high}"
        case Interval():
            return _interval(test, kind)
        case InSet(name):
            return f"in {name}"
        case Compare(operator, field):
            return f"{operator} {{{field}}}"
        case Blank():
            return "is blank"
        case NotBlank():
            return "is not blank"
        case Not(InSet(name)):
            return f"not in {name}"
        case Not(inner):
            return f"<> {_item(inner, kind)}"
        case Anything() | AnyOf():
            return show_unary_test(test, kind)
        case _:
            assert_never(test)


def show_written(value: str | float, kind: FieldType) -> str:
    """Write a value as a cell holds it: text in quotes where it would be read as something else."""
    if isinstance(value, str):
        return quote(value) if value != tidy(value) or _NEEDS_QUOTES.search(value) else value
    return exact_number(value) if kind.is_number else show_value(value, kind)


def exact_number(value: float) -> str:
    """Write a number so that it reads back as the very same one."""
    shown = show_number(value)
    return shown if float(shown) == value else repr(value)


def _interval(test: Interval, kind: FieldType) -> str:
    low = None if test.low is None else show_written(test.low, kind)
    high = None if test.high is None else show_written(test.high, kind)
    if high is None:
        return f"{'>' if test.low_open else '>='} {low}"
    if low is None:
        return f"{'<' if test.high_open else '<='} {high}"
    if not (test.low_open or test.high_open):
        return f"{low}..{high}"
    return f"{'(' if test.low_open else '['}{low}..{high}{')' if test.high_open else ']'}"
