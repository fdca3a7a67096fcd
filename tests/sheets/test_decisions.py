"""Decision tables: IF cells, THEN cells and labels."""

from dataclasses import replace

import pytest

from codesheet.language.formulas import Binary, Clear, FieldRef, Literal
from codesheet.language.unary_tests import Equals, Interval
from codesheet.language.values import FieldType
from codesheet.model import Disposition, HitPolicy, Level, Origin, Result, Rulebook
from codesheet.sheets.rulebook import parse_sheets
from codesheet.sheets.sheet_layout import Layout
from grid import parse, printed, rulebook_of, sheets_of, wrapped
from rulebook_grids import with_fields


def issues_of(text: str) -> list[str]:
    return printed(parse(with_fields(text))[1])


def errors_of(text: str) -> list[str]:
    return [line for line in issues_of(text) if "error" in line]


def book_of(text: str) -> Rulebook:
    return rulebook_of(with_fields(text))


ADMINISTRATION = """
    # Codes
    | Decision           | Administration code |
    | Result             | claim lines         |
    | Hit policy         | Collect             |
    | Only when          | Service in infusion, push; Minutes is not blank |
    | If no rule matches | review: no code for {Service} |
    |  |
    | RULE | IF       | IF      | THEN  | THEN            | THEN    | FROM       | NOTE   |
    |      | Service  | Minutes | Code  | Units           | Because |            | Source |
    | 1    | infusion | 16..90  | X0001 | 1               |         | 2024-01-01 | first  |
    | 2    | infusion | >= 91   | X0002 | Minutes / 60    | {Minutes} minutes | |        |
    | 3    | push     | any     | none  |                 |         |            |        |
"""


def test_rules_with_conditions_outputs_and_periods() -> None:
    table = book_of(ADMINISTRATION).decisions["Administration code"]
    assert (table.result, table.hit_policy, table.level) == (
        Result.CLAIM_LINES,
        HitPolicy.COLLECT,
        Level.ROW,
    )
    assert (table.inputs, table.outputs) == (("Service", "Minutes"), ("Code", "Units"))
    assert [condition.field for condition in table.only_when] == ["Service", "Minutes"]
    assert table.if_no_rule is not None
    assert table.if_no_rule.disposition is Disposition.REVIEW
    first, second, third = table.rules
    assert [(c.field, c.test) for c in first.conditions] == [
        ("Service", Equals("infusion")),
        ("Minutes", Interval(16.0, 90.0)),
    ]
    assert str(first.conditions[1].at) == "book.xlsx!Codes!C9"
    assert (first.id, str(first.at), first.period.first) == ("1", "book.xlsx!Codes!9", 738886)
    assert first.because is None
    assert second.because is not None
    units = second.output("Units")
    assert units is not None
    assert units.formula == Binary("/", FieldRef("Minutes"), Literal(60.0, FieldType.WHOLE))
    assert [c.field for c in third.conditions] == ["Service"]
    code = third.output("Code")
    assert code is not None
    assert code.formula == Clear()


def test_fields_that_no_sheet_declares_get_a_type_and_a_level() -> None:
    book = book_of("""
        # A
        | Decision | Length |
        | Result   | fields |
        | IF       | THEN    | THEN  | THEN    |
        | Minutes  | Hours   | Long? | Wording |
        | <= 90    | Minutes / 60 | no  | short |
        | > 90     | Doubled | yes   | 90      |
        # B
        | Decision | Doubled |
        | Result   | fields  |
        | IF       | THEN    |
        | Minutes  | Doubled |
        | any      | 2 * Minutes |
        # C
        | Decision | Of a line |
        | Result   | fields    |
        | IF       | THEN      |
        | Code     | Weight    |
        | X1       | 3         |
        # D
        | Decision | After it |
        | Result   | fields   |
        | IF       | THEN     |
        | Weight   | Heavy?   |
        | >= 2     | yes      |
    """)
    fields = {name: (field.type.value, field.level.value) for name, field in book.fields.items()}
    assert fields["Hours"] == ("number", "row")
    assert fields["Long?"] == ("yes/no", "row")
    assert fields["Wording"] == ("text", "row")
    assert fields["Doubled"] == ("number", "row")
    assert fields["Weight"] == ("number", "line")
    assert fields["Heavy?"] == ("yes/no", "line")
    assert book.fields["Heavy?"].origin is Origin.DECISION
    assert book.decisions["After it"].level is Level.LINE


