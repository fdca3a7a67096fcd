"""DESIGN §5: what cells give, and what is said of those that cannot be read."""

from datetime import datetime, time

import pytest
from cell_names import NAMES, message, rows

from codesheet.language.formula_parser import (
    expect_type,
    parse_expression,
    parse_formula,
    parse_message,
    show_formula,
    type_of,
)
from codesheet.language.formula_parts import fields_read, sets_read
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
from codesheet.language.names import CellProblem, Names
from codesheet.language.values import CellValue, FieldType

EXPRESSIONS = rows("""
    | Minutes or else minutes between(Start time, Stop time) | number |  |
    | if starts with(Plan, "Medicare") then "Medicare" else Plan | text |  |
    | rank(Item) | whole number |  |
    | Drug or else HCPCS or else Same drug as or else Item | text |  |
    | first(Site) or else "only" | text |  |
    | Site <> Main site and Site is not blank | yes/no |  |
    | (Concurrent or else no) and Site = Main site | yes/no |  |
    | rank(Dose * 1000 + Item where Dose is not blank and not Concurrent and Bag no = 1) | whole number |  |
    | list(Service) | code list |  |
    | Drug is not blank or HCPCS is not blank | yes/no |  |
    | 1 + floor((Minutes run - 91) / 60) | whole number |  |
    | floor(Dose/Units)-Minutes | whole number | floor(Dose / Units) - Minutes |
    | sum(Minutes where Given as = “infusion”) | whole number | sum(Minutes where Given as = "infusion") |
    | MINUTES  RUN + Minutes*-2 | whole number | Minutes run + Minutes * -2 |
    | count() + count(where Minutes > 5) + count(Minutes) | whole number |  |
    | min(Minutes) | whole number |  |
    | min(3, Item, 5.5) | number |  |
    | max(Date of service where Concurrent) | date |  |
    | previous(Stop time) | time |  |
    | any(Minutes = 1 or Concurrent) | yes/no |  |
    | Date of service >= "2026-05-04" | yes/no | Date of service >= 2026-05-04 |
    | Start time < 8:30 pm | yes/no | Start time < 20:30 |
    | Concurrent = "Y" | yes/no | Concurrent = yes |
    | days between(Date of service, "2026-01-01") | whole number | days between(Date of service, 2026-01-01) |
    | not Not covered | yes/no |  |
    | list (Modifiers) | code list | list(Modifiers) |
    | item(List, 1) | code |  |
    | join(List, ", ") | text |  |
    | only(Diagnoses, mold, dust) | code list | only(Diagnoses, "Mold, dust") |
    | positions(Diagnoses, List) | code list |  |
    | contains(Diagnoses, "J30") and length(Drug) > 3 | yes/no |  |
    | Drug in foods and Minutes > 3 | yes/no | Drug in "Foods" and Minutes > 3 |
    | Drug not in "Foods" | yes/no |  |
    | number(Drug) + round(Dose, 2) + abs(Minutes) | number |  |
    | Minutes ≥ 3 and Minutes ≠ 5 | yes/no | Minutes >= 3 and Minutes <> 5 |
    | if Concurrent then Diagnoses else HCPCS | code list |  |
    | if Concurrent then 1 else if Not covered then 2 else 3 | whole number |  |
    | (if Concurrent then 1 else 2) + 1 | whole number |  |
    | (Minutes or else 1) or else 2 | whole number |  |
    | (Minutes = 1) = yes | yes/no |  |
    | 7 - (3 - 2) - 1 | whole number |  |
    | (1 + 2) * 3 / (4 * 5) | number |  |
    | -(Minutes + 1) * 2 | whole number |  |
    | not (Concurrent or Not covered) and (Concurrent or yes) | yes/no |  |
    | .5 + 1e3 | number | 0.5 + 1000 |
    | "say ""no"" twice" | text |  |
""")


