"""The door to durable-rules: every answer equals plain set inclusion, whatever the table and the facts."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable
from random import Random

import durable_rules_engine as engine
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesheet.coding import runtime
from codesheet.coding.runtime import BATCH, MatchingError
from codesheet.compiling import matching
from codesheet.compiling.matching import match_table, name_hash
from codesheet.compiling.ruleset import Matching
from codesheet.language.unary_tests import Equals
from codesheet.location import CellRef
from codesheet.model import Condition, DecisionTable, HitPolicy, Level, Period, Result, Rule
from facts import Fact, FactMatcher, included
from measuring import peak
from own_process import in_own_process

AT = CellRef("core.xlsx")


def matching_of(groups: Iterable[Iterable[int]], names: list[str] | None = None) -> Matching:
    """Compile a table whose rule n has the conditions of group n; test n is the cell `vn` of field `F`."""

    def condition(test: int) -> Condition:
        text = names[test] if names else f"v{test}"
        return Condition(f"F{test % 7}", Equals(text), text, AT)

    rules = tuple(
        Rule("", tuple(condition(t) for t in group), (), None, None, Period(), AT) for group in groups
    )
    return match_table(DecisionTable("T", Result.FIELDS, HitPolicy.COLLECT, Level.ROW, (), (), rules))


def assert_right(made: Matching, facts: list[Fact]) -> None:
    everything = frozenset(range(len(made.tests)))
    facts = [*facts, everything, frozenset()]
    assert FactMatcher(made).match(facts) == [included(made, fact) for fact in facts]


def some_facts(random: Random, tests: int, count: int) -> list[Fact]:
    return [
        frozenset(t for t in range(tests) if random.random() < share)
        for share in (random.random() for _ in range(count))
    ]


# --- right answers ---------------------------------------------------------------------------------------

GROUPS = st.lists(st.frozensets(st.integers(0, 30), max_size=6), max_size=40)


@settings(max_examples=300, deadline=None)
@given(groups=GROUPS, facts=st.lists(st.frozensets(st.integers(0, 30)), max_size=30))
def test_answers_are_set_inclusion(groups: list[Fact], facts: list[Fact]) -> None:
    made = matching_of(groups)
    assert_right(made, [frozenset(t for t in fact if t < len(made.tests)) for fact in facts])


@pytest.mark.parametrize("seed", range(8))
def test_random_tables(seed: int) -> None:
    random = Random(seed)
    for _ in range(40):
        tests = random.randrange(1, 90)
        groups = [
            random.sample(range(tests), random.randrange(0, min(tests, 8) + 1))
            for _ in range(random.randrange(1, 120))
        ]
        made = matching_of(groups)
        assert_right(made, some_facts(random, len(made.tests), 60))


def test_a_rule_without_conditions_fires_for_every_fact() -> None:
    made = matching_of([[0], []])
    assert FactMatcher(made).match([frozenset(), frozenset({0})]) == [(1,), (0, 1)]


def test_no_rules_and_no_facts() -> None:
    assert FactMatcher(matching_of([])).match([frozenset()]) == [()]
    assert FactMatcher(matching_of([[0]])).match([]) == []


def test_odd_names_are_just_names() -> None:
    names = [
        *("$and", "$or", "id", "sid", "$s", "always", "end of batch", "m", "a.b", "[0]", "{x}", "null", "1"),
        *(
            '"',
            '"id":"5"',
            '{"m":{"id":"3"',
            '},{"id":"0"',
            "'",
            ",",
            ":",
            "\\",
            "\\\\",
            '\\"',
            "\\u0041",
            "\t",
        ),
        *(
            "é",
            "日本",
            "🙂",
            "\u2028",
            "\x7f",
            "\u2212",
            "≥ 3",
            ">= 3",
            "x" * 5_000,
            " ",
            "%s",
            "*",
            "$m",
            "#2",
        ),
    ]
    groups = [[n] for n in range(len(names))] + [[n, (n + 5) % len(names)] for n in range(len(names))]
    made = matching_of(groups, names)
    assert len(made.tests) == len(names)
    assert_right(
        made, [*(frozenset({n}) for n in range(len(names))), *some_facts(Random(1), len(names), 500)]
    )


def test_batches_of_every_length() -> None:
    made = matching_of([[t, t + 1] for t in range(30)] + [[]])
    for count in (1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH):
        assert_right(made, some_facts(Random(count), len(made.tests), count))


# --- the engine's limits ---------------------------------------------------------------------------------


def test_the_stack_limit_is_the_engines_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 64, the bound of the shards still holds: what is predicted is what the engine needs, no less."""
    monkeypatch.setattr(matching, "DEEPEST_STACK", 64)
    random = Random(3)
    for _ in range(60):
        tests = random.randrange(50, 200)
        groups = [random.sample(range(tests), random.randrange(1, 5)) for _ in range(400)]
        assert_right(matching_of(groups), [])


def test_a_fact_too_deep_is_an_error_and_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "DEEPEST_STACK", 70)
    matcher = FactMatcher(matching_of([[t] for t in range(65)]))
    with pytest.raises(MatchingError, match=r"^T: .* \(too many tests of one fact hold .*\)"):
        matcher.match([frozenset(range(65))])


