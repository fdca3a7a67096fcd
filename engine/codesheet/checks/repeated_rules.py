"""Rules that say what another rule says already."""

from collections.abc import Iterator

from codesheet.checks.geometry import Geometry
from codesheet.checks.rule_pairs import named, related, same_outputs
from codesheet.checks.value_classes import ones
from codesheet.issues import Issue, IssueCode
from codesheet.model import HitPolicy, Result

_NOT_HERE = (HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.FIRST_IN_GROUP, HitPolicy.OVERRIDE)
"""Unique calls it an overlap, First a rule that never fires; under Override the wider rule stands behind."""


def repeated_rules(geometry: Geometry) -> Iterator[Issue]:
    """Find rules with the same cells as an earlier one, and rules that an earlier or later one contains."""
    table = geometry.table
    if table.hit_policy in _NOT_HERE or table.scope:
        return
    twice = table.result is Result.CLAIM_LINES and table.hit_policy is not HitPolicy.ANY
    twice_said = ", so that each such row is billed twice" if twice else ""
    seen: dict[tuple[int, ...], list[int]] = {}
    copies: set[int] = set()
    for place, rule in enumerate(table.rules):
        key = tuple(dimension.cell_of[place] for dimension in geometry.dimensions)
        earlier = seen.setdefault(key, [])
        same = [table.rules[other] for other in earlier if same_outputs(rule, table.rules[other])]
        if same and rule.priority == same[0].priority:
            copies.add(place)
            others = named(same[:1], rule.at)
            facts = {"others": others, "consequence": twice_said}
            yield IssueCode.REPEATED_RULE.issue(rule.at, *related(same[:1]), **facts)
        earlier.append(place)
    yield from _contained(geometry, copies, twice_said)


def _contained(geometry: Geometry, copies: set[int], consequence: str) -> Iterator[Issue]:
    table = geometry.table
    for place, rule in enumerate(table.rules):
        if place in copies:
            continue
        for other in ones(geometry.meeting(place) & geometry.containing(place)):
            wider = table.rules[other]
            if (
                not geometry.containing(other) >> place & 1
                and same_outputs(rule, wider)
                and rule.priority == wider.priority
            ):
                facts = {"others": named([wider], rule.at), "consequence": consequence}
                issue = IssueCode.RULE_ADDS_NOTHING.issue(rule.at, wider.at, **facts)
                yield issue if consequence else issue.as_note
                break
