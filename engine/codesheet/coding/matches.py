"""Which rules of a decision table match each combination of what holds of its fields' values.

Combinations are told apart by numpy alone. A durable-rules ruleset is asked only of what its own tests tell
apart, each such fact once, however many combinations share it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from codesheet.coding.columns import Index, Mask
from codesheet.coding.ragged import Ragged
from codesheet.coding.runtime import RunningShard, member
from codesheet.coding.view import distinct
from codesheet.compiling.ruleset import Matching, Shard
from codesheet.model import Period

Kinds: TypeAlias = NDArray[np.int64]
"""Combinations (rows) by fields (columns): which kind of value each has."""


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
        self._turns: dict[int, list[_AskedShard]] = {}
        for shard in matching.shards:
            asked = _AskedShard(matching, shard, list(self.fields.values()))
            self._turns.setdefault(shard.turn, []).append(asked)
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
        for turn, shards in self._turns.items():
            now = self._fulfilled(shards, holding, kinds, pending)
            fired.append(now)
            later = self._fulfilled(shards, possible, kinds, pending[unsure[pending]])
            open_rules.append(np.setdiff1d(later, now, assume_unique=True))
            pending = pending[to_the_end[pending] | ~np.isin(pending, self._settled(now, turn))]
            if not len(pending):
                break
        return self._sorted(fired), self._sorted(open_rules)

    def _fulfilled(
        self, shards: Iterable["_AskedShard"], held: Sequence[Mask], kinds: Kinds, pending: Index
    ) -> Index:
        """Give each match as combination x rules + rule."""
        found = [np.zeros(0, dtype=np.int64)]
        asked = _Pending(pending, kinds)
        for shard in shards:
            combinations, groups = shard.fulfilled(held, kinds, asked)
            places, rules = self._rules_of_group.expand(groups)
            found.append(combinations[places] * len(self._settles) + rules)
        return np.concatenate(found)

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


class _Pending:
    """The combinations to be matched, told apart by the kinds of some fields; all rulesets share that."""

    def __init__(self, places: Index, kinds: Kinds) -> None:
        self.places = places
        self._kinds = kinds
        self._known: dict[tuple[int, ...], tuple[Index, Index]] = {}

    def alike(self, fields: tuple[int, ...]) -> tuple[Index, Index]:
        """Give each combination's number among those alike in some fields, and one of each."""
        if fields not in self._known:
            codes = [self._kinds[self.places, field] for field in fields]
            self._known[fields] = distinct(codes, len(self.places))
        return self._known[fields]


def _by_shape(gates: Iterable[tuple[int, ...]], fields: Sequence[Index]) -> dict[tuple[int, ...], Index]:
    """Sort gates by the fields of their tests; each test is given by its place among those of its field."""
    where = {
        test: (place, column)
        for place, tests in enumerate(fields)
        for column, test in enumerate(tests.tolist())
    }
    by_shape: dict[tuple[int, ...], list[list[int]]] = {}
    for gate in gates:
        shape, columns = zip(*(where[test] for test in gate), strict=True)
        by_shape.setdefault(shape, []).append(list(columns))
    return {shape: np.array(columns, dtype=np.int64) for shape, columns in by_shape.items()}


class _AskedShard:
    """One ruleset, with the places of its tests among those of each field."""

    def __init__(self, matching: Matching, shard: Shard, fields: Sequence[Index]) -> None:
        self._ruleset = RunningShard(matching.table, shard)
        self._columns = [np.flatnonzero(np.isin(tests, shard.tests)) for tests in fields]
        self._gates = _by_shape(shard.gates, fields)
        self._members = [
            [member(matching.tests[test].name) for test in tests[columns].tolist()]
            for tests, columns in zip(fields, self._columns, strict=True)
        ]

    def fulfilled(self, held: Sequence[Mask], kinds: Kinds, pending: "_Pending") -> tuple[Index, Index]:
        """Give pairs: a pending combination, a group of conditions that it fulfils."""
        concerned = self._concerned(held, kinds, pending)
        if not len(concerned):
            return concerned, concerned
        numbers, facts = self._facts(held, kinds[concerned])
        places, groups = Ragged.of(self._ruleset.fulfilled(facts)).expand(numbers)
        return concerned[places], groups

    def _concerned(self, held: Sequence[Mask], kinds: Kinds, pending: "_Pending") -> Index:
        """Give the combinations that pass some gate."""
        if not self._gates:
            return pending.places
        passes = np.zeros(len(pending.places), dtype=bool)
        for shape, gates in self._gates.items():
            numbers, first = pending.alike(shape)
            fits = np.ones((len(first), len(gates)), dtype=bool)
            for place, columns in zip(shape, gates.T, strict=True):
                fits &= held[place][np.ix_(kinds[pending.places[first], place], columns)]
            some: Mask = np.any(fits, axis=1)
            passes |= some[numbers]
        return pending.places[passes]

    def _facts(self, held: Sequence[Mask], kinds: Kinds) -> tuple[Index, list[str]]:
        """Give the number of each combination's fact, and the facts as texts."""
        codes, texts = [], []
        for place, (holds, columns) in enumerate(zip(held, self._columns, strict=True)):
            if len(columns):
                present, kind = np.unique(kinds[:, place], return_inverse=True)
                own = holds[np.ix_(present, columns)]
                numbers, first = _alike(own)
                codes.append(numbers[kind.reshape(-1)])
                texts.append(self._texts(place, own[first]))
        numbers, first = distinct(codes, len(kinds))
        parts = [
            [own[code] for code in code_of_row[first].tolist()]
            for own, code_of_row in zip(texts, codes, strict=True)
        ]
        facts = ["".join(words) for words in zip(*parts, strict=True)] if parts else [""] * len(first)
        return numbers, facts

    def _texts(self, place: int, holds: Mask) -> list[str]:
        """Write for each row of a matrix which tests of a field hold."""
        members = self._members[place]
        held = [members[column] for column in np.nonzero(holds)[1].tolist()]
        ends = np.cumsum(holds.sum(axis=1)).tolist()
        return ["".join(held[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def _alike(rows: Mask) -> tuple[Index, Index]:
    """Give each row of a matrix a number, equal rows the same, and for each number one row that has it."""
    packed = np.packbits(rows, axis=1)
    as_one = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).reshape(-1)
    _, first, numbers = np.unique(as_one, return_index=True, return_inverse=True)
    return numbers.reshape(-1).astype(np.int64), first.astype(np.int64)
