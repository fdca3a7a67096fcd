"""Matching a decision table against rows: project, match, decide (DESIGN §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from codesheet.coding.columns import Ids, Index, Mask
from codesheet.coding.hit_policies import Decision, Judge, Rules
from codesheet.coding.matches import TableMatcher
from codesheet.coding.projection import Projector
from codesheet.coding.remembering import Remembered
from codesheet.coding.truth import NO, UNDECIDED, all_hold, condition_roots, undecided_roots
from codesheet.coding.view import InForce, View, distinct, eras, period_breaks
from codesheet.compiling.ruleset import Matching
from codesheet.model import DecisionTable

REMEMBERED = 50_000
"""Combinations of a table remembered: a month of visits seldom has more."""
_AT_ONCE = 10_000
"""Combinations matched together: what holds of each is kept test by test meanwhile."""


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


@dataclass(frozen=True, slots=True, eq=False)
class _Match:
    """What was found for combinations: rules whose conditions hold, or might. Each is known by itself."""

    fired: Index
    undecided: Index
    undecided_tests: frozenset[int]


class _Decided(NamedTuple):
    """What was decided for a match in one era."""

    decision: Decision
    matched: Rules
    open_rules: Rules


class TableJudge:
    """One decision table, ready to judge batch after batch; it remembers every combination met."""

    def __init__(self, table: DecisionTable, matching: Matching) -> None:
        self.table = table
        self.judge = Judge(table)
        self._matching = matching
        periods = [rule.period for rule in table.rules]
        self._matcher = TableMatcher(matching, periods)
        self._projectors: dict[str, Projector] = {}
        self._breaks = period_breaks(periods)
        self._in_force = InForce(periods)
        self._matches = Remembered[tuple[int, ...], _Match](REMEMBERED)
        self._alike = Remembered[tuple[bytes, bytes, frozenset[int]], _Match](REMEMBERED)
        self._decided = Remembered[tuple[_Match, int, int], _Decided](REMEMBERED)

    def judge_rows(self, view: View, wanted: Mask | None = None) -> Judged:
        """Judge every row of a view, or those that are wanted."""
        self._forget_much()
        guard = all_hold(self.table.only_when, view)
        passed = guard != NO
        rows = np.flatnonzero(passed if wanted is None else passed & wanted)
        part = view if len(rows) == view.frame.rows else view.take(rows)
        guard_open = (guard[rows] == UNDECIDED).astype(np.int64)
        fields = self._matcher.fields
        signatures = [self._projector(field, view).project(part.frame[field], part) for field in fields]
        to_the_end = guard_open if self._matcher.stops_early else np.zeros_like(guard_open)
        combination, first = distinct([*signatures, to_the_end], len(rows))
        matches = self._match(np.stack([codes[first] for codes in (*signatures, to_the_end)], axis=1))
        era = eras(part.days, self._breaks)
        decision, first = distinct([_numbers(matches)[combination], era, guard_open], len(rows))
        judged = Judged(rows, part, decision, [], [], [], [], [], np.zeros(len(rows), dtype=np.int32))
        for row in first.tolist():
            match = matches[int(combination[row])]
            decided = self._decide(match, int(era[row]), float(part.days[row]), int(guard_open[row]))
            judged.decisions.append(decided.decision)
            judged.matched.append(decided.matched)
            judged.open_rules.append(decided.open_rules)
            judged.guard_open.append(bool(guard_open[row]))
            judged.open_tests.append(match.undecided_tests)
        self._find_roots(judged)
        return judged

    def _projector(self, field: str, view: View) -> Projector:
        found = self._projectors.get(field)
        if found is None:
            tests = [(index, self._matching.tests[index]) for index in self._matcher.fields[field].tolist()]
            found = self._projectors[field] = Projector(tests, view, view.rulebook.when_used_fields)
        return found

    def _match(self, combinations: Index) -> list[_Match]:
        """Match combinations of signatures, by durable-rules those not met before.

        The last column says of each combination whether it is asked to the end.
        """
        keys = list(zip(*combinations.T.tolist(), strict=True))
        found = [self._matches.get(key) for key in keys]
        unknown = [place for place, match in enumerate(found) if match is None]
        for start in range(0, len(unknown), _AT_ONCE):
            places = unknown[start : start + _AT_ONCE]
            for place, match in zip(places, self._match_unknown(combinations[places]), strict=True):
                self._matches.keep(keys[place], match)
                found[place] = match
        return [match for match in found if match is not None]

    def _match_unknown(self, combinations: Index) -> list[_Match]:
        kinds, truths, undecided = np.zeros_like(combinations[:, :-1]), [], []
        for place, projector in enumerate(self._projectors[field] for field in self._matcher.fields):
            present, kinds[:, place] = np.unique(combinations[:, place], return_inverse=True)
            truths.append(projector.truths(present.tolist()))
            undecided.append([projector.signatures[number].undecided for number in present.tolist()])
        count = len(combinations)
        fired, open_rules = self._matcher.match(truths, kinds, combinations[:, -1] == 1)
        tests = _united(undecided, kinds)
        parts = zip(fired.by_combination(count), open_rules.by_combination(count), tests, strict=True)
        return [self._one_of_its_kind(*part) for part in parts]

    def _one_of_its_kind(self, fired: Index, undecided: Index, tests: frozenset[int]) -> _Match:
        """Give the same object for all that matches alike."""
        key = (fired.tobytes(), undecided.tobytes(), tests)
        found = self._alike.get(key)
        if found is None:
            found = _Match(fired.copy(), undecided.copy(), tests)
            self._alike.keep(key, found)
        return found

    def _forget_much(self) -> None:
        """Begin anew where the values met have more kinds than can be kept."""
        if sum(len(projector.signatures) for projector in self._projectors.values()) > REMEMBERED:
            self._projectors.clear()
            self._matches.clear()
            self._alike.clear()
            self._decided.clear()

    def _decide(self, match: _Match, era: int, day: float, guard_open: int) -> _Decided:
        """Give the decision for one kind of row."""
        known = self._decided.get((match, era, guard_open))
        if known is None:
            fired, undecided = self._in_force.on(match.fired, day), self._in_force.on(match.undecided, day)
            if guard_open:
                fired, undecided = (), tuple(sorted({*fired, *undecided}))
            known = _Decided(self.judge.decide(fired, undecided), fired, undecided)
            self._decided.keep((match, era, guard_open), known)
        return known

    def _find_roots(self, judged: Judged) -> None:
        """Find for each row the facts that its undecided rules, or the undecided Only when, ask for."""
        by_tests: dict[frozenset[int], list[int]] = {}
        for number, decision in enumerate(judged.decisions):
            if decision.undecided and (
                tests := self._tests_of(decision.undecided) & judged.open_tests[number]
            ):
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


def _numbers(matches: Sequence[_Match]) -> Index:
    """Give each match a number, equal ones the same."""
    numbers: dict[_Match, int] = {}
    return np.array([numbers.setdefault(match, len(numbers)) for match in matches], dtype=np.int64)


def _united(undecided: Sequence[Sequence[frozenset[int]]], kinds: Index) -> list[frozenset[int]]:
    """Give the undecided tests of each combination: those of all its kinds of values, by field."""
    nothing = frozenset[int]()
    united = [nothing] * len(kinds)
    for tests, column in zip(undecided, kinds.T, strict=True):
        has_some = np.array([bool(one) for one in tests], dtype=bool)
        for place in np.flatnonzero(has_some[column]).tolist():
            united[place] |= tests[column[place]]
    return united
