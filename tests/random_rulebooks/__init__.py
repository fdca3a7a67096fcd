"""Random rulebooks as users would write them, with visits to code: strategies for hypothesis.

``rulebooks()`` draws a `RandomRulebook` (the text of its workbooks, its rows); ``coded_cases()`` only those
without errors, ready to be coded.
"""

from random_rulebooks.rulebook import Case, RandomRulebook, cases, compiled, rulebooks

__all__ = ["Case", "RandomRulebook", "cases", "compiled", "rulebooks"]
