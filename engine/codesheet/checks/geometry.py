"""A decision table as boxes: each rule accepts some classes of values in each dimension, dates among them.

A dimension is a field, a field compared with another, or the days of service. Sets of rules are integers
with one bit a rule, so that thousands of rules are compared at once.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from codesheet.checks.cutting import TooManyPatterns, ValueClass
from codesheet.checks.dimensions import Cell, Dimension, add_cell, compared, independent, index_rules
from codesheet.checks.roots import Roots
from codesheet.checks.rules_by_class import Rules
from codesheet.checks.value_classes import MISSING, Bits, ValueClasses, ones
from codesheet.language.unary_test_logic import compare_fields
from codesheet.language.unary_test_printer import show_unary_test, show_written
from codesheet.language.unary_tests import (
    Anything,
    Compare,
    Equals,
    Interval,
    Not,
    NotBlank,
    UnaryTest,
)
from codesheet.language.values import FieldType
from codesheet.model import Condition, DecisionTable, Origin, Period, Required, Rulebook

DATES = "dates"

_MOST_STEPS = 1_000_000
"""Steps that questions of coverage may take in all of a table: a few seconds."""


class Geometry:
    """A decision table's boxes.

    Raises:
        TooManyPatterns: the cells of one field hold more patterns than can be compared.

    """

    def __init__(self, table: DecisionTable, rulebook: Rulebook, roots: Roots) -> None:
        self.table = table
        self.rulebook = rulebook
        self.count = len(table.rules)
        self.all_rules: Rules = (1 << self.count) - 1
        self._roots = roots
        conditions = [*table.only_when, *(c for rule in table.rules for c in rule.conditions)]
        self.dimensions: list[Dimension] = []
        self._by_key: dict[tuple[str, str], Dimension] = {}
        asked: dict[tuple[str, str], list[UnaryTest]] = {name: [] for name in self._inputs()}
        for condition in conditions:
            asked.setdefault(_key(condition), []).append(condition.test)
        for key, tests in asked.items():
            self._by_key[key] = self._dimension(key, tests)
        self.dates = self._date_dimension()
        guard = self._bits_of(table.only_when)
        self.guard = {key: bits for key, (bits, _) in guard.items()}
        self._place_rules(guard)
        self.dimensions = [*self._by_key.values(), self.dates]
        for dimension in self.dimensions:
            index_rules(dimension)
        self.alive = self._alive()
        self.steps_left = _MOST_STEPS

    def _inputs(self) -> list[tuple[str, str]]:
        return [(name, "") for name in self.table.inputs]

    def dimension(self, name: str) -> Dimension:
        """Give the dimension of a field's own values."""
        return self._by_key[name, ""]

    def meeting(self, rule: int) -> Rules:
        """Give the rules that share a box with this one, itself too; none where it accepts nothing."""
        found = self.alive
        if not found >> rule & 1:
            return 0
        for dimension in self.dimensions:
            found &= dimension.meeting(dimension.cell_of[rule])
            if not found:
                break
        return found

    def within(self, rule: int, other: int) -> bool:
        """Say whether every row that matches one rule surely matches the other."""
        return all(self.cell_within(dimension, rule, other) for dimension in self.dimensions)

    def containing(self, rule: int) -> Rules:
        """Give the rules that surely match every row that this one matches, itself too."""
        found = self.alive
        for dimension in self.dimensions:
            found &= dimension.containing(dimension.cell_of[rule])
        return found

    def cell_within(self, dimension: Dimension, rule: int, other: int) -> bool:
        """Say whether a rule's cell surely accepts no more than another's."""
        if dimension.cell_of[rule] == dimension.cell_of[other]:
            return True
        narrow, wide = dimension.of(rule), dimension.of(other)
        if narrow.bits.possible & ~wide.bits.sure:
            return False
        return narrow.bits.is_exact or bool(dimension.covering(dimension.cell_of[rule], 1 << other))

    def surely_meet(self, rule: int, other: int) -> bool:
        """Say whether some row matches both: columns made of the same facts may exclude each other."""
        mine = [d for d in self.dimensions if not self.cell_within(d, other, rule)]
        theirs = [d for d in self.dimensions if not self.cell_within(d, rule, other)]
        if not mine or not theirs:
            return True
        return independent({id(d): d for d in (*mine, *theirs)}.values())

    def instance(self, *rules: int) -> str:
        """Describe a row that matches all of these rules: `Drug "aaa", Minutes 20 on 2024-01-01`."""
        parts = []
        for dimension in self.dimensions:
            bits, cells = dimension.everything, [dimension.of(rule) for rule in rules]
            for cell in cells:
                bits &= cell.bits.sure or cell.bits.possible
            if all(cell.bits.sure == dimension.everything for cell in cells):
                continue
            parts.append(self._example_value(dimension, bits or cells[0].bits.possible, cells))
        return ", ".join(part for part in parts if part) or "any row"

    def _example_value(self, dimension: Dimension, bits: int, cells: list[Cell]) -> str:
        if dimension.classes is None:
            return " and ".join(_worded(dimension, test) for cell in cells[:1] for test in cell.tests)
        usual = bits & dimension.classes.domain[0] & ~1
        place = next((p for p in ones(usual or bits) if p != MISSING), MISSING)
        one = dimension.classes.classes[place]
        if dimension is self.dates:
            return f"on {_shown_value(one, FieldType.DATE)}"
        return f"{dimension.name} {_shown_value(one, dimension.kind)}"

    # --- building ----------------------------------------------------------------------------------------

    def _dimension(self, key: tuple[str, str], tests: list[UnaryTest]) -> Dimension:
        name, other = key
        found = self.rulebook.fields.get(name)
        kind = found.type if found else FieldType.TEXT
        roots = self._roots.get(name, frozenset({name}))
        if other:
            roots |= frozenset[str]().union(
                *(self._roots.get(f, frozenset({f})) for t in tests for f in compare_fields(t))
            )
            return Dimension(name, kind, roots, None, 0b1111)
        try:
            classes = ValueClasses(kind, tests, self.rulebook.sets, found.allowed if found else None)
        except TooManyPatterns as many:
            msg = f"its cells ask {name} for {many}, too many to compare with each other"
            raise TooManyPatterns(msg) from None
        everything = classes.everything
        if not self.may_be_missing(name):
            everything &= ~1
        return Dimension(name, kind, roots, classes, everything)

    def may_be_missing(self, name: str) -> bool:
        """Say whether a row may come without this field."""
        found = self.rulebook.fields.get(name)
        fixed = (self.rulebook.visit_key, self.rulebook.date_of_service)
        return found is None or not (
            name in fixed or (found.origin is Origin.READ and found.required is Required.YES)
        )

    def _date_dimension(self) -> Dimension:
        tests = [_period_test(rule.period) for rule in self.table.rules]
        classes = ValueClasses(FieldType.DATE, tests, {})
        roots = frozenset({self.rulebook.date_of_service})
        return Dimension(DATES, FieldType.DATE, roots, classes, classes.everything & ~1)

    def _bits_of(
        self, conditions: Iterable[Condition]
    ) -> dict[tuple[str, str], tuple[Bits, frozenset[UnaryTest]]]:
        """Give the classes that conditions leave in each dimension they speak of."""
        found: dict[tuple[str, str], tuple[Bits, frozenset[UnaryTest]]] = {}
        for condition in conditions:
            key = _key(condition)
            dimension = self._by_key[key]
            bits = dimension.classes.of(condition.test) if dimension.classes else compared(condition.test)
            before, tests = found.get(
                key, (Bits(dimension.everything, dimension.everything, is_exact=True), frozenset())
            )
            both = Bits(
                before.sure & bits.sure, before.possible & bits.possible, before.is_exact and bits.is_exact
            )
            found[key] = both, tests | {condition.test}
        return found

    def _place_rules(self, guard: Mapping[tuple[str, str], tuple[Bits, frozenset[UnaryTest]]]) -> None:
        numbers: dict[tuple[str, str], dict[object, int]] = {key: {} for key in self._by_key}
        known: dict[tuple[Condition, ...], dict[tuple[str, str], tuple[Bits, frozenset[UnaryTest]]]] = {}
        unsaid = {
            key: (Bits(one.everything, one.everything, is_exact=_is_known(one)), _ANY)
            for key, one in self._by_key.items()
        }
        for rule in self.table.rules:
            given = known.get(rule.conditions)
            if given is None:
                given = known[rule.conditions] = self._bits_of(rule.conditions)
            for key, dimension in self._by_key.items():
                bits, tests = given.get(key, unsaid[key])
                if key in guard:
                    allowed, more = guard[key]
                    bits = Bits(
                        bits.sure & allowed.sure,
                        bits.possible & allowed.possible,
                        bits.is_exact and allowed.is_exact,
                    )
                    tests = tests | more
                value = (bits.sure, bits.possible) if bits.is_exact else (bits, tests)
                add_cell(dimension, value, Cell(bits, tests), numbers[key])
        dates: dict[object, int] = {}
        for rule in self.table.rules:
            test = _period_test(rule.period)
            assert self.dates.classes is not None  # noqa: S101 - made with them
            bits = self.dates.classes.of(test)
            bits = Bits(bits.sure & ~1, bits.possible & ~1, is_exact=True)
            add_cell(self.dates, bits.sure, Cell(bits, frozenset({test})), dates)

    def _alive(self) -> Rules:
        """Give the rules that accept anything at all."""
        found = self.all_rules
        for dimension in self.dimensions:
            for cell in dimension.cells:
                if not cell.bits.possible:
                    found &= ~cell.rules
        return found