def test_line_changes_and_edits() -> None:
    book = book_of("""
        # A
        | Decision | Modifier |
        | Result   | line changes |
        | IF       | THEN          | THEN             | THEN        | THEN   | THEN  |
        | Code     | Add modifiers | Remove modifiers | Disposition | Reason | Payer |
        | X1       | 25, 59        | 76               | Review      | look   | other |
        # B
        | Decision | Flags |
        | Result   | edits |
        | IF       | THEN        | THEN  | THEN |
        | Units    | Disposition | Queue | Message |
        | > 3      | deny        | desk  | {Units} units of {Code} |
        # C
        | Decision | Row flags |
        | Result   | edits |
        | IF       | THEN    |
        | Drug     | Message |
        | aaa      | see     |
    """)
    change = book.decisions["Modifier"]
    assert change.level is Level.LINE
    assert change.outputs == ("Add modifiers", "Remove modifiers", "Disposition", "Reason", "Payer")
    disposition = change.rules[0].output("Disposition")
    assert disposition is not None
    assert disposition.formula == Literal("review", FieldType.TEXT)
    assert book.fields["Payer"].origin is Origin.READ
    assert book.decisions["Flags"].level is Level.LINE
    assert book.decisions["Row flags"].level is Level.ROW


def test_first_in_group() -> None:
    table = book_of("""
        # A
        | Decision   | Initial        |
        | Result     | fields         |
        | Hit policy | First in group |
        | Per        | Visit ID, Plan |
        | Otherwise  | no             |
        | IF       | THEN     |
        | Service  | Initial? |
        | infusion | yes      |
        | push     | yes      |
    """).decisions["Initial"]
    assert table.per == ("Visit ID", "Plan")
    assert [(one.field, one.formula) for one in table.otherwise] == [
        ("Initial?", Literal(0.0, FieldType.YES_NO))
    ]


def test_scope_is_chains_from_narrow_to_wide() -> None:
    table = book_of("""
        # A
        | Decision   | Cap      |
        | Result     | fields   |
        | Hit policy | Override |
        | Scope      | payer < Payer group; Plan |
        | IF     | IF          | THEN |
        | Payer  | Payer group | Cap  |
        |        | Medicare    | 3    |
        | acme   |             | 5    |
    """).decisions["Cap"]
    assert table.scope == (("Payer", "Payer group"), ("Plan",))


def test_every_broken_cell_is_named_and_the_other_rules_stay() -> None:
    text = """
        # Codes
        | Decision | Codes       |
        | Result   | claim lines |
        | IF       | IF       | THEN  | THEN  |
        | Service  | Minutes  | Code  | Units |
        | infusion | >= many  | X0001 | 1     |
        | push     |          | X0002 |       |
        | other    |          | X0003 | Minuts + 1 |
        | else     |          | X0004 | 1     |
    """
    book, issues = parse(with_fields(text))
    assert book is not None
    assert [str(rule.at) for rule in book.decisions["Codes"].rules] == ["book.xlsx!Codes!8"]
    assert [(str(issue.at), issue.is_error) for issue in issues] == [
        ("book.xlsx!Codes!B5", True),
        ("book.xlsx!Codes!D6", True),
        ("book.xlsx!Codes!D7", True),
    ]


def test_slips_in_labels() -> None:
    assert errors_of("""
        # A
        | Decision   | A |
        | Hit policy | Frist |
        | IF | THEN |
        | Drug | Size |
        | a | 1 |
        # B
        | Decision   | B |
        | Result     | fields |
        | Per        | Plan |
        | Order      | 3 |
        | IF | THEN |
        | Drug | Basis |
        | a | 1 |
        # C
        | Decision   | C |
        | Result     | edits |
        | IF | THEN |
        | Drug | Code |
        | a | 1 |
        # D
        | Decision   | D |
        | Result     | fields |
        | Hit policy | Override |
        | IF | THEN |
        | Drug | Turn |
        | a | 1 |
    """) == wrapped("""
        book.xlsx!A: error[W127] the title block does not say Result: write Result and, beside it, one of
            fields, claim lines, line changes, edits
        book.xlsx!A!B2: error[W125] "Frist" is no hit policy (did you mean "First"?): it can be Unique, Any,
            First, Priority, Rule order, Collect, Collect sum, Collect min, Collect max, Collect count,
            First in group, Override
        book.xlsx!B!B3: error[T107] Per goes only with hit policy First in group: delete it
            here, or change what it does not go with
        book.xlsx!B!B4: error[T107] Order goes only with Result line changes: delete it here,
            or change what it does not go with
        book.xlsx!C!B4: error[T102] a THEN column Code does not go with Result edits: it can be Disposition,
            Queue, Message, Because, Priority
        book.xlsx!D: error[T108] hit policy Override needs the label Scope: add it to the title block
    """)


