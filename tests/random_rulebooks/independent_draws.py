"""Hypothesis without mutation: every rulebook is drawn afresh.

Hypothesis spends five examples of six on copies of one with some parts repeated. A rulebook costs a fifth of
a second, and two rulebooks drawn apart find more than five that are nearly alike.
"""

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

INDEPENDENT = "independent draws"
"""The name of the backend, for `settings(backend=…)`."""


class IndependentDraws(HypothesisProvider):
    """Draws as hypothesis does; only its own backend is mutated, and this is another one."""


AVAILABLE_PROVIDERS[INDEPENDENT] = IndependentDraws
