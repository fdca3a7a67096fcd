"""Which rules match facts that are given as sets of tests: by the engine's matcher, and by sets alone."""

from collections.abc import Sequence

import numpy as np

from codesheet.coding.columns import Mask
from codesheet.coding.matches import TableMatcher, Truths
from codesheet.coding.ragged import Ragged
from codesheet.compiling.ruleset import Matching
from codesheet.model import Period

Fact = frozenset[int]
Rules = tuple[int, ...]


class FactMatcher:
    """Matches a table, each fact of a kind of its own."""

    def __init__(self, matching: Matching, periods: Sequence[Period] | None = None) -> None:
        self._count = len(matching.tests)
        self._matcher = TableMatcher(matching, periods or [Period()] * len(matching.rule_groups))

    def match(self, facts: Sequence[Fact]) -> list[Rules]:
        """Give the rules that match each fact."""
        return self.match_undecided(facts, [Fact()] * len(facts))[0]

    def match_undecided(
        self, facts: Sequence[Fact], undecided: Sequence[Fact], *, to_the_end: bool = True
    ) -> tuple[list[Rules], list[Rules]]:
        """Give the rules that match each fact, and those that would if its undecided tests held."""
        hold, may_hold = _mask(facts, self._count), _mask(undecided, self._count)
        truths = [Truths(hold[:, tests], may_hold[:, tests]) for tests in self._matcher.fields.values()]
        kinds = np.tile(np.arange(len(facts))[:, None], (1, len(truths)))
        found = self._matcher.match(truths, kinds, np.full(len(facts), to_the_end))
        now, later = (
            [tuple(rules.tolist()) for rules in matches.by_combination(len(facts))] for matches in found
        )
        return now, later


def _mask(facts: Sequence[Fact], count: int) -> Mask:
    """Give a row a fact and a column a test: whether the fact has it."""
    mask = np.zeros((len(facts), count), dtype=bool)
    rows, tests = Ragged.of(facts).expand(np.arange(len(facts)))
    mask[rows, tests] = True
    return mask


def included(matching: Matching, fact: Fact) -> Rules:
    """Give the rules all of whose tests are in a fact."""
    groups = matching.groups
    return tuple(rule for rule, group in enumerate(matching.rule_groups) if fact.issuperset(groups[group]))
