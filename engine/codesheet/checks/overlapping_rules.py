"""Rules of a Unique table that can match together: every such row goes to review."""

from collections.abc import Iterator

from codesheet.checks.geometry import Geometry
from codesheet.checks.rule_pairs import by_workbook, how_to_part, hubs, meeting_pairs, named, related
from codesheet.issues import Issue, IssueCode
from codesheet.model import HitPolicy

_NARROW = "narrow one of them, or choose another hit policy"


def overlapping_rules(geometry: Geometry) -> Iterator[Issue]:
    """Name each rule that meets others, once, with a row that matches both."""
    if geometry.table.hit_policy is not HitPolicy.UNIQUE:
        return
    rules = geometry.table.rules
    for rule, partners in hubs(meeting_pairs(geometry)):
        others = [rules[partner] for partner in partners]
        facts = {
            "others": named(others, rules[rule].at),
            "instance": geometry.instance(rule, partners[0]),
            "remedy": how_to_part(geometry, rule, partners, _NARROW),
        }
        issue = IssueCode.RULES_OVERLAP.issue(rules[rule].at, *related(others), **facts)
        yield by_workbook(issue, rules[rule], others)