@pytest.mark.parametrize(("text", "kind", "shown"), EXPRESSIONS)
def test_expressions(text: str, kind: str, shown: str) -> None:
    formula = parse_expression(text, NAMES, aggregates=True)
    assert type_of(formula, NAMES) is FieldType(kind)
    assert show_formula(formula) == (shown or text)
    assert parse_expression(show_formula(formula), NAMES, aggregates=True) == formula


MINUTES, ITEM, DRUG = FieldRef("Minutes"), FieldRef("Item"), FieldRef("Drug")


def number(value: float) -> Literal:
    return Literal(value, FieldType.WHOLE if value.is_integer() else FieldType.NUMBER)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("Minutes run - 91", Binary("-", FieldRef("Minutes run"), number(91.0))),
        ("Minutes - Item - 1", Binary("-", Binary("-", MINUTES, ITEM), number(1.0))),
        ("Minutes + Item * 2", Binary("+", MINUTES, Binary("*", ITEM, number(2.0)))),
        ("-Minutes * 2", Binary("*", Unary("-", MINUTES), number(2.0))),
        ("-5", number(-5.0)),
        ("Minutes or else Item or else 1", OrElse(MINUTES, OrElse(ITEM, number(1.0)))),
        (
            "not Minutes = 1 and Drug is blank or no",
            Binary(
                "or",
                Binary("and", Unary("not", Binary("=", MINUTES, number(1.0))), IsBlank(DRUG, negated=False)),
                Literal(0.0, FieldType.YES_NO),
            ),
        ),
        ("Drug not in Foods", InValueSet(DRUG, "Foods", negated=True)),
        ("Drug or else Item", OrElse(DRUG, Template((ITEM,)))),
        ("min(Minutes)", Aggregate("min", MINUTES, None)),
        ("min(Minutes, 1)", Call("min", (MINUTES, number(1.0)))),
        ("count(where Concurrent)", Aggregate("count", None, FieldRef("Concurrent"))),
        ("only(List, Foods)", Call("only", (FieldRef("List"), Literal("Foods", FieldType.TEXT)))),
        ("if Concurrent then 1 else 2", IfThenElse(FieldRef("Concurrent"), number(1.0), number(2.0))),
    ],
)
def test_trees(text: str, formula: Formula) -> None:
    assert parse_expression(text, NAMES, aggregates=True) == formula


def test_names_with_signs_come_before_operators() -> None:
    names = Names({"Dose": FieldType.NUMBER, "Dose - wasted": FieldType.NUMBER, "2nd dose": FieldType.NUMBER})
    assert parse_expression("Dose - wasted", names) == FieldRef("Dose - wasted")
    assert parse_expression("Dose - 2nd dose", names) == Binary("-", FieldRef("Dose"), FieldRef("2nd dose"))


def text(value: str, kind: FieldType = FieldType.CODE) -> Literal:
    return Literal(value, kind)


HCPCS, LIST = FieldRef("HCPCS"), FieldRef("List")
CELLS: list[tuple[CellValue, FieldType, Formula]] = [
    ("none", FieldType.CODE, Clear()),
    ("None", FieldType.NUMBER, Clear()),
    ('"none"', FieldType.TEXT, text("none", FieldType.TEXT)),
    ("96413", FieldType.CODE, text("96413")),
    (96413.0, FieldType.CODE, text("96413")),
    ("{HCPCS}", FieldType.CODE, Template((HCPCS,))),
    ("{Minutes} minutes is a push", FieldType.TEXT, Template((MINUTES, " minutes is a push"))),
    ('a "b" {Drug}', FieldType.TEXT, Template(('a "b" ', DRUG))),
    ('{"}"}', FieldType.TEXT, Template((text("}", FieldType.TEXT),))),
    ("{Minutes + 1} h", FieldType.TEXT, Template((Binary("+", MINUTES, number(1.0)), " h"))),
    ("25, 59", FieldType.CODE_LIST, CodeListOf((text("25"), text("59")))),
    ("25\n59;", FieldType.CODE_LIST, CodeListOf((text("25"), text("59")))),
    (25.0, FieldType.CODE_LIST, CodeListOf((text("25"),))),
    ('{List}, X{HCPCS}, "a b"', FieldType.CODE_LIST, CodeListOf((LIST, Template(("X", HCPCS)), text("a b")))),
    (
        "{only(List, Foods)}",
        FieldType.CODE_LIST,
        CodeListOf((Call("only", (LIST, text("Foods", FieldType.TEXT))),)),
    ),
    ("Y", FieldType.YES_NO, Literal(1.0, FieldType.YES_NO)),
    (False, FieldType.YES_NO, Literal(0.0, FieldType.YES_NO)),
    (3.0, FieldType.NUMBER, number(3.0)),
    ("Minutes / 60", FieldType.WHOLE, Binary("/", MINUTES, number(60.0))),
    ("2026-05-04", FieldType.DATE, Literal(739740.0, FieldType.DATE)),
    ('"2026-05-04"', FieldType.DATE, Literal(739740.0, FieldType.DATE)),
    (datetime(2026, 5, 4), FieldType.DATE, Literal(739740.0, FieldType.DATE)),  # noqa: DTZ001 - as Excel has it
    (time(8), FieldType.TIME, Literal(480.0, FieldType.TIME)),
    ("8:00 AM", FieldType.TIME, Literal(480.0, FieldType.TIME)),
]


