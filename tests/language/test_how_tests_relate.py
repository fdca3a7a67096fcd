"""Which tests accept whatever others do, which constrain, and how long wildcards may take."""

import time

import pytest
from cell_names import NAMES, rows

from codesheet.language.unary_test_logic import (
    compare_fields,
    constrains,
    covers,
    set_names,
    wildcard_regex,
)
from codesheet.language.unary_test_parser import parse_unary_test
from codesheet.language.values import FieldType

COVERS = rows("""
    | any            | Medicare     | text   | yes |
    | any            | is blank     | text   | yes |
    | a, b           | a            | text   | yes |
    | a              | a, b         | text   | no  |
    | A              | a            | text   | yes |
    | is blank       | any          | text   | no  |
    | is not blank   | any          | text   | no  |
    | is not blank   | a, J*        | text   | yes |
    | is not blank, is blank | any  | text   | yes |
    | not a          | b            | text   | yes |
    | not a          | a            | text   | no  |
    | not a          | not a, b     | text   | yes |
    | not a, b       | not a        | text   | no  |
    | not a          | is blank     | text   | no  |
    | not a          | in Foods     | text   | ?   |
    | J3*            | J30*         | code   | yes |
    | J30*           | J3*          | code   | no  |
    | J3*            | J30          | code   | yes |
    | J?0            | J30          | code   | yes |
    | J30..J39       | J31..J35     | code   | yes |
    | J31..J35       | J30..J39     | code   | no  |
    | J30..J39       | J31.5*       | code   | yes |
    | J30..J39       | J*           | code   | no  |
    | J30..J39.1     | J30..J39     | code   | no  |
    | J30*           | in Foods     | code   | ?   |
    | in Foods       | egg          | text   | ?   |
    | in Foods       | in Foods     | text   | yes |
    | a, in Foods    | a            | text   | yes |
    | >= 16          | 16..90       | number | yes |
    | 16..90         | >= 16        | number | no  |
    | > 16           | >= 16        | number | no  |
    | < 5, >= 5      | is not blank | number | yes |
    | < 5, > 5       | is not blank | number | no  |
    | 1..5, 5..9     | 2..8         | number | yes |
    | <> 5           | > 5, < 5     | number | yes |
    | <> 5           | 5..6         | number | no  |
    | not 1..5       | 6            | number | yes |
    | > {Units}      | 5            | number | ?   |
""")
KNOWN = {"yes": True, "no": False, "?": None}


@pytest.mark.parametrize(("wide", "narrow", "kind", "answer"), COVERS)
def test_covers(wide: str, narrow: str, kind: str, answer: str) -> None:
    tests = (parse_unary_test(cell, FieldType(kind), NAMES) for cell in (wide, narrow))

    assert covers(*tests) is KNOWN[answer]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("any", False),
        ("not a", False),
        ("is not blank", False),
        ("is blank", True),
        ("a, b", True),
        ("<> a, is blank", False),
        ("in Foods", True),
        ("J*", True),
    ],
)
def test_constrains(cell: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert constrains(parse_unary_test(cell, FieldType.CODE, NAMES)) is expected


def test_sets_and_fields_used() -> None:
    test = parse_unary_test("not in Foods, Aeroallergens", FieldType.TEXT, NAMES)
    assert set_names(test) == {"Foods", "Aeroallergens"}
    assert compare_fields(test) == frozenset()
    test = parse_unary_test("> {Units}, < {Yearly cap}, is blank", FieldType.NUMBER, NAMES)
    assert compare_fields(test) == {"Units", "Yearly cap"}
    assert set_names(test) == frozenset()


def test_hostile_wildcards_end() -> None:
    began = time.perf_counter()
    assert wildcard_regex("*a" * 40 + "b").fullmatch("a" * 5000) is None
    assert wildcard_regex("*a?b*c*").fullmatch("xxaxbyyc")
    assert wildcard_regex("a*").fullmatch("a\nb")
    assert not wildcard_regex("a.c").fullmatch("abc")
    assert time.perf_counter() - began < 5
