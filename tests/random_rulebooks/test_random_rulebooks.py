"""The random rulebooks themselves: most are valid, and between them they hold every feature."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from codesheet.coding.coder import Coder
from random_rulebooks import RandomRulebook, compiled, rulebooks
from random_rulebooks.features import ALL, features
from random_rulebooks.independent_draws import INDEPENDENT
from random_rulebooks.rulebook import Case

DRAWS = 250
LEAST_VALID = 0.8


@pytest.mark.slow
def test_most_are_valid_and_every_feature_occurs() -> None:
    seen: Counter[str] = Counter()
    drawn: list[bool] = []

    @seed(1)
    @settings(
        max_examples=DRAWS,
        backend=INDEPENDENT,
        deadline=None,
        derandomize=False,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(rulebooks())
    def count(book: RandomRulebook) -> None:
        ruleset, issues = compiled(book)
        assert issues or ruleset
        drawn.append(ruleset is not None)
        if ruleset is not None:
            case = Case(book, ruleset)
            seen.update(features(case, Coder(ruleset).code(case.encounters())))

    count()
    for feature in ALL:
        print(f"{seen[feature]:5} of {len(drawn)}  {feature}")
    print(f"{sum(drawn)} of {len(drawn)} are valid")
    assert sum(drawn) >= LEAST_VALID * len(drawn)
    assert [feature for feature in ALL if not seen[feature]] == []