@pytest.mark.parametrize(("cell", "kind", "formula"), CELLS)
def test_then_cells(cell: CellValue, kind: FieldType, formula: Formula) -> None:
    assert parse_formula(cell, kind, NAMES) == formula
    assert parse_formula(show_formula(formula), kind, NAMES) == formula


def test_messages() -> None:
    said = "{HCPCS} is not valid: {Minutes - 1} left"
    formula = parse_message(said, NAMES)
    assert formula == Template((HCPCS, " is not valid: ", Binary("-", MINUTES, number(1.0)), " left"))
    assert show_formula(formula) == said
    assert parse_message("plain", NAMES) == Template(("plain",))
    assert parse_message('"quoted"', NAMES) == Template(('"quoted"',))


def test_what_a_formula_reads() -> None:
    formula = parse_expression(
        "sum(Minutes where Drug in Foods) + length(only(List, Aeroallergens))", NAMES, aggregates=True
    )
    assert fields_read(formula) == {"Minutes", "Drug", "List"}
    assert sets_read(formula) == {"Foods", "Aeroallergens"}


def test_declared_types() -> None:
    assert expect_type(HCPCS, FieldType.TEXT, NAMES) == HCPCS
    assert expect_type(HCPCS, FieldType.CODE_LIST, NAMES) == CodeListOf((HCPCS,))
    assert expect_type(FieldRef("Dose"), FieldType.WHOLE, NAMES) == FieldRef("Dose")
    with pytest.raises(CellProblem, match="WRONG_RESULT"):
        expect_type(MINUTES, FieldType.TEXT, NAMES)