_ANY: frozenset[UnaryTest] = frozenset({Anything()})


def _is_known(dimension: Dimension) -> bool:
    return dimension.classes is None or dimension.classes.of(Anything()).is_exact


def _key(condition: Condition) -> tuple[str, str]:
    """Name a condition's dimension: comparisons with other fields have their own."""
    others = compare_fields(condition.test)
    if not others:
        return condition.field, ""
    single = condition.test.test if isinstance(condition.test, Not) else condition.test
    return condition.field, single.field if isinstance(single, Compare) else repr(condition.test)


def _period_test(period: Period) -> UnaryTest:
    if period.first is None and period.last is None:
        return NotBlank()
    first = None if period.first is None else float(period.first)
    last = None if period.last is None else float(period.last)
    return Equals(first) if first is not None and first == last else Interval(first, last)


def _worded(dimension: Dimension, test: UnaryTest) -> str:
    return f"{dimension.name} {show_unary_test(test, dimension.kind)}"


def _shown_value(one: ValueClass, kind: FieldType) -> str:
    match one.sample:
        case None:
            return "blank"
        case tuple(texts):
            return " and ".join(texts)
        case str(text) if not isinstance(one.test, Equals):
            return f"{text!r}, say" if not isinstance(one.test, (Not, NotBlank)) else "any other value"
        case float(value) if kind is FieldType.DATE and not 1 <= value <= date.max.toordinal():
            return "any"  # nothing is written of this field's dates, so no day stands for them
        case value:
            return show_written(value, kind)
