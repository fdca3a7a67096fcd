"""What is written of tests, formulas and cells is read again as the same."""

import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesheet.compiling.notation import NotationProblem, decode, encode
from codesheet.language.formulas import (
    Aggregate,
    Binary,
    Call,
    Clear,
    CodeListOf,
    FieldRef,
    Formula,
    IfThenElse,
    InValueSet,
    IsBlank,
    Literal,
    OrElse,
    Template,
    Unary,
)
from codesheet.language.unary_tests import (
    AnyOf,
    Anything,
    Blank,
    CodeRange,
    Compare,
    Equals,
    InSet,
    Interval,
    Not,
    NotBlank,
    UnaryTest,
    Wildcard,
)
from codesheet.language.values import FieldType
from codesheet.location import CellRef
from codesheet.model import Condition, Field, Level, Member, Origin, Output, Period, Required

WORDS = st.text(max_size=8) | st.sampled_from(["Equals", "Literal", "FieldRef", "B", "", "none"])
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SIMPLE_TESTS = (
    st.sampled_from([Anything(), Blank(), NotBlank()])
    | st.builds(Equals, WORDS | NUMBERS)
    | st.builds(Wildcard, WORDS)
    | st.builds(CodeRange, WORDS, WORDS)
    | st.builds(Interval, st.none() | NUMBERS, st.none() | NUMBERS, st.booleans(), st.booleans())
    | st.builds(InSet, WORDS)
    | st.builds(Compare, st.sampled_from(["=", ">="]), WORDS)
)
TESTS = st.recursive(
    SIMPLE_TESTS, lambda inner: st.builds(Not, inner) | st.builds(AnyOf, st.lists(inner).map(tuple))
)
VALUES = WORDS | NUMBERS | st.lists(WORDS).map(tuple)
FORMULAS = st.recursive(
    st.builds(Literal, VALUES, st.sampled_from(FieldType)) | st.builds(FieldRef, WORDS) | st.just(Clear()),
    lambda inner: (
        st.builds(Unary, WORDS, inner)
        | st.builds(Binary, WORDS, inner, inner)
        | st.builds(IfThenElse, inner, inner, inner)
        | st.builds(OrElse, inner, inner)
        | st.builds(IsBlank, inner, st.booleans())
        | st.builds(InValueSet, inner, WORDS, st.booleans())
        | st.builds(Call, WORDS, st.lists(inner).map(tuple))
        | st.builds(Aggregate, WORDS, st.none() | inner, st.none() | inner)
        | st.builds(Template, st.lists(WORDS | inner).map(tuple))
        | st.builds(CodeListOf, st.lists(inner).map(tuple))
    ),
    max_leaves=12,
)
ROW = CellRef("payers/acme.xlsx", "Role", 9)


@given(test=TESTS)
def test_tests(test: UnaryTest) -> None:
    condition = Condition("Minutes", test, ">= 16", ROW.at("C"))
    written = json.loads(json.dumps(encode(condition, ROW)))
    assert written[3] == "C"
    assert decode(Condition, written, ROW) == condition
    assert decode(Condition, written, ROW).at == condition.at


@given(formula=FORMULAS)
def test_formulas(formula: Formula) -> None:
    output = Output("Units", formula, "1", ROW.at("G"))
    assert decode(Output, json.loads(json.dumps(encode(output)))) == output
    field = Field("Units", FieldType.WHOLE, Level.LINE, Origin.FORMULA, formula=formula, at=ROW.at("A"))
    assert decode(Field, json.loads(json.dumps(encode(field)))) == field


@given(first=st.none() | st.integers(1, 3_000_000), last=st.none() | st.integers(1, 3_000_000))
def test_periods(first: int | None, last: int | None) -> None:
    member = Member(Equals("J0897"), "J0897", Period(first, last), ROW.at("B"))
    assert decode(Member, json.loads(json.dumps(encode(member)))) == member


def test_it_reads_well() -> None:
    condition = Condition("Minutes", Interval(16.0, None), ">= 16", ROW.at("C"))
    assert encode(condition, ROW) == ["Minutes", ">= 16", ["Interval", 16, None, False, False], "C"]
    assert encode(Period(738886, None)) == ["2024-01-01", None]


def test_what_says_nothing_is_left_out() -> None:
    field = Field("Drug", FieldType.TEXT, Level.ROW, Origin.READ, Required.NO, at=ROW.at("A"))
    assert encode(field) == {
        "name": "Drug",
        "type": "text",
        "level": "row",
        "origin": "read",
        "required": "no",
        "at": "payers/acme.xlsx!Role!A9",
    }


@pytest.mark.parametrize(
    "at",
    [
        CellRef(""),
        CellRef("a.xlsx"),
        CellRef("a!b.xlsm", "Sheet! 1"),
        CellRef("a.xlsx", "S", 3),
        CellRef("a.xlsx", "S\n", 3, "AB"),
        CellRef("A.XLSX", "x.xlsx", 3, "A"),
    ],
)
def test_addresses(at: CellRef) -> None:
    assert decode(CellRef, encode(at)) == at


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        3,
        [],
        {},
        ["Minutes"],
        ["Minutes", "x", ["Nonsense"], "C"],
        ["Minutes", "x", ["Interval", "a", None, False, False], "C"],
        ["Minutes", "x", ["Interval", 1, None, False], "C"],
        ["Minutes", "x", ["Literal", "x", "text"], "C"],
        ["Minutes", 5, ["Blank"], "C"],
        ["Minutes", "x", ["Equals", True], "C"],
    ],
)
def test_damage_is_a_problem_and_no_traceback(damaged: object) -> None:
    with pytest.raises(NotationProblem, match="is no Condition"):
        decode(Condition, cast("list[object]", damaged))
