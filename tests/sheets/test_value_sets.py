"""Value sets."""

from codesheet.language.unary_tests import CodeRange, Equals, Wildcard
from codesheet.model import Period
from grid import parse, printed, rulebook_of, wrapped
from rulebook_grids import with_fields


def test_members_of_one_set_add_up_over_sheets() -> None:
    book = rulebook_of(
        with_fields("""
        # Sets
        | Value sets | |
        | Set    | Member   | Effective from | Effective to | Note |
        | Pollen | J30*     |                |              | a    |
        | Pollen | L50..L51 | 2024-01-01     |              |      |
        ## other.xlsx
        # Sets
        | Value sets | |
        | Set    | Member |
        | pollen | T63, Z1 |
        | Other  | x      |
    """)
    )
    assert list(book.sets) == ["Pollen", "Other"]
    members = book.sets["Pollen"].members
    assert [one.test for one in members] == [
        Wildcard("J30*"),
        CodeRange("L50", "L51"),
        Equals("T63"),
        Equals("Z1"),
    ]
    assert members[1].period == Period(738886, None)
    assert str(members[2].at) == "other.xlsx!Sets!B3"


def test_what_cannot_be_a_member() -> None:
    _, issues = parse(
        with_fields("""
        # Sets
        | Value sets | |
        | Set | Member |
        | A   | not x  |
        | A   |        |
        |     | x      |
    """)
    )
    assert printed(issues) == wrapped("""
        book.xlsx!Sets!B3: error[V101] "not x" cannot be a member of a value set: a member is a value, a
            wildcard or a range
        book.xlsx!Sets!B4: error[W124] Member is blank: write a value, a wildcard or a range, or delete the
            row
        book.xlsx!Sets!A5: error[W124] Set is blank: each member names its set
    """)