@pytest.mark.parametrize(
    ("result", "row", "expected"),
    [
        ("claim lines", "| THEN | THEN |\n| Code | Units |\n| X1 | |", "Units is blank: a claim line needs"),
        ("edits", "| THEN | THEN |\n| Disposition | Message |\n| deny | |", "Message is blank"),
        ("edits", "| THEN | THEN |\n| Disposition | Message |\n| denied | m |", '(did you mean "deny"?)'),
        (
            "fields",
            "| IF | THEN |\n| Drug | Because |\n| a | |",
            "the rule gives nothing: fill a THEN cell, with none",
        ),
        (
            "fields",
            "| THEN | NOTE |\n| Size | Source |\n| | 2026 |",
            "the rule gives nothing, since its row holds",
        ),
    ],
)
def test_rules_that_give_too_little(result: str, row: str, expected: str) -> None:
    lines = issues_of(f"# A\n| Decision | A |\n| Result | {result} |\n{row}")
    assert any(expected in line for line in lines)


OVERLAY = """
    # A
    | Decision   | A        |
    | Result     | {result} |
    | Hit policy | Override |
    | Scope      | Payer    |
    | IF    | THEN     | THEN      |
    | Payer | {first}  | {second}  |
    |       | 1        | 2         |
    | acme  | {cells}  |
"""


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("3 | ", []),
        ("none | ", []),
        (
            " | ",
            ["book.xlsx!A!8: warning[T104] the rule gives nothing, so what other rules give stands where it"],
        ),
    ],
)
def test_under_override_a_rule_gives_at_least_one_cell(cells: str, expected: list[str]) -> None:
    names = {"result": "fields", "first": "Size", "second": "Count"}
    found = [line for line in issues_of(OVERLAY.format(cells=cells, **names)) if "T104" in line]
    assert [line.partition(" matches:")[0] for line in found] == expected


def test_claim_lines_are_made_from_rows_alone() -> None:
    assert errors_of("""
        # A
        | Decision | A           |
        | Result   | claim lines |
        | IF    | THEN | THEN  |
        | Units | Code | Units |
        | > 3   | X1   | 1     |
    """) == wrapped("""
        book.xlsx!A!A5: error[F108] "A" (claim lines) works on encounter rows and cannot read Units, which
            belongs to claim lines: test it in a table of line changes or edits
    """)


def test_merged_cells_are_an_error() -> None:
    sheets = sheets_of(with_fields("# A\n| Decision | A |\n| Result | fields |\n| IF | THEN |\n| Drug | B |"))
    sheets[1] = replace(sheets[1], layout=Layout(merged=((5, 1, 7, 1),)))
    _, issues = parse_sheets(sheets, [])
    assert [line for line in printed(issues) if "error" in line] == wrapped("""
        book.xlsx!A!A5: error[W116] the cells A5:A7 are merged, so all but the first are blank: unmerge them
            and fill each one
    """)


def test_a_title_merged_over_its_name_is_an_error() -> None:
    sheets = sheets_of(with_fields("# A\n| Decision | |\n| Result | |\n| IF | THEN |\n| Drug | B |"))
    sheets[1] = replace(sheets[1], layout=Layout(merged=((1, 1, 1, 4), (2, 1, 2, 3))))
    _, issues = parse_sheets(sheets, [])
    assert printed(issues) == wrapped("""
        book.xlsx!A!A1: error[W116] the cells A1:D1 are merged, so all but the first are blank: unmerge them
            and fill each one
        book.xlsx!A!A2: error[W116] the cells A2:C2 are merged, so all but the first are blank: unmerge them
            and fill each one
    """)


def test_a_zero_that_excel_has_eaten() -> None:
    sheets = sheets_of(
        with_fields("""
        # A
        | Decision | A |
        | Result   | line changes |
        | IF               | THEN |
        | Place of service | Reason |
        | 02               | a |
        | 11               | b |
        | 99               | c |
    """)
    )
    rows = sheets[1].rows
    rows[6][1], rows[7][1] = 11, 2  # type: ignore[index]
    _, issues = parse_sheets(sheets, [])
    assert printed(issues) == wrapped("""
        book.xlsx!A!A7: error[W122] 2 is a number, and other codes of Place of service are longer (02): Excel
            may have removed a leading zero; format the cell as text and write the whole code, if a
            code belongs here
    """)
