"""A key that stands in two rows of a lookup in force on the same day: which value is right is not known."""

from collections.abc import Hashable, Iterator, Sequence

from codesheet.checks.periods import overlap
from codesheet.issues import Issue, IssueCode
from codesheet.language.unary_tests import AnyOf, Equals, UnaryTest
from codesheet.language.values import fold
from codesheet.model import LookupRow, LookupTable, Rulebook


def overlapping_keys(rulebook: Rulebook) -> Iterator[Issue]:
    """Name both rows, and of a key filled down each row and the first.

    Rows that hold only for some payers (`Applies to`) may not meet, and are left out.
    """
    for table in rulebook.lookups.values():
        yield from _of_table(table)


def _of_table(table: LookupTable) -> Iterator[Issue]:
    reported: set[tuple[int, int]] = set()
    for same in _sharing([row for row in table.rows if not row.conditions]):
        for place, second in enumerate(same):
            first = next((row for row in same[:place] if overlap(row.period, second.period)), None)
            if first is not None and (id(first), id(second)) not in reported:
                reported.add((id(first), id(second)))
                shown = ", ".join(f'"{text}"' for text in second.key_texts)
                yield IssueCode.OVERLAPPING_KEYS.issue(second.at, first.at, key=shown)


def _sharing(rows: Sequence[LookupRow], column: int = 0) -> Iterator[Sequence[LookupRow]]:
    """Give the rows of each key that several rows hold; a row alone in a column is not asked the next."""
    if len(rows) < 2:  # noqa: PLR2004 - one row shares its key with none
        return
    if column == len(rows[0].keys):
        yield rows
        return
    groups: dict[Hashable, list[LookupRow]] = {}
    for row in rows:
        for one in dict.fromkeys(_alternatives(row.keys[column])):
            groups.setdefault(one, []).append(row)
    for group in groups.values():
        yield from _sharing(group, column + 1)


def _alternatives(test: UnaryTest) -> tuple[Hashable, ...]:
    if isinstance(test, AnyOf):
        return tuple(one for inner in test.tests for one in _alternatives(inner))
    if isinstance(test, Equals) and isinstance(test.value, str):
        return (Equals(fold(test.value)),)
    return (test,)
