"""Which of the matching rules count (DESIGN §3; decisions, note 4). Rules are named by their place."""

from dataclasses import dataclass, field

from codesheet.language.unary_test_logic import constrains, covers
from codesheet.language.unary_tests import UnaryTest
from codesheet.language.values import fold
from codesheet.model import DecisionTable, HitPolicy, Result, Rule


@dataclass(slots=True)
class Hit:
    """One rule that counts. `speaks` gives for each output the rules whose cells must agree there.

    The first of them gives its cell; where there is none, the output is left as it was.
    """

    rule: int
    speaks: dict[str, list[int]]


@dataclass(slots=True)
class Outcome:
    """What a table comes to on one record.

    `asking` are undecided rules whose facts are asked for; `blocked` outputs that wait for them; `crossing`
    rules of which only one may match.
    """

    hits: list[Hit] = field(default_factory=list)
    asking: list[int] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    crossing: list[int] = field(default_factory=list)


def decide(table: DecisionTable, fired: list[int], undecided: list[int]) -> Outcome:
    """Say which rules count, of those that matched and those that wait for facts, both ascending."""
    match table.hit_policy:
        case HitPolicy.UNIQUE if len(fired) > 1:
            return Outcome(crossing=fired, asking=undecided)
        case HitPolicy.UNIQUE | HitPolicy.ANY:
            return _unless(undecided, fired, table)
        case HitPolicy.FIRST:
            above = [rule for rule in undecided if not fired or rule < fired[0]]
            return _unless(above, fired[:1], table)
        case HitPolicy.PRIORITY:
            return _priority(table, fired, undecided)
        case HitPolicy.OVERRIDE:
            return _override(table, fired, undecided)
        case _:
            return _collect(table, fired, undecided)


def _unless(undecided: list[int], counting: list[int], table: DecisionTable) -> Outcome:
    """Let the counting rules speak together, unless an undecided one could change the outcome."""
    if undecided:
        return Outcome(asking=undecided, blocked=list(table.outputs))
    if not counting:
        return Outcome()
    return Outcome(hits=[Hit(counting[0], dict.fromkeys(table.outputs, counting))])


def _priority(table: DecisionTable, fired: list[int], undecided: list[int]) -> Outcome:
    def number(rule: int) -> float:
        priority = table.rules[rule].priority
        return float("inf") if priority is None else priority

    best = min(map(number, fired), default=float("inf"))
    counting = [rule for rule in fired if number(rule) == best]
    return _unless([rule for rule in undecided if number(rule) <= best], counting, table)


def _override(table: DecisionTable, fired: list[int], undecided: list[int]) -> Outcome:
    """For each output apart: the most specific of the matching rules with a cell there."""
    speaks: dict[str, list[int]] = {}
    blocked: list[str] = []
    asking: set[int] = set()
    for name in table.outputs:
        given = [rule for rule in fired if table.rules[rule].output(name) is not None]
        best = [rule for rule in given if not any(overrides(table, other, rule) for other in given)]
        waiting = [
            rule
            for rule in undecided
            if table.rules[rule].output(name) is not None
            and not any(overrides(table, other, rule) for other in best)
        ]
        if waiting:
            blocked.append(name)
            asking.update(waiting)
        speaks[name] = [] if waiting else best
    whole = table.result is Result.FIELDS or not blocked
    known = [rules[0] for rules in speaks.values() if rules] or fired[:1]
    hits = [Hit(min(known), speaks)] if known and whole else []
    return Outcome(hits, sorted(asking), blocked)


def _collect(table: DecisionTable, fired: list[int], undecided: list[int]) -> Outcome:
    """Let every matching rule count; of rivals, in a table with a scope, the most specific one."""
    hits: list[Hit] = []
    for rule in fired:
        rivals = [other for other in fired if other == rule or _are_rivals(table, rule, other)]
        best = [one for one in rivals if not any(overrides(table, other, one) for other in rivals)]
        waiting = [other for other in undecided if _are_rivals(table, rule, other)]
        if rule != min(best) or not all(overrides(table, rule, other) for other in waiting):
            continue
        hits.append(Hit(rule, dict.fromkeys(table.outputs, best)))
    return Outcome(hits, undecided)


def _are_rivals(table: DecisionTable, rule: int, other: int) -> bool:
    first, second = fold(table.rules[rule].id), fold(table.rules[other].id)
    return bool(table.scope) and rule != other and first != "" and first == second


def overrides(table: DecisionTable, rule: int, other: int) -> bool:
    """Say whether a rule is more specific than another (DESIGN §3, Override)."""
    if rule == other:
        return False
    mine, theirs = _constrained(table, table.rules[rule]), _constrained(table, table.rules[other])
    if mine != theirs:
        return mine > theirs
    return _within(table, rule, other) and not _within(table, other, rule)


def _constrained(table: DecisionTable, rule: Rule) -> set[str]:
    """Name the scope columns a rule constrains; a narrow one constrains the wider ones of its chain."""
    columns: set[str] = set()
    for chain in table.scope:
        for place, name in enumerate(chain):
            if _tests(rule, name):
                columns.update(chain[place:])
    return columns


def _tests(rule: Rule, name: str) -> list[UnaryTest]:
    return [one.test for one in rule.conditions if one.field == name and constrains(one.test)]


def _within(table: DecisionTable, rule: int, other: int) -> bool:
    """Say whether every scope value the one rule accepts is accepted by the other, as far as is known."""
    scope = {name for chain in table.scope for name in chain}
    return all(
        any(covers(wide, narrow) for narrow in _tests(table.rules[rule], name))
        for name in scope
        for wide in _tests(table.rules[other], name)
    )
