"""Single cells: their text and address, and their reading by the cell languages, issues at that address."""

from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple, TypeVar

from codesheet.issues import Issue, IssueCode, IssueKind
from codesheet.language.formula_parser import parse_expression, parse_formula, parse_message
from codesheet.language.formula_types import expect_type
from codesheet.language.formulas import Formula
from codesheet.language.names import CellProblem, Names, nearest
from codesheet.language.unary_test_parser import parse_condition, parse_unary_test, split_conditions
from codesheet.language.unary_tests import UnaryTest
from codesheet.language.values import CellValue, FieldType, Scalar, ValueProblem, fold, read_value, tidy
from codesheet.language.written_values import how_to_write
from codesheet.location import CellRef
from codesheet.model import Condition

T = TypeVar("T")


class Cell(NamedTuple):
    """What one cell holds, and where."""

    value: CellValue
    at: CellRef

    @property
    def text(self) -> str:
        """Give it as text, outer space trimmed; dates as yyyy-mm-dd, whole numbers without a point."""
        return text_of(self.value)

    @property
    def is_blank(self) -> bool:
        """Say whether there is nothing in it."""
        return self.value is None or self.text == ""


def text_of(value: CellValue) -> str:
    """Give a cell's value as the text its author sees."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    return str(read_value(value, FieldType.TEXT) or "")


class CellReader:
    """Reads cells in the languages of tests and formulas; what is wrong becomes an issue at the cell.

    Cells of large tables repeat, so each distinct (value, type) is parsed once.
    """

    def __init__(self, names: Names, issues: list[Issue]) -> None:
        self.names = names
        self.issues = issues
        self._parsed: dict[Hashable, object] = {}

    def report(self, kind: IssueKind, at: CellRef, *related: CellRef, **facts: object) -> None:
        """Add an issue."""
        self.issues.append(kind.issue(at, *related, **facts))

    def errors_since(self, count: int) -> bool:
        """Say whether any issue after the first `count` is an error."""
        return any(issue.is_error for issue in self.issues[count:])

    def test(self, cell: Cell, kind: FieldType) -> UnaryTest | None:
        """Read an IF or KEY cell; None where it cannot be read."""
        return self._once(cell, ("test", kind), lambda: parse_unary_test(cell.value, kind, self.names))

    def formula(self, cell: Cell, kind: FieldType, *, aggregates: bool = False) -> Formula | None:
        """Read a THEN or Formula cell of a field of this type; None where it cannot be read."""
        return self._once(
            cell,
            ("formula", kind, aggregates),
            lambda: parse_formula(cell.value, kind, self.names, aggregates=aggregates),
        )

    def expression(self, cell: Cell, kind: FieldType, *, aggregates: bool) -> Formula | None:
        """Read the Formula cell of a field of this type: an expression, also where the field holds text."""

        def parse() -> Formula:
            parsed = parse_expression(cell.text, self.names, aggregates=aggregates)
            return expect_type(parsed, kind, self.names)

        return self._once(cell, ("expression", kind, aggregates), parse)

    def message(self, cell: Cell) -> Formula | None:
        """Read a text for people, with fields in braces; None where it cannot be read."""
        return self._once(cell, ("message",), lambda: parse_message(cell.text, self.names))

    def value(self, cell: Cell, kind: FieldType) -> Scalar | None:
        """Read a plain value; None where it is blank or cannot be read."""
        try:
            return read_value(cell.value, kind)
        except ValueProblem as problem:
            self.report(
                IssueCode.NOT_A_VALUE, cell.at, text=cell.text, why=problem, remedy=how_to_write(kind)
            )
            return None

    def conditions(self, cell: Cell) -> tuple[Condition, ...] | None:
        """Read `Only when` or `Applies to`: tests joined by `;`; None where one cannot be read."""

        def parse() -> tuple[Condition, ...]:
            terms = [(text, parse_condition(text, self.names)) for text in split_conditions(cell.text)]
            return tuple(Condition(name, test, text, cell.at) for text, (name, test) in terms)

        return self.attempt(cell.at, parse)

    def field(self, text: str, at: CellRef) -> str | None:
        """Give the declared name of a field written here; None, with an issue, where there is none."""
        return find_field(self.names, text, at, self.issues)

    def fields(self, text: str, at: CellRef) -> tuple[str, ...]:
        """Give the declared names of fields listed with commas or on lines."""
        found = [self.field(part, at) for part in split_list(text)]
        return tuple(name for name in found if name is not None)

    def attempt(self, at: CellRef, parse: Callable[[], T]) -> T | None:
        """Parse something; what is wrong with it becomes an issue here."""
        try:
            return parse()
        except CellProblem as problem:
            self.report(problem.kind, at, **problem.facts)
            return None

    def _once(self, cell: Cell, how: tuple[Hashable, ...], parse: Callable[[], T]) -> T | None:
        key = (type(cell.value), cell.value, *how)
        if key not in self._parsed:
            try:
                self._parsed[key] = parse()
            except CellProblem as problem:
                self._parsed[key] = problem
        result = self._parsed[key]
        if isinstance(result, CellProblem):
            self.report(result.kind, cell.at, **result.facts)
            return None
        return result  # type: ignore[return-value] # the key holds the language, so it is a T


def find_field(names: Names, text: str, at: CellRef, issues: list[Issue]) -> str | None:
    """Give the declared name of a field; None, with an issue, where there is none."""
    name = names.find_field(text)
    if name is None:
        meant = nearest(text, names.fields)
        issues.append(IssueCode.UNKNOWN_NAME.issue(at, name=tidy(text), did_you_mean=meant))
    return name


def find_word(words: Iterable[str], cell: Cell, what: str, issues: list[Issue]) -> str | None:
    """Give the one of these words that a cell holds; None, with an issue, where it holds none."""
    words = list(words)
    found = next((word for word in words if fold(word) == fold(cell.text)), None)
    if found is None:
        meant = nearest(cell.text, words)
        facts = {"text": cell.text, "what": what, "did_you_mean": meant, "words": ", ".join(words)}
        issues.append(IssueCode.UNKNOWN_WORD.issue(cell.at, **facts))
    return found


def split_list(text: str) -> list[str]:
    """Split what is listed with commas or on lines; blanks are left out."""
    parts = (tidy(part) for line in text.splitlines() for part in line.split(","))
    return [part for part in parts if part]
