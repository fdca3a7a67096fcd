"""What the table matcher adds to durable-rules: undecided tests, facts shared, turns of a First table."""

from random import Random

import pytest

from codesheet.coding import runtime
from codesheet.compiling import matching
from codesheet.compiling.matching import match_table
from codesheet.compiling.ruleset import Matching
from codesheet.language.unary_tests import Equals
from codesheet.location import CellRef
from codesheet.model import Condition, DecisionTable, HitPolicy, Level, Period, Result, Rule
from facts import Fact, FactMatcher, included

AT = CellRef("core.xlsx")
ALWAYS, SOMETIMES = Period(), Period(first=740_000)


def first_table(groups: list[list[int]]) -> Matching:
    def condition(test: int) -> Condition:
        return Condition(f"F{test % 5}", Equals(f"v{test}"), f"v{test}", AT)

    rules = tuple(
        Rule("", tuple(condition(t) for t in group), (), None, None, Period(), AT) for group in groups
    )
    return match_table(DecisionTable("T", Result.FIELDS, HitPolicy.FIRST, Level.ROW, (), (), rules))


def random_groups(random: Random, tests: int, rules: int) -> list[list[int]]:
    return [random.sample(range(tests), random.randrange(0, 4)) for _ in range(rules)]


def random_fact(random: Random, tests: int) -> Fact:
    return frozenset(t for t in range(tests) if random.random() < 0.3)


@pytest.mark.parametrize("first_turn", [1, 3, 64])
def test_asked_in_turns_the_topmost_match_and_all_above_it_are_right(
    monkeypatch: pytest.MonkeyPatch, first_turn: int
) -> None:
    monkeypatch.setattr(matching, "GROUPS_IN_FIRST_TURN", first_turn)
    random = Random(first_turn)
    stopped = 0
    for _ in range(40):
        made = first_table(random_groups(random, 12, 60))
        tests = len(made.tests)
        periods = [random.choice((ALWAYS, SOMETIMES)) for _ in made.rule_groups]
        facts = [random_fact(random, tests) for _ in range(30)]
        undecided = [random_fact(random, tests) - fact for fact in facts]
        matcher = FactMatcher(made, periods)
        now, later = matcher.match_undecided(facts, undecided, to_the_end=False)
        for fact, maybe, found, open_rules in zip(facts, undecided, now, later, strict=True):
            right = included(made, fact)
            waiting = tuple(rule for rule in included(made, fact | maybe) if rule not in right)
            settling = [rule for rule in right if periods[rule] == ALWAYS]
            end = settling[0] + 1 if settling else len(made.rule_groups)
            assert [rule for rule in found if rule < end] == [rule for rule in right if rule < end]
            assert [rule for rule in open_rules if rule < end] == [rule for rule in waiting if rule < end]
            assert set(found) <= set(right)
            stopped += len(found) < len(right)
        assert matcher.match(facts) == [included(made, fact) for fact in facts]
    assert stopped or first_turn == 64


def test_no_ruleset_is_asked_below_a_match(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "GROUPS_IN_FIRST_TURN", 1)
    made = first_table([[0], [1], [2]])
    asked = []
    fulfilled = runtime.RunningShard.fulfilled

    def watched(self: runtime.RunningShard, facts: list[str]) -> list[list[int]]:
        asked.append(len(facts))
        return fulfilled(self, facts)

    monkeypatch.setattr(runtime.RunningShard, "fulfilled", watched)
    everything, second = frozenset({0, 1, 2}), frozenset({1})
    now, _ = FactMatcher(made).match_undecided([everything, second], [Fact(), Fact()], to_the_end=False)
    assert now == [(0,), (1,)]
    assert asked == [1, 1]  # the first fact is settled by the first rule, and the second passes no gate there


def test_a_fact_is_asserted_once_for_all_combinations_that_share_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = first_table([[0, 1]])
    seen: list[str] = []

    def answer(_: runtime.RunningShard, facts: list[str]) -> list[list[int]]:
        seen.extend(facts)
        return [[0]] * len(facts)

    monkeypatch.setattr(runtime.RunningShard, "fulfilled", answer)
    assert FactMatcher(made).match([frozenset({0, 1})] * 5) == [(0,)] * 5
    assert seen == ['"F0 v0":1,"F1 v1":1,']


def asked_of(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Watch the facts that rulesets are asked of."""
    seen: list[str] = []
    fulfilled = runtime.RunningShard.fulfilled

    def watched(self: runtime.RunningShard, facts: list[str]) -> list[list[int]]:
        seen.extend(facts)
        return fulfilled(self, facts)

    monkeypatch.setattr(runtime.RunningShard, "fulfilled", watched)
    return seen


def test_rules_that_begin_alike_are_asked_of_facts_that_hold_their_tests_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Tests are v0 to v4, of five fields, and v5 of the first; v3 and v4 are asked only after v0, v1, v2."""
    made = first_table([[0, 1, 2, 3], [0, 1, 2, 4], [5, 1, 2]])
    names = {test.name: number for number, test in enumerate(made.tests)}
    v = [names[f"F{number % 5} v{number}"] for number in range(6)]
    seen = asked_of(monkeypatch)
    matcher = FactMatcher(made)
    after_v0, after_v5 = frozenset(v[:5]), frozenset((*v[1:5], v[5]))
    assert matcher.match([after_v0, after_v5]) == [(0, 1), (2,)]
    assert sorted(fact.count(":1") for fact in seen) == [3, 5]
    assert matcher.match([after_v5 - {v[3]}, after_v0]) == [(2,), (0, 1)]
    assert len(seen) == 2  # what these fulfil is remembered


def test_a_rule_that_two_beginnings_reach_is_found_once() -> None:
    """Tests v0, v5 and v10 are of one field: a rule that names two of them is reached from more than one."""
    made = first_table([[0, 5, 1], [0, 5, 10], [0, 10, 1], [5, 10, 1], [0, 5, 10, 1]])
    assert len(made.shards[0].gates[0]) > 1
    everything = frozenset(range(len(made.tests)))
    assert FactMatcher(made).match([everything, everything - {0}]) == [
        included(made, everything),
        included(made, everything - {0}),
    ]
