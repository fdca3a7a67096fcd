"""Cuts the values of a field at everything that cells write of it: values, bounds, patterns."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from codesheet.checks.sample_index import SampleIndex
from codesheet.language.unary_test_acceptance import bare_code
from codesheet.language.unary_tests import (
    AnyOf,
    Anything,
    CodeRange,
    Equals,
    InSet,
    Interval,
    Not,
    NotBlank,
    UnaryTest,
    Wildcard,
)
from codesheet.language.values import Scalar, fold
from codesheet.model import Member, ValueSet

_ELSE = "~~"
"""Stands for every text that no cell writes and no pattern accepts."""

_MOST_IN_LISTS = 24
"""So many kinds of elements a code list is looked at in pairs of; beyond, one at a time."""

MOST_STEPS = 3_000_000
"""So often patterns are tried on texts, some seconds; those of tables that people write need some hundred."""


class TooManyPatterns(Exception):  # noqa: N818 - an answer, not a fault
    """So many wildcards and code ranges are written of one field that comparing them takes too long."""


@dataclass(frozen=True, slots=True)
class ValueClass:
    """Values no cell tells apart: a sample (None: a missing value), and a test that accepts just them."""

    sample: Scalar | None
    test: UnaryTest


def leaves_of(tests: Iterable[UnaryTest], sets: Mapping[str, ValueSet]) -> Iterator[UnaryTest]:
    """Give the single tests inside, those of value sets' members too."""
    for test in tests:
        match test:
            case AnyOf(inner):
                yield from leaves_of(inner, sets)
            case Not(inner):
                yield from leaves_of([inner], sets)
            case InSet(name):
                members: tuple[Member, ...] = sets[name].members if name in sets else ()
                yield from (member.test for member in members)
            case _:
                yield test


def is_plain(test: UnaryTest, sets: Mapping[str, ValueSet], *, written: bool = False) -> bool:
    """Say whether a test knows no patterns; `written`: and accepts only values it writes."""
    if written and isinstance(test, (Not, NotBlank, Anything)):
        return False
    if written and isinstance(test, AnyOf) and any(isinstance(t, (Not, NotBlank)) for t in test.tests):
        return False
    return not any(isinstance(leaf, (Wildcard, CodeRange)) for leaf in leaves_of([test], sets))


def has_only_stems(test: UnaryTest, sets: Mapping[str, ValueSet]) -> bool:
    """Say whether all patterns inside end in their only star, so that they lie within each other or apart."""
    leaves = [leaf for leaf in leaves_of([test], sets) if isinstance(leaf, (Wildcard, CodeRange))]
    return all(isinstance(leaf, Wildcard) and _stem(leaf.pattern) is not None for leaf in leaves)


def _stem(pattern: str) -> str | None:
    stem, star, rest = pattern.partition("*")
    return stem if star and stem and not rest and "?" not in stem else None


def text_classes(
    tests: Iterable[UnaryTest], sets: Mapping[str, ValueSet], more: Iterable[str]
) -> list[ValueClass]:
    """Give a class for each value written anywhere, some for what patterns accept besides, one for else.

    Raises:
        TooManyPatterns: finding which patterns meet takes more than MOST_STEPS.

    """
    leaves = list(dict.fromkeys(leaves_of(tests, sets)))
    values = {fold(text): text for text in more}
    for leaf in leaves:
        if isinstance(leaf, Equals):
            values.setdefault(fold(str(leaf.value)), str(leaf.value))
    patterns = [leaf for leaf in leaves if isinstance(leaf, (Wildcard, CodeRange))]
    found = [ValueClass(text, Equals(text)) for text in values.values()]
    found += _pattern_classes(patterns, values)
    written = tuple(Equals(text) for text in values.values())
    other = (
        AnyOf((*written, *patterns))
        if len(written) + len(patterns) > 1
        else (*written, *patterns, NotBlank())[0]
    )
    if not any(isinstance(p, Wildcard) and not p.pattern.strip("*") for p in patterns):
        rest = NotBlank() if isinstance(other, NotBlank) else Not(other)
        found.append(ValueClass(_ELSE, rest))
    return found