def test_a_dropped_fact_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = FactMatcher(matching_of([[0], [1]]))
    broken = engine.assert_facts

    def drop_the_rest(handle: int, facts: str) -> tuple[int, int]:
        return broken(handle, facts.replace('"F0 v0":1', '"F0 v0":1e-5', 1))

    monkeypatch.setattr(engine, "assert_facts", drop_the_rest)
    with pytest.raises(MatchingError, match="facts were dropped"):
        matcher.match([frozenset({1}), frozenset({0})])


def test_a_fact_left_behind_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = FactMatcher(matching_of([[0], [1]]))
    monkeypatch.setattr(engine, "retract_facts", lambda _handle, _facts: (0, 0))
    matcher.match([frozenset({0})])
    with pytest.raises(MatchingError, match="result 2"):
        matcher.match([frozenset({1})])


def test_fact_ids_are_told_apart_by_their_hashes() -> None:
    ids = [*runtime._ids(BATCH), "sid-0", "$pulse"]  # noqa: SLF001 - the pool is the engine's, not ours
    assert len({name_hash(i) for i in ids}) == len({name_hash(f"0!{i}") for i in ids}) == len(ids)


# --- size ------------------------------------------------------------------------------------------------


def timed(what: str, groups: list[list[int]], facts_of: dict[str, int]) -> None:
    made = matching_of(groups)
    facts = some_facts(Random(1), len(made.tests), facts_of["count"])
    start = time.perf_counter()
    assert_right(made, facts)
    print(f"{what}: {len(made.shards)} shards, {len(facts)} facts, {time.perf_counter() - start:.2f} s")


@pytest.mark.parametrize("shape", ["500 fire", "one last test", "600 under one", "open ranges"])
def test_shapes_that_break_the_bare_engine(shape: str) -> None:
    groups = {
        "500 fire": [[n] for n in range(500)],
        "one last test": [[n, 300] for n in range(300)],
        "600 under one": [[600, n] for n in range(600)],
        "open ranges": [[n, 500 + n % 9] for n in range(500)],
    }[shape]
    timed(shape, groups, {"count": 200})


@pytest.mark.slow
def test_ten_thousand_rules() -> None:
    random = Random(7)
    values = (3000, 10, 20, 5, 8)
    offsets = [sum(values[:c]) for c in range(len(values))]

    def pick() -> list[int]:
        return [base + random.randrange(n) for base, n in zip(offsets, values, strict=True)]

    start = time.perf_counter()
    groups = [[t for c, t in enumerate(pick()) if c == 0 or random.random() < 0.6] for _ in range(10_000)]
    made = _with_own_fields(groups, offsets)
    compiled = time.perf_counter() - start
    place = {test.name.split(" ")[1]: index for index, test in enumerate(made.tests)}
    facts = [frozenset(place[f"v{t}"] for t in pick() if f"v{t}" in place) for _ in range(5_000)]
    start = time.perf_counter()
    answers = FactMatcher(made).match(facts)
    print(f"compiled in {compiled:.2f} s, 5,000 facts in {time.perf_counter() - start:.2f} s")
    assert answers[:300] == [included(made, fact) for fact in facts[:300]]
    assert compiled < 20


def _with_own_fields(groups: list[list[int]], offsets: list[int]) -> Matching:
    def condition(test: int) -> Condition:
        column = max(c for c, base in enumerate(offsets) if test >= base)
        return Condition(f"C{column}", Equals(f"v{test}"), f"v{test}", AT)

    rules = tuple(
        Rule("", tuple(condition(t) for t in group), (), None, None, Period(), AT) for group in groups
    )
    return match_table(DecisionTable("T", Result.FIELDS, HitPolicy.COLLECT, Level.ROW, (), (), rules))


@pytest.mark.slow
def test_memory_stays_flat_over_a_million_facts() -> None:
    peaks = in_own_process(peaks_over_a_million_facts)
    print(f"peaks in MB: {peaks}")
    assert peaks[-1] < 1.15 * peaks[7]


def peaks_over_a_million_facts() -> list[int]:
    """Give the peak of memory after each 50,000 facts, in MB."""
    made = matching_of([[n, (n * 7 + 3) % 40, 20 + n % 20] for n in range(40)])
    matcher = FactMatcher(made)
    random = np.random.default_rng(9)
    every_test = np.tile(np.arange(40), (50_000, 1))
    peaks = []
    for _ in range(20):
        matcher.match([frozenset(tests) for tests in random.permuted(every_test, axis=1)[:, :12].tolist()])
        peaks.append(peak() // 2**20)
    return peaks


def test_many_matchers_in_one_process() -> None:
    for n in range(300):
        assert_right(matching_of([[n % 5], [1, 2]]), [frozenset({0})])


def test_a_missing_engine_says_how_to_install_it() -> None:
    script = "import sys; sys.modules['durable_rules_engine'] = None; import codesheet.coding.runtime"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 'CC="cc -O3 -DPyEval_CallObject=PyObject_CallObject" pip install' in done.stderr


def test_no_hit_can_be_read_out_of_a_name() -> None:
    name = '{"m":{"id":"0"'
    assert runtime._HIT.findall(json.dumps({name: 1})) == []  # noqa: SLF001 - this is what it must not find
