"""Rules that must agree where they match together, and do not: under Any, and under Priority on one level."""

from collections.abc import Iterator
from itertools import islice

from codesheet.checks.geometry import Geometry
from codesheet.checks.rule_pairs import (
    MOST_PAIRS,
    Disagreement,
    by_workbook,
    disagreement,
    first_of,
    how_to_part,
    hubs,
    later_meeting,
    named,
    numbered,
    of_each_kind,
    related,
    what_each_gives,
)
from codesheet.issues import Issue, IssueCode
from codesheet.model import HitPolicy

_AGREE = "under hit policy {} they must agree"


def disagreeing_rules(geometry: Geometry) -> Iterator[Issue]:
    """Name each rule that contradicts others; a warning where only the data can tell."""
    table = geometry.table
    if table.hit_policy not in (HitPolicy.ANY, HitPolicy.PRIORITY):
        return
    found = dict(islice(_disagreeing(geometry), MOST_PAIRS))
    for rule, partners in hubs(found):
        others = [table.rules[partner] for partner in partners]
        pairs = [found[min(rule, partner), max(rule, partner)] for partner in partners]
        facts = {
            "others": named(others, table.rules[rule].at),
            "output": pairs[0].column,
            "instance": geometry.instance(rule, partners[0]),
            "remedy": how_to_part(geometry, rule, partners, _AGREE.format(table.hit_policy.value)),
        }
        issue = IssueCode.RULES_DISAGREE.issue(table.rules[rule].at, *related(others), **facts)
        sure = any(pair.is_sure for pair in pairs)
        yield by_workbook(issue, table.rules[rule], others) if sure else issue.as_warning


def _disagreeing(geometry: Geometry) -> Iterator[tuple[tuple[int, int], Disagreement]]:
    """Give the pairs that contradict each other; thousands of rules that agree are not looked at in pairs."""
    rules = geometry.table.rules
    kinds = numbered(zip(what_each_gives(rules), (rule.priority for rule in rules), strict=True))
    of_kind = of_each_kind(kinds)
    for one in range(geometry.count):
        rest = later_meeting(geometry, one)
        while rest:
            other = first_of(rest)
            difference = _difference(geometry, one, other)
            if difference is None:
                rest &= ~of_kind[kinds[other]]
                continue
            rest ^= 1 << other
            if geometry.surely_meet(one, other):
                yield (one, other), difference


def _difference(geometry: Geometry, one: int, other: int) -> Disagreement | None:
    first, second = geometry.table.rules[one], geometry.table.rules[other]
    if first.priority != second.priority:
        return None
    return disagreement(first, second, geometry.table.outputs)
