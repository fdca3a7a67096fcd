"""An overlay that goes on after what it overlays has ended: a payer's exception to a rule that is no more."""

from collections.abc import Iterator

from codesheet.checks.geometry import Geometry
from codesheet.checks.periods import last_day, shown_day
from codesheet.checks.rule_pairs import named, related
from codesheet.issues import Issue, IssueCode
from codesheet.model import HitPolicy
from codesheet.specificity import Specificity


def overlay_without_base(geometry: Geometry) -> Iterator[Issue]:
    """Compare each rule that is in a scope with the wider rules it would replace."""
    table = geometry.table
    if not table.scope or table.hit_policy not in (HitPolicy.OVERRIDE, HitPolicy.COLLECT):
        return
    scopes = [Specificity.of(rule, table.scope) for rule in table.rules]
    wide = [place for place, scope in enumerate(scopes) if not scope.constrained]
    for place, rule in enumerate(table.rules):
        if not scopes[place].constrained:
            continue
        bases = [table.rules[other] for other in wide if _is_base(geometry, other, place)]
        last = max((last_day(base.period) for base in bases), default=None)
        if last is not None and last < last_day(rule.period):
            facts = {"others": named(bases, rule.at), "last": shown_day(last)}
            yield IssueCode.BASE_ENDED.issue(rule.at, *related(bases), **facts)


def _is_base(geometry: Geometry, base: int, overlay: int) -> bool:
    table = geometry.table
    if table.hit_policy is HitPolicy.COLLECT:
        return bool(table.rules[base].id) and table.rules[base].id == table.rules[overlay].id
    others = geometry.dimensions[:-1]
    return all(geometry.cell_within(dimension, overlay, base) for dimension in others)
