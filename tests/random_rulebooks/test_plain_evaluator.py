"""Whatever the rulebook says and the visits hold, the engine and the plain evaluator come to the same."""

import pytest
from hypothesis import given, settings

from codesheet.verifying.verification import differences
from random_rulebooks import Case, cases
from random_rulebooks.independent_draws import INDEPENDENT


@pytest.mark.slow
@settings(max_examples=settings().max_examples * 2, backend=INDEPENDENT)
@given(cases())
def test_engine_and_plain_evaluator_code_alike(case: Case) -> None:
    assert differences(case.ruleset, case.encounters()) == []
