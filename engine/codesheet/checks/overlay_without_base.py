"""An overlay that goes on after what it overlays has ended: a payer's exception to a rule that is no more."""

from collections.abc import Iterator, Mapping

from codesheet.checks.geometry import Geometry
from codesheet.checks.periods import last_day, shown_day
from codesheet.checks.rule_pairs import named, related
from codesheet.checks.rules_by_class import Rules
from codesheet.checks.value_classes import ones
from codesheet.issues import Issue, IssueCode
from codesheet.model import HitPolicy
from codesheet.specificity import Specificity


def overlay_without_base(geometry: Geometry) -> Iterator[Issue]:
    """Compare each rule that is in a scope with the wider rules it would replace."""
    table = geometry.table
    if not table.scope or table.hit_policy not in (HitPolicy.OVERRIDE, HitPolicy.COLLECT):
        return
    scopes = [Specificity.of(rule, table.scope) for rule in table.rules]
    wide = sum(1 << place for place, scope in enumerate(scopes) if not scope.constrained)
    by_id: dict[str, int] = {}
    for place, rule in enumerate(table.rules):
        by_id[rule.id] = by_id.get(rule.id, 0) | 1 << place
    for place, rule in enumerate(table.rules):
        if not scopes[place].constrained:
            continue
        bases = [table.rules[other] for other in _bases(geometry, place, wide, by_id)]
        last = max((last_day(base.period) for base in bases), default=None)
        if last is not None and last < last_day(rule.period):
            facts = {"others": named(bases, rule.at), "last": shown_day(last)}
            yield IssueCode.BASE_ENDED.issue(rule.at, *related(bases), **facts)


def _bases(geometry: Geometry, overlay: int, wide: Rules, by_id: Mapping[str, Rules]) -> list[int]:
    """Give the wider rules an overlay would replace: those of its id, or those that take all its cases."""
    rule = geometry.table.rules[overlay]
    if geometry.table.hit_policy is HitPolicy.COLLECT:
        return list(ones(by_id[rule.id] & wide)) if rule.id else []
    others = geometry.dimensions[:-1]
    for dimension in others:
        wide &= dimension.meeting(dimension.cell_of[overlay])
    return [
        base
        for base in ones(wide)
        if all(geometry.cell_within(dimension, overlay, base) for dimension in others)
    ]
