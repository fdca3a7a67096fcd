"""The durable-rules rulesets of a table that are asked together: of whom each is asked, and with which facts.

A ruleset's rules fall into branches: those that begin with the same tests, or all of them where they begin
with a single one. It is asked about a combination only if the tests with which a branch begins hold, and the
fact holds no tests but the branch's. All this is found by numpy, for all rulesets at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from codesheet.coding.columns import Index, Mask
from codesheet.coding.ragged import Ragged, by_number, sorted_by
from codesheet.coding.remembering import Remembered
from codesheet.coding.runtime import RunningShard, member
from codesheet.coding.view import distinct
from codesheet.compiling.ruleset import Matching, Shard

FACTS_REMEMBERED = 10_000
"""Facts of which it is remembered what they fulfil, for each of the turns of a table."""
_PAIRS_AT_ONCE = 10_000
"""Pairs of a combination and a branch whose facts are made together: their tests are looked at one by one."""
_WORD = 64
"""Tests that one integer holds."""

Kinds: TypeAlias = NDArray[np.int64]
"""Combinations (rows) by fields (columns): which kind of value each has."""


@dataclass(frozen=True, slots=True)
class _Branch:
    """Groups of conditions of one ruleset (by its place) asked about together; `tests` are all they name.

    `groups` is None where they are all of the ruleset's.
    """

    shard: int
    gates: tuple[tuple[int, ...], ...]
    tests: tuple[int, ...]
    groups: frozenset[int] | None = None


def _branches(matching: Matching, place: int, shard: Shard) -> Iterable[_Branch]:
    """Part a ruleset by its gates. A row seldom passes two of several tests, but many of one test."""
    length = len(shard.gates[0]) if shard.gates else 0
    if length <= 1:
        return [_Branch(place, shard.gates, shard.tests)]
    by_gate: dict[tuple[int, ...], list[int]] = {}
    for group in map(int, shard.definition):
        by_gate.setdefault(matching.groups[group][:length], []).append(group)
    return [
        _Branch(place, (gate,), tuple(sorted(set(chain(*(matching.groups[g] for g in own))))), frozenset(own))
        for gate, own in by_gate.items()
    ]


class AskedTogether:
    """Rulesets of one table, each asked once of every fact that its branches tell apart."""

    def __init__(self, matching: Matching, shards: Sequence[Shard], fields: Sequence[Index]) -> None:
        self._rulesets = [RunningShard(matching.table, shard) for shard in shards]
        branches = [
            branch for place, shard in enumerate(shards) for branch in _branches(matching, place, shard)
        ]
        self._shards = np.array([branch.shard for branch in branches], dtype=np.int64)
        self._groups_of_branch = [branch.groups for branch in branches]
        self._words = -(-max((len(branch.tests) for branch in branches), default=1) // _WORD)
        members = {test: member(matching.tests[test].name) for shard in shards for test in shard.tests}
        self._members = [[members[test] for test in branch.tests] for branch in branches]
        where = _Where(fields)
        self._tests = _tests_by_field(branches, where, len(fields))
        self._gates = _gates_by_shape(branches, where)
        self._is_one = len(branches) == 1
        self._ungated = np.array([n for n, branch in enumerate(branches) if not branch.gates], dtype=np.int64)
        self._known = Remembered[bytes, tuple[int, ...]](FACTS_REMEMBERED)

    def fulfilled(self, held: Sequence[Mask], kinds: Kinds) -> tuple[Index, Index]:
        """Give pairs, each once: a combination, a group of conditions that it fulfils.

        `held` says for each field which of its tests hold of each kind of value.

        Raises:
            MatchingError: durable-rules failed; nothing can be said of any combination.

        """
        branches, combinations = self._concerned(held, kinds)
        found = [(combinations[:0], branches[:0])]
        for start in range(0, len(branches), _PAIRS_AT_ONCE):
            some = slice(start, start + _PAIRS_AT_ONCE)
            at, groups = self._match(held, kinds[combinations[some]], branches[some])
            found.append((combinations[some][at], groups))
        concerned, fulfilled = zip(*found, strict=True)
        return np.concatenate(concerned), np.concatenate(fulfilled)

    def _concerned(self, held: Sequence[Mask], kinds: Kinds) -> tuple[Index, Index]:
        """Give pairs, each once and by branch: a branch, a combination that passes a gate of it."""
        count = len(kinds)
        if self._is_one and not self._gates:
            return np.zeros(count, dtype=np.int64), np.arange(count)
        pairs = [(self._ungated[:, None] * count + np.arange(count)).reshape(-1)]
        for gates in self._gates:
            numbers, first = distinct([kinds[:, field] for field in gates.shape], count)
            alike, branches = np.divmod(_each_once(gates.passed(held, kinds[first])), gates.branches)
            at, passing = sorted_by(numbers, len(first)).expand(alike)
            pairs.append(branches[at] * count + passing)
        return np.divmod(_each_once(np.concatenate(pairs)), max(1, count))

    def _match(self, held: Sequence[Mask], kinds: Kinds, branches: Index) -> tuple[Index, Index]:
        """Give for pairs of a branch and a combination the place of each, and a group that it fulfils."""
        bits = np.zeros((len(branches), self._words), dtype=np.int64)
        parts = []
        for field, tests in enumerate(self._tests):
            if self._is_one:
                numbers, part = kinds[:, field], tests.all_held(held[field], self._words)
            else:
                numbers, first = distinct([branches, kinds[:, field]], len(branches))
                part = tests.held(held[field], kinds[first, field], branches[first], self._words)
            bits |= part[numbers]
            parts.append((numbers, part))
        numbers, first = distinct([branches, *bits.T], len(branches))
        facts = _Facts(branches[first], bits[first], [(of_pair[first], part) for of_pair, part in parts])
        return Ragged.of(self._groups(facts)).expand(numbers)

    def _groups(self, facts: "_Facts") -> list[tuple[int, ...]]:
        """Give the groups of conditions that each fact fulfils."""
        keys = facts.keys()
        found = [self._known.get(key) for key in keys]
        unknown = np.array([place for place, groups in enumerate(found) if groups is None], dtype=np.int64)
        for place, groups in zip(unknown.tolist(), self._ask(facts, unknown), strict=True):
            found[place] = groups
            self._known.keep(keys[place], groups)
        return [groups for groups in found if groups is not None]

    def _ask(self, facts: "_Facts", chosen: Index) -> list[tuple[int, ...]]:
        """Give the groups of conditions that some facts fulfil, by durable-rules."""
        texts = facts.texts(chosen, self._members)
        branches = facts.branches[chosen]
        found: list[tuple[int, ...]] = [()] * len(chosen)
        for shard, places in by_number(self._shards[branches]):
            answers = self._rulesets[shard].fulfilled([texts[place] for place in places.tolist()])
            for place, branch, groups in zip(
                places.tolist(), branches[places].tolist(), answers, strict=True
            ):
                own = self._groups_of_branch[branch]  # what else the fact fulfils, facts of others do, too
                found[place] = tuple(groups if own is None else own.intersection(groups))
        return found


@dataclass(frozen=True, slots=True)
class _Facts:
    """Facts to ask of: the branch of each, and as bits which of its tests hold.

    `parts` gives by field the place of each fact's bits among those that are told apart there.
    """

    branches: Index
    bits: Index
    parts: Sequence[tuple[Index, Index]]

    def keys(self) -> list[bytes]:
        """Give what tells each fact from all others, of all batches."""
        rows = np.column_stack([self.branches, self.bits])
        keys: list[bytes] = rows.view((np.void, rows.itemsize * rows.shape[1])).reshape(-1).tolist()
        return keys

    def texts(self, chosen: Index, members: Sequence[Sequence[str]]) -> list[str]:
        """Write some facts, field by field; `members` are what is written for the tests of each branch."""
        written = [[""] * len(chosen)]
        for of_fact, bits in self.parts:
            numbers, first = distinct([of_fact[chosen]], len(chosen))
            one_of_each = chosen[first]
            branches = [members[branch] for branch in self.branches[one_of_each].tolist()]
            held, tests = np.nonzero(np.unpackbits(bits[of_fact[one_of_each]].view(np.uint8), axis=1))
            ends = np.searchsorted(held, np.arange(len(first)), side="right").tolist()
            named = tests.tolist()
            texts = [
                "".join([own[test] for test in named[start:end]])
                for own, start, end in zip(branches, [0, *ends], ends, strict=False)
            ]
            written.append([texts[number] for number in numbers.tolist()])
        return ["".join(words) for words in zip(*written, strict=True)]


def _each_once(numbers: Index) -> Index:
    """Sort numbers, without repeating any."""
    ordered = np.sort(numbers)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


class _Where:
    """Where each test stands: its field, and its column among those of the field."""

    def __init__(self, fields: Sequence[Index]) -> None:
        count = sum(map(len, fields))
        self.field = np.zeros(count, dtype=np.int64)
        self.column = np.zeros(count, dtype=np.int64)
        for field, tests in enumerate(fields):
            self.field[tests] = field
            self.column[tests] = np.arange(len(tests))


@dataclass(frozen=True, slots=True)
class _TestsOfField:
    """A field's tests in each branch: their columns among those of the field, their places in the branch."""

    of_branch: Ragged
    columns: Index
    places: Index

    def held(self, holding: Mask, kinds: Index, branches: Index, words: int) -> Index:
        """Give as bits of so many integers which of a branch's tests hold of a kind of value."""
        at, tests = self.of_branch.expand(branches)
        holds = holding[kinds[at], self.columns[tests]]
        bits = np.zeros((len(branches), words * _WORD), dtype=bool)
        bits[at[holds], self.places[tests[holds]]] = True
        return np.packbits(bits, axis=1).view(np.int64)

    def all_held(self, holding: Mask, words: int) -> Index:
        """Give the same for every kind of value, where there is a single branch."""
        bits = np.zeros((len(holding), words * _WORD), dtype=bool)
        bits[:, self.places] = holding[:, self.columns]
        return np.packbits(bits, axis=1).view(np.int64)


