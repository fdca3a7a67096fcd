"""Rules that no row can match, or that others always beat: what they would bill is never billed."""

from collections.abc import Iterator

from codesheet.checks.coverage import TooLarge, is_covered
from codesheet.checks.geometry import Geometry
from codesheet.checks.rule_pairs import named, related
from codesheet.checks.rules_by_class import Rules
from codesheet.checks.value_classes import ones
from codesheet.issues import Issue, IssueCode
from codesheet.model import HitPolicy, Required

_FIRST = (HitPolicy.FIRST, HitPolicy.FIRST_IN_GROUP)
_MOST_TOGETHER = 12


def rules_that_never_fire(geometry: Geometry) -> Iterator[Issue]:
    """Find rules that contradict themselves or Only when, and those that better rules cover."""
    for rule in range(geometry.count):
        if not geometry.alive >> rule & 1:
            yield _impossible(geometry, rule)
        elif better := _better(geometry, rule):
            yield from _beaten(geometry, rule, better & geometry.meeting(rule))


def _impossible(geometry: Geometry, rule: int) -> Issue:
    table = geometry.table
    dimension = next(d for d in geometry.dimensions if not d.of(rule).bits.possible)
    conditions = [c for c in table.rules[rule].conditions if c.field == dimension.name]
    guards = [c for c in table.only_when if c.field == dimension.name]
    own = conditions[0].at if conditions else table.rules[rule].at
    said = " and ".join(dict.fromkeys(f'"{condition.text}"' for condition in (*conditions, *guards)))
    if guards:
        why = f"Only when and this row ask of {dimension.name} what cannot both hold ({said})"
    elif len(conditions) > 1:
        why = f"it asks of {dimension.name} what cannot all hold ({said})"
    else:
        why = f"{said} accepts no value that {dimension.name} can have"
    remedy = "correct one of the cells, or delete the row"
    return IssueCode.RULE_NEVER_FIRES.issue(own, *(c.at for c in guards[:1]), why=why, remedy=remedy)


def _better(geometry: Geometry, rule: int) -> Rules:
    """Give the rules that win wherever they match together with this one."""
    table = geometry.table
    if table.hit_policy in _FIRST:
        return (1 << rule) - 1
    if table.hit_policy is HitPolicy.PRIORITY:
        own = table.rules[rule].priority
        better = 0
        for place, other in enumerate(table.rules):
            if own is not None and other.priority is not None and other.priority < own:
                better |= 1 << place
        return better
    return 0


def _beaten(geometry: Geometry, rule: int, better: Rules) -> Iterator[Issue]:
    if not better:
        return
    rules = geometry.table.rules
    single = next(ones(better & geometry.containing(rule)), None)
    try:
        if single is None and not is_covered(geometry, rule, better, _blocking(geometry, better)):
            return
    except TooLarge:
        what = f"whether the rules above it leave row {rules[rule].at.row} anything"
        yield IssueCode.NOT_JUDGED.issue(rules[rule].at, what=what, why="too many rules meet it")
        return
    places = [single] if single is not None else _needed(geometry, rule, better)
    others = [rules[place] for place in places]
    goes, takes = ("goes", "takes") if len(others) == 1 else ("go", "together take")
    why = f"{named(others, rules[rule].at)}, which {goes} before it, {takes} all its cases"
    remedy = "put it above, narrow what goes before it, or delete it"
    yield IssueCode.RULE_NEVER_FIRES.issue(rules[rule].at, *related(others), why=why, remedy=remedy)


def _needed(geometry: Geometry, rule: int, better: Rules) -> list[int]:
    """Leave out, one by one, what is not needed to cover the rule."""
    blocked = _blocking(geometry, better)
    if better.bit_count() > _MOST_TOGETHER:
        return list(ones(better))
    for place in ones(better):
        fewer = better & ~(1 << place)
        if is_covered(geometry, rule, fewer, blocked):
            better = fewer
    return list(ones(better))


def _blocking(geometry: Geometry, better: Rules) -> dict[str, Rules]:
    """Give the rules that leave a row open where a fact is missing that must be asked for: they win, too."""
    blocking: dict[str, Rules] = {}
    for dimension in geometry.dimensions:
        found = geometry.rulebook.fields.get(dimension.name)
        if found is not None and found.required is Required.WHEN_USED and dimension.classes is not None:
            blocking[dimension.name] = better
    return blocking
