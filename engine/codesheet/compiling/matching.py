"""How one decision table is matched: its distinct tests and conditions, as durable-rules rulesets.

durable-rules keeps a ruleset's rules as a tree of tests, each rule a path from the root, and walks it with a
stack of 64 nodes: a fact that needs more is refused. So a table is cut into rulesets (shards) whose trees no
fact can overflow, not even one that holds every test.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain as concatenate

from codesheet.compiling.ruleset import ALWAYS, BATCH_END, Matching, Shard, Test
from codesheet.language.unary_tests import AnyOf, Anything, CodeRange, Equals, Interval, UnaryTest
from codesheet.language.values import tidy
from codesheet.model import DecisionTable, HitPolicy

MOST_TESTS = 200  # durable-rules: a fact has at most 252 properties
MOST_GROUPS = 500  # durable-rules: 4,096 rules a ruleset; speed is best with some hundreds
GROUPS_IN_FIRST_TURN = 64
LONGEST_GATE = 3  # tests that decide whether a ruleset is asked: most payers' rules name three things
DEEPEST_STACK = 60  # durable-rules: 64
MOST_MATCHES = 10_000  # how many facts one action may report (durable-rules: 65,535)
_LONGEST_NAME = 80

_RESERVED = (
    *("id", "sid", "$s", ALWAYS, BATCH_END, "all", "any", "pri", "count", "cap", "dist", "name", "run"),
    *("$lt", "$lte", "$gt", "$gte", "$eq", "$neq", "$mt", "$imt", "$ex", "$nex", "$or", "$and", "$not"),
    *("$iall", "$iany", "$i", "$m", "$add", "$sub", "$mul", "$div", "$l", "$r", "$forward"),
    *("$all", "$any", "$time", "$pulse", "$timerName", "$baseTime", "m"),
)


def name_hash(name: str) -> int:
    """Give the 32-bit number by which durable-rules knows a name; it never compares the names themselves."""
    number = 2166136261
    for byte in json.dumps(name)[1:-1].encode("ascii"):
        number = (number ^ byte) * 16777619 & 0xFFFFFFFF
    return number


def match_table(table: DecisionTable) -> Matching:
    """Give a table's distinct tests, their distinct conjunctions, and the rulesets that find these."""
    tests, rule_conditions = _collect_tests(table)
    place = {group: index for index, group in enumerate(dict.fromkeys(rule_conditions))}
    rule_groups = tuple(place[group] for group in rule_conditions)
    rank = _rank_tests(tests, tuple(place))
    chains = tuple(tuple(sorted(group, key=rank.__getitem__)) for group in place)
    return Matching(table.name, tests, chains, rule_groups, tuple(_cut_in_turns(table, tests, chains, rank)))


def _collect_tests(table: DecisionTable) -> tuple[tuple[Test, ...], list[tuple[int, ...]]]:
    names = _Names()
    tests: dict[tuple[str, UnaryTest], Test] = {}
    place: dict[tuple[str, UnaryTest], int] = {}
    rule_conditions = []
    for rule in table.rules:
        held = set()
        for condition in rule.conditions:
            key = (condition.field, condition.test)
            if isinstance(condition.test, Anything):
                continue
            if key not in place:
                place[key] = len(tests)
                name = names.claim(f"{condition.field} {tidy(condition.text)}")
                tests[key] = Test(name, condition.field, condition.test)
            held.add(place[key])
        rule_conditions.append(tuple(sorted(held)))
    return tuple(tests.values()), rule_conditions


class _Names:
    """The property names of one table: readable, short, and told apart by durable-rules."""

    def __init__(self) -> None:
        self._taken = {name_hash(word) for word in _RESERVED}

    def claim(self, wanted: str) -> str:
        """Give the wanted name, shortened if very long, numbered if it or its hash is taken."""
        if len(wanted) > _LONGEST_NAME:
            wanted = wanted[: _LONGEST_NAME - 1] + "…"
        name, turn = wanted, 1
        while name_hash(name) in self._taken:
            turn += 1
            name = f"{wanted} #{turn}"
        self._taken.add(name_hash(name))
        return name


# --- cutting into shards ---------------------------------------------------------------------------------

_Chain = tuple[int, ...]
"""The tests of one group in the order in which a shard's tree asks them."""


_Groups = Sequence[_Chain]


def _cut_in_turns(
    table: DecisionTable, tests: Sequence[Test], groups: _Groups, rank: dict[int, int]
) -> Iterator[Shard]:
    """Cut a table into shards; those of the topmost rules first where a match makes the others idle.

    Each turn has as many groups as all before it: then few are asked in vain, and a row that only the last
    rule matches is asked by few shards more than if there were no turns.
    """
    if table.hit_policy is not HitPolicy.FIRST:
        yield from _cut(tests, groups, range(len(groups)), rank, 0)
        return
    start, end, turn = 0, GROUPS_IN_FIRST_TURN, 0
    while start < len(groups):  # groups stand in the order of their topmost rules
        yield from _cut(tests, groups, range(start, min(end, len(groups))), rank, turn)
        start, end, turn = end, 2 * end, turn + 1


