"""DESIGN §4: what each cell accepts, and what is said of cells that cannot be read."""

from datetime import date, datetime, time

import pytest
from cell_names import NAMES, message, rows

from codesheet.language.names import CellProblem
from codesheet.language.unary_test_logic import accepts
from codesheet.language.unary_test_parser import (
    parse_condition,
    parse_unary_test,
    show_unary_test,
    split_conditions,
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
    Wildcard,
)
from codesheet.language.values import CellValue, FieldType, Scalar, fold, read_value

DAY = datetime(2026, 5, 4)  # noqa: DTZ001 - as Excel stores a date
MEMBERS = {"Aeroallergens": {"birch", "ragweed"}, "Foods": {"egg", "7"}, "Mold, dust": {"mold"}}


def is_member(name: str, value: str | float) -> bool:
    return fold(str(value).removesuffix(".0")) in MEMBERS[name]


ACCEPTED = rows("""
    |                        | text         | ~; Medicare                   |                             |
    | -                      | number       | ~; 5                          |                             |
    | Any                    | code         | ~; J30                        |                             |
    | Medicare               | text         | Medicare; medicare; MEDICARE  | ~; Medicare B               |
    | Texas  Medicaid        | text         | texas medicaid                | Texas                       |
    | "a, b"                 | text         | a, b                          | a; b                        |
    | “a, b”                 | text         | a, b                          | a; b                        |
    | "5"" needle"           | text         | 5" needle                     | 5                           |
    | "J30*"                 | text         | J30*                          | J301                        |
    | "any"                  | text         | any                           | ~; x                        |
    | Medicare, Tricare      | text         | medicare; tricare             | ~; Aetna                    |
    | Medicare⏎Tricare       | text         | medicare; tricare             | ~; Aetna                    |
    | Medicare,⏎Tricare⏎     | text         | medicare; tricare             | ~; Aetna                    |
    | N, is blank            | text         | ~; n                          | Y                           |
    | 0, >= 10               | number       | 0; 10; 11                     | ~; 5; 9.99                  |
    | not Medicare, Tricare  | text         | Aetna                         | ~; Medicare; tricare        |
    | NOT Medicare           | text         | Aetna                         | ~; Medicare                 |
    | not 5                  | number       | 6                             | ~; 5                        |
    | >= 16                  | whole number | 16; 17                        | ~; 15                       |
    | ≥16                    | whole number | 16                            | ~; 15                       |
    | > 15                   | number       | 15.5                          | ~; 15; 15.0000000001        |
    | < 31                   | number       | 30                            | ~; 31                       |
    | ≤ 90                   | number       | 90; 90.0000000001             | ~; 91                       |
    | <> 0                   | number       | 1                             | ~; 0                        |
    | ≠ 0, is blank          | number       | 1; ~                          | 0                           |
    | = 0.3                  | number       | 0.3; 0.30000000000000004      | ~; 0                        |
    | <> Medicare            | text         | Aetna                         | ~; Medicare                 |
    | 16..90                 | number       | 16; 90                        | ~; 15; 91                   |
    | [16..90)               | number       | 16; 89.9                      | ~; 90                       |
    | (15..90]               | number       | 15.1; 90                      | ~; 15                       |
    | 16 to 90               | number       | 16; 90                        | ~; 91                       |
    | -5..-1                 | number       | -5; -1                        | ~; 0                        |
    | not 16..90             | number       | 15                            | ~; 16                       |
    | 1..2, 5..6             | number       | 1; 6                          | ~; 3                        |
    | 2026-05-04             | date         | 2026-05-04                    | ~; 2026-05-05               |
    | >= 2026-05-04          | date         | 2026-05-04; 2026-05-05        | ~; 2026-05-03               |
    | 2026-01-01..2026-12-31 | date         | 2026-01-01; 2026-12-31        | ~; 2027-01-01               |
    | 8:00..12:00            | time         | 08:00; 12:00                  | ~; 12:01                    |
    | < 1:30 pm              | time         | 13:29                         | ~; 13:30                    |
    | J30*                   | code         | J30; j30.9                    | ~; J31                      |
    | T63.4?1A               | code         | T63.441A                      | ~; T63.41A                  |
    | *allergy*, x           | text         | food allergy (egg); X         | ~; all                      |
    | J30..J39               | code         | J30; J39; J39.8; j35.01       | ~; J29.9; J40; J3           |
    | J30 to J39             | code         | J35                           | ~; J40                      |
    | 99202..99499           | code         | 99202; 99499; 99215           | ~; 99201; 99500; 993; 9921T |
    | 0001T..0999T           | code         | 0075T                         | ~; 00100; 0075U             |
    | C00..C96               | code         | C4A.0; C96.9                  | ~; C97                      |
    | in Aeroallergens       | text         | birch; Ragweed                | ~; egg                      |
    | not in Aeroallergens   | text         | egg                           | ~; birch                    |
    | in Aeroallergens, Foods | text        | birch; egg                    | ~; x                        |
    | in Aeroallergens, "x"  | text         | birch; x                      | ~; egg                      |
    | in mold, dust          | text         | mold                          | ~; dust                     |
    | x, in Foods            | text         | egg; x                        | ~; birch                    |
    | x, not in Foods        | text         | birch; x                      | ~; egg                      |
    | not in Foods, Aeroallergens | text    | x                             | ~; egg; birch               |
    | in "Foods"             | text         | foods                         | ~; egg                      |
    | in infusion, push      | text         | infusion; push                | ~; injection                |
    | yes                    | yes/no       | yes                           | ~; no                       |
    | N                      | yes/no       | no                            | ~; yes                      |
    | <> yes                 | yes/no       | no                            | ~; yes                      |
    | is blank               | text         | ~                             | x                           |
    | Is Not  Blank          | text         | x                             | ~                           |
    | 25                     | code list    | 25; 59, 25                    | ~; 59                       |
    | not 25                 | code list    | 59                            | ~; 25; 59, 25               |
    | not J30..J39, 25       | code list    | J40, 59                       | ~; J40, J35; 25             |
    | in Foods               | code list    | x, egg                        | ~; x                        |
    | not in Foods           | code list    | x                             | ~; x, egg                   |
    | J3*, is blank          | code list    | ~; x, J31                     | x                           |
""")