def _tests_by_field(branches: Sequence[_Branch], where: _Where, fields: int) -> list[_TestsOfField]:
    of_branch = Ragged.of(branch.tests for branch in branches)
    owners, tests = of_branch.expand(np.arange(len(branches)))
    places = np.arange(len(tests)) - of_branch.starts[owners]
    by_field = []
    for field in range(fields):
        own = np.flatnonzero(where.field[tests] == field)
        starts = np.searchsorted(owners[own], np.arange(len(branches) + 1))
        held = Ragged(starts, np.arange(len(own)))
        by_field.append(_TestsOfField(held, where.column[tests[own]], places[own]))
    return by_field


class _Gates:
    """Gates whose tests are of the same fields (`shape`), as a tree: each level adds one of them."""

    def __init__(self, shape: tuple[int, ...], columns: Index, branches: Index) -> None:
        self.shape = shape
        self._levels: list[tuple[Index, Index]] = []  # columns; nodes, as the one above x columns + column
        nodes = np.zeros(len(columns), dtype=np.int64)
        for of_field in columns.T:
            own, column = np.unique(of_field, return_inverse=True)
            level, nodes = np.unique(nodes * len(own) + column.reshape(-1), return_inverse=True)
            nodes = nodes.reshape(-1)
            self._levels.append((own, level))
        self.branches = int(branches.max()) + 1
        by_leaf = sorted_by(nodes, len(self._levels[-1][1]))
        self._branches = Ragged(by_leaf.starts, branches[by_leaf.values])

    def passed(self, held: Sequence[Mask], kinds: Kinds) -> Index:
        """Give pairs (combination x `branches` + branch): a branch, a combination that passes a gate."""
        places = np.arange(len(kinds))
        nodes = np.zeros(len(kinds), dtype=np.int64)
        for field, (own, level) in zip(self.shape, self._levels, strict=True):
            of_kind, columns = np.nonzero(held[field][:, own])
            holding = Ragged(np.searchsorted(of_kind, np.arange(len(held[field]) + 1)), columns)
            at, column = holding.expand(kinds[places, field])
            wanted = nodes[at] * len(own) + column
            found = np.minimum(np.searchsorted(level, wanted), len(level) - 1)
            there = level[found] == wanted
            places, nodes = places[at[there]], found[there]
        at, branches = self._branches.expand(nodes)
        return places[at] * self.branches + branches


def _gates_by_shape(branches: Sequence[_Branch], where: _Where) -> list[_Gates]:
    by_shape: dict[tuple[int, ...], list[tuple[int, tuple[int, ...]]]] = {}
    for number, branch in enumerate(branches):
        for gate in branch.gates:
            shape = tuple(where.field[list(gate)].tolist())
            by_shape.setdefault(shape, []).append((number, gate))
    return [
        _Gates(
            shape,
            where.column[np.array([gate for _, gate in gates])],
            np.array([number for number, _ in gates], dtype=np.int64),
        )
        for shape, gates in by_shape.items()
    ]
