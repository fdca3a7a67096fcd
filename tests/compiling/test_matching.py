"""How tables become durable-rules rulesets: names, groups, and shards under every limit of the engine."""

import time
from random import Random

import pytest
from small_rulebooks import Cells, condition, table_of, table_of_cells

from codesheet.compiling.matching import (
    DEEPEST_STACK,
    MOST_GROUPS,
    MOST_TESTS,
    match_table,
    name_hash,
)
from codesheet.compiling.ruleset import ALWAYS, Matching, Shard
from codesheet.language.unary_tests import Anything, Equals


def test_the_hash_is_the_engines() -> None:
    assert [name_hash("id"), name_hash("sid"), name_hash("$and")] == [926444256, 3593476751, 3746487396]


def test_equal_cells_are_one_test_and_equal_rules_one_group() -> None:
    made = match_table(
        table_of_cells(
            [
                {"Family": "chemo", "Minutes": ">= 91"},
                {"Minutes": ">= 91", "Family": "chemo"},
                {"Family": "chemo"},
                {},
            ]
        )
    )
    assert [test.name for test in made.tests] == ["Family chemo", "Minutes >= 91"]
    assert made.groups == ((0, 1), (0,), ())
    assert made.rule_groups == (0, 0, 1, 2)


def test_a_definition_is_readable() -> None:
    (shard,) = match_table(table_of_cells([{"Family": "chemo", "Minutes": ">= 91"}])).shards
    assert shard.definition == {
        "0": {"all": [{"m": {"$and": [{"Family chemo": 1}, {"Minutes >= 91": 1}]}}], "cap": 10_000}
    }
    assert (shard.tests, shard.gates) == ((0, 1), ((0, 1),))


def test_a_ruleset_is_asked_by_what_its_rules_begin_with_alike() -> None:
    alike = [{"A": a, "B": b, "C": c, "D": "d"} for a, b, c in ("xyz", "xyw", "uyz")]
    (shard,) = match_table(table_of_cells(alike)).shards
    assert all(len(gate) == 3 for gate in shard.gates)
    (shard,) = match_table(table_of_cells([*alike, {"A": "x", "D": "d"}])).shards
    assert all(len(gate) == 1 for gate in shard.gates)


def test_a_rule_without_conditions_tests_always_in_a_ruleset_of_its_own() -> None:
    unconditional, _ = match_table(table_of_cells([{"A": "a"}, {}])).shards
    assert unconditional == Shard((), (), {"1": {"all": [{"m": {"$and": [{"always": 1}]}}], "cap": 10_000}})


def test_cells_that_accept_anything_and_repeated_cells_count_for_nothing() -> None:
    twice = [condition("A", "a"), condition("A", "a"), condition("B", "-", Anything())]
    assert match_table(table_of([twice])).groups == ((0,),)


def test_names_are_told_apart() -> None:
    spaced = [[condition("A", "x", Equals("x"))], [condition("A", " x ", Equals("X"))]]
    long = [[condition("A", "y" * 200 + end)] for end in "12"]
    names = [test.name for test in match_table(table_of([*spaced, *long])).tests]
    assert names[:2] == ["A x", "A x #2"]
    assert names[2:] == ["A " + "y" * 77 + "…", "A " + "y" * 77 + "… #2"]


def test_names_that_durable_rules_would_confuse_are_told_apart() -> None:
    """Two names with one 32-bit hash, found by trying; the engine compares nothing else."""
    one, other = _colliding_names()
    tests = match_table(table_of_cells([{"Code": one[5:]}, {"Code": other[5:]}])).tests
    assert [test.name for test in tests] == [one, f"{other} #2"]


def _colliding_names() -> tuple[str, str]:
    seen: dict[int, str] = {}
    for number in range(1_000_000):
        name = f"Code {number}"
        if (found := seen.setdefault(name_hash(name), name)) != name:
            return found, name
    pytest.fail("no two of a million names collide")


