"""What holds of runs of classes, against asking class by class."""

from functools import reduce
from itertools import pairwise
from operator import and_, or_

from hypothesis import given
from hypothesis import strategies as st

from codesheet.checks.rules_by_class import RulesByClass
from codesheet.checks.value_classes import ones, runs

COUNT = 13
CLASSES = st.integers(0, (1 << COUNT) - 1)


@given(CLASSES)
def test_runs_are_the_neighbours_that_are_set(bits: int) -> None:
    found = list(runs(bits))
    assert [place for first, end in found for place in range(first, end)] == list(ones(bits))
    assert all(end < first for (_, end), (first, _) in pairwise(found))


@given(st.lists(CLASSES, max_size=6), CLASSES)
def test_runs_of_classes_say_what_their_classes_say(cells: list[int], asked: int) -> None:
    with_rules = RulesByClass([(cell, 1 << rule) for rule, cell in enumerate(cells)], COUNT)
    each = [sum(1 << rule for rule, cell in enumerate(cells) if cell >> place & 1) for place in range(COUNT)]
    assert [with_rules[place] for place in range(COUNT)] == each
    assert with_rules.accepting_some(asked) == reduce(or_, (each[place] for place in ones(asked)), 0)
    assert with_rules.accepting_all(asked) == reduce(and_, (each[place] for place in ones(asked)), -1)


def test_a_dimension_without_classes_has_rules_nowhere() -> None:
    nothing = RulesByClass([(0, 1)], 0)
    assert (nothing.accepting_some(0), nothing.accepting_all(0)) == (0, -1)
