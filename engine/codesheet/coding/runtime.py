"""The one door to durable-rules: finds which of a decision table's conditions each set of tests fulfils.

Only its C module is used, with facts of integer 1s, one session, a fixed pool of fact ids, and no threads.
"""

import json
import re
import weakref
from collections.abc import Iterable, Sequence

from codesheet.compiling.ruleset import ALWAYS, BATCH_END, Shard

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


class RunningShard:
    """One durable-rules ruleset, created when the first fact comes."""

    def __init__(self, table: str, shard: Shard) -> None:
        self._table = table
        self._definition = shard.definition
        self._handle: int | None = None

    def fulfilled(self, facts: Sequence[str]) -> list[list[int]]:
        """Give the groups of conditions that each fact fulfils; a fact is the joined `member`s it holds.

        Raises:
            MatchingError: durable-rules failed; nothing can be said of any fact.

        """
        try:
            return [
                groups
                for start in range(0, len(facts), BATCH)
                for groups in self._match_batch(facts[start : start + BATCH])
            ]
        except engine.error as problem:
            raise MatchingError(self._explain(str(problem))) from problem

    def _match_batch(self, facts: Sequence[str]) -> list[list[int]]:
        handle = self._running()
        found: list[list[int]] = [[] for _ in facts]
        ended = 0
        for rule, ids in _assert_and_fire(handle, _as_json(facts)):
            if rule == BATCH_END:
                ended += len(ids)
                continue
            for place in ids:
                found[int(place)].append(int(rule))
        if ended != 1:
            raise MatchingError(self._explain("facts were dropped"))
        engine.retract_facts(handle, _list(f'{{"id":"{place}"}}' for place in _ids(len(facts))))
        return found

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


def member(test: str) -> str:
    """Give what a fact holds for a test by name that is true of it."""
    return f"{json.dumps(test)}:1,"


def _as_json(facts: Sequence[str]) -> str:
    numbered = (f'{{"id":"{place}",{members}"{ALWAYS}":1}}' for place, members in enumerate(facts))
    return _list([*numbered, f'{{"id":"{_END_ID}","{BATCH_END}":1}}'])


def _list(texts: Iterable[str]) -> str:
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
