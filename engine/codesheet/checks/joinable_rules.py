"""Rules that differ in one cell only and give the same: they could be one row."""

from collections.abc import Iterator

from codesheet.checks.dimensions import Dimension
from codesheet.checks.geometry import DATES, Geometry
from codesheet.checks.rule_pairs import named, related, same_outputs
from codesheet.issues import Issue, IssueCode
from codesheet.language.unary_test_printer import show_unary_test
from codesheet.language.unary_tests import AnyOf, Not
from codesheet.model import HitPolicy

_ORDER_FREE = (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.COLLECT, HitPolicy.FIRST)
_MOST_RULES = 3_000


def joinable_rules(geometry: Geometry) -> Iterator[Issue]:
    """Find neighbours of one sheet that only one IF column tells apart."""
    table = geometry.table
    if table.hit_policy not in _ORDER_FREE or table.scope or geometry.count > _MOST_RULES:
        return
    for place in range(1, geometry.count):
        one, other = table.rules[place - 1], table.rules[place]
        if (one.at.workbook, one.at.sheet) != (other.at.workbook, other.at.sheet) or one.id or other.id:
            continue
        if one.because != other.because or not same_outputs(one, other):
            continue
        different = [d for d in geometry.dimensions if d.cell_of[place - 1] != d.cell_of[place]]
        if len(different) == 1 and (cell := _joined(different[0], place)):
            facts = {"others": named([one], other.at), "column": different[0].name, "cell": cell}
            yield IssueCode.ROWS_COULD_BE_ONE.issue(other.at, *related([one]), **facts)


def _joined(dimension: Dimension, place: int) -> str:
    first, second = dimension.of(place - 1), dimension.of(place)
    exact = first.bits.is_exact and second.bits.is_exact
    if dimension.classes is None or dimension.name == DATES or not exact:
        return ""
    bits = first.bits.sure | second.bits.sure
    if bits == dimension.everything:
        return '"-"'
    test = dimension.classes.test_of(bits)
    if isinstance(test, AnyOf) and any(isinstance(part, Not) for part in test.tests):
        return ""  # not speaks for a whole cell: `not a, is blank` would be another test
    return f'"{show_unary_test(test, dimension.kind)}"'
