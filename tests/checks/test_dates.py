"""Dates: rows of one rule that leave a hole or overlap, rows that ended, overlays without base."""

from datetime import date
from textwrap import dedent

from codesheet.checks import check
from grid import printed, rulebook_of, wrapped
from rulebook_grids import with_fields

TODAY = date(2026, 11, 24)


def checked(text: str) -> list[str]:
    issues = check(rulebook_of(with_fields(dedent(text))), TODAY)
    return [line for line in printed(issues) if "[D" in line]


def test_a_hole_between_two_rows_of_one_rule() -> None:
    assert checked(
        """
        # A
        | Decision | A |
        | Result | fields |
        | IF   | THEN | FROM | TO |
        | Drug | Payer group | | |
        | x    | a    | | 2024-12-31 |
        | y    | a    | | |
        | X    | b    | 2025-02-01 | |
    """.replace("Payer group", "Size")
    ) == wrapped("""
        book.xlsx!A!7: warning[D101] a rule with these conditions is not in force from 2025-01-01 to
            2025-01-31, between
            this row and row 5: correct a date if that is not meant (see also book.xlsx!A!5)
    """)


def test_a_hole_in_a_lookup() -> None:
    assert checked("""
        # A
        | Lookup | A |
        | KEY   | VALUE | FROM | TO |
        | Drug  | Size  | | |
        | x     | 1     | | 2024-12-31 |
        | X     | 2     | 2025-01-02 | |
    """) == wrapped("""
        book.xlsx!A!5: warning[D101] the key "x" is not in force from 2025-01-01 to 2025-01-01, between
            this row and
            row 4: correct a date if that is not meant (see also book.xlsx!A!4)
    """)


def test_a_row_that_begins_before_the_one_it_replaces_has_ended() -> None:
    assert checked("""
        # A
        | Decision | A |
        | Result | fields |
        | Hit policy | First |
        | IF   | THEN | FROM | TO |
        | Drug | Size | | |
        | x    | 1    | | 2025-01-15 |
        | x    | 2    | 2025-01-01 | |
    """) == wrapped("""
        book.xlsx!A!7: warning[D105] has the conditions of row 6, and both are in force from 2025-01-01 to
            2025-01-15:
            end the earlier one the day before this begins (see also book.xlsx!A!6)
    """)


def test_rows_that_ended_and_rows_to_come() -> None:
    assert checked("""
        # A
        | Decision | A |
        | Result | fields |
        | IF   | THEN | FROM | TO |
        | Drug | Size | | |
        | x    | 1    | | 2025-01-15 |
        | x    | 2    | 2025-01-16 | 2026-11-23 |
        | y    | 1    | | 2026-11-24 |
        | y    | 2    | 2026-11-25 | |
    """) == wrapped("""
        book.xlsx!A: note[D102] no longer in force on 2026-11-24, and nothing with the same conditions
            follows: row 6; add rows for the days after if some are missing
            (see also book.xlsx!A!6)
        book.xlsx!A: note[D103] not in force before 2026-11-25, seen from 2026-11-24: row 8; correct FROM if
            that is not meant (see also
            book.xlsx!A!8)
    """)


def test_an_overlay_whose_base_has_ended() -> None:
    text = """
        # A
        | Decision | A |
        | Result | fields |
        | Hit policy | Override |
        | Scope | Payer |
        | IF    | IF   | THEN | TO |
        | Payer | Drug | Size | |
        |       | x    | 1    | 2025-01-15 |
        | acme  | x    | 2    | |
        |       | y    | 1    | |
        | acme  | y    | 2    | |
    """
    assert [line for line in checked(text) if "note" not in line] == wrapped("""
        book.xlsx!A!8: warning[D104] replaces row 7, but that ended on 2025-01-15 and this goes on: end it
            too, or say
            what it replaces (see also book.xlsx!A!7)
    """)
