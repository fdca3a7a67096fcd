"""Pairs of rules with something wrong between them, told so that each cause is told once."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from codesheet.checks.geometry import Geometry
from codesheet.checks.periods import first_day, shown_day
from codesheet.checks.rules_by_class import Rules
from codesheet.checks.value_classes import ones
from codesheet.issues import Issue
from codesheet.language.formulas import Clear, Literal
from codesheet.language.values import fold
from codesheet.location import CellRef
from codesheet.model import Output, Rule

MOST_PAIRS = 20_000
"""So many pairs of rules with one thing wrong are told of in a table; more say no more."""

_MOST_NAMED = 3


def meeting_pairs(geometry: Geometry) -> Iterator[tuple[int, int]]:
    """Give the pairs of rules (earlier, later) that some row surely matches both of."""
    for rule in range(geometry.count):
        for other in ones(later_meeting(geometry, rule)):
            if geometry.surely_meet(rule, other):
                yield rule, other


def later_meeting(geometry: Geometry, rule: int) -> Rules:
    """Give the later rules that share a box with this one."""
    return geometry.meeting(rule) >> (rule + 1) << (rule + 1)


def first_of(rules: Rules) -> int:
    """Give the first of some rules, of which there must be one."""
    return (rules & -rules).bit_length() - 1


def hubs(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, list[int]]]:
    """Group pairs around the rules that have most of them: (the rule, its partners).

    A row that meets fifty others is one cause, told at that row; where two meet each other, the later one.
    """
    partners: dict[int, set[int]] = {}
    for count, (one, other) in enumerate(pairs):
        if count >= MOST_PAIRS:
            break
        partners.setdefault(one, set()).add(other)
        partners.setdefault(other, set()).add(one)
    groups: list[tuple[int, list[int]]] = []
    by_count: dict[int, set[int]] = {}
    for rule, others in partners.items():
        by_count.setdefault(len(others), set()).add(rule)
    most = max(by_count, default=0)
    while most:
        waiting = by_count.get(most)
        if not waiting:
            most -= 1
            continue
        rule = max(waiting)
        others = partners.pop(rule)
        waiting.discard(rule)
        groups.append((rule, sorted(others)))
        for other in others:
            count = len(partners[other])
            by_count[count].discard(other)
            partners[other].discard(rule)
            by_count.setdefault(count - 1, set()).add(other)
    return sorted(groups)


def named(rules: Sequence[Rule], beside: CellRef) -> str:
    """Name rules as a reader of the sheet finds them: `row 9`, `rows 9, 12 and 3 more`, or addresses."""
    sheet = (beside.workbook, beside.sheet)
    here = [str(rule.at.row) for rule in rules if (rule.at.workbook, rule.at.sheet) == sheet]
    shown = here + [str(rule.at) for rule in rules if (rule.at.workbook, rule.at.sheet) != sheet]
    more = len(shown) - _MOST_NAMED
    listed = ", ".join(shown[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    if not here:
        return listed
    return f"row {listed}" if len(rules) == 1 else f"rows {listed}"


def how_to_part(geometry: Geometry, rule: int, partners: Iterable[int], otherwise: str) -> str:
    """Say what to do about two rules that meet: one was pasted twice, or was to follow the other in time."""
    for partner in partners:
        mine, its = geometry.table.rules[rule], geometry.table.rules[partner]
        if any(one.cell_of[rule] != one.cell_of[partner] for one in geometry.dimensions[:-1]):
            continue  # the last dimension is time
        if mine.period == its.period and same_outputs(mine, its):
            return f"this row says the same as {named([its], mine.at)}: delete one of them"
        earlier, later = sorted((mine, its), key=lambda one: first_day(one.period))
        begins = first_day(later.period)
        if first_day(earlier.period) < begins:
            return f"if row {later.at.row} is to follow, end row {earlier.at.row} on {shown_day(begins - 1)}"
    return otherwise


def related(rules: Sequence[Rule]) -> list[CellRef]:
    """Give the addresses an issue names beside its own."""
    return [rule.at for rule in rules[:_MOST_NAMED]]


def by_workbook(issue: Issue, rule: Rule, others: Iterable[Rule]) -> Issue:
    """Make an issue a warning where the rules stand in different workbooks: their authors may not know."""
    return issue if any(other.at.workbook == rule.at.workbook for other in others) else issue.as_warning


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A THEN column in which two rules give different things; `is_sure` where both write a value."""

    column: str
    is_sure: bool


def disagreement(rule: Rule, other: Rule, columns: Iterable[str]) -> Disagreement | None:
    """Find a THEN column that two rules fill differently, a certain one if there is one."""
    found: Disagreement | None = None
    for column in columns:
        one, two = rule.output(column), other.output(column)
        if one is None or two is None or _same(one, two):
            continue
        sure = isinstance(one.formula, (Literal, Clear)) and isinstance(two.formula, (Literal, Clear))
        if found is None or (sure and not found.is_sure):
            found = Disagreement(column, sure)
    return found


def _same(one: Output, other: Output) -> bool:
    return _value(one) == _value(other)


def _value(output: Output) -> object:
    """Give what makes two cells the same: the formula, of a text its letters whatever their case."""
    formula = output.formula
    return fold(formula.value) if isinstance(formula, Literal) and isinstance(formula.value, str) else formula


def what_each_gives(rules: Sequence[Rule]) -> list[int]:
    """Give each rule a number, the same to those that give the same in every column."""
    return numbered(map(_given, rules))


def numbered(kinds: Iterable[Hashable]) -> list[int]:
    """Give each rule's kind a number, the same to the same kinds."""
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(kind, len(numbers)) for kind in kinds]


def of_each_kind(numbers: Sequence[int]) -> list[Rules]:
    """Give the rules of each number: a question that comes out the same for all of a kind is asked once."""
    found = [0] * (max(numbers, default=-1) + 1)
    for place, number in enumerate(numbers):
        found[number] |= 1 << place
    return found


def same_outputs(rule: Rule, other: Rule) -> bool:
    """Say whether two rules give the same in every column."""
    return _given(rule) == _given(other)


def _given(rule: Rule) -> frozenset[tuple[str, object]]:
    return frozenset((output.field, _value(output)) for output in rule.outputs)
