"""Which rules match facts that are given as sets of tests: by the engine's matcher, and by sets alone."""

from collections.abc import Sequence

import numpy as np

from codesheet.coding.matches import TableMatcher, Truths
from codesheet.compiling.ruleset import Matching
from codesheet.model import Period

Fact = frozenset[int]
Rules = tuple[int, ...]


class FactMatcher:
    """Matches a table, each fact of a kind of its own."""

    def __init__(self, matching: Matching, periods: Sequence[Period] | None = None) -> None:
        self._matcher = TableMatcher(matching, periods or [Period()] * len(matching.rule_groups))

    def match(self, facts: Sequence[Fact]) -> list[Rules]:
        """Give the rules that match each fact."""
        return self.match_undecided(facts, [Fact()] * len(facts))[0]

    def match_undecided(
        self, facts: Sequence[Fact], undecided: Sequence[Fact], *, to_the_end: bool = True
    ) -> tuple[list[Rules], list[Rules]]:
        """Give the rules that match each fact, and those that would if its undecided tests held."""
        truths = [
            Truths(_mask(facts, tests), _mask(undecided, tests)) for tests in self._matcher.fields.values()
        ]
        kinds = np.tile(np.arange(len(facts))[:, None], (1, len(truths)))
        found = self._matcher.match(truths, kinds, np.full(len(facts), to_the_end))
        now, later = (
            [tuple(rules.tolist()) for rules in matches.by_combination(len(facts))] for matches in found
        )
        return now, later


def _mask(facts: Sequence[Fact], tests: np.ndarray) -> np.ndarray:
    return np.array([[test in fact for test in tests.tolist()] for fact in facts], dtype=bool).reshape(
        len(facts), len(tests)
    )


def included(matching: Matching, fact: Fact) -> Rules:
    """Give the rules all of whose tests are in a fact."""
    groups = matching.groups
    return tuple(rule for rule, group in enumerate(matching.rule_groups) if fact.issuperset(groups[group]))