def _cut(
    tests: Sequence[Test], groups: _Groups, chosen: range, rank: dict[int, int], turn: int
) -> Iterator[Shard]:
    """Pack chosen groups, in order of their chains, into as few shards as the limits allow."""
    ordered = sorted((tuple(rank[test] for test in groups[index]), index) for index in chosen)
    if ordered and not ordered[0][0]:
        yield _unconditional_shard(ordered.pop(0)[1], turn)
    tree = _Tree()
    packed: list[tuple[_Chain, int]] = []
    for _, index in ordered:
        chain = groups[index]
        grown = tree.grow(chain)
        if packed and not grown.fits:
            yield _make_shard(tests, packed, turn)
            grown, packed = _Tree().grow(chain), []
        tree = grown
        packed.append((chain, index))
    if packed:
        yield _make_shard(tests, packed, turn)


def _rank_tests(tests: Sequence[Test], groups: _Groups) -> dict[int, int]:
    """Order the tests so that those of the field which narrows the rules most come first in every chain."""
    uses: dict[int, int] = defaultdict(int)
    for group in groups:
        for test in group:
            uses[test] += 1
    by_field: dict[str, list[int]] = defaultdict(list)
    for index, asked in enumerate(tests):
        by_field[asked.field].append(index)

    def groups_left(field: str) -> float:
        apart = [uses[i] for i in by_field[field] if _excludes_others(tests[i].test)]
        expected = sum(n * n for n in apart) / sum(apart) if apart else 0
        return len(groups) - sum(apart) + expected

    fields = sorted(by_field, key=groups_left)
    return {
        test: place
        for place, test in enumerate(concatenate.from_iterable(by_field[field] for field in fields))
    }


def _excludes_others(test: UnaryTest) -> bool:
    """Say whether other tests of the same field usually fail where this one holds (`>= 16`: no)."""
    match test:
        case Equals() | CodeRange():
            return True
        case Interval(low, high):
            return low is not None and high is not None
        case AnyOf(parts):
            return all(map(_excludes_others, parts))
        case _:
            return False


@dataclass(frozen=True, slots=True)
class _Tree:
    """The durable-rules tree of chains added in sorted order, as far as its limits need it.

    Only the path of the chain added last is kept: at each depth, how many children its node has, and how deep
    the engine's stack can grow below those of them that are complete.
    """

    path: _Chain = ()
    children: tuple[int, ...] = (0,)
    deepest: tuple[int, ...] = (0,)
    tests: frozenset[int] = frozenset()
    groups: int = 0

    def grow(self, chain: _Chain) -> "_Tree":
        """Give the tree with one more chain."""
        shared = _shared_length(self.path, chain)
        children = [*self.children[: shared + 1], *[0] * (len(chain) - shared)]
        for depth in range(shared, len(chain)):
            children[depth] += 1
        deepest = [*self._complete_below(shared), *[0] * (len(chain) - shared)]
        tests = self.tests if self.tests.issuperset(chain) else self.tests.union(chain)
        return _Tree(chain, tuple(children), tuple(deepest), tests, self.groups + 1)

    def _complete_below(self, depth: int) -> list[int]:
        """Give the deepest stacks down to a depth once nothing is added below it any more."""
        deepest, below = list(self.deepest), 0
        for place in reversed(range(depth, len(deepest))):
            deepest[place] = max(deepest[place], below)
            below = self._stack_at(place, deepest[place])
        return deepest[: depth + 1]

    def _stack_at(self, depth: int, below: int) -> int:
        """Give the greatest stack while a node is walked by a fact that holds all its children's tests.

        All children are pushed; each is popped and walked with those before it still on the stack.
        """
        return self.children[depth] - 1 + max(1, below) if self.children[depth] else 0

    @property
    def stack(self) -> int:
        """Give the greatest stack that any fact can need."""
        return self._stack_at(0, self._complete_below(0)[0])

    @property
    def fits(self) -> bool:
        """Say whether durable-rules takes this tree and every fact sent to it."""
        return self.stack <= DEEPEST_STACK and len(self.tests) <= MOST_TESTS and self.groups <= MOST_GROUPS


def _shared_length(first: _Chain, second: _Chain) -> int:
    length = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        length += 1
    return length


def _make_shard(tests: Sequence[Test], packed: Sequence[tuple[_Chain, int]], turn: int) -> Shard:
    used = sorted({test for chain, _ in packed for test in chain})
    gates = _gates(tests, [chain for chain, _ in packed])
    definition = {str(group): _rule(tests[test].name for test in chain) for chain, group in packed}
    return Shard(tuple(used), gates, definition, turn)


def _gates(tests: Sequence[Test], chains: Sequence[_Chain]) -> tuple[tuple[int, ...], ...]:
    """Give what a fact must hold to be asked: how chains begin, as far as they begin with the same fields."""
    for length in range(LONGEST_GATE, 1, -1):
        gates = {chain[:length] for chain in chains}
        if len({tuple(tests[test].field for test in gate) for gate in gates}) == 1:
            return tuple(sorted(gates))
    return tuple(sorted({chain[:1] for chain in chains}))


def _unconditional_shard(group: int, turn: int) -> Shard:
    return Shard((), (), {str(group): _rule([ALWAYS])}, turn)


def _rule(names: Iterable[str]) -> dict[str, object]:
    return {"all": [{"m": {"$and": [{name: 1} for name in names]}}], "cap": MOST_MATCHES}