def random_rows(random: Random, rules: int, values: tuple[int, ...], filled: float) -> list[Cells]:
    return [
        {f"F{c}": f"v{random.randrange(n)}" for c, n in enumerate(values) if random.random() < filled}
        for _ in range(rules)
    ]


SHAPES: dict[str, list[Cells]] = {
    "like a real table": random_rows(Random(1), 300, (8, 6, 5, 20, 4, 10, 12), 0.5),
    "3,000 values in one column": random_rows(Random(2), 10_000, (3000, 10, 20, 5), 0.8),
    "few values, many rules": random_rows(Random(3), 5_000, (8, 8, 8, 8, 8, 8), 0.8),
    "open ranges only": [{"Minutes": f">= {n}"} for n in range(500)],
    "one last test": [{"Last": "z", "First": f"f{n}"} for n in range(300)],
    "600 tests under one": [{"A": "a", "B": f"b{n}"} for n in range(600)],
    "a wide rule": [{f"F{n}": "x" for n in range(190)}, {f"F{n}": "y" for n in range(190)}],
    "no rules": [],
    "no conditions": [{}, {}],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_keeps_every_limit(shape: str) -> None:
    start = time.perf_counter()
    made = match_table(table_of_cells(SHAPES[shape]))
    print(f"{shape}: {len(made.shards)} shards, {time.perf_counter() - start:.2f} s")
    assert sorted(int(name) for shard in made.shards for name in shard.definition) == [
        *range(len(made.groups))
    ]
    for shard in made.shards:
        _assert_limits(made, shard)


def _assert_limits(made: Matching, shard: Shard) -> None:
    chains = [
        [next(iter(term)) for term in rule["all"][0]["m"]["$and"]] for rule in shard.definition.values()
    ]
    names = {test.name: index for index, test in enumerate(made.tests)}
    for name, chain in zip(shard.definition, chains, strict=True):
        tests = [names[test] for test in chain if test != ALWAYS]
        assert tuple(tests) == made.groups[int(name)]
        assert set(tests) <= set(shard.tests)
        assert not tests or any(tuple(tests[: len(gate)]) == gate for gate in shard.gates)
    assert len(shard.tests) <= MOST_TESTS
    assert len(chains) <= MOST_GROUPS
    assert stack_of_everything(chains) <= DEEPEST_STACK


def stack_of_everything(chains: list[list[str]]) -> int:
    """Walk the tree of these chains as the engine does with a fact that holds every test."""
    tree: dict[str, dict] = {}  # type: ignore[type-arg] # a tree of dicts
    for chain in chains:
        node = tree
        for name in chain:
            node = node.setdefault(name, {})

    def deepest(node: dict) -> int:  # type: ignore[type-arg]
        return len(node) - 1 + max(1, *map(deepest, node.values())) if node else 0

    stack, most = [tree], 1
    while stack:
        stack.extend(stack.pop().values())
        most = max(most, len(stack))
    assert most <= max(1, deepest(tree))
    return most


def test_the_most_selective_column_is_asked_first() -> None:
    rows = [{"Payer": f"p{n % 3}", "Minutes": f">= {n}", "Drug": f"d{n}"} for n in range(30)]
    (shard,) = match_table(table_of_cells(rows)).shards
    first = next(iter(shard.definition["7"]["all"][0]["m"]["$and"][0]))
    assert first == "Drug d7"


def test_compiling_grows_linearly() -> None:
    def seconds(rules: int) -> float:
        rows = table_of_cells(random_rows(Random(4), rules, (3000, 10, 20, 5), 0.8))
        start = time.perf_counter()
        match_table(rows)
        return time.perf_counter() - start

    seconds(500)
    small, large = min(seconds(1_000) for _ in range(3)), seconds(10_000)
    print(f"1,000 rules {small:.3f} s, 10,000 rules {large:.3f} s")
    assert large < 40 * small