def values(listed: str, kind: FieldType) -> list[Scalar | None]:
    return [None if v.strip() == "~" else read_value(v.strip(), kind) for v in listed.split(";") if v.strip()]


@pytest.mark.parametrize(("cell", "kind", "passing", "failing"), ACCEPTED)
def test_accepts(cell: str, kind: str, passing: str, failing: str) -> None:
    field_type = FieldType(kind)
    test = parse_unary_test(cell, field_type, NAMES)
    for value in values(passing, field_type):
        assert accepts(test, value, is_member), value
    for value in values(failing, field_type):
        assert not accepts(test, value, is_member), value


@pytest.mark.parametrize(("cell", "kind", "passing", "failing"), ACCEPTED)
def test_shown_reads_back(cell: str, kind: str, passing: str, failing: str) -> None:
    del passing, failing
    test = parse_unary_test(cell, FieldType(kind), NAMES)
    shown = show_unary_test(test, FieldType(kind))
    assert parse_unary_test(shown, FieldType(kind), NAMES) == test


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        (95115.0, FieldType.CODE, "95115"),
        (95115, FieldType.CODE_LIST, "95115"),
        (16.0, FieldType.NUMBER, 16.0),
        (DAY, FieldType.DATE, 739740.0),
        (date(2026, 5, 4), FieldType.DATE, 739740.0),
        (time(8, 30), FieldType.TIME, 510.0),
        (True, FieldType.YES_NO, 1.0),
    ],
)
def test_types_of_excel(cell: CellValue, kind: FieldType, value: Scalar) -> None:
    assert parse_unary_test(cell, kind, NAMES) == Equals(value)  # type: ignore[arg-type]


def test_nothing_stored_is_anything() -> None:
    assert parse_unary_test(None, FieldType.NUMBER, NAMES) == Anything()
    assert parse_unary_test(float("nan"), FieldType.NUMBER, NAMES) == Anything()


@pytest.mark.parametrize(
    ("cell", "kind", "test"),
    [
        ("> {yearly  CAP}", FieldType.WHOLE, Compare(">", "Yearly cap")),
        ("<= {Date of service}", FieldType.DATE, Compare("<=", "Date of service")),
        ("= {Payer group}", FieldType.TEXT, Compare("=", "Payer group")),
        ("≠ {HCPCS}, is blank", FieldType.CODE, AnyOf((Compare("<>", "HCPCS"), Blank()))),
    ],
)
def test_compared_with_a_field(cell: str, kind: FieldType, test: object) -> None:
    assert parse_unary_test(cell, kind, NAMES) == test


def test_a_comparison_needs_the_row() -> None:
    with pytest.raises(TypeError, match="needs the row"):
        accepts(Compare(">", "Units"), 5.0, is_member)
    assert not accepts(Compare(">", "Units"), None, is_member)


