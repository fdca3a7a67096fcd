"""Laws of the cell languages: what is shown reads back, what covers accepts, and nothing else goes wrong."""

from contextlib import suppress

from cell_names import NAMES
from hypothesis import given
from hypothesis import strategies as st

from codesheet.language.formula_parser import parse_expression, parse_formula, show_formula, type_of
from codesheet.language.formula_printer import PRECEDENCE
from codesheet.language.functions import AGGREGATES, FUNCTIONS
from codesheet.language.names import CellProblem
from codesheet.language.unary_test_logic import accepts, covers
from codesheet.language.unary_test_parser import parse_condition, parse_unary_test, show_unary_test
from codesheet.language.unary_tests import (
    AnyOf,
    Anything,
    Blank,
    Equals,
    InSet,
    Interval,
    Not,
    NotBlank,
    UnaryTest,
    Wildcard,
)
from codesheet.language.values import FieldType, tidy

TYPES = st.sampled_from(list(FieldType))
NUMBERS = st.floats(-1e6, 1e6, allow_nan=False) | st.integers(-100, 100).map(float)
TEXTS = st.text(st.sampled_from('ab Z0-9."“”*?,;{}()[]=<>≥≠\n#'), min_size=1).map(tidy).filter(bool) | (
    st.sampled_from(
        ["any", "is blank", "not a", "in Foods", "a to b", "J30 to J39", "0-0", "is", "- -", "none"]
    )
)


def lists_of(single: st.SearchStrategy[UnaryTest]) -> st.SearchStrategy[UnaryTest]:
    several = st.lists(single, min_size=2, max_size=4, unique=True).map(lambda tests: AnyOf(tuple(tests)))
    return single | several


def whole_cells(single: st.SearchStrategy[UnaryTest]) -> st.SearchStrategy[UnaryTest]:
    negated = lists_of(single).map(Not)
    beside_blank = lists_of(single | st.just(Blank()) | st.just(NotBlank()))
    return beside_blank | negated | st.just(Anything())


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, high = sorted(draw(st.tuples(NUMBERS, NUMBERS)))
    if high - low < 1e-6 or draw(st.booleans()):
        closed = draw(st.booleans())
        return draw(
            st.sampled_from([Interval(low, None, low_open=closed), Interval(None, high, high_open=closed)])
        )
    return Interval(low, high, draw(st.booleans()), draw(st.booleans()))


NUMBER_TESTS = whole_cells(st.builds(Equals, NUMBERS) | intervals())
WILDCARDS = st.builds(lambda stem: Wildcard(f"{stem}*"), st.sampled_from(["", "J", "J3", "?2", "a*b"]))
TEXT_TESTS = whole_cells(
    st.builds(Equals, TEXTS) | WILDCARDS | st.builds(InSet, st.sampled_from(sorted(NAMES.sets)))
)


@given(NUMBER_TESTS)
def test_tests_of_numbers_read_back(test: UnaryTest) -> None:
    shown = show_unary_test(test, FieldType.NUMBER)
    assert parse_unary_test(shown, FieldType.NUMBER, NAMES) == test


@given(TEXT_TESTS.filter(lambda test: "Mold" not in repr(test)))  # a set with a comma stands alone
def test_tests_of_texts_read_back(test: UnaryTest) -> None:
    shown = show_unary_test(test, FieldType.TEXT)
    assert parse_unary_test(shown, FieldType.TEXT, NAMES) == test


def no_member(_name: str, _value: str | float) -> bool:
    return False


@given(NUMBER_TESTS, NUMBER_TESTS, NUMBERS | st.none())
def test_what_covers_accepts(wide: UnaryTest, narrow: UnaryTest, value: float | None) -> None:
    if covers(wide, narrow) and accepts(narrow, value, no_member):
        assert accepts(wide, value, no_member)


WORDS = st.sampled_from(["J30", "J31", "j3", "a", "A", "b", "a b", "12"])
FEW_TEXTS = whole_cells(
    st.builds(Equals, WORDS) | st.builds(Wildcard, st.sampled_from(["J*", "J3*", "*", "?", "a*"]))
)


@given(FEW_TEXTS, FEW_TEXTS, WORDS | st.none())
def test_what_covers_accepts_of_texts(wide: UnaryTest, narrow: UnaryTest, value: str | None) -> None:
    answer = covers(wide, narrow)
    if answer and accepts(narrow, value, no_member):
        assert accepts(wide, value, no_member)
    if answer is False and wide == narrow:
        raise AssertionError


@given(st.text(st.sampled_from('aJ3 .,-"“<>=*?{}()[];\n:/') | st.characters()), TYPES)
def test_any_cell_is_read_or_refused(cell: str, kind: FieldType) -> None:
    with suppress(CellProblem):
        test = parse_unary_test(cell, kind, NAMES)
        assert parse_unary_test(show_unary_test(test, kind), kind, NAMES) == test
    with suppress(CellProblem):
        parse_condition(f"Payer {cell}", NAMES)


WRITTEN = ["1", "2.5", "0", '"a"', '"2026-01-01"', "2026-05-04", "8:30", "yes", "no"]
KEYWORDS = [*PRECEDENCE, *"()(),{}", "where", "not", "if", "then", "else", "ceiling(", "sum("]
PIECES = st.sampled_from([*NAMES.fields, *NAMES.sets, *FUNCTIONS, *AGGREGATES, *KEYWORDS, *WRITTEN])


@given(st.lists(PIECES, max_size=12).map(" ".join), TYPES)
def test_any_formula_is_read_or_refused(cell: str, kind: FieldType) -> None:
    with suppress(CellProblem):
        formula = parse_formula(cell, kind, NAMES, aggregates=True)
        assert parse_formula(show_formula(formula), kind, NAMES, aggregates=True) == formula


def expressions() -> st.SearchStrategy[str]:
    """Write expressions that are of one type, number or yes/no, by construction."""
    numbers = st.sampled_from(["Minutes", "Dose", "Minutes run", "3", "2.5", "-1", "count()", "sum(Item)"])
    truths = st.sampled_from(["Concurrent", "Not covered", "yes", "Drug is blank", "Payer in Foods"])

    def deeper(both: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[tuple[str, str]]:
        signs, relations = st.sampled_from("+-*/"), st.sampled_from(["=", "<>", "<", ">="])
        joined = st.tuples(both, signs, both, relations, st.sampled_from(["and", "or"]))
        return joined.map(
            lambda p: (
                f"({p[0][0]}) {p[1]} (if {p[2][1]} then {p[2][0]} else -({p[0][0]}))",
                f"not ({p[0][1]}) {p[4]} ({p[0][0]} {p[3]} ({p[2][0]} or else {p[0][0]}))",
            )
        )

    return st.recursive(st.tuples(numbers, truths), deeper, max_leaves=4).flatmap(st.sampled_from)


@given(expressions())
def test_formulas_read_back(text: str) -> None:
    formula = parse_expression(text, NAMES, aggregates=True)
    assert parse_expression(show_formula(formula), NAMES, aggregates=True) == formula
    assert type_of(formula, NAMES) is not None