REFUSED = rows("""
    | Minuts | whole number | UNKNOWN_NAME_IN_FORMULA | is no field (did you mean "Minutes"?) |
    | Drug = pembrolizumab | yes/no | UNKNOWN_NAME_IN_FORMULA | "pembrolizumab" is no field: declare it |
    | seiling(Dose) | number | UNKNOWN_FUNCTION | "seiling" is no function (did you mean "ceiling"?) |
    | Minutes run 5 | number | UNEXPECTED_TEXT | cannot be read from "5" on |
    | 1,000 | number | UNEXPECTED_TEXT | numbers are written without thousands commas |
    | =1+2 | number | UNEXPECTED_TEXT | a formula begins without = |
    | Minutes != 3 | yes/no | UNEXPECTED_TEXT | (did you mean "<>"?) |
    | Minutes) | number | UNEXPECTED_TEXT | no parenthesis is open |
    | {Minutes} | number | UNEXPECTED_TEXT | fields have no braces in a formula |
    | 12abc | number | UNEXPECTED_TEXT | cannot be read from "12abc" on |
    | if Concurrent then 1 | number | UNFINISHED_FORMULA | is not finished: else is missing |
    | (Minutes | number | UNFINISHED_FORMULA | ) is missing at its end |
    | Minutes + | number | MISSING_OPERAND | a value is missing after "Minutes +" |
    | * 3 | number | UNEXPECTED_TEXT | cannot be read from "* 3" on |
    | length("abc) | number | UNCLOSED_TEXT | the text that begins "abc) is not closed |
    | {Minutes | text | STRAY_BRACE | write {Field} with both braces |
    | Minutes} | text | STRAY_BRACE | a brace has no partner |
    | {} | text | MISSING_OPERAND | a value is missing after "{" |
    | {Minutes | code list | STRAY_BRACE | a brace has no partner |
    | 16 < Minutes < 90 | yes/no | CHAINED_COMPARISON | two comparisons follow each other at "< 90" |
    | Drug + "a" | number | WRONG_OPERAND | + works on numbers, but Drug is text: number(…) makes |
    | Date of service - Date of service | number | WRONG_OPERAND | days between(first, second) counts days |
    | not Minutes | yes/no | WRONG_OPERAND | not works on yes/no, but Minutes is a whole number |
    | ceiling(Drug) | number | WRONG_OPERAND | ceiling(…) works on a number, but Drug is text |
    | {item(Drug, 1)} | code | WRONG_OPERAND | item(…) works on a code list, but Drug is text |
    | HCPCS = 95144 | yes/no | TYPES_DIFFER | in quotes, "95144", with the zeros |
    | Minutes = Drug | yes/no | TYPES_DIFFER | number(…) makes a number of a text |
    | Minutes or else Concurrent | number | TYPES_DIFFER | or else needs two of one type |
    | Drug > "a" | yes/no | ORDER_OF_TEXT | Drug is text, which has no order |
    | Concurrent < yes | yes/no | ORDER_OF_TEXT | < compares numbers, dates and times |
    | Minutes | date | WRONG_RESULT | Minutes is a whole number, but a date belongs here |
    | "5" | number | WRONG_RESULT | "5" is text, but a number belongs here |
    | 3.5 | whole number | WRONG_RESULT | 3.5 is a number, but a whole number belongs here |
    | {List} | code | WRONG_RESULT | item(List, 1) gives its first code |
    | round(1, 2, 3) | number | WRONG_ARGUMENT_COUNT | round(…) takes a number, perhaps a number; 3 given |
    | min(Minutes) | number | WRONG_ARGUMENT_COUNT | belongs in a Formula of the Fields sheet |
    | sum(Minutes) | number | AGGREGATE_NOT_HERE | make sum(Minutes) a field there, with Per |
    | {count()} | text | AGGREGATE_NOT_HERE | count looks at other rows |
    | floor(Dose where yes) | number | WHERE_NOT_HERE | floor(…) looks at one row |
    | Drug in Fods | yes/no | UNKNOWN_SET_IN_FORMULA | "Fods" is no value set (did you mean "Foods"?) |
    | {only(List, Fods)} | code list | UNKNOWN_SET_IN_FORMULA | "Fods" is no value set |
    | List = "A" | yes/no | LIST_COMPARED | ask contains(List, "…") or length(List) |
    | 1 + if yes then 1 else 2 | number | PARENTHESES_NEEDED | put parentheses around it |
    | hcpcs | code | FIELD_WITHOUT_BRACES | "hcpcs" is the name of a field: write {HCPCS} for its value |
    | Main site | text | FIELD_WITHOUT_BRACES | write {Main site} for its value |
    | 25, HCPCS | code list | FIELD_WITHOUT_BRACES | or "HCPCS" in quotes |
    | Minutes in Foods | yes/no | WRONG_OPERAND | in works on codes and texts, but Minutes is a whole number |
    | 25 59 | code list | SPACE_IN_CODE | (did you mean "25, 59"?) |
    | 25, none | code list | WRONG_VALUE | "none" clears the field only when it is the whole cell |
    | "25 | code list | UNCLOSED_TEXT | is not closed |
    | , | code list | EMPTY_FORMULA | there is no formula here |
    | 5/4/2026 | date | DATE_NOT_ISO | write 2026-05-04 or 2026-04-05 |
    | Date of service = "5/4/2026" | yes/no | DATE_NOT_ISO | write 2026-05-04 or 2026-04-05 |
    | Date of service = "soon" | yes/no | WRONG_VALUE | "soon" is not a date |
    | #REF! | text | EXCEL_ERROR | Excel shows the error #REF! here |
""")