def _pattern_classes(patterns: list[Wildcard | CodeRange], values: Mapping[str, str]) -> Iterator[ValueClass]:
    """Give a class for each set of patterns that some text passes, and no cell writes."""
    samples = [sample for sample in dict.fromkeys(_samples(patterns)) if fold(sample) not in values]
    index = SampleIndex(samples)
    if sum(map(index.steps, patterns)) > MOST_STEPS:
        msg = f"{len(patterns)} wildcards and code ranges"
        raise TooManyPatterns(msg)
    passing: list[list[int]] = [[] for _ in samples]
    for number, pattern in enumerate(patterns):
        for place in index.accepted(pattern):
            passing[place].append(number)
    seen: set[tuple[int, ...]] = {()}
    for sample, numbers in zip(samples, passing, strict=True):
        if tuple(numbers) not in seen:
            seen.add(tuple(numbers))
            yield ValueClass(sample, patterns[numbers[-1]])


def _samples(patterns: list[Wildcard | CodeRange]) -> Iterator[str]:
    """Give texts that show which patterns meet: ends of ranges, stems of wildcards, and joins of two."""
    for pattern in patterns:
        if isinstance(pattern, CodeRange):
            yield from (pattern.low, pattern.high, f"{pattern.high}~", f"{bare_code(pattern.low)}~")
        else:
            yield from (pattern.pattern.replace("*", filler).replace("?", "0") for filler in ("", "~", "0~"))
    wild = [pattern.pattern for pattern in patterns if isinstance(pattern, Wildcard)][:_MOST_IN_LISTS]
    for first, second in combinations(wild, 2):
        one, two = first.replace("*", ""), second.replace("*", "")
        yield from (f"{a}{b}".replace("?", "0") for a, b in ((one, two), (two, one)))


def number_classes(tests: Iterable[UnaryTest], *, whole: bool) -> list[ValueClass]:
    """Cut the numbers at every bound: each bound, and each stretch between two."""
    cuts: set[float] = set()
    for leaf in leaves_of(tests, {}):
        if isinstance(leaf, Equals) and not isinstance(leaf.value, str):
            cuts.add(leaf.value)
        elif isinstance(leaf, Interval):
            cuts.update(end for end in (leaf.low, leaf.high) if end is not None)
    found: list[ValueClass] = []
    previous: float | None = None
    for cut in sorted(cuts):
        found += _between(previous, cut, whole=whole)
        if not whole or cut.is_integer():
            found.append(ValueClass(cut, Equals(cut)))
        previous = cut
    return found + _between(previous, None, whole=whole)


def _between(low: float | None, high: float | None, *, whole: bool) -> list[ValueClass]:
    test = Interval(low, high, low is not None, high is not None)
    if whole:
        first = None if low is None else float(int(low // 1) + 1)
        last = None if high is None else float(-(int(-high // 1)) - 1)
        if first is not None and last is not None and first > last:
            return []
        sample = first if first is not None else last if last is not None else 0.0
        return [ValueClass(sample, Equals(sample) if first == last else Interval(first, last))]
    if low is None or high is None:
        sample = (0.0 if high is None else high - 1) if low is None else low + 1
    else:
        sample = (low + high) / 2
    return [ValueClass(sample, test)]


def lists_of(elements: list[ValueClass]) -> list[ValueClass]:
    """Give the code lists of one element, and of two different ones."""
    single = [ValueClass((str(one.sample),), one.test) for one in elements]
    if len(elements) > _MOST_IN_LISTS:
        return single
    pairs = combinations(elements, 2)
    return single + [ValueClass((str(a.sample), str(b.sample)), a.test) for a, b in pairs]


def never(name: str, value: str | float) -> bool:
    """Refuse to say whether a value belongs to a set: members are looked at one by one."""
    msg = f"whether {value} is in {name} is asked elsewhere"
    raise LookupError(msg)
