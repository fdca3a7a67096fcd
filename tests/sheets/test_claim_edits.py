"""Sheets of claim edits: what their cells say, and what is wrong with them."""

from codesheet.checks.overlapping_edit_rows import overlapping_edit_rows
from grid import parse, printed, rulebook_of, wrapped
from rulebook_grids import with_fields


def issues_of(text: str) -> list[str]:
    return printed(parse(with_fields(text))[1])


def test_rows_know_their_dates_conditions_version_and_cell() -> None:
    rulebook = rulebook_of(
        with_fields("""
        ## edits.xlsx
        # About
        | About          |               |
        | Title          | NCCI          |
        | Effective from | 2026-04-01    |
        | Applies to     | Payer = A     |
        # Pairs
        | Code pairs | NCCI    |
        | Version    | 2026Q2  |
        | Column 1 | Column 2 | Modifier indicator | Effective | Deletion | Plan | Rationale |
        | 96413    | 96372    | 1                  | 20200101  | *        | x    | because   |
        | 96413    | 96523    | 0                  |           | 20991231 |      |           |
        ## next.xlsx
        # About
        | About          |               |
        | Title          | NCCI          |
        | Effective from | 2026-07-01    |
        # Pairs
        | Code pairs | NCCI    |
        | Version    | 2026Q3  |
        | Column 1 | Column 2 | Modifier indicator |
        | 96413    | 96372    | 0                  |
    """)
    )
    assert rulebook.code_pairs is not None
    shown = [
        (
            row.version,
            row.column_2,
            row.indicator,
            row.period.first,
            row.period.last,
            [f"{c.field} {c.text}" for c in row.conditions],
            str(row.at),
        )
        for row in rulebook.code_pairs.rows
    ]
    first, second = 739707, 739798  # 2026-04-01 and 2026-07-01
    assert shown == [
        ("2026Q2", "96372", "1", 737425, second - 1, ["Payer Payer = A", "Plan x"], "edits.xlsx!Pairs!4"),
        ("2026Q2", "96523", "0", first, second - 1, ["Payer Payer = A"], "edits.xlsx!Pairs!5"),
        ("2026Q3", "96372", "0", second, None, [], "next.xlsx!Pairs!4"),
    ]


def test_what_is_wrong_is_said_at_its_cell() -> None:
    assert issues_of("""
        # Pairs
        | Code pairs | NCCI |
        | Column 1     | Column 2 | Modifier indicator | Effective | Colour |
        | 96413        | 96523    | 0                  |           |        |
        # More pairs
        | Code pairs | Own |
        | Column 1     | Column 2 | Modifier indicator | Effective |
        | 96413, 96365 | 96523    | 0                  |           |
        | 96413        |          | 1                  |           |
        | 96413        | 96523    | 2                  |           |
        | 96413        | 96523    | 1                  | 1/2/2026  |
        # No indicator
        | Code pairs | Third |
        | Column 1 | Column 2 |
        | 96413    | 96523    |
        # Limits
        | Unit limits | MUE |
        | Code  | Limit | Per                   |
        | 95165 | many  | day                   |
        | 95165 |       | day                   |
        | 95165 | 30    | fortnight             |
        | 95165 | 30    | calender year         |
        | 95165 | 30    | 12 months since start |
        | 95165 | 30    | lifetime              |
    """) == wrapped("""
        book.xlsx!Limits!B3: error[K103] "many" is no limit: write a whole number of units, or none where
            this
            payer has no limit
        book.xlsx!Limits!B4: error[K103] "" is no limit: write a whole number of units, or none where this
            payer has no limit
        book.xlsx!Limits!C5: error[K104] "fortnight" is nothing a limit can count over: write line, visit,
            day,
            calendar year, lifetime, 12 months rolling, 365 days rolling or 12 months since start (of
            therapy)
        book.xlsx!Limits!C6: error[K104] "calender year" is nothing a limit can count over (did you mean
            "calendar year"?): write line, visit, day, calendar year, lifetime, 12 months rolling, 365 days
            rolling or 12 months since start (of therapy)
        book.xlsx!Limits!C7: error[K105] "12 months since start" counts from the start of therapy: write the
            label Months since start above the table and, beside it, the field that holds the full months
            since
            then
        book.xlsx!Limits!C7: error[K106] "12 months since start" counts over several visits: write the label
            Per
            above the table and, beside it, the fields that say whose units are counted together, as Patient
            ID,
            Payer
        book.xlsx!Limits!C8: error[K106] "lifetime" counts over several visits: write the label Per above the
            table and, beside it, the fields that say whose units are counted together, as Patient ID, Payer
        book.xlsx!More pairs!A3: error[K101] "96413, 96365" is no single code: write one code a row, without
            commas, ranges or stars
        book.xlsx!More pairs!B4: error[W124] Column 2 is blank: write one code
        book.xlsx!More pairs!C5: error[K102] "2" is no modifier indicator: write 0 (never together), 1 (with
            a
            modifier) or 9 (no edit)
        book.xlsx!More pairs!D6: error[W117] "1/2/2026" is not a date (yyyy-mm-dd): type the day again,
            as yyyy-mm-dd
        book.xlsx!No indicator: error[W123] the table has no Modifier indicator column: add one
        book.xlsx!Pairs!E2: error[F102] "Colour" is no field: correct the name, or declare it in a Fields
            sheet
    """)


def test_a_field_that_claim_edits_set_has_no_other_origin() -> None:
    assert issues_of("""
        # Pairs
        | Code pairs | NCCI |
        | Column 1 | Column 2 | Modifier indicator |
        | 96413    | 96523    | 0                  |
        # Own
        | Decision | Own    |
        | Result   | fields |
        | IF       | THEN           |
        | Drug     | Pair indicator |
        | x        | 1              |
    """) == wrapped("""
        book.xlsx!Own!B4: error[F104] Pair indicator gets its value in two ways (Code pairs sheets, decision
            "Own"): rename one, and join them with a formula (A or else B) (see also book.xlsx!Pairs)
    """)


def test_two_rows_that_hold_at_once_and_disagree() -> None:
    rulebook = rulebook_of(
        with_fields("""
        # Pairs
        | Code pairs | NCCI |
        | Column 1 | Column 2 | Modifier indicator | Effective | Deletion   | Payer |
        | 96413    | 96523    | 0                  |           |            |       |
        | 96413    | 96523    | 1                  | 20260101  |            |       |
        | 96413    | 96523    | 1                  |           |            | A     |
        | 96413    | 96372    | 0                  |           | 2025-12-31 |       |
        | 96413    | 96372    | 1                  | 20260101  |            |       |
        # Limits
        | Unit limits | MUE |
        | Code  | Limit | Per  |
        | 95165 | 30    | day  |
        | 95165 | 40    | day  |
        | 95165 | 20    | line |
        | 95165 | 50    | day  |
    """)
    )
    assert printed(overlapping_edit_rows(rulebook)) == wrapped("""
        book.xlsx!Pairs!4: error[K107] 96413/96523 stands in two rows that hold at once and disagree
            (indicator 0, indicator 1): delete one, end one before the other begins, or give one a further
            condition (see also book.xlsx!Pairs!3)
        book.xlsx!Limits!4: error[K107] 95165 (day) stands in two rows that hold at once and disagree (30,
            40):
            delete one, end one before the other begins, or give one a further condition (see also
            book.xlsx!Limits!3)
        book.xlsx!Limits!6: error[K107] 95165 (day) stands in two rows that hold at once and disagree (30,
            50):
            delete one, end one before the other begins, or give one a further condition (see also
            book.xlsx!Limits!3)
    """)
