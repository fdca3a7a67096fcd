"""Rules of a table with a Scope that match together and differ, and of which none is more specific."""

from collections.abc import Iterator
from itertools import islice

from codesheet.checks.coverage import TooLarge, is_covered
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
from codesheet.specificity import Specificity

_NARROW = "add a rule for both, or constrain one of them further"


def crossing_rules(geometry: Geometry) -> Iterator[Issue]:
    """Under Override judge all pairs, under Collect with a Scope the rivals: rules of the same RULE id."""
    table = geometry.table
    if not table.scope or table.hit_policy not in (HitPolicy.OVERRIDE, HitPolicy.COLLECT):
        return
    found = dict(islice(_crossing(geometry), MOST_PAIRS))
    for rule, partners in hubs(found):
        others = [table.rules[partner] for partner in partners]
        pairs = [found[min(rule, partner), max(rule, partner)] for partner in partners]
        facts = {
            "others": named(others, table.rules[rule].at),
            "output": pairs[0].column,
            "instance": geometry.instance(rule, partners[0]),
            "remedy": how_to_part(geometry, rule, partners, _NARROW),
        }
        issue = IssueCode.RULES_CROSS.issue(table.rules[rule].at, *related(others), **facts)
        sure = any(pair.is_sure for pair in pairs)
        yield by_workbook(issue, table.rules[rule], others) if sure else issue.as_warning


def _crossing(geometry: Geometry) -> Iterator[tuple[tuple[int, int], Disagreement]]:
    table = geometry.table
    scopes = [Specificity.of(rule, table.scope) for rule in table.rules]
    rivals_only = table.hit_policy is HitPolicy.COLLECT
    for one, other in meeting_pairs(geometry):
        first, second = table.rules[one], table.rules[other]
        if rivals_only and (not first.id or first.id != second.id):
            continue
        if scopes[one].overrides(scopes[other]) or scopes[other].overrides(scopes[one]):
            continue
        difference = disagreement(first, second, table.outputs)
        if difference is None or _is_settled(geometry, scopes, (one, other), difference.column):
            continue
        yield (one, other), difference


def _is_settled(geometry: Geometry, scopes: list[Specificity], pair: tuple[int, int], column: str) -> bool:
    """Say whether rules that override both take every row that the two share."""
    one, other = pair
    table = geometry.table
    better = 0
    for place, rule in enumerate(table.rules):
        if rule.output(column) is not None and all(scopes[place].overrides(scopes[rival]) for rival in pair):
            better |= 1 << place
    if not better:
        return False
    narrow, wide = (one, other) if geometry.within(one, other) else (other, one)
    if not geometry.within(narrow, wide):
        return any(
            _takes_both(geometry, place, pair) for place in range(geometry.count) if better >> place & 1
        )
    try:
        return is_covered(geometry, narrow, better)
    except TooLarge:
        return True


def _takes_both(geometry: Geometry, place: int, pair: tuple[int, int]) -> bool:
    """Say whether one rule accepts whatever two others accept in common."""
    one, other = pair
    for dimension in geometry.dimensions:
        shared = dimension.of(one).bits.possible & dimension.of(other).bits.possible
        if shared & ~dimension.of(place).bits.sure:
            return False
    return True