@pytest.mark.parametrize(("cell", "kind", "code", "said"), REFUSED)
def test_says_what_is_wrong(cell: str, kind: str, code: str, said: str) -> None:
    with pytest.raises(CellProblem) as raised:
        parse_formula(cell, FieldType(kind), NAMES)
    found, words = message(raised.value)
    assert (found, said in words) == (code, True), words


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", "EMPTY_FORMULA", "there is no formula here"),
        ("count(Minutes > 5)", "COUNT_OF_CONDITION", "write count(where Minutes > 5)"),
        (
            "sum()",
            "WRONG_ARGUMENT_COUNT",
            "sum(…) takes a number, and perhaps where and a condition; 0 given",
        ),
        ("sum(Minutes, Item)", "WRONG_ARGUMENT_COUNT", "2 given here"),
        ("sum(Drug)", "WRONG_OPERAND", "sum(…) works on a number, but Drug is text"),
        ("sum(Minutes where Item)", "WRONG_OPERAND", "where works on yes/no, but Item is a whole number"),
        ("rank(Drug)", "WRONG_OPERAND", "rank(…) works on a number, a date or a time, but Drug is text"),
    ],
)
def test_says_what_is_wrong_with_aggregates(text: str, code: str, said: str) -> None:
    with pytest.raises(CellProblem) as raised:
        parse_expression(text, NAMES, aggregates=True)
    found, words = message(raised.value)
    assert (found, said in words) == (code, True), words


def test_blank_and_misplaced_cells() -> None:
    with pytest.raises(CellProblem, match="EMPTY_FORMULA"):
        parse_formula(None, FieldType.TEXT, NAMES)
    with pytest.raises(CellProblem, match="EXCEL_DATE_AS_TEXT"):
        parse_formula(datetime(2026, 1, 2), FieldType.CODE, NAMES)  # noqa: DTZ001 - as Excel stores it
    with pytest.raises(CellProblem, match="WRONG_VALUE"):
        parse_formula(5.0, FieldType.DATE, NAMES)


@pytest.mark.parametrize(
    "hostile",
    [
        "(" * 10_000,
        "1" + "+1" * 10_000,
        "-" * 10_000 + "1",
        "not " * 5_000 + "yes",
        "if yes then " * 2_000,
        "1 or else " * 2_000 + "1",
        "abs(" * 5_000,
    ],
)
def test_hostile_cells_are_refused(hostile: str) -> None:
    with pytest.raises(CellProblem, match="FORMULA_TOO_DEEP"):
        parse_expression(hostile, NAMES)


def test_long_formulas_within_bounds_are_read_and_shown() -> None:
    long = " + ".join(["Minutes"] * 99)
    assert show_formula(parse_expression(long, NAMES)) == long


@pytest.mark.parametrize(
    ("cell", "written", "meant"),
    [
        ("floor(Mintes / 60)", "Mintes", "Minutes"),
        ("1 + floor((Minutes runn - 91) / 60)", "Minutes runn", "Minutes run"),
        ("Minutes runs", "Minutes runs", "Minutes run"),
    ],
)
def test_a_misspelt_field_whose_beginning_is_a_field(cell: str, written: str, meant: str) -> None:
    names = Names({"Minutes": FieldType.NUMBER, "Minutes run": FieldType.NUMBER})
    with pytest.raises(CellProblem) as raised:
        parse_formula(cell, FieldType.NUMBER, names)
    found, words = message(raised.value)
    assert found == "UNKNOWN_NAME_IN_FORMULA"
    assert words.startswith(f'"{written}" is no field (did you mean "{meant}"?)')
