"""Title blocks: what a sheet says it is."""

from typing import TYPE_CHECKING

from codesheet.sheets.title_block import Kind, read_title_blocks
from grid import printed, sheets_of, wrapped

if TYPE_CHECKING:
    from codesheet.issues import Issue


def titles(text: str) -> tuple[list[tuple[Kind, str, int]], list[str]]:
    issues: list[Issue] = []
    found = read_title_blocks(sheets_of(text), issues)
    return [(one.kind, one.name, one.table_row) for one in found], printed(issues)


def test_kind_name_and_labels_above_the_table() -> None:
    text = """
        # Role
        | Decision   | Role of a service |
        | hit policy | First             |
        | Result     | fields            |
        |            |                   |
        | IF         | THEN              |
        | Service    | Role              |
    """
    issues: list[Issue] = []
    (title,) = read_title_blocks(sheets_of(text), issues)
    assert (title.kind, title.name, title.table_row) == (Kind.DECISION, "Role of a service", 5)
    assert {label: (cell.text, str(cell.at)) for label, cell in title.labels.items()} == {
        "Hit policy": ("First", "book.xlsx!Role!B2"),
        "Result": ("fields", "book.xlsx!Role!B3"),
    }
    assert issues == []


def test_the_blank_row_is_optional() -> None:
    assert titles("""
        # Drugs
        | Lookup       | Drugs   |
        | If not found | nothing |
        | KEY          | VALUE   |
        | Drug         | Code    |
    """) == ([(Kind.LOOKUP, "Drugs", 3)], [])


def test_notes_are_ignored_and_near_misses_are_not() -> None:
    found, issues = titles("""
        # Read me
        | How we code infusions |
        # Empty
        # Slip
        | Decison | Role |
        # Forgotten
        | Role | |
        | IF | THEN |
    """)
    kinds = "About, Fields, Lookup, Value sets, Decision, Examples, Code pairs, Unit limits, Add-on codes"
    assert found == []
    assert issues == wrapped(f"""
        book.xlsx!Slip!A1: error[W103] A1 is "Decison", which is no kind of sheet (did you mean "Decision"?):
            it must be one of {kinds}
        book.xlsx!Forgotten!A1: error[W103] A1 is "Role", which is no kind of sheet: it must be one of
            {kinds}
    """)


def test_claim_edit_sheets_need_a_name_and_a_table() -> None:
    assert titles("""
        # More
        | Code pairs | NCCI |
        # Pairs
        | Code pairs | |
    """)[1] == wrapped(
        """
        book.xlsx!More: error[W108] there is no table on this Code pairs sheet: it begins with the headings
            Column 1, Column 2, Modifier indicator, Effective, Deletion, Rationale, Source, Note
        book.xlsx!Pairs!B1: error[W105] the table has no name: write it in B1, beside Code pairs
        """
    )


def test_unknown_and_repeated_labels() -> None:
    assert titles("""
        # Drugs
        | Lookup       | Drugs   |
        | If not fond  | nothing |
        | Applies to   | A = b   |
        | Applies to   | A = c   |
        | KEY          | VALUE   |
        | Drug         | Code    |
    """)[1] == wrapped(
        """
        book.xlsx!Drugs!A2: error[W106] "If not fond" is no label of a Lookup sheet (did you mean "If not
            found"?): it can be If not found, Code table for, Applies to, Source, Note
        book.xlsx!Drugs!A4: error[W107] the label "Applies to" stands here for the second time: keep one
            (see also book.xlsx!Drugs!B3)
        """
    )


def test_a_table_needs_a_name_and_a_table() -> None:
    assert titles("""
        # One
        | Decision |
        | IF | THEN |
        # Two
        | Lookup | Drugs |
    """)[1] == wrapped(
        """
        book.xlsx!One!B1: error[W105] the table has no name: write it in B1, beside Decision
        book.xlsx!Two: error[W108] there is no table on this Lookup sheet: it begins with a row of roles
            (KEY, VALUE, FROM, TO, NOTE) right above the headings
        """
    )
