"""Whatever the rulebook says and the visits hold, the engine and the plain evaluator come to the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesheet.coding import tables
from codesheet.verifying.verification import differences
from random_rulebooks import Case, cases
from random_rulebooks.independent_draws import INDEPENDENT


@pytest.mark.slow
@settings(max_examples=settings().max_examples * 2, backend=INDEPENDENT)
@given(cases(), st.sampled_from([tables.FEWER, 0]))
def test_engine_and_plain_evaluator_code_alike(case: Case, fewer: int) -> None:
    """At 0 every table decides rows that are alike as one, however few they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "FEWER", fewer)
        assert differences(case.ruleset, case.encounters()) == []
