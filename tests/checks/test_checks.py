"""Checks of a rulebook as a whole."""

import pytest

from codesheet.checks import check
from codesheet.checks.causes import each_cause_once
from codesheet.issues import IssueCode, Severity
from grid import parse, printed, rulebook_of, wrapped
from rulebook_grids import with_fields


def checked(text: str) -> list[str]:
    issues = check(rulebook_of(with_fields(text)))
    return printed(issue for issue in issues if issue.severity is not Severity.NOTE)


def test_a_key_in_two_rows_in_force() -> None:
    assert checked("""
        # Drugs
        | Lookup | Drugs |
        | KEY        | KEY  | VALUE | FROM       | TO         |
        | Drug       | Plan | Size  |            |            |
        | aaa        | x    | 1     |            | 2023-12-31 |
        | aaa        | x    | 1     | 2024-01-01 |            |
        | AAA , bbb  | x    | 2     | 2024-06-01 |            |
        | aaa        | y    | 3     |            |            |
    """) == wrapped("""
        book.xlsx!Drugs!6: error[L102] the key "AAA , bbb", "x" stands in two rows in force on the same days:
            correct a key, or give them dates (see also book.xlsx!Drugs!5)
    """)


def test_a_key_filled_down_is_told_at_each_row_once() -> None:
    rows = "".join(f"| aaa, bbb | {n} |\n" for n in range(1, 2_001))
    found = checked(f"# Drugs\n| Lookup | Drugs |\n| KEY | VALUE |\n| Drug | Size |\n{rows}")
    assert len(found) == 1_999
    assert found[-1:] == wrapped("""
        book.xlsx!Drugs!2003: error[L102] the key "aaa, bbb" stands in two rows in force on the same days:
            correct a key, or give them dates (see also book.xlsx!Drugs!4)
    """)


def test_lists_in_both_keys_are_not_multiplied() -> None:
    drugs, plans = (", ".join(f"{name}{n}" for n in range(4_000)) for name in "dp")
    assert (
        checked(f"""
        # Drugs
        | Lookup | Drugs |
        | KEY     | KEY     | VALUE |
        | Drug    | Plan    | Size  |
        | {drugs} | {plans} | 1     |
        | d7      | other   | 2     |
    """)
        == []
    )


def test_policies_that_do_not_go_with_what_the_table_does() -> None:
    assert checked("""
        # A
        | Decision | A |
        | Result | fields |
        | Hit policy | Collect |
        | IF | THEN |
        | Drug | Size |
        | a | 1 |
        # B
        | Decision | B |
        | Result | fields |
        | Hit policy | Collect sum |
        | IF | THEN |
        | Drug | Basis |
        | a | each |
        # C
        | Decision | C |
        | Result | edits |
        | Hit policy | Collect sum |
        | IF | THEN |
        | Drug | Message |
        | a | each |
    """) == wrapped("""
        book.xlsx!A: error[T109] hit policy Collect does not go with the number field Size: make it a code
            list, or use Collect sum, min, max or count, or another policy
        book.xlsx!B: error[T109] hit policy Collect sum does not go with the text field Basis: it calculates
            with numbers
        book.xlsx!C: error[T109] hit policy Collect sum does not go with Result edits: it goes with Result
            fields
    """)


def test_line_changes_have_an_order() -> None:
    title = "# {0}\n| Decision | {0} |\n| Result | line changes |\n{1}"
    table = title + "| IF | THEN |\n| Code | Reason |\n| a | b |\n"
    order = "| Order | 1 |\n"
    assert checked(table.format("A", "")) == []
    assert checked(table.format("A", order) + table.format("B", order) + table.format("C", "")) == wrapped("""
        book.xlsx!B: error[T110] "line changes" tables "A" and "B" both have Order 1: give each its own
            (see also book.xlsx!A)
        book.xlsx!C: error[T108] each of several tables with Result line changes needs the label Order:
            add it to the title block
    """)


FIRST = """
| Decision | Size |
| Result | fields |
| Hit policy | First |
| RULE | IF | THEN |
|  | Drug | Size |
"""


def test_first_stands_in_one_workbook_in_order() -> None:
    text = f"# A{FIRST}| 2 | a | 1 |\n| 1 | b | 2 |\n## z.xlsx\n# A{FIRST}| 1 | c | 3 |\n"
    assert checked(text) == wrapped("""
        book.xlsx!A: error[T111] hit policy First goes from top to bottom, and the rules stand in book.xlsx,
            z.xlsx: move them to one workbook, or use hit policy Priority (see also z.xlsx!A!6)
        book.xlsx!A!7: error[T112] rule 1 stands below rule 2: the sheet seems to have been sorted; put the
            rules back in order (see also book.xlsx!A!6)
    """)


def test_versions_of_one_policy_count_as_one_workbook() -> None:
    about = "# About\n| About |\n| Title | Sizes |\n| Effective from | {} |\n"
    text = f"## y.xlsx\n{about.format('2024-01-01')}# A{FIRST}| 1 | a | 1 |\n"
    text += f"## z.xlsx\n{about.format('2025-01-01')}# A{FIRST}| 1 | c | 3 |\n"
    assert checked(text) == []


def test_rule_ids_repeat_only_for_rivals_and_successors() -> None:
    table = """
        # A
        | Decision | A |
        | Result | edits |
        | Hit policy | Collect |
        {scope}
        | RULE | IF | IF | THEN | TO | FROM |
        |  | Drug | Payer | Message | | |
        | x | a |      | one | 2023-12-31 | |
        | x | a |      | two | | 2024-01-01 |
        | X | a | acme | three | | |
    """
    assert checked(table.format(scope="| Scope | Payer |")) == []
    assert checked(table.format(scope="| Note | |")) == wrapped("""
        book.xlsx!A!9: error[T113] rule id X stands here for the second time: give each rule its own
            (see also book.xlsx!A!7)
    """)


