"""Which values a unary test accepts: the meaning of cells that test."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias, assert_never

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
from codesheet.language.values import SAME_NUMBER, Scalar, fold, show_number
from codesheet.language.written_values import code_shape

Member: TypeAlias = Callable[[str, "str | float"], bool]
"""Says whether a value belongs to the value set of a name."""


def accepts(test: UnaryTest, value: Scalar | None, member: Member) -> bool:
    """Say whether a test accepts a value; None is a missing one, a tuple a code list (any element may pass).

    Raises:
        TypeError: the test compares with another field, so that a value alone does not decide it.

    """
    match test:
        case Anything():
            return True
        case Blank():
            return value is None or value == ()
        case NotBlank():
            return value is not None and value != ()
        case AnyOf(tests):
            return any(accepts(part, value, member) for part in tests)
        case Not(inner):
            return value is not None and value != () and not accepts(inner, value, member)
        case Equals() | Wildcard() | CodeRange() | Interval() | InSet() | Compare():
            elements = value if isinstance(value, tuple) else () if value is None else (value,)
            return any(_passes(test, element, member) for element in elements)
        case _:
            assert_never(test)


def _passes(
    test: Equals | Wildcard | CodeRange | Interval | InSet | Compare, value: str | float, member: Member
) -> bool:
    match test:
        case Equals(wanted):
            return _same(wanted, value)
        case Wildcard(pattern):
            return wildcard_regex(pattern).fullmatch(fold(_as_text(value))) is not None
        case CodeRange(low, high):
            return _in_code_range(low, high, value)
        case Interval():
            return not isinstance(value, str) and in_interval(test, value)
        case InSet(name):
            return member(name, value)
        case Compare(_, field):
            msg = f"a comparison with {field} needs the row"
            raise TypeError(msg)
        case _:
            assert_never(test)


def _as_text(value: str | float) -> str:
    return value if isinstance(value, str) else show_number(value)


def _same(wanted: str | float, value: str | float) -> bool:
    """Compare two values; the members of value sets are text, also where a number is looked for."""
    if isinstance(wanted, str) and isinstance(value, str):
        return fold(wanted) == fold(value)
    first, second = _as_number(wanted), _as_number(value)
    return first is not None and second is not None and abs(first - second) <= SAME_NUMBER


def _as_number(value: str | float) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _in_code_range(low: str, high: str, value: str | float) -> bool:
    if isinstance(value, str):
        return code_range_contains(low, high, value)
    first, last = _as_number(low), _as_number(high)
    return first is not None and last is not None and in_interval(Interval(first, last), value)


def in_interval(interval: Interval, value: float) -> bool:
    """Say whether a number (a date, a time) lies within; ends count as reached within SAME_NUMBER."""
    low, high = interval.low, interval.high
    if low is not None and not (
        value > low + SAME_NUMBER if interval.low_open else value >= low - SAME_NUMBER
    ):
        return False
    return high is None or (value < high - SAME_NUMBER if interval.high_open else value <= high + SAME_NUMBER)


@lru_cache(maxsize=4096)
def _code_ends(low: str, high: str) -> tuple[str, str]:
    return bare_code(low), bare_code(high)


def bare_code(code: str) -> str:
    """Give the form in which codes are ordered: without case or dots."""
    return fold(code).replace(".", "")


def code_range_contains(low: str, high: str, code: str) -> bool:
    """Say whether a code lies between two others, children of the ends included.

    Where the ends begin with a digit, a code must have its letters where they have theirs, and the same one
    where they agree: 0B is between 0A and 1A in the alphabet, but is of another series.
    """
    (first, last), bare = _code_ends(low, high), bare_code(code)
    if len(bare) < min(len(first), len(last)):
        return False
    if first[:1].isdigit() and not _is_of_series(first, last, bare):
        return False
    return first <= bare and (bare <= last or bare.startswith(last))


def _is_of_series(first: str, last: str, bare: str) -> bool:
    shared = zip(first, last, bare, strict=False)
    letters = all(code == start for start, end, code in shared if start == end and start.isalpha())
    return letters and code_shape(bare[: len(first)]) == code_shape(first)


@lru_cache(maxsize=4096)
def wildcard_regex(pattern: str) -> re.Pattern[str]:
    """Give a regex for folded text; atomic groups keep it from ever trying a star twice."""
    pieces = [
        "".join("." if character == "?" else re.escape(character) for character in piece)
        for piece in re.split(r"\*+", fold(pattern))
    ]
    if len(pieces) == 1:
        return re.compile(pieces[0], re.DOTALL)
    first, *middle, last = pieces
    stepped = "".join(f"(?>.*?{piece})" for piece in middle if piece)
    return re.compile(f"{first}{stepped}.*{last}", re.DOTALL)
