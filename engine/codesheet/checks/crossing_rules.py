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
from codesheet.checks.rules_by_class import Rules
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
    """Give the pairs that cross; of rules alike in what is asked, one answers for all."""
    rivals = _Rivals(geometry)
    for one in range(geometry.count):
        rest = later_meeting(geometry, one)
        while rest:
            other = first_of(rest)
            difference = rivals.difference(one, other)
            if difference is None:
                rest &= ~rivals.saying_as(other)
            elif rivals.overriding(one, other):
                rest &= ~rivals.with_scope_of(other)
            elif rivals.is_settled(one, other, difference.column):
                rest &= ~rivals.alike(other)
            else:
                rest ^= 1 << other
                if geometry.surely_meet(one, other):
                    yield (one, other), difference


class _Rivals:
    """What the rules of a table with a Scope have to do with each other."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        table = geometry.table
        scopes = [Specificity.of(rule, table.scope) for rule in table.rules]
        self._scope = numbered(frozenset(scope.tests.items()) for scope in scopes)
        self._scopes = dict(zip(self._scope, scopes, strict=True))
        self._of_scope = of_each_kind(self._scope)
        ids = [rule.id if table.hit_policy is HitPolicy.COLLECT else "" for rule in table.rules]
        self._says = numbered(zip(what_each_gives(table.rules), ids, strict=True))
        self._saying = of_each_kind(self._says)
        cells = (dimension.cell_of for dimension in geometry.dimensions)
        self._kind = numbered(zip(self._scope, self._says, *cells, strict=True))
        self._alike = of_each_kind(self._kind)
        self._giving = {
            column: sum(
                1 << place for place, rule in enumerate(table.rules) if rule.output(column) is not None
            )
            for column in table.outputs
        }
        self._known_overrides: dict[tuple[int, int], bool] = {}
        self._known_settled: dict[tuple[int, int], bool] = {}

    def saying_as(self, rule: int) -> Rules:
        """Give the rules of the same id that give the same, whatever they ask."""
        return self._saying[self._says[rule]]

    def with_scope_of(self, rule: int) -> Rules:
        """Give the rules that ask the same of the columns of the scope."""
        return self._of_scope[self._scope[rule]]

    def alike(self, rule: int) -> Rules:
        """Give the rules that are the same in all but their place."""
        return self._alike[self._kind[rule]]

    def difference(self, one: int, other: int) -> Disagreement | None:
        """Give a column in which two rivals differ."""
        table = self._geometry.table
        first, second = table.rules[one], table.rules[other]
        if table.hit_policy is HitPolicy.COLLECT and (not first.id or first.id != second.id):
            return None
        return disagreement(first, second, table.outputs)

    def overriding(self, one: int, other: int) -> bool:
        """Say whether one of two rules overrides the other."""
        scopes = self._scope[one], self._scope[other]
        return self._overrides(*scopes) or self._overrides(*reversed(scopes))

    def is_settled(self, one: int, other: int, column: str) -> bool:
        """Say whether rules that override both take every row that the two share."""
        key = self._kind[one], self._kind[other]
        if key not in self._known_settled:
            self._known_settled[key] = self._settled(one, other, column)
        return self._known_settled[key]

    def _settled(self, one: int, other: int, column: str) -> bool:
        geometry = self._geometry
        narrow, wide = (one, other) if geometry.within(one, other) else (other, one)
        if not geometry.within(narrow, wide):
            return bool(self._better(one, other, self._giving[column] & _taking_both(geometry, one, other)))
        better = self._better(one, other, self._giving[column])
        try:
            return is_covered(geometry, narrow, better)
        except TooLarge:
            return True

    def _better(self, one: int, other: int, among: Rules) -> Rules:
        """Give those of some rules that override two others."""
        scopes = self._scope[one], self._scope[other]
        found = 0
        while among:
            place = first_of(among)
            scope = self._scope[place]
            if all(self._overrides(scope, rival) for rival in scopes):
                found |= among & self._of_scope[scope]
            among &= ~self._of_scope[scope]
        return found

    def _overrides(self, scope: int, other: int) -> bool:
        key = scope, other
        if key not in self._known_overrides:
            self._known_overrides[key] = self._scopes[scope].overrides(self._scopes[other])
        return self._known_overrides[key]


def _taking_both(geometry: Geometry, one: int, other: int) -> Rules:
    """Give the rules that accept whatever two others accept in common."""
    found = geometry.all_rules
    for dimension in geometry.dimensions:
        shared = dimension.of(one).bits.possible & dimension.of(other).bits.possible
        found &= dimension.with_rules.accepting_all(shared)
    return found
