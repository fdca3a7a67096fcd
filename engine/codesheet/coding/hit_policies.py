"""Which of the matching rules count: hit policies on the sets of rules that fired and that are undecided.

Rules are named by their index in the table. See DESIGN §3 and decisions, note 4.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from codesheet.language.values import fold
from codesheet.model import DecisionTable, HitPolicy, Result
from codesheet.specificity import Specificity

Rules = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a table decides for rows with one set of matching rules.

    `hits`: rules that count; more than one only under Collect and Rule order. `by_output` gives for each
    output (in the table's order) the rules whose cells must agree there, the first of them speaking; None
    where all of a hit's outputs come from the hit itself. `undecided`: rules to be asked about. `blocked`:
    outputs (by place) left undecided. `crossing`: rules that contradict each other whatever they give.
    """

    hits: Rules = ()
    by_output: tuple[Rules, ...] | None = None
    undecided: Rules = ()
    blocked: tuple[int, ...] = ()
    crossing: Rules = ()
    rivals: tuple[Rules, ...] = ()


class Judge:
    """A table's hit policy, with what it needs of the table's rules."""

    def __init__(self, table: DecisionTable) -> None:
        self._table = table
        self._policy = _POLICIES[table.hit_policy]
        self._everything = tuple(range(len(table.outputs)))
        self._ids = [fold(rule.id) for rule in table.rules]
        self._scopes = [Specificity.of(rule, table.scope) for rule in table.rules]
        numbers: dict[Hashable, int] = {}
        self._scope = [
            numbers.setdefault(frozenset(scope.tests.items()), len(numbers)) for scope in self._scopes
        ]
        self._overrides: dict[tuple[int, int], bool] = {}
        self._cells = [{output.field for output in rule.outputs} for rule in table.rules]

    def decide(self, fired: Rules, undecided: Rules) -> Decision:
        """Decide for ascending rule indices that matched, and that would if their facts were known."""
        return self._policy(self, fired, undecided)

    def unique(self, fired: Rules, undecided: Rules) -> Decision:
        """Count the one match; two contradict."""
        if len(fired) > 1:
            return Decision(crossing=fired, undecided=undecided)
        return self._unless_undecided(fired, undecided)

    def any(self, fired: Rules, undecided: Rules) -> Decision:
        """Count all matches, which must agree."""
        return self._unless_undecided(fired, undecided)

    def first(self, fired: Rules, undecided: Rules) -> Decision:
        """Count the topmost match, unless a rule above it is undecided."""
        top = fired[:1]
        above = tuple(rule for rule in undecided if not top or rule < top[0])
        return self._unless_undecided(top, above)

    def priority(self, fired: Rules, undecided: Rules) -> Decision:
        """Count the matches of the smallest priority, which must agree."""
        best = min((self._priority(rule) for rule in fired), default=float("inf"))
        counting = tuple(rule for rule in fired if self._priority(rule) == best)
        better = tuple(rule for rule in undecided if self._priority(rule) <= best)
        return self._unless_undecided(counting, better)

    def collect(self, fired: Rules, undecided: Rules) -> Decision:
        """Count all matches; of rivals (same RULE id, in a table with a Scope) the most specific."""
        if not self._table.scope:
            return Decision(hits=fired, undecided=undecided)
        named: dict[str | int, list[int]] = {}
        for rule in fired:
            named.setdefault(self._ids[rule] or rule, []).append(rule)
        leading = {best[0]: best for same in named.values() if (best := self._best(same))}
        hits: list[int] = []
        rivals: list[Rules] = []
        for rule, best in sorted(leading.items()):  # of those that tie the first speaks, if they agree
            open_rivals = [other for other in undecided if self._rivals(rule, other)]
            if any(not self._is_overridden(other, rule) for other in open_rivals):
                continue
            hits.append(rule)
            if len(best) > 1:
                rivals.append(best)
        return Decision(hits=tuple(hits), undecided=undecided, rivals=tuple(rivals))

    def override(self, fired: Rules, undecided: Rules) -> Decision:
        """Count for each output apart the most specific rule with a cell there."""
        by_output: list[Rules] = []
        blocked: list[int] = []
        asking: set[int] = set()
        for place, name in enumerate(self._table.outputs):
            given = [rule for rule in fired if name in self._cells[rule]]
            best = self._best(given)
            could = [rule for rule in undecided if name in self._cells[rule]]
            still_open = {r for r in could if not any(self._is_overridden(r, b) for b in best)}
            if still_open:
                blocked.append(place)
                asking |= still_open
            by_output.append(() if still_open else best)
        named = {rule for rules in by_output for rule in rules[:1]}
        hits = (min(named),) if named else fired[:1]
        if blocked and self._table.result is not Result.FIELDS:
            hits = ()  # the cells of a line, a change or an edit belong together
        return Decision(
            hits=hits,
            by_output=tuple(by_output),
            undecided=tuple(sorted(asking)),
            blocked=tuple(blocked),
        )

    def _unless_undecided(self, counting: Rules, undecided: Rules) -> Decision:
        if undecided:
            return Decision(undecided=undecided, blocked=self._everything)
        if not counting:
            return Decision()
        return Decision(hits=counting[:1], by_output=(counting,) * len(self._everything))

    def _priority(self, rule: int) -> float:
        priority = self._table.rules[rule].priority
        return float("inf") if priority is None else priority

    def _rivals(self, rule: int, other: int) -> bool:
        return rule != other and bool(self._ids[rule]) and self._ids[rule] == self._ids[other]

    def _best(self, rules: Sequence[int]) -> Rules:
        """Give those of some rules that none of them overrides; rules of one scope are asked about once."""
        of_scope = {self._scope[rule]: rule for rule in rules}
        beaten = {
            scope
            for scope, rule in of_scope.items()
            if any(self._is_overridden(rule, other) for other in of_scope.values())
        }
        return tuple(rule for rule in rules if self._scope[rule] not in beaten)

    def _is_overridden(self, rule: int, by: int) -> bool:
        """Say whether a rule is overridden by another."""
        scopes = self._scope[rule], self._scope[by]
        known = self._overrides.get(scopes)
        if known is None:
            known = self._overrides[scopes] = self._scopes[by].overrides(self._scopes[rule])
        return known


_POLICIES: dict[HitPolicy, Callable[[Judge, Rules, Rules], Decision]] = {
    HitPolicy.UNIQUE: Judge.unique,
    HitPolicy.ANY: Judge.any,
    HitPolicy.FIRST: Judge.first,
    HitPolicy.PRIORITY: Judge.priority,
    HitPolicy.RULE_ORDER: Judge.collect,
    HitPolicy.COLLECT: Judge.collect,
    HitPolicy.COLLECT_SUM: Judge.collect,
    HitPolicy.COLLECT_MIN: Judge.collect,
    HitPolicy.COLLECT_MAX: Judge.collect,
    HitPolicy.COLLECT_COUNT: Judge.collect,
    HitPolicy.FIRST_IN_GROUP: Judge.first,
    HitPolicy.OVERRIDE: Judge.override,
}
