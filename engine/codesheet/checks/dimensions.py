"""One dimension of a table: a field (or two compared, or days), its distinct cells and their rules."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from codesheet.checks.rules_by_class import Rules, RulesByClass
from codesheet.checks.value_classes import Bits, ValueClasses, ones
from codesheet.language.unary_test_logic import covers
from codesheet.language.unary_tests import AnyOf, Anything, Blank, Compare, Not, NotBlank, UnaryTest
from codesheet.language.values import FieldType


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
    with_rules: RulesByClass = field(default_factory=lambda: RulesByClass((), 0))
    _meeting: dict[int, Rules] = field(default_factory=dict)
    _covering: dict[int, tuple[Rules, Rules]] = field(default_factory=dict)
    _containing: dict[int, Rules] = field(default_factory=dict)

    @property
    def expected(self) -> int:
        """Give the classes without values that Allowed values leave out: rows with those go to review."""
        if self.classes is None:
            return self.everything
        bits, is_open = self.classes.domain
        return self.everything if is_open or not self.classes.is_closed else bits | 1

    @property
    def all_rules(self) -> Rules:
        """Give all rules of the table."""
        return (1 << len(self.cell_of)) - 1

    def meeting(self, cell: int) -> Rules:
        """Give the rules of which some value surely passes this cell too."""
        found = self._meeting.get(cell)
        if found is None:
            own = self.cells[cell]
            found = own.rules if own.bits.possible else 0
            found |= self.with_rules.accepting_some(own.bits.sure & self.expected)
            self._meeting[cell] = found
        return found

    def covering(self, cell: int, among: Rules) -> Rules:
        """Give those of some rules that accept whatever this cell accepts, judged by how cells are written.

        Each pair of cells is judged once, and only where somebody asks: of thousands of cells, few come into
        question for another.
        """
        own = self.cells[cell]
        asked, found = self._covering.get(cell, (own.rules, own.rules))
        unasked = among & ~asked
        while unasked:
            other = self.of(next(ones(unasked)))
            if _all_cover(other.tests, own.tests, is_list=self.kind is FieldType.CODE_LIST):
                found |= other.rules
            asked |= other.rules
            unasked &= ~other.rules
        self._covering[cell] = asked, found
        return found & among

    def containing(self, cell: int) -> Rules:
        """Give the rules that surely accept whatever this cell accepts."""
        found = self._containing.get(cell)
        if found is None:
            own = self.cells[cell]
            found = self.with_rules.accepting_all(own.bits.possible)
            if not own.bits.is_exact:
                found = self.covering(cell, found & self.all_rules)
            found |= own.rules
            self._containing[cell] = found
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


def independent(dimensions: Iterable[Dimension]) -> bool:
    """Say whether no two dimensions are made of the same facts, so that their values mix freely."""
    seen: set[str] = set()
    for dimension in dimensions:
        if seen & dimension.roots:
            return False
        seen |= dimension.roots
    return True


_LESS, _SAME, _MORE = 0b0010, 0b0100, 0b1000
_COMPARED = {
    "<": _LESS,
    "<=": _LESS | _SAME,
    "=": _SAME,
    ">=": _SAME | _MORE,
    ">": _MORE,
    "<>": _LESS | _MORE,
}


def compared(test: UnaryTest) -> Bits:
    """Give the outcomes of comparing two fields (missing, less, same, more) that a test accepts."""
    match test:
        case Compare(operator, _):
            bits = _COMPARED[operator]
        case Not(Compare(operator, _)):
            bits = 0b1110 & ~_COMPARED[operator]
        case _:
            bits = _MORE
    return Bits(bits, bits, is_exact=True)


def add_cell(dimension: Dimension, value: object, cell: Cell, numbers: dict[object, int]) -> None:
    """Give the next rule its cell, a known one or a new one."""
    number = numbers.setdefault(value, len(dimension.cells))
    if number == len(dimension.cells):
        dimension.cells.append(cell)
    dimension.cells[number].rules |= 1 << len(dimension.cell_of)
    dimension.cell_of.append(number)


def index_rules(dimension: Dimension) -> None:
    """Find for each class the rules that surely accept it."""
    cells = ((cell.bits.sure, cell.rules) for cell in dimension.cells)
    dimension.with_rules = RulesByClass(cells, dimension.everything.bit_length())
