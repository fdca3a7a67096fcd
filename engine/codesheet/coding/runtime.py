"""The one door to durable-rules: finds which of a decision table's conditions each set of tests fulfils.

Only its C module is used, with facts of integer 1s, one session, a fixed pool of fact ids, and no threads.
"""

import json
import re
import weakref
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from codesheet.coding.remembering import Remembered
from codesheet.compiling.ruleset import ALWAYS, BATCH_END, Matching, Shard

try:
    import durable_rules_engine as engine
except ImportError as problem:  # a build without the flag below fails here on Python 3.13
    msg = (
        "durable-rules cannot be loaded. Install it again with: "
        'CC="cc -O3 -DPyEval_CallObject=PyObject_CallObject" '
        "pip install --force-reinstall --no-cache-dir durable-rules==2.0.28"
    )
    raise ImportError(msg) from problem

BATCH = 200
"""Facts asserted at once: more are no faster, and each ruleset keeps room (8 kB) for as many."""

Fact: TypeAlias = frozenset[int]
_NOTHING: Fact = frozenset()
_SPLITS_REMEMBERED = 4_000
"""Of how many pieces of facts it is remembered which rulesets ask for which of their tests."""

_END_ID = "end"
_HIT = re.compile(r'\{"m":\{"id":"(\w+)"')  # text inside a name cannot look like this: its quotes are escaped

_MEANINGS = {
    100: "a rule has no tests",
    101: "out of memory",
    106: "too many rules, or too many tests at one place",
    107: "too many rules test that something is absent",
    108: "too many rules end in the same test",
    111: "the ruleset is gone",
    112: "too many rulesets",
    201: "a fact or rule is not JSON",
    202: "a text in a fact or rule is not JSON",
    203: "a number in a fact or rule is not JSON",
    204: "a fact or rule is not a JSON object",
    205: "a list in a fact or rule is not JSON",
    302: "a fact holds too many tests",
    303: "too many tests of one fact hold at the same place of the rules",
    305: "a fact is gone",
    307: "a match is gone",
}


class MatchingError(RuntimeError):
    """durable-rules did not do what it must. Never the same as "no rule matched": the run stops."""


class Matcher:
    """Matches one decision table; whoever asks remembers the answers."""

    def __init__(self, matching: Matching) -> None:
        names = [test.name for test in matching.tests]
        self._shards = [_RunningShard(matching.table, shard, names) for shard in matching.shards]
        self._ungated = [place for place, shard in enumerate(matching.shards) if not shard.gates]
        self._gated: dict[int, list[int]] = defaultdict(list)
        for place, shard in enumerate(matching.shards):
            for gate in shard.gates:
                self._gated[gate].append(place)
        self._gates = frozenset(self._gated)
        self._splits = Remembered[Fact, dict[int, Fact]](_SPLITS_REMEMBERED)
        self._shards_of_test: dict[int, list[int]] = defaultdict(list)
        for place, shard in enumerate(matching.shards):
            for test in shard.tests:
                self._shards_of_test[test].append(place)

    def match(self, facts: Sequence[Fact]) -> list[tuple[int, ...]]:
        """Give for each fact (indices of tests that hold) the sorted indices of the groups it fulfils.

        Raises:
            MatchingError: durable-rules failed; nothing can be said of any fact.

        """
        return self.match_united([(fact,) for fact in facts])

    def match_united(self, facts: Sequence[tuple[Fact, ...]]) -> list[tuple[int, ...]]:
        """Match facts that are given in pieces, of which many share each: what holds of one field's value."""
        asked = [self._parts(pieces) for pieces in facts]
        wanted: dict[int, dict[Fact, None]] = defaultdict(dict)
        for parts in asked:
            for place, part in parts:
                wanted[place][part] = None
        found = {place: self._shards[place].learn(parts) for place, parts in wanted.items()}
        return [tuple(sorted(g for place, part in parts for g in found[place][part])) for parts in asked]

    def _parts(self, pieces: tuple[Fact, ...]) -> list[tuple[int, Fact]]:
        """Give the rulesets that a fact concerns, each with those of its tests that it asks."""
        splits = [self._split(piece) for piece in pieces]
        gated = {place for piece in pieces for test in piece & self._gates for place in self._gated[test]}
        places = (*self._ungated, *sorted(gated))
        return [(place, _NOTHING.union(*(s[place] for s in splits if place in s))) for place in places]

    def _split(self, piece: Fact) -> dict[int, Fact]:
        found = self._splits.get(piece)
        if found is None:
            by_shard: dict[int, list[int]] = defaultdict(list)
            for test in piece:
                for place in self._shards_of_test.get(test, ()):
                    by_shard[place].append(test)
            found = {place: frozenset(tests) for place, tests in by_shard.items()}
            self._splits.keep(piece, found)
        return found


