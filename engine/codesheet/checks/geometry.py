"""A decision table as boxes: each rule accepts some classes of values in each dimension, dates among them.

A dimension is a field, a field compared with another, or the days of service. Sets of rules are integers
with one bit a rule, so that thousands of rules are compared at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from codesheet.checks.roots import Roots
from codesheet.checks.value_classes import MISSING, Bits, ValueClass, ValueClasses, ones
from codesheet.language.unary_test_logic import compare_fields, covers
from codesheet.language.unary_test_printer import show_unary_test, show_written
from codesheet.language.unary_tests import (
    AnyOf,
    Anything,
    Blank,
    Compare,
    Equals,
    Interval,
    Not,
    NotBlank,
    UnaryTest,
)
from codesheet.language.values import FieldType
from codesheet.model import Condition, DecisionTable, Origin, Period, Required, Rulebook

Rules: TypeAlias = int
"""A set of rules: bit i is the table's rule i."""

DATES = "dates"


@dataclass(slots=True)
class Cell:
    """One distinct cell of a dimension: the classes it accepts, and what it is written as."""

    bits: Bits
    tests: frozenset[UnaryTest]
    rules: Rules = 0


@dataclass(slots=True)
class Dimension:
    """One dimension: its classes, its distinct cells, and which cell each rule has.

    `name` is the field; `with_rules[c]` the rules that accept class c for sure.
    """

    name: str
    kind: FieldType
    roots: frozenset[str]
    classes: ValueClasses | None
    everything: int
    cells: list[Cell] = field(default_factory=list)
    cell_of: list[int] = field(default_factory=list)
    with_rules: list[Rules] = field(default_factory=list)
    _meeting: dict[int, Rules] = field(default_factory=dict)
    _covering: dict[int, Rules] = field(default_factory=dict)

    @property
    def expected(self) -> int:
        """Give the classes without values that Allowed values leave out: rows with those go to review."""
        if self.classes is None:
            return self.everything
        bits, is_open = self.classes.domain
        return self.everything if is_open or not self.classes.is_closed else bits | 1

    def meeting(self, cell: int) -> Rules:
        """Give the rules of which some value surely passes this cell too."""
        found = self._meeting.get(cell)
        if found is None:
            own = self.cells[cell]
            found = own.rules if own.bits.possible else 0
            for place in ones(own.bits.sure & self.expected):
                found |= self.with_rules[place]
            self._meeting[cell] = found
        return found

    def covering(self, cell: int) -> Rules:
        """Give the rules that accept whatever this cell accepts, judged by how the cells are written."""
        found = self._covering.get(cell)
        if found is None:
            narrow = self.cells[cell].tests
            found = 0
            for other in self.cells:
                if other.tests == narrow or _all_cover(
                    other.tests, narrow, is_list=self.kind is FieldType.CODE_LIST
                ):
                    found |= other.rules
            self._covering[cell] = found
        return found

    def of(self, rule: int) -> Cell:
        """Give the cell of a rule."""
        return self.cells[self.cell_of[rule]]


def _all_cover(wide: frozenset[UnaryTest], narrow: frozenset[UnaryTest], *, is_list: bool) -> bool:
    return all(any(_covers(one, other, is_list=is_list) for other in narrow) for one in wide)


def _covers(wide: UnaryTest, narrow: UnaryTest, *, is_list: bool) -> bool:
    """Say whether one test surely accepts whatever the other does; of lists, any element may pass."""
    if not is_list or isinstance(wide, Anything) or wide == narrow:
        return covers(wide, narrow) is True
    if isinstance(wide, NotBlank):
        return not isinstance(narrow, (Anything, Blank, AnyOf))
    if isinstance(wide, Not) and isinstance(narrow, Not):
        return covers(narrow.test, wide.test) is True
    return not isinstance(wide, Not) and not isinstance(narrow, (Not, AnyOf)) and covers(wide, narrow) is True