REFUSED = rows("""
    | "abc | text | UNCLOSED_QUOTE | a quotation mark opens in "abc and nothing closes it |
    | 5" x, 3" y | text | QUOTE_INSIDE_VALUE | value write "5"" x, 3"" y" |
    | a,,b | text | EMPTY_ALTERNATIVE | "a,,b" has nothing beside a comma |
    | N, | text | EMPTY_ALTERNATIVE | to accept a missing value too write is blank |
    | a, any | text | ANY_AMONG_ALTERNATIVES | "any" accepts everything only when it is the whole |
    | a, - | text | ANY_AMONG_ALTERNATIVES | leave the other tests out |
    | a, not b | text | NOT_AMONG_ALTERNATIVES | put not first |
    | not is blank | text | CANNOT_BE_NEGATED | write is not blank |
    | not <> 5 | number | CANNOT_BE_NEGATED | write the test without not |
    | not > {Units} | number | CANNOT_BE_NEGATED | write <= {Units} |
    | <> 1, 2 | number | NOT_EQUAL_AMONG_ALTERNATIVES | <> 1 passes for nearly every value |
    | in Fods | text | UNKNOWN_VALUE_SET | no value set is named "Fods" (did you mean "Foods"?) |
    | not in Adults | number | UNKNOWN_VALUE_SET | add it to a Value sets sheet |
    | in Foods, egg | text | SETS_AND_VALUES_MIXED | Foods is a value set but "egg" is not |
    | in Foods | whole number | VALUE_SET_OF_NO_CODES | a whole number field cannot be in a value set |
    | in Foods | date | VALUE_SET_OF_NO_CODES | a date field cannot be in a value set |
    | many | number | WRONG_VALUE | "many" is not a number: write a number without its |
    | 90 min | number | WRONG_VALUE | "90 min" is not a number |
    | 16+ | number | WRONG_VALUE | (did you mean ">= 16"?) |
    | 1.5 | whole number | WRONG_VALUE | "1.5" is not a whole number |
    | 2026-02-30 | date | WRONG_VALUE | "2026-02-30" is not a day of the calendar |
    | 25:00 | time | WRONG_VALUE | "25:00" is not a time of day |
    | perhaps | yes/no | WRONG_VALUE | "perhaps" is neither yes nor no |
    | 5/4/2026 | date | DATE_NOT_ISO | write 2026-05-04 or 2026-04-05 |
    | >= 5/14/2026 | date | DATE_NOT_ISO | write 2026-05-14 |
    | 16-90 | number | RANGE_WITH_DASH | (did you mean "16..90"?) |
    | 16 \N{EN DASH} 90 | number | RANGE_WITH_DASH | (did you mean "16..90"?) |
    | 2026-01-01 - 2026-02-01 | date | RANGE_WITH_DASH | (did you mean "2026-01-01..2026-02-01"?) |
    | 8:00-9:00 | time | RANGE_WITH_DASH | (did you mean "8:00..9:00"?) |
    | 99202-99215 | code | RANGE_WITH_DASH | (did you mean "99202..99215"?) |
    | 16.. | number | INCOMPLETE_RANGE | write both ends |
    | [16..90 | number | INCOMPLETE_RANGE | with brackets, both of them |
    | 1...5 | number | INCOMPLETE_RANGE | "1...5" is not a whole range |
    | 90..16 | number | EMPTY_RANGE | its first end must be the smaller one |
    | (5..5] | number | EMPTY_RANGE | "(5..5]" is a range that nothing can be in |
    | J39..J30 | code | EMPTY_RANGE | "J39..J30" is a range that nothing can be in |
    | a..b | text | RANGE_OF_TEXT | a text field has none |
    | [J30..J39] | code | CODE_RANGE_ENDS | no brackets |
    | 99202..994 | code | CODE_RANGE_ENDS | two codes alike in length |
    | J30..99 | code | CODE_RANGE_ENDS | two codes alike |
    | >= 16 | text | ORDER_OF_TEXT_FIELD | a text field has none: list the values; if the field |
    | > J30 | code | ORDER_OF_TEXT_FIELD | or write a range of codes (A10..A19) |
    | > yes | yes/no | ORDER_OF_TEXT_FIELD | a yes/no field has none |
    | > {Yearly kap} | number | UNKNOWN_FIELD_COMPARED | is no field (did you mean "Yearly cap"?) |
    | > {Payer} | number | FIELD_NOT_COMPARABLE | Payer (text) cannot be compared by > with this field |
    | > {Payer} | text | FIELD_NOT_COMPARABLE | cannot be compared by > |
    | = {Diagnoses} | code list | FIELD_NOT_COMPARABLE | Diagnoses (code list) cannot be compared |
    | {Payer} | text | FIELD_WITHOUT_OPERATOR | write = {Payer} |
    | 1,000 | number | THOUSANDS_COMMA | write 1000 for the number, or 1, 000 for the list |
    | >= 1,234,567 | number | THOUSANDS_COMMA | write 1234567 for the number |
    | #N/A | text | EXCEL_ERROR | Excel shows the error #N/A here |
    | a; b | text | SEMICOLON_IN_LIST | separate alternatives by commas or lines |
    | blank | text | BLANK_WORD | write is blank or is not blank |
    | not blank | text | BLANK_WORD | "blank" in quotes for the value |
    | >= | number | NOTHING_TO_COMPARE | nothing stands after >= |
    | => 16 | number | UNKNOWN_OPERATOR | "=>" is no operator (did you mean ">="?) |
    | != 16 | number | UNKNOWN_OPERATOR | (did you mean "<>"?) |
    | is Medicare | text | UNKNOWN_OPERATOR | "is" is no operator (did you mean "="?) |
    | Aetna (HMO, PPO) | text | COMMA_IN_PARENTHESES | "Aetna (HMO" has a parenthesis without its partner |
    | "" | text | EMPTY_TEXT | write is blank to ask for a missing value |
""")


