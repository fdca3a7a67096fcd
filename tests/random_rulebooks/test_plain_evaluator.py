"""Whatever the rulebook says and the visits hold, the engine and the plain evaluator come to the same."""

from hypothesis import given, settings

from codesheet.verifying import differences
from random_rulebooks import Case, cases


@settings(max_examples=settings().max_examples * 3)
@given(cases())
def test_engine_and_plain_evaluator_code_alike(case: Case) -> None:
    assert differences(case.ruleset, case.encounters()) == []