class Geometry:
    """A decision table's boxes."""

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
            _index(dimension)
        self.alive = self._alive()

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

    def cell_within(self, dimension: Dimension, rule: int, other: int) -> bool:
        """Say whether a rule's cell surely accepts no more than another's."""
        if dimension.cell_of[rule] == dimension.cell_of[other]:
            return True
        narrow, wide = dimension.of(rule), dimension.of(other)
        if narrow.bits.possible & ~wide.bits.sure:
            return False
        return narrow.bits.is_exact or bool(dimension.covering(dimension.cell_of[rule]) >> other & 1)

    def surely_meet(self, rule: int, other: int) -> bool:
        """Say whether some row matches both: fields made of the same facts may exclude what their cells allow."""
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
        classes = ValueClasses(kind, tests, self.rulebook.sets, found.allowed if found else None)
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
            bits = dimension.classes.of(condition.test) if dimension.classes else _compared(condition.test)
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
                _add(dimension, value, Cell(bits, tests), numbers[key])
        dates: dict[object, int] = {}
        for rule in self.table.rules:
            test = _period_test(rule.period)
            assert self.dates.classes is not None  # noqa: S101 - made with them
            bits = self.dates.classes.of(test)
            bits = Bits(bits.sure & ~1, bits.possible & ~1, is_exact=True)
            _add(self.dates, bits.sure, Cell(bits, frozenset({test})), dates)

    def _alive(self) -> Rules:
        """Give the rules that accept anything at all."""
        found = self.all_rules
        for dimension in self.dimensions:
            for cell in dimension.cells:
                if not cell.bits.possible:
                    found &= ~cell.rules
        return found


_ANY: frozenset[UnaryTest] = frozenset({Anything()})


def independent(dimensions: Iterable[Dimension]) -> bool:
    """Say whether no two dimensions are made of the same facts, so that their values come in every mixture."""
    seen: set[str] = set()
    for dimension in dimensions:
        if seen & dimension.roots:
            return False
        seen |= dimension.roots
    return True


def _is_known(dimension: Dimension) -> bool:
    return dimension.classes is None or dimension.classes.of(Anything()).is_exact


def _key(condition: Condition) -> tuple[str, str]:
    """Name a condition's dimension: comparisons with other fields have their own."""
    others = compare_fields(condition.test)
    if not others:
        return condition.field, ""
    single = condition.test.test if isinstance(condition.test, Not) else condition.test
    return condition.field, single.field if isinstance(single, Compare) else repr(condition.test)


_LESS, _SAME, _MORE = 0b0010, 0b0100, 0b1000
_COMPARED = {
    "<": _LESS,
    "<=": _LESS | _SAME,
    "=": _SAME,
    ">=": _SAME | _MORE,
    ">": _MORE,
    "<>": _LESS | _MORE,
}


def _compared(test: UnaryTest) -> Bits:
    """Give the outcomes of comparing two fields (missing, less, same, more) that a test accepts."""
    match test:
        case Compare(operator, _):
            bits = _COMPARED[operator]
        case Not(Compare(operator, _)):
            bits = 0b1110 & ~_COMPARED[operator]
        case _:
            bits = _MORE
    return Bits(bits, bits, is_exact=True)


def _period_test(period: Period) -> UnaryTest:
    if period.first is None and period.last is None:
        return NotBlank()
    first = None if period.first is None else float(period.first)
    last = None if period.last is None else float(period.last)
    return Equals(first) if first is not None and first == last else Interval(first, last)


def _add(dimension: Dimension, value: object, cell: Cell, numbers: dict[object, int]) -> None:
    number = numbers.setdefault(value, len(dimension.cells))
    if number == len(dimension.cells):
        dimension.cells.append(cell)
    dimension.cells[number].rules |= 1 << len(dimension.cell_of)
    dimension.cell_of.append(number)


def _index(dimension: Dimension) -> None:
    places = dimension.everything.bit_length()
    dimension.with_rules = [0] * places
    for cell in dimension.cells:
        for place in ones(cell.bits.sure):
            dimension.with_rules[place] |= cell.rules


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
        case value:
            return show_written(value, kind)