@pytest.mark.parametrize(("cell", "kind", "code", "said"), REFUSED)
def test_says_what_is_wrong(cell: str, kind: str, code: str, said: str) -> None:
    with pytest.raises(CellProblem) as raised:
        parse_unary_test(cell, FieldType(kind), NAMES)
    found, text = message(raised.value)
    assert (found, said in text) == (code, True), text


@pytest.mark.parametrize(
    ("cell", "kind", "code", "said"),
    [
        (
            DAY,
            FieldType.CODE,
            "EXCEL_DATE_AS_TEXT",
            "Excel stores 2026-05-04 here as a date",
        ),
        (46000.0, FieldType.DATE, "WRONG_VALUE", '"46000" is not a date'),
        (2.5, FieldType.WHOLE, "WRONG_VALUE", '"2.5" is not a whole number'),
        (True, FieldType.NUMBER, "WRONG_VALUE", '"yes" is not a number'),
    ],
)
def test_says_what_excel_did(cell: CellValue, kind: FieldType, code: str, said: str) -> None:
    with pytest.raises(CellProblem) as raised:
        parse_unary_test(cell, kind, NAMES)
    found, text = message(raised.value)
    assert (found, said in text) == (code, True), text


@pytest.mark.parametrize(
    ("term", "field", "test"),
    [
        ("Service in infusion, push", "Service", AnyOf((Equals("infusion"), Equals("push")))),
        ("Drug charged? = yes", "Drug charged?", Equals(1.0)),
        ("Bag no >= 1", "Bag no", Interval(1.0, None)),
        ("Payer is not blank", "Payer", NotBlank()),
        ("payer  GROUP = Medicare", "Payer group", Equals("Medicare")),
        ("Payer not in Foods", "Payer", Not(InSet("Foods"))),
        ("Payer not a, b", "Payer", Not(AnyOf((Equals("a"), Equals("b"))))),
        ("Payer = a, b", "Payer", AnyOf((Equals("a"), Equals("b")))),
        ("Visit ID <> A", "Visit ID", Not(Equals("A"))),
        ("HCPCS in J30..J39, A*", "HCPCS", AnyOf((CodeRange("J30", "J39"), Wildcard("A*")))),
        ("Units > {Yearly cap}", "Units", Compare(">", "Yearly cap")),
    ],
)
def test_conditions(term: str, field: str, test: object) -> None:
    assert parse_condition(term, NAMES) == (field, test)


@pytest.mark.parametrize(
    ("term", "code", "said"),
    [
        ("Payr = x", "CONDITION_WITHOUT_FIELD", 'does not begin with a field (did you mean "Payer"?)'),
        ("= x", "CONDITION_WITHOUT_FIELD", "write a field and then a test"),
        ("Payer Medicare", "CONDITION_WITHOUT_TEST", 'nothing is asked of Payer in "Payer Medicare"'),
        ("Concurrent", "CONDITION_WITHOUT_TEST", "(Concurrent = yes)"),
        ("Payer is Medicare", "UNKNOWN_OPERATOR", '"is" is no operator (did you mean "="?)'),
        ("Payer <> a, b", "NOT_EQUAL_AMONG_ALTERNATIVES", "write not and then the list"),
        ("Service in infusion", "UNKNOWN_VALUE_SET", 'write "infusion" in quotes without in'),
    ],
)
def test_conditions_that_cannot_be_read(term: str, code: str, said: str) -> None:
    with pytest.raises(CellProblem) as raised:
        parse_condition(term, NAMES)
    found, text = message(raised.value)
    assert (found, said in text) == (code, True), text


def test_conditions_stand_between_semicolons_and_on_lines() -> None:
    assert split_conditions('a = "x; y"; b = 2\nc = 3;') == ['a = "x; y"', "b = 2", "c = 3"]
