"""Rules that say what another rule says already."""

from collections.abc import Iterator, Sequence

from codesheet.checks.geometry import Geometry
from codesheet.checks.rule_pairs import named, of_each_kind, related, what_each_gives
from codesheet.checks.value_classes import ones
from codesheet.issues import Issue, IssueCode
from codesheet.model import HitPolicy, Result, Rule

_NOT_HERE = (HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.FIRST_IN_GROUP, HitPolicy.OVERRIDE)
"""Unique calls it an overlap, First a rule that never fires; under Override the wider rule stands behind."""


def repeated_rules(geometry: Geometry) -> Iterator[Issue]:
    """Find rules with the same cells as an earlier one, and rules that an earlier or later one contains."""
    table = geometry.table
    if table.hit_policy in _NOT_HERE or table.scope:
        return
    twice = table.result is Result.CLAIM_LINES and table.hit_policy is not HitPolicy.ANY
    twice_said = ", so that each such row is billed twice" if twice else ""
    gives = what_each_gives(table.rules)
    seen: dict[tuple[int, ...], Rule] = {}
    copies: set[int] = set()
    for place, rule in enumerate(table.rules):
        key = (gives[place], *(dimension.cell_of[place] for dimension in geometry.dimensions))
        first = seen.setdefault(key, rule)
        if first is not rule and rule.priority == first.priority:
            copies.add(place)
            facts = {"others": named([first], rule.at), "consequence": twice_said}
            yield IssueCode.REPEATED_RULE.issue(rule.at, *related([first]), **facts)
    yield from _contained(geometry, gives, copies, twice_said)


def _contained(
    geometry: Geometry, gives: Sequence[int], copies: set[int], consequence: str
) -> Iterator[Issue]:
    table = geometry.table
    giving = of_each_kind(gives)
    for place, rule in enumerate(table.rules):
        if place in copies:
            continue
        for other in ones(giving[gives[place]] & geometry.meeting(place) & geometry.containing(place)):
            wider = table.rules[other]
            if not geometry.containing(other) >> place & 1 and rule.priority == wider.priority:
                facts = {"others": named([wider], rule.at), "consequence": consequence}
                issue = IssueCode.RULE_ADDS_NOTHING.issue(rule.at, wider.at, **facts)
                yield issue if consequence else issue.as_note
                break