class _RunningShard:
    """One durable-rules ruleset, created when the first fact comes."""

    def __init__(self, table: str, shard: Shard, names: Sequence[str]) -> None:
        self._table = table
        self._definition = shard.definition
        self._texts = {test: f"{json.dumps(names[test])}:1" for test in shard.tests}
        self._handle: int | None = None

    def learn(self, parts: Iterable[frozenset[int]]) -> dict[frozenset[int], tuple[int, ...]]:
        """Match parts, each given once; give the groups that each fulfils."""
        new = list(parts)
        learnt: dict[frozenset[int], tuple[int, ...]] = {}
        try:
            for start in range(0, len(new), BATCH):
                batch = new[start : start + BATCH]
                learnt.update(zip(batch, self._match_batch(batch), strict=True))
        except engine.error as problem:
            raise MatchingError(self._explain(str(problem))) from problem
        return learnt

    def _match_batch(self, parts: Sequence[frozenset[int]]) -> list[tuple[int, ...]]:
        handle = self._running()
        found: list[list[int]] = [[] for _ in parts]
        ended = 0
        for rule, ids in _assert_and_fire(handle, self._as_facts(parts)):
            if rule == BATCH_END:
                ended += len(ids)
                continue
            for place in ids:
                found[int(place)].append(int(rule))
        if ended != 1:
            raise MatchingError(self._explain("facts were dropped"))
        engine.retract_facts(handle, _facts(f'{{"id":"{place}"}}' for place in _ids(len(parts))))
        return [tuple(groups) for groups in found]

    def _as_facts(self, parts: Sequence[frozenset[int]]) -> str:
        texts = self._texts
        facts = [
            f'{{"id":"{place}",{",".join([texts[test] for test in part] + [_ALWAYS_HOLDS])}}}'
            for place, part in enumerate(parts)
        ]
        return _facts([*facts, f'{{"id":"{_END_ID}","{BATCH_END}":1}}'])

    def _running(self) -> int:
        if self._handle is None:
            end = {"all": [{"m": {"$and": [{BATCH_END: 1}]}}], "cap": 1}
            definition = json.dumps({**self._definition, BATCH_END: end})
            self._handle = engine.create_ruleset("table", definition)
            weakref.finalize(self, engine.delete_ruleset, self._handle)
        return self._handle

    def _explain(self, problem: str) -> str:
        code = re.search(r"error code: (\d+)", problem)
        meaning = _MEANINGS.get(int(code[1]), problem) if code else problem
        return (
            f"{self._table}: durable-rules could not match this table ({meaning}); nothing was decided by it"
        )


_ALWAYS_HOLDS = f'"{ALWAYS}":1'


def _facts(texts: Iterable[str]) -> str:
    return f"[{','.join(texts)}]"


def _ids(count: int) -> list[str]:
    return [*map(str, range(count)), _END_ID]


def _assert_and_fire(handle: int, facts: str) -> Iterable[tuple[str, list[str]]]:
    """Assert a batch, and give each rule that fires with the ids of the facts it fires for."""
    code, state = engine.assert_facts(handle, facts)
    if code > 1:  # 0 done, 1 some fact matched nothing, 2 a fact was there before, 3 put off
        msg = f"result {code} of asserting facts"
        raise engine.error(msg)
    started = engine.start_action_for_state(handle, state)
    matches = started[1] if started else None
    while matches:
        rule = matches[2 : matches.index('"', 2)]
        yield rule, _HIT.findall(matches)
        matches = engine.complete_and_start_action(handle, state)
