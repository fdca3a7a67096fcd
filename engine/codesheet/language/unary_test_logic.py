"""What tests of one field have to do with each other, and what a test asks besides the value itself.

`covers` says whether one test accepts whatever another does: yes, no, or None where it cannot be known.
"""

import math
from collections.abc import Iterable
from typing import TypeAlias

from codesheet.language.unary_test_acceptance import accepts, bare_code, code_range_contains, wildcard_regex
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
from codesheet.language.values import fold

__all__ = [
    "accepts",
    "code_range_contains",
    "compare_fields",
    "constrains",
    "covers",
    "set_names",
    "wildcard_regex",
]

Known: TypeAlias = bool | None
"""True, False, or None where it cannot be known."""


def constrains(test: UnaryTest) -> bool:
    """Say whether a test counts as constraining its column (DESIGN §3, Override)."""
    match test:
        case Anything() | Not() | NotBlank():
            return False
        case AnyOf(tests):
            return all(constrains(part) for part in tests)
        case _:
            return True


def set_names(test: UnaryTest) -> frozenset[str]:
    """Name the value sets a test asks."""
    match test:
        case InSet(name):
            return frozenset({name})
        case AnyOf(tests):
            return frozenset[str]().union(*map(set_names, tests))
        case Not(inner):
            return set_names(inner)
        case _:
            return frozenset()


def compare_fields(test: UnaryTest) -> frozenset[str]:
    """Name the other fields a test compares with."""
    match test:
        case Compare(_, field):
            return frozenset({field})
        case AnyOf(tests):
            return frozenset[str]().union(*map(compare_fields, tests))
        case Not(inner):
            return compare_fields(inner)
        case _:
            return frozenset()


def covers(wide: UnaryTest, narrow: UnaryTest) -> Known:
    """Say whether `wide` accepts whatever `narrow` accepts, for a field of single values."""
    match narrow:
        case Anything():
            return _all([covers(wide, Blank()), covers(wide, NotBlank())])
        case AnyOf(tests):
            return _all([covers(wide, part) for part in tests])
        case Blank():
            return accepts(wide, None, _no_member)
        case Equals(value):
            return _takes(wide, value)
        case _:
            return _covers_many(wide, narrow)


def _covers_many(wide: UnaryTest, narrow: UnaryTest) -> Known:
    """Judge a narrow test that accepts many values, and no missing one."""
    if isinstance(wide, (Anything, NotBlank)) or wide == narrow:
        return True
    if isinstance(wide, AnyOf) and any(covers(part, narrow) for part in wide.tests):
        return True
    inside, outside = _stretches(narrow), _stretches(wide)
    if inside is not None and outside is not None and _is_about_numbers(wide, narrow):
        return all(any(low >= o[0] and high <= o[1] for o in outside) for low, high in inside)
    if isinstance(wide, Not) and (apart := _disjoint(wide.test, narrow)) is not None:
        return apart
    if any(_takes(wide, sample) is False for sample in _samples(narrow)):
        return False
    return _covers_codes(wide, narrow)


def _all(parts: Iterable[Known]) -> Known:
    answers = list(parts)
    if False in answers:
        return False
    return None if None in answers else True


def _no_member(name: str, value: str | float) -> bool:
    msg = f"whether {value} is in {name} cannot be known"
    raise LookupError(msg)


def _takes(test: UnaryTest, value: str | float) -> Known:
    """Say whether a test accepts one value; None where a value set or another field decides."""
    match test:
        case AnyOf(tests):
            answers = [_takes(part, value) for part in tests]
            return True if True in answers else None if None in answers else False
        case Not(inner):
            answer = _takes(inner, value)
            return None if answer is None else not answer
        case InSet() | Compare():
            return None
        case _:
            return accepts(test, value, _no_member)


