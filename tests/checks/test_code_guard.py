"""Codes that cells give or ask for, against the code tables: what is named, and what is left in peace."""

from textwrap import dedent

from codesheet.checks import check
from codesheet.checks.causes import each_cause_once
from codesheet.issues import IssueCode, Severity
from codesheet.location import CellRef
from grid import printed, rulebook_of, wrapped
from rulebook_grids import with_fields

CODES = """
    # More
    | Fields |
    | Field | Type |
    | HCPCS | code |
    | Basis | code |
    | Size | number |
    # Procedures
    | Lookup | Procedures |
    | Code table for | Code, HCPCS, Basis |
    | KEY | NOTE | NOTE | FROM | TO |
    | Code | Label | Replaced by | | |
    | 95115 | one shot | | | |
    | 0540T | cells given | 38228 | | 2024-12-31 |
    | 38228 | cells given | | 2025-01-01 | |
    # Drug codes
    | Lookup | Drug codes |
    | Code table for | Code, Basis |
    | KEY | FROM | TO |
    | Code | | |
    | J9271 | 2016-01-01 | |
"""


def checked(text: str) -> list[str]:
    issues = check(rulebook_of(with_fields(CODES) + dedent(text)))
    return [line for line in printed(i for i in issues if i.severity is not Severity.NOTE) if "[C1" in line]


def test_a_code_of_any_of_a_fields_code_tables_is_known() -> None:
    assert checked("""
        # Lines
        | Decision | Lines |
        | Result | claim lines |
        | IF | THEN | THEN | FROM |
        | Drug | Code | Units | |
        | a | 95115 | 1 | |
        | b | J9271 | 1 | 2020-01-01 |
        | c | J9217 | 1 | |
    """) == wrapped("""
        book.xlsx!Lines!B7: error[C101] J9217 is not in the code table "Procedures" or "Drug codes"
            (did you mean "J9271"?): correct it, or add the code to the table (see also
            book.xlsx!Procedures, book.xlsx!Drug codes)
    """)


def test_codes_that_a_lookup_gives_are_judged_on_the_days_of_its_rows() -> None:
    assert checked("""
        # Drugs
        | Lookup | Drugs |
        | KEY | VALUE | FROM | TO |
        | Drug | Basis | | |
        | a | J9271 | 2016-01-01 | |
        | b | J9271 | 2015-01-01 | |
        | c | 0540T | | 2024-12-31 |
        | d | 0540T | | |
        | e | J927l | 2016-01-01 | |
    """) == wrapped("""
        book.xlsx!Drugs!B5: error[C103] J9271 begins on 2016-01-01 (code table "Procedures" or "Drug codes"),
            and this row before it: write that day in FROM
        book.xlsx!Drugs!B7: error[C102] 0540T ended on 2024-12-31 (code table "Procedures" or "Drug codes"),
            and this row goes on; it is replaced by 38228: end the row that day, and add one for the days
            after
        book.xlsx!Drugs!B8: error[C101] J927l is not in the code table "Procedures" or "Drug codes"
            (did you mean "J9271"?): correct it, or add the code to the table (see also
            book.xlsx!Procedures, book.xlsx!Drug codes)
    """)


def test_codes_of_a_set_that_a_cell_asks_for_are_judged_and_what_codes_look_like_is_not() -> None:
    assert checked("""
        # Sets
        | Value sets |
        | Set | Member |
        | Shots | 95115 |
        | Shots | 95151 |
        | Shots | S???? |
        | Not asked for | 12345 |
        # Words
        | Decision | Words |
        | Result | fields |
        | If no rule matches | nothing |
        | IF | THEN |
        | HCPCS | Size |
        | in Shots | 1 |
    """) == wrapped("""
        book.xlsx!Sets!B4: warning[C105] no code like 95151 is in the code table "Procedures" while this row
            is in force (did you mean "95115"?): correct it, or add the code to the table (see also
            book.xlsx!Procedures)
    """)


def test_an_export_may_bring_a_code_that_has_ended_but_no_table_gives_it() -> None:
    assert checked("""
        # Sizes
        | Decision | Sizes |
        | Result | fields |
        | If no rule matches | nothing |
        | IF | IF | THEN | FROM |
        | HCPCS | Drug | Size | |
        | 0540T | a | 1 | 2025-01-01 |
        # Marks
        | Decision | Marks |
        | Result | line changes |
        | IF | THEN | FROM |
        | Code | Add modifiers | |
        | 0540T | 59 | 2025-01-01 |
    """) == wrapped("""
        book.xlsx!Marks!A5: warning[C105] no code like 0540T is in the code table "Procedures" or "Drug codes"
            while this row is in force: correct it, or add the code to the table (see also
            book.xlsx!Procedures, book.xlsx!Drug codes)
    """)


def test_a_code_table_without_values_gives_nothing_and_asks_nothing() -> None:
    rulebook = rulebook_of(with_fields(CODES))
    assert rulebook.lookups["Drug codes"].values == ()
    assert checked("") == []


def test_a_cell_that_cannot_be_read_hides_no_unknown_code_unless_the_code_may_stand_there() -> None:
    at = CellRef("book.xlsx", "Lines", 7, "B")
    unknown = IssueCode.UNKNOWN_CODE.issue(at, CellRef("codes.xlsx", "Codes"), code="J9217", table="Codes")
    elsewhere = IssueCode.ERROR_VALUE.issue(CellRef("book.xlsx", "Other", 9, "C"), text="#N/A")
    there = IssueCode.ERROR_VALUE.issue(CellRef("codes.xlsx", "Codes", 9, "A"), text="#N/A")
    assert each_cause_once([elsewhere, unknown], [elsewhere], None) == [elsewhere, unknown]
    assert each_cause_once([there, unknown], [there], None) == [there]


LOOKS = """
    # More
    | Fields |
    | Field | Type | Allowed values |
    | Given | text | |
    | Word | text | J9O22, other |
    # Codes
    | Lookup | Codes |
    | Code table for | Code |
    | KEY | NOTE |
    | Code | Label |
    | J9022 | one drug |
    | J9100 | two codes that look alike |
    | J9IOO | |
    | 50145 | |
"""


def test_a_text_that_looks_like_a_code_is_named_and_other_texts_are_left_in_peace() -> None:
    asked = ["J9O22", "j9o22, J9022", "J9022", "J91O0", "S0145", "501A5", "atezolizumab", "not J9OZ2", "J9O2"]
    rows = "".join(f"\n        | {text} | 1 |" for text in asked)
    issues = check(
        rulebook_of(
            with_fields(LOOKS)
            + dedent(f"""
        # Table
        | Decision | Table |
        | Result | fields |
        | Hit policy | Collect |
        | IF | THEN |
        | Given | Size |{rows}
        # Words
        | Decision | Words |
        | Result | fields |
        | IF | THEN |
        | Word | Weight |
        | J9O22 | 1 |
    """)
        )
    )
    found = {str(issue.at).rpartition("!")[2] for issue in issues if issue.kind == IssueCode.LOOKS_LIKE_CODE}
    assert found == {"A6", "A7", "A13"}
