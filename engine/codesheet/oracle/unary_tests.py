"""Which values a cell that tests accepts (DESIGN §4): one value, one test."""

from collections.abc import Callable
from typing import assert_never

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
from codesheet.language.values import SAME_NUMBER, fold, show_number
from codesheet.model import Period, Rulebook
from codesheet.oracle.answers import Answer

Other = Callable[[str], Answer]
"""Gives another field of the same row."""


def accepts(test: UnaryTest, answer: Answer, day: float | None, other: Other, rulebook: Rulebook) -> bool:
    """Say whether a test accepts a value; of a code list, any element may pass."""

    def passes(inner: UnaryTest) -> bool:
        return accepts(inner, answer, day, other, rulebook)

    match test:
        case Anything():
            return True
        case Blank():
            return answer.missing
        case NotBlank():
            return not answer.missing
        case AnyOf(tests):
            return any(passes(part) for part in tests)
        case Not(inner):
            return not answer.missing and not passes(inner)
        case InSet(name):
            return any(is_member(rulebook, name, element, day) for element in answer.elements)
        case Compare(operator, field):
            wanted = other(field)
            return not wanted.missing and any(
                compare(operator, element, wanted.value) for element in answer.elements
            )
        case Equals() | Wildcard() | CodeRange() | Interval():
            return any(_fits(test, element) for element in answer.elements)
        case _:
            assert_never(test)


def fields_compared(test: UnaryTest) -> set[str]:
    """Name the other fields a test reads: `> {Yearly cap}`."""
    match test:
        case Compare(_, field):
            return {field}
        case AnyOf(tests):
            return {name for part in tests for name in fields_compared(part)}
        case Not(inner):
            return fields_compared(inner)
        case _:
            return set()


def is_member(rulebook: Rulebook, set_name: str, value: str | float, day: float | None) -> bool:
    """Say whether a value belongs to a value set on a day."""
    return any(
        in_force(member.period, day) and _fits(member.test, value)
        for member in rulebook.sets[set_name].members
    )


def in_force(period: Period, day: float | None) -> bool:
    """Say whether a period holds on a day; without a day only what always holds does."""
    if day is None:
        return period.first is None and period.last is None
    return (period.first is None or period.first <= day) and (period.last is None or day <= period.last)


def compare(operator: str, left: object, right: object) -> bool:
    """Compare two values that are there: numbers within a billionth, text without case."""
    if isinstance(left, float) and isinstance(right, float):
        same, less = abs(left - right) <= SAME_NUMBER, left < right
    elif isinstance(left, str) and isinstance(right, str):
        same, less = fold(left) == fold(right), False
    else:
        msg = f"{type(left)} {operator} {type(right)}"
        raise TypeError(msg)
    holds = {
        "=": same,
        "<>": not same,
        "<": less and not same,
        "<=": less or same,
        ">": not less and not same,
        ">=": not less or same,
    }
    return holds[operator]


def _fits(test: UnaryTest, value: str | float) -> bool:
    """Judge one element by a test that needs nothing else."""
    match test:
        case Equals(wanted):
            return _is(wanted, value)
        case Wildcard(pattern):
            return matches_wildcard(fold(pattern), fold(_text(value)))
        case CodeRange(low, high) if isinstance(value, str):
            return in_code_range(low, high, value)
        case CodeRange(low, high) if isinstance(value, float):
            ends = _number(low), _number(high)
            return ends[0] is not None and ends[1] is not None and _between(Interval(*ends), value)
        case Interval():
            return isinstance(value, float) and _between(test, value)
        case AnyOf(tests):
            return any(_fits(part, value) for part in tests)
        case _:
            msg = f"a member of a value set cannot be {test}"
            raise TypeError(msg)


def _is(wanted: str | float, value: str | float) -> bool:
    if isinstance(wanted, str) and isinstance(value, str):
        return fold(wanted) == fold(value)
    first, second = _number(wanted), _number(value)
    return first is not None and second is not None and abs(first - second) <= SAME_NUMBER


def _number(value: str | float) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else show_number(value)


def _between(interval: Interval, value: float) -> bool:
    low, high = interval.low, interval.high
    above = low is None or compare(">" if interval.low_open else ">=", value, low)
    below = high is None or compare("<" if interval.high_open else "<=", value, high)
    return above and below


def matches_wildcard(pattern: str, text: str) -> bool:
    """Match `*` (any run of characters) and `?` (any one), by trying every length of a star."""
    reachable = {0}
    for character in pattern:
        if character == "*":
            reachable = set(range(min(reachable), len(text) + 1)) if reachable else set()
        else:
            reachable = {
                place + 1 for place in reachable if place < len(text) and character in ("?", text[place])
            }
    return len(text) in reachable


def in_code_range(low: str, high: str, code: str) -> bool:
    """Say whether a code lies between two ends, children of the ends included.

    Codes of a series that begins with a digit have digits and letters where the ends have them, and the
    letter on which the ends agree.
    """
    first, last, own = (fold(text).replace(".", "") for text in (low, high, code))
    if len(own) < min(len(first), len(last)):
        return False
    if first[:1].isdigit():
        if len(own) < len(first):
            return False
        for place, character in enumerate(first):
            if own[place].isdigit() != character.isdigit():
                return False
            shared = place < len(last) and last[place] == character and character.isalpha()
            if shared and own[place] != character:
                return False
    return first <= own and (own <= last or own.startswith(last))
