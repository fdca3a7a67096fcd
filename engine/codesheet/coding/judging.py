"""Matching a decision table against rows: project, match, decide (DESIGN §7)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from codesheet.coding.columns import Ids, Index, Mask
from codesheet.coding.hit_policies import Decision, Judge, Rules
from codesheet.coding.projection import Projector
from codesheet.coding.remembering import Remembered
from codesheet.coding.runtime import Matcher
from codesheet.coding.truth import NO, UNDECIDED, all_hold, condition_roots, undecided_roots, when_used_fields
from codesheet.coding.view import View, distinct, eras, period_breaks
from codesheet.compiling.ruleset import Matching, Test
from codesheet.model import DecisionTable

REMEMBERED = 50_000
"""Combinations of a table remembered: a month of visits seldom has more."""
_AT_ONCE = 1_000
"""Combinations matched together: in a large table each has hundreds of tests."""


@dataclass(slots=True)
class Judged:
    """A table's verdict on the rows it judges.

    `rows` are the places in the view of the rows judged (those that fail Only when are not); `view` holds
    just them. `decision` gives each its place in `decisions`, `matched` and `open_rules` (the rules that
    fired, and those undecided, before the hit policy), `open_tests` its undecided tests. `roots`: the facts
    that its undecided rules, and an undecided Only when, ask for.
    """

    rows: Index
    view: View
    decision: Index
    decisions: list[Decision]
    matched: list[Rules]
    open_rules: list[Rules]
    guard_open: list[bool]
    open_tests: list[frozenset[int]]
    roots: Ids


@dataclass(frozen=True, slots=True)
class _Match:
    """What durable-rules found for one combination: condition groups that fire, or might."""

    fired: tuple[int, ...]
    undecided: tuple[int, ...]
    undecided_tests: frozenset[int]


class TableJudge:
    """One decision table, ready to judge batch after batch; it remembers every combination met."""

    def __init__(self, table: DecisionTable, matching: Matching) -> None:
        self.table = table
        self.judge = Judge(table)
        self._matching = matching
        self._matcher = Matcher(matching)
        self._projectors: dict[str, Projector] = {}
        self._tests: dict[str, list[tuple[int, Test]]] = {}
        for index, test in enumerate(matching.tests):
            self._tests.setdefault(test.field, []).append((index, test))
        self._rules_of_group: list[list[int]] = [[] for _ in matching.groups]
        for rule, group in enumerate(matching.rule_groups):
            self._rules_of_group[group].append(rule)
        self._breaks = period_breaks(rule.period for rule in table.rules)
        self._matches = Remembered[tuple[int, ...], _Match](REMEMBERED)
        self._decisions = Remembered[tuple[Rules, Rules], Decision](REMEMBERED)

    def judge_rows(self, view: View, wanted: Mask | None = None) -> Judged:
        """Judge every row of a view, or those that are wanted."""
        self._forget_much()
        guard = all_hold(self.table.only_when, view)
        passed = guard != NO
        rows = np.flatnonzero(passed if wanted is None else passed & wanted)
        part = view if len(rows) == view.frame.rows else view.take(rows)
        guard_open = (guard[rows] == UNDECIDED).astype(np.int64)
        signatures = [self._projector(field, view).project(part.frame[field], part) for field in self._tests]
        combination, first = distinct(signatures, len(rows))
        matches = self._match([tuple(int(s[row]) for s in signatures) for row in first.tolist()])
        era = eras(part.days, self._breaks)
        decision, first = distinct([combination, era, guard_open], len(rows))
        judged = Judged(rows, part, decision, [], [], [], [], [], np.zeros(len(rows), dtype=np.int32))
        for row in first.tolist():
            match = matches[int(combination[row])]
            self._decide(judged, match, float(part.days[row]), guard_open=bool(guard_open[row]))
        self._find_roots(judged)
        return judged

    def _projector(self, field: str, view: View) -> Projector:
        found = self._projectors.get(field)
        if found is None:
            found = self._projectors[field] = Projector(self._tests[field], view, when_used_fields(view))
        return found

    def _match(self, combinations: list[tuple[int, ...]]) -> list[_Match]:
        """Match the combinations not met before with durable-rules."""
        found: dict[tuple[int, ...], _Match] = {}
        unknown = []
        for combination in combinations:
            match = self._matches.get(combination)
            if match is None:
                unknown.append(combination)
            else:
                found[combination] = match
        for combination, match in zip(unknown, self._match_unknown(unknown), strict=True):
            self._matches.keep(combination, match)
            found[combination] = match
        return [found[combination] for combination in combinations]

    def _match_unknown(self, unknown: Sequence[tuple[int, ...]]) -> list[_Match]:
        matches: list[_Match] = []
        for start in range(0, len(unknown), _AT_ONCE):
            matches += self._match_some(unknown[start : start + _AT_ONCE])
        return matches

    def _match_some(self, unknown: Sequence[tuple[int, ...]]) -> list[_Match]:
        projectors = [self._projectors[field] for field in self._tests]
        kinds = [
            [projector.signatures[number] for projector, number in zip(projectors, combination, strict=True)]
            for combination in unknown
        ]
        undecided = [frozenset[int]().union(*(s.undecided for s in kind)) for kind in kinds]
        fired = self._matcher.match_united([tuple(s.holding for s in kind) for kind in kinds])
        unsure = [place for place, tests in enumerate(undecided) if tests]
        possible = self._matcher.match_united(
            [(*(s.holding for s in kinds[p]), *(s.undecided for s in kinds[p])) for p in unsure]
        )
        later = dict(zip(unsure, possible, strict=True))
        return [
            _Match(now, tuple(sorted(set(later.get(place, now)) - set(now))), tests)
            for place, (now, tests) in enumerate(zip(fired, undecided, strict=True))
        ]

    def _forget_much(self) -> None:
        """Begin anew where the values met have more kinds than can be kept."""
        if sum(len(projector.signatures) for projector in self._projectors.values()) > REMEMBERED:
            self._projectors.clear()
            self._matches.clear()

    def _decide(self, judged: Judged, match: _Match, day: float, *, guard_open: bool) -> None:
        """Add the decision for one kind of row."""
        fired, undecided = self._in_force(match.fired, day), self._in_force(match.undecided, day)
        if guard_open:
            fired, undecided = (), tuple(sorted({*fired, *undecided}))
        known = self._decisions.get((fired, undecided))
        if known is None:
            known = self.judge.decide(fired, undecided)
            self._decisions.keep((fired, undecided), known)
        judged.decisions.append(known)
        judged.matched.append(fired)
        judged.open_rules.append(undecided)
        judged.guard_open.append(guard_open)
        judged.open_tests.append(match.undecided_tests)

    def _in_force(self, groups: tuple[int, ...], day: float) -> Rules:
        rules = (rule for group in groups for rule in self._rules_of_group[group])
        return tuple(sorted(rule for rule in rules if self.table.rules[rule].period.holds_on(day)))

    def _find_roots(self, judged: Judged) -> None:
        """Find for each row the facts that its undecided rules, or the undecided Only when, ask for."""
        by_tests: dict[frozenset[int], list[int]] = {}
        for number, decision in enumerate(judged.decisions):
            if tests := self._tests_of(decision.undecided) & judged.open_tests[number]:
                by_tests.setdefault(tests, []).append(number)
        for tests, numbers in by_tests.items():
            rows = np.flatnonzero(np.isin(judged.decision, numbers))
            judged.roots[rows] = self._roots_of_tests(judged, rows, tests)
        if any(judged.guard_open):
            rows = np.flatnonzero(np.array(judged.guard_open)[judged.decision])
            guard = self._guard_roots(judged, rows)
            judged.roots[rows] = judged.view.frame.roots.union(judged.roots[rows], guard)

    def roots_of_rules(self, judged: Judged, rows: Index, rules: Rules) -> Ids:
        """Give the facts that some undecided rules ask for in judged rows of one decision."""
        number = int(judged.decision[rows[0]])
        roots = self._roots_of_tests(judged, rows, self._tests_of(rules) & judged.open_tests[number])
        if judged.guard_open[number]:
            roots = judged.view.frame.roots.union(roots, self._guard_roots(judged, rows))
        return roots

    def _tests_of(self, rules: Rules) -> frozenset[int]:
        groups, rule_groups = self._matching.groups, self._matching.rule_groups
        return frozenset(test for rule in rules for test in groups[rule_groups[rule]])

    def _roots_of_tests(self, judged: Judged, rows: Index, tests: frozenset[int]) -> Ids:
        roots: Ids = np.zeros(len(rows), dtype=np.int32)
        part = judged.view.take(rows)
        for index in sorted(tests):
            test = self._matching.tests[index]
            roots = part.frame.roots.union(roots, condition_roots(test.field, test.test, part))
        return roots

    def _guard_roots(self, judged: Judged, rows: Index) -> Ids:
        return undecided_roots(self.table.only_when, judged.view.take(rows))
