"""Which rules of a decision table match each combination of what holds of its fields' values.

Under First the rulesets of the topmost rules are asked first, and others only where these settle nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from codesheet.coding.asking import AskedTogether, Kinds
from codesheet.coding.columns import Index, Mask
from codesheet.coding.ragged import Ragged
from codesheet.compiling.ruleset import Matching, Shard
from codesheet.model import Period


@dataclass(frozen=True, slots=True)
class Truths:
    """What holds of each kind of value of one field.

    `holding[k, t]` says whether the field's test t holds of kind k, `undecided[k, t]` whether it may.
    """

    holding: Mask
    undecided: Mask


@dataclass(frozen=True, slots=True)
class Matches:
    """Which rules match which combinations, one entry a match, sorted by combination, then by rule."""

    combinations: Index
    rules: Index

    def by_combination(self, count: int) -> list[Index]:
        """Give the rules of each of so many combinations."""
        ends = np.searchsorted(self.combinations, np.arange(count), side="right").tolist()
        return [self.rules[start:end] for start, end in zip([0, *ends], ends, strict=False)]


class TableMatcher:
    """Matches one decision table, whose rules have these periods; whoever asks remembers the answers."""

    def __init__(self, matching: Matching, periods: Sequence[Period]) -> None:
        by_field: dict[str, list[int]] = {}
        for index, test in enumerate(matching.tests):
            by_field.setdefault(test.field, []).append(index)
        self.fields = {name: np.array(tests, dtype=np.int64) for name, tests in by_field.items()}
        shards: dict[int, list[Shard]] = {}
        for shard in matching.shards:
            shards.setdefault(shard.turn, []).append(shard)
        tests = list(self.fields.values())
        self._turns = {turn: AskedTogether(matching, asked, tests) for turn, asked in shards.items()}
        rules_of_group: list[list[int]] = [[] for _ in matching.groups]
        for rule, group in enumerate(matching.rule_groups):
            rules_of_group[group].append(rule)
        self._rules_of_group = Ragged.of(rules_of_group)
        self._settles = np.array([period == Period() for period in periods], dtype=bool)
        self._next_rule = _first_rules_after(matching, rules_of_group)

    @property
    def stops_early(self) -> bool:
        """Say whether rules below the topmost match may be left unasked (First, in a long table)."""
        return len(self._turns) > 1

    def match(self, truths: Sequence[Truths], kinds: Kinds, to_the_end: Mask) -> tuple[Matches, Matches]:
        """Give the rules that match each combination, and those that would, were what is undecided true.

        `truths` and the columns of `kinds` are by field, in the order of `fields`. Where rules are asked in
        turns, a combination that a rule always in force has matched is not asked of those below, unless it
        is to be asked `to_the_end`.

        Raises:
            MatchingError: durable-rules failed; nothing can be said of any combination.

        """
        holding = [truth.holding for truth in truths]
        possible = [truth.holding | truth.undecided for truth in truths]
        unsure = np.zeros(len(kinds), dtype=bool)
        for place, truth in enumerate(truths):
            unsure |= np.any(truth.undecided, axis=1)[kinds[:, place]]
        pending = np.arange(len(kinds))
        fired, open_rules = [], []
        for turn, asked in self._turns.items():
            now = self._fulfilled(asked, holding, kinds, pending)
            fired.append(now)
            if np.any(doubtful := unsure[pending]):
                later = self._fulfilled(asked, possible, kinds, pending[doubtful])
                open_rules.append(np.setdiff1d(later, now, assume_unique=True))
            pending = pending[to_the_end[pending] | ~np.isin(pending, self._settled(now, turn))]
            if not len(pending):
                break
        return self._sorted(fired), self._sorted(open_rules)

    def _fulfilled(self, asked: AskedTogether, held: Sequence[Mask], kinds: Kinds, pending: Index) -> Index:
        """Give each match as combination x rules + rule."""
        combinations, groups = asked.fulfilled(held, kinds[pending])
        places, rules = self._rules_of_group.expand(groups)
        return pending[combinations[places]] * len(self._settles) + rules

    def _settled(self, found: Index, turn: int) -> Index:
        """Give the combinations that a rule above those of later turns matches on every day."""
        if not self.stops_early or not len(found):
            return found[:0]
        combinations, rules = np.divmod(found, len(self._settles))
        return combinations[self._settles[rules] & (rules < self._next_rule[turn])]

    def _sorted(self, found: Sequence[Index]) -> Matches:
        matches = np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *found]))
        return Matches(*np.divmod(matches, max(1, len(self._settles))))


def _first_rules_after(matching: Matching, rules_of_group: Sequence[Sequence[int]]) -> dict[int, int]:
    """Give for each turn the topmost rule that is asked in a later one."""
    firsts: dict[int, int] = {}
    for shard in matching.shards:
        topmost = min(rules_of_group[int(group)][0] for group in shard.definition)
        firsts[shard.turn] = min(topmost, firsts.get(shard.turn, topmost))
    none = len(matching.rule_groups)
    return {turn: min((f for other, f in firsts.items() if other > turn), default=none) for turn in firsts}