def _disjoint(first: UnaryTest, second: UnaryTest) -> Known:
    """Say whether no value is accepted by both; `second` accepts no missing value."""
    match first, second:
        case Anything() | NotBlank(), _:
            return False
        case Equals(value), _:
            answer = _takes(second, value)
            return None if answer is None else not answer
        case AnyOf(tests), _:
            return _all([_disjoint(part, second) for part in tests])
        case _, Not(inner):
            return True if covers(inner, first) else None
        case _:
            return False if first == second else None


def _samples(test: UnaryTest) -> list[str | float]:
    """Give some values a test accepts: one that another test refuses proves that it covers less."""
    match test:
        case Wildcard(pattern):
            return [pattern.replace("*", filler).replace("?", "~") for filler in ("", "~", "~ ~")]
        case CodeRange(low, high):
            return [low, high, f"{high}~"]
        case NotBlank():
            return ["~ ~"]
        case Not() if not set_names(test) and not compare_fields(test):
            return [sample for sample in ["~ ~", "~"] if _takes(test, sample)]
        case _:
            return []


def _covers_codes(wide: UnaryTest, narrow: UnaryTest) -> Known:
    """Judge wildcards and code ranges, where it is plain; None elsewhere."""
    match wide, narrow:
        case Wildcard(pattern), Wildcard(other):
            return _pattern_covers(pattern, other) or None
        case CodeRange(low, high), Wildcard(pattern):
            return _range_covers_stem(low, high, pattern) or None
        case CodeRange(low, high), CodeRange(first, last):
            return all(code_range_contains(low, high, end) for end in (first, last, f"{last}~")) or None
        case _:
            return None


def _pattern_covers(wide: str, narrow: str) -> bool:
    """Match one pattern against the other's text: only a star may stand for a star."""
    return "?" not in wide and wildcard_regex(wide).fullmatch(fold(narrow)) is not None


def _range_covers_stem(low: str, high: str, pattern: str) -> bool:
    stem, star, rest = pattern.partition("*")
    whole = len(bare_code(stem)) >= max(len(bare_code(low)), len(bare_code(high)))
    return star == "*" and rest == "" and "?" not in stem and whole and code_range_contains(low, high, stem)


_Cut: TypeAlias = tuple[float, int]
"""A place between numbers: (5, 0) is just before 5, (5, 1) just behind it."""
_Stretch: TypeAlias = tuple[_Cut, _Cut]
_EVERYTHING: _Stretch = ((-math.inf, 0), (math.inf, 1))


def _is_about_numbers(*tests: UnaryTest) -> bool:
    return any(_has_numbers(test) for test in tests)


def _has_numbers(test: UnaryTest) -> bool:
    match test:
        case Interval():
            return True
        case Equals(value):
            return not isinstance(value, str)
        case AnyOf(tests):
            return any(map(_has_numbers, tests))
        case Not(inner):
            return _has_numbers(inner)
        case _:
            return False


def _stretches(test: UnaryTest) -> list[_Stretch] | None:
    """Give the numbers a test accepts as sorted stretches apart from each other; None where not numbers."""
    match test:
        case Equals(value) if not isinstance(value, str):
            return [((value, 0), (value, 1))]
        case Interval(low, high, low_open, high_open):
            start = _EVERYTHING[0] if low is None else (low, int(low_open))
            end = _EVERYTHING[1] if high is None else (high, int(not high_open))
            return [(start, end)]
        case Anything() | NotBlank():
            return [_EVERYTHING]
        case Blank():
            return []
        case AnyOf(tests):
            parts = [_stretches(part) for part in tests]
            return None if None in parts else _merged([s for part in parts for s in part or []])
        case Not(inner):
            taken = _stretches(inner)
            return None if taken is None else _gaps(taken)
        case _:
            return None


def _merged(stretches: list[_Stretch]) -> list[_Stretch]:
    merged: list[_Stretch] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _gaps(stretches: list[_Stretch]) -> list[_Stretch]:
    cuts = [_EVERYTHING[0], *(cut for stretch in stretches for cut in stretch), _EVERYTHING[1]]
    pairs = zip(cuts[::2], cuts[1::2], strict=True)
    return [(start, end) for start, end in pairs if start < end]