def test_scopes_that_say_nothing() -> None:
    assert checked("""
        # A
        | Decision | A |
        | Result | edits |
        | Hit policy | Collect |
        | Scope | Plan < Payer; Payer < Payer group |
        | IF | THEN |
        | Drug | Message |
        | a | one |
    """) == wrapped("""
        book.xlsx!A: warning[T114] Scope names Plan < Payer, which no IF column and no Applies to tests:
            test them in IF columns, or take them out of Scope
        book.xlsx!A: warning[T114] Scope names Payer < Payer group, which no IF column and no Applies to
            tests: test them in IF columns, or take them out of Scope
        book.xlsx!A: warning[T115] Scope says Plan < Payer, but no lookup or formula gives Payer from Plan:
            write a semicolon between them, or add such a lookup
        book.xlsx!A!7: error[T116] a Collect table with a Scope needs a RULE id on every row: it says which
            rules are rivals
    """)


def test_values_that_the_fields_sheet_does_not_allow() -> None:
    assert checked("""
        # More fields
        | Fields |
        | Field | Type | Level | Allowed values |
        | Route | text |       | IV, SC, IM     |
        | Modifiers | code list | line | Order, at most 2 |
        # Sets
        | Value sets |
        | Set | Member |
        | Order | 25 |
        | Order | X* |
        # A
        | Decision | A |
        | Result | claim lines |
        | IF | THEN | THEN | THEN |
        | Route | Code | Units | Modifiers |
        | iv, SQ | A1 | 1 | 25, XE |
        | not IV | A2 | 1 | 26, 25 |
    """) == wrapped("""
        book.xlsx!A!A5: warning[F112] "SQ" is not among the allowed values of Route: it can be IV, SC, IM;
            or add it to Allowed values
        book.xlsx!A!D6: warning[F112] "26" is not among the allowed values of Modifiers: it can be 25, X*;
            or add it to Allowed values
    """)


def test_numbers_and_days_that_the_fields_sheet_does_not_allow() -> None:
    assert checked("""
        # More fields
        | Fields |
        | Field | Type | Level | Allowed values |
        | Size  | number | row | 1, 2.5, 10 |
        | Begun | date   | row | 2026-01-01, 2026-07-01 |
        | Turn  | whole number | row | Turns |
        | Other | whole number | row | 1, 2 |
        # Sets
        | Value sets |
        | Set | Member |
        | Turns | 1..3 |
        # Sizes
        | Lookup | Sizes |
        | KEY | VALUE |
        | Drug | Other |
        | a | 3 |
        # A
        | Decision | A |
        | Result | fields |
        | Hit policy | First |
        | IF   | IF         | IF  | THEN |
        | Size | Begun      | Other | Turn |
        | 2.50 | 2026-01-01 | 1 | 3    |
        | 2, 10 | 2026-02-01 | 2 | 4    |
        | not 3 | >= 2026-03-01 | | 1 |
        |       |               | | 2 |
    """) == wrapped("""
        book.xlsx!Sizes!B4: warning[F112] "3" is not among the allowed values of Other: it can be 1, 2; or
            add it to Allowed values
        book.xlsx!A!A7: warning[F112] "2" is not among the allowed values of Size: it can be 1, 2.5, 10; or
            add it to Allowed values
        book.xlsx!A!B7: warning[F112] "2026-02-01" is not among the allowed values of Begun: it can be
            2026-01-01, 2026-07-01; or add it to Allowed values
        book.xlsx!A!D7: warning[F112] "4" is not among the allowed values of Turn: it can be 1..3; or add it
            to Allowed values
        book.xlsx!A!A8: warning[F112] "3" is not among the allowed values of Size: it can be 1, 2.5, 10; or
            add it to Allowed values
    """)


GIVERS = """
    # More
    | Fields |
    | Field  | Type |
    | Family | text |
    # Families
    | Lookup | Families |
    | KEY    | VALUE  |
    | Drug   | Family |
    | aaa    | chemo  |
    | bbb    | other  |
    ## z.xlsx
    # Families
    | Lookup | Families |
    | KEY    | VALUE  |
    | Drug   | Family |
    {families}
    # Sizes
    | Decision           | Sizes   |
    | Result             | fields  |
    | If no rule matches | nothing |
    | IF     | IF      | THEN |
    | Family | Minutes | Size |
    | chemmo |         | 1    |
    | other  | {minutes} | 2    |
"""

NEVER_GIVEN = """
    z.xlsx!Sizes!A6: warning[F116] lookup "Families" never gives Family "chemmo" (did you mean "chemo"?): it
        can be chemo, other (see also book.xlsx!Families, z.xlsx!Families)
"""


@pytest.mark.parametrize(
    ("families", "minutes", "expected"),
    [
        ("| ccc | other |", "> 16", NEVER_GIVEN),
        ("| ccc | other |", "16..", NEVER_GIVEN),  # another cell cannot be read
        ('| ccc | other |\n    | "ddd | chemmo |', "> 16", ""),  # the value may stand in a row that cannot
        ('| "ddd | chemmo |', "> 16", ""),
    ],
)
def test_a_value_never_given_may_stand_only_in_a_row_of_what_gives_it(
    families: str, minutes: str, expected: str
) -> None:
    rulebook, unread = parse(with_fields(GIVERS.format(families=families, minutes=minutes)))
    assert rulebook is not None
    found = each_cause_once([*unread, *check(rulebook)], unread, rulebook)
    assert printed(issue for issue in found if issue.kind == IssueCode.VALUE_NEVER_GIVEN) == wrapped(expected)
