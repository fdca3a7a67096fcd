"""Rules that must agree where they match together, and do not: under Any, and under Priority on one level."""

from collections.abc import Iterator
from itertools import islice

from codesheet.checks.geometry import Geometry
from codesheet.checks.rule_pairs import (
    MOST_PAIRS,
    Disagreement,
    by_workbook,
    disagreement,
    how_to_part,
    hubs,
    meeting_pairs,
    named,
    related,
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
    table = geometry.table
    for one, other in meeting_pairs(geometry):
        if table.rules[one].priority == table.rules[other].priority:
            difference = disagreement(table.rules[one], table.rules[other], table.outputs)
            if difference is not None:
                yield (one, other), difference
