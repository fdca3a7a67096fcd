"""Examples sheets."""

from grid import parse, printed, rulebook_of, wrapped
from rulebook_grids import with_fields


def test_rows_of_a_visit_with_what_is_given_and_expected() -> None:
    (examples,) = rulebook_of(
        with_fields("""
        # Two drugs
        | Examples | Two drugs |
        | GIVEN    | GIVEN | NOTE | EXPECT | EXPECT |
        | Visit ID | Drug  | Why  | Code   | Status |
        | V1       | aaa   |      | X1     | coded  |
        | V1       |       |      | none   |        |
    """)
    ).examples
    assert examples.name == "Two drugs"
    first, second = examples.rows
    assert (first.visit, first.given) == ("V1", {"Visit ID": "V1", "Drug": "aaa"})
    assert first.expect == {"Code": "X1", "Status": "coded"}
    assert (second.given, second.expect) == ({}, {"Code": "none", "Status": None})
    assert str(first.at) == "book.xlsx!Two drugs!4"


def test_slips_in_examples() -> None:
    _, issues = parse(
        with_fields("""
        # A
        | Examples | A |
        | GIVEN    | GIVEN       | GIVEN | EXPECT |
        | Visit ID | Payer group | Drog  | Edits  |
        |          | x           | y     | z      |
        # B
        | Examples | B |
        | GIVEN | EXPECT |
        | Drug  | Code   |
        | a     | X1     |
    """)
    )
    assert printed(issues) == wrapped("""
        book.xlsx!A!B3: error[E103] GIVEN Payer group is not read from the export: an example gives what the
            export holds
        book.xlsx!A!C3: error[F102] "Drog" is no field (did you mean "Drug"?): correct the name, or declare it
            in a Fields sheet
        book.xlsx!A!D3: error[F102] "Edits" is no field (did you mean "Edit"?): correct the name, or
            declare it in a Fields sheet
        book.xlsx!A!A4: error[E102] Visit ID is blank: each row of an example names its visit
        book.xlsx!B: error[E101] the Examples sheet has no GIVEN column Visit ID: add it,
            since each row of an example names its visit
    """)
