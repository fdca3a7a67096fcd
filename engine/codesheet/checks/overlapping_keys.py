"""A key that stands in two rows of a lookup in force on the same day: which value is right is not known."""

from collections.abc import Hashable, Iterator
from itertools import combinations, product

from codesheet.checks.periods import overlap
from codesheet.issues import Issue, IssueCode
from codesheet.language.unary_tests import AnyOf, Equals, UnaryTest
from codesheet.language.values import fold
from codesheet.model import LookupRow, LookupTable, Rulebook


def overlapping_keys(rulebook: Rulebook) -> Iterator[Issue]:
    """Name both rows; rows that hold only for some payers (`Applies to`) may not meet, and are left out."""
    for table in rulebook.lookups.values():
        yield from _of_table(table)


def _of_table(table: LookupTable) -> Iterator[Issue]:
    rows: dict[tuple[Hashable, ...], list[LookupRow]] = {}
    for row in table.rows:
        if not row.conditions:
            for key in dict.fromkeys(product(*(_alternatives(test) for test in row.keys))):
                rows.setdefault(key, []).append(row)
    reported: set[tuple[int, int]] = set()
    for same in rows.values():
        for first, second in combinations(same, 2):
            pair = (id(first), id(second))
            if overlap(first.period, second.period) and pair not in reported:
                reported.add(pair)
                shown = ", ".join(f'"{text}"' for text in second.key_texts)
                yield IssueCode.OVERLAPPING_KEYS.issue(second.at, first.at, key=shown)


def _alternatives(test: UnaryTest) -> tuple[Hashable, ...]:
    if isinstance(test, AnyOf):
        return tuple(one for inner in test.tests for one in _alternatives(inner))
    if isinstance(test, Equals) and isinstance(test.value, str):
        return (Equals(fold(test.value)),)
    return (test,)
