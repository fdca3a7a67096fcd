"""Which of two rules is the more specific in a table's scope (DESIGN §3, Override)."""

from collections.abc import Iterable
from dataclasses import dataclass

from codesheet.language.unary_test_logic import constrains, covers
from codesheet.language.unary_tests import UnaryTest
from codesheet.model import Rule


@dataclass(frozen=True, slots=True)
class Specificity:
    """What a rule says of the columns of its table's scope.

    `tests` holds the constraining tests by field; `constrained` also the wider fields of their chains.
    """

    tests: dict[str, tuple[UnaryTest, ...]]
    constrained: frozenset[str]

    @classmethod
    def of(cls, rule: Rule, chains: Iterable[tuple[str, ...]]) -> "Specificity":
        """Read a rule's conditions, for chains of fields that go from narrow to wide."""
        tests: dict[str, tuple[UnaryTest, ...]] = {}
        for condition in rule.conditions:
            if constrains(condition.test):
                tests[condition.field] = (*tests.get(condition.field, ()), condition.test)
        wide: set[str] = set()
        for chain in chains:
            places = [place for place, field in enumerate(chain) if field in tests]
            if places:
                wide.update(chain[min(places) :])
        scope = {field for chain in chains for field in chain}
        return cls({field: test for field, test in tests.items() if field in scope}, frozenset(wide))

    def overrides(self, other: "Specificity") -> bool:
        """Say whether this rule is more specific: more columns, or the same and only some values."""
        if self.constrained != other.constrained:
            return self.constrained > other.constrained
        return self._within(other) and not other._within(self)  # noqa: SLF001 - the same class

    def _within(self, other: "Specificity") -> bool:
        """Say whether every value accepted here is accepted there, as far as can be known."""
        return all(
            any(covers(wide, narrow) for narrow in self.tests.get(field, ()))
            for field, wides in other.tests.items()
            for wide in wides
        )
