"""Table logic: overlaps, contradictions, rules that never fire, copies, gaps; dates count, too."""

from textwrap import dedent

import pytest

from codesheet.checks import check, cutting
from grid import printed, rulebook_of, wrapped

FIELDS = """
    ## book.xlsx
    # Fields
    | Fields          |                 |
    | Visit key       | Visit ID        |
    | Date of service | Date of service |
    | Field           | Type         | Required  | Allowed values | Formula |
    | Visit ID        | text         | yes       | | |
    | Date of service | date         | yes       | | |
    | Payer           | text         | yes       | | |
    | Plan            | text         | when used | | |
    | Drug            | code         | yes       | | |
    | Route           | text         | yes       | IV, SC, IM | |
    | Site            | text         | no        | left, right | |
    | Minutes         | whole number | when used | | |
    | Dose            | number       | yes       | | |
    | Extra?          | yes/no       | yes       | | |
    | Long?           | yes/no       |           | | Minutes >= 91 |
    | Codes           | code list    | yes       | | |
    | Size            | number       |           | | |
    | Word            | text         |           | | |
"""


def checked(
    policy: str, rows: str, result: str = "fields", more: str = "", *, notes: bool = False
) -> list[str]:
    sheet = f"# A\n| Decision | A |\n| Result | {result} |\n| Hit policy | {policy} |\n{more}"
    text = dedent(FIELDS) + sheet + dedent(rows)
    issues = check(rulebook_of(text))
    told = (issue for issue in issues if issue.kind.code[0] == "T" or issue.severity.value != "note")
    return printed(issue for issue in told if notes or issue.severity.value != "note")


def test_two_rows_of_a_unique_table_that_one_visit_matches() -> None:
    assert checked(
        "Unique",
        """\
        | IF   | IF       | THEN | FROM | TO |
        | Drug | Minutes  | Size |      |    |
        | A1   | 1..30    | 1    |      |    |
        | A1   | 30..90   | 2    |      |    |
        | A1   | >= 91    | 3    |      | 2024-12-31 |
        | A*   | >= 91    | 4    | 2025-01-01 |  |
        | not A1 | 5      | 5    |      |    |
        | A2   | 5        | 5    |      |    |
    """,
        more="| If no rule matches | nothing |\n",
    ) == wrapped("""
        book.xlsx!A!8: error[T201] the same visit can match this rule and row 7, and hit policy Unique
            allows one
            match: for instance Drug A1, Minutes 30; narrow one of them, or choose another hit policy
            (see also book.xlsx!A!7)
        book.xlsx!A!12: error[T201] the same visit can match this rule and row 11, and hit policy Unique
            allows one
            match: for instance Drug A2, Minutes 5; narrow one of them, or choose another hit policy
            (see also book.xlsx!A!11)
    """)


def test_thousands_of_wildcards_in_a_column_are_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "MOST_STEPS", 20)
    rows = """\
        | IF   | THEN |
        | Drug | Size |
        | A*1  | 1    |
        | *A*  | 2    |
        | B..C | 3    |
    """
    assert checked("Unique", rows, more="| If no rule matches | nothing |\n") == wrapped("""
        book.xlsx!A: warning[T209] how the rules of this table go together cannot be judged here: its cells
            ask
            Drug for 3 wildcards and code ranges, too many to compare with each other
    """)
    monkeypatch.setattr(cutting, "MOST_STEPS", 200)
    assert [issue for issue in checked("Unique", rows) if "T201" in issue] != []


def test_a_row_that_meets_many_is_one_issue() -> None:
    rows = "| IF | THEN |\n| Drug | Size |\n| - | 0 |\n" + "".join(f"| A{n} | {n} |\n" for n in range(1, 7))
    assert checked("Unique", rows, more="| If no rule matches | nothing |\n") == wrapped("""
        book.xlsx!A!7: error[T201] the same visit can match this rule and rows 8, 9, 10 and 3 more, and hit
            policy
            Unique allows one match: for instance Drug A1; narrow one of them, or choose another hit policy
            (see
            also book.xlsx!A!8, book.xlsx!A!9, book.xlsx!A!10)
    """)


def test_columns_made_of_one_fact_are_not_taken_for_independent() -> None:
    rows = """\
        | IF      | IF    | THEN |
        | Minutes | Long? | Size |
        | <= 30   |       | 1    |
        |         | yes   | 2    |
    """
    assert checked("Unique", rows, more="| If no rule matches | nothing |\n") == []


def test_fields_compared_with_each_other() -> None:
    assert checked(
        "Unique",
        """\
        | IF        | THEN |
        | Dose      | Size |
        | < {Minutes}  | 1  |
        | > {Minutes}  | 2  |
        | >= {Minutes} | 3  |
    """,
        more="| If no rule matches | nothing |\n",
    ) == wrapped("""
        book.xlsx!A!9: error[T201] the same visit can match this rule and row 8, and hit policy Unique
            allows one
            match: for instance Dose >= {Minutes}; narrow one of them, or choose another hit policy
            (see also book.xlsx!A!8)
    """)


def test_lists_of_codes_hold_several() -> None:
    assert checked(
        "Unique",
        """\
        | IF     | THEN |
        | Codes  | Size |
        | A1     | 1    |
        | A2     | 2    |
        | not A1, A2 | 3 |
    """,
        more="| If no rule matches | nothing |\n",
    ) == wrapped("""
        book.xlsx!A!8: error[T201] the same visit can match this rule and row 7, and hit policy Unique
            allows one
            match: for instance Codes A1 and A2; narrow one of them, or choose another hit policy
            (see also book.xlsx!A!7)
    """)


def test_any_must_agree() -> None:
    assert checked(
        "Any",
        """\
        | IF   | IF      | THEN | THEN |
        | Drug | Minutes | Size | Word |
        | A1   |         | 1    | one  |
        |      | >= 5    | 1    | One  |
        |      | 1..5    | 1    | two  |
        |      | <= 0    | Dose |      |
        | A1   | 0       | 1    |      |
    """,
        more="| If no rule matches | nothing |\n",
    ) == wrapped("""
        book.xlsx!A!9: error[T202] the same visit can match this rule and rows 7, 8, which give another
            Word: for
            instance Drug A1, Minutes 1; under hit policy Any they must agree
            (see also book.xlsx!A!7, book.xlsx!A!8)
        book.xlsx!A!10: warning[T202] the same visit can match this rule and rows 7, 11, which give another
            Size: for
            instance Drug A1, Minutes 0; under hit policy Any they must agree
            (see also book.xlsx!A!7, book.xlsx!A!11)
    """)


def test_scopes_that_cross() -> None:
    assert checked(
        "Override",
        """\
        | IF    | IF     | IF   | THEN |
        | Payer | Plan   | Drug | Size |
        |       |        | A1   | 1    |
        | acme  |        | A1   | 2    |
        |       | gold   | A1   | 3    |
        |       | gold   | A2   | 3    |
        | acme  |        | A2   | 4    |
        | acme  | gold   | A2   | 5    |
    """,
        more="| Scope | Payer; Plan |\n",
    ) == wrapped("""
        book.xlsx!A!9: error[T203] neither this rule nor row 8 is the more specific, and they give another
            Size: for
            instance Payer acme, Plan gold, Drug A1; add a rule for both, or constrain one of them further
            (see also book.xlsx!A!8)
    """)


def test_rows_below_that_take_nothing() -> None:
    assert checked(
        "First",
        """\
        | IF    | IF      | THEN |
        | Route | Minutes | Size |
        | IV    | >= 16   | 1    |
        | IV    | <= 15   | 2    |
        | IV    | 5       | 3    |
        | IV    | -       | 4    |
        | SC    | -       | 5    |
        | SC, IM | 3      | 6    |
        | -     | -       | 7    |
        | IV    | 3..4    | 8    |
    """,
        more="| Only when | Extra? = yes |\n",
    ) == wrapped("""
        book.xlsx!A!9: warning[T204] this rule never fires: row 8, which goes before it, takes all its
            cases; put it
            above, narrow what goes before it, or delete it (see also book.xlsx!A!8)
        book.xlsx!A!10: warning[T204] this rule never fires: rows 7, 8, which go before it, together take
            all its
            cases; put it above, narrow what goes before it, or delete it (see also book.xlsx!A!7,
            book.xlsx!A!8)
        book.xlsx!A!14: warning[T204] this rule never fires: row 8, which goes before it, takes all its
            cases; put it
            above, narrow what goes before it, or delete it (see also book.xlsx!A!8)
    """)


def test_dates_count_when_rows_hide_each_other() -> None:
    assert checked(
        "First",
        """\
        | IF    | THEN | FROM | TO |
        | Route | Size | | |
        | IV    | 1    | | 2024-12-31 |
        | IV    | 2    | 2025-01-01 | |
        | IV    | 3    | 2024-06-01 | 2025-06-30 |
    """,
        more="| If no rule matches | nothing |\n",
    ) == wrapped("""
        book.xlsx!A!9: warning[T204] this rule never fires: rows 7, 8, which go before it, together take
            all its
            cases; put it above, narrow what goes before it, or delete it (see also book.xlsx!A!7,
            book.xlsx!A!8)
    """)


def test_cells_that_contradict_each_other() -> None:
    assert checked(
        "Collect",
        """\
        | IF      | IF      | THEN | THEN |
        | Route   | Payer   | Code | Units |
        | SC      | is blank | A1  | 1    |
        | IM      |         | A2   | 1    |
    """,
        result="claim lines",
        more="| Only when | Route = SC, IV |\n",
    ) == wrapped("""
        book.xlsx!A!B7: warning[T204] this rule never fires: "is blank" accepts no value that Payer can
            have; correct
            one of the cells, or delete the row
        book.xlsx!A!A8: warning[T204] this rule never fires: Only when and this row ask of Route what
            cannot both hold
            ("IM" and "Route = SC, IV"); correct one of the cells, or delete the row (see also book.xlsx!A!B4)
    """)


def test_copies() -> None:
    assert checked(
        "Collect",
        """\
        | IF      | IF      | THEN | THEN |
        | Route   | Minutes | Code | Units |
        | SC, IV  | >= 5    | A1   | 1    |
        | IV, sc  | > 4     | A1   | 1    |
        | IV      | 7       | A1   | 1    |
        | IV      | 7       | A2   | 1    |
    """,
        result="claim lines",
    ) == wrapped("""
        book.xlsx!A!7: warning[T205] this rule has the same conditions and gives the same as row 6, so that
            each such
            row is billed twice: delete one of them (see also book.xlsx!A!6)
        book.xlsx!A!8: warning[T206] whatever matches this rule matches row 6 too, which gives the same, so
            that each
            such row is billed twice: delete this rule, unless it is to differ one day
            (see also book.xlsx!A!6)
    """)


def test_gaps_as_rows_to_paste() -> None:
    text = dedent(FIELDS) + dedent("""\
        # A
        | Decision | A |
        | Result | fields |
        | IF    | IF      | IF     | THEN |
        | Route | Minutes | Extra? | Size |
        | IV    | 1..15   |        | 1    |
        | IV    | >= 18   | yes    | 2    |
        | SC    |         |        | 3    |
        | IM    |         | no     | 3    |
    """)
    (issue,) = [one for one in check(rulebook_of(text)) if one.kind.code == "T208"]
    assert [str(issue)] == wrapped("""
        book.xlsx!A: warning[T208] no rule says what Size is for 3 cases: Route IV, Minutes <= 0, 16..17;
            Route IV, Minutes >= 18, Extra? no; Route IM, Extra? yes; add the rows, or say what happens in
            the label If no rule matches
    """)
    assert issue.rows_to_paste == (
        ("IV", "<= 0, 16..17", ""),
        ("IV", ">= 18", "no"),
        ("IM", "", "yes"),
    )


def test_free_text_is_said_not_to_be_judged() -> None:
    assert checked(
        "Unique",
        """\
        | IF    | IF   | THEN |
        | Payer | Site | Size |
        | acme  | left | 1    |
        | basic |      | 1    |
    """,
        notes=True,
    ) == wrapped("""
        book.xlsx!A: note[T209] what it says of other values of Payer than those written in the table
            cannot be judged
            here: nothing lists all values of that field
        book.xlsx!A: warning[T208] no rule says what Size is for one case: Payer acme, Site right, is
            blank; add the
            rows, or say what happens in the label If no rule matches
    """)


def test_rows_that_could_be_one_and_a_policy_that_could_be_unique() -> None:
    assert checked(
        "First",
        """\
        | IF    | THEN |
        | Route | Size |
        | IV    | 1    |
        | SC    | 1    |
        | IM    | 2    |
    """,
        notes=True,
    ) == wrapped("""
        book.xlsx!A!7: note[T207] differs from row 6 only in Route: one row with "IV, SC" would do
            (see also book.xlsx!A!6)
        book.xlsx!A: note[T210] no two rules of this table match together: hit policy First could be
            Unique, which
            would say so
    """)


def test_a_date_of_which_nothing_is_written_stands_for_any() -> None:
    begin = "    | Begin           | date         | no        | | |\n"
    sheet = """
    # A
    | Decision | A      |
    | Result   | fields |
    | If no rule matches | nothing |
    | IF           | IF     | THEN |
    | Begin        | Drug   | Size |
    | is not blank | A1     | 1    |
    | is not blank | A1, A2 | 2    |
    """
    found = printed(check(rulebook_of(dedent(FIELDS + begin + sheet))))
    (overlap,) = [text for text in found if "T201" in text]
    assert "for instance Begin any, Drug A1" in overlap


@pytest.mark.parametrize(
    ("policy", "scope"), [("Unique", ""), ("Override", "| Scope | Route |\n"), ("Any", "")]
)
def test_a_copied_row_that_was_to_follow_in_time(policy: str, scope: str) -> None:
    rows = """\
        | IF    | THEN | FROM       | TO |
        | Route | Size |            |    |
        | SC    | 1    | 2025-01-01 |    |
        | SC    | 2    | 2026-05-01 |    |
    """
    (line,) = [line for line in checked(policy, rows, more=scope) if "[T208]" not in line]
    first = 7 if scope else 6
    assert f"if row {first + 1} is to follow, end row {first} on 2026-04-30" in line


def test_a_row_pasted_twice() -> None:
    (line,) = checked("Unique", "| IF | THEN |\n| Route | Size |\n| SC | 1 |\n| | 2 |\n| SC | 1 |\n")[-1:]
    assert "this row says the same as row 6: delete one of them" in line


def test_rows_that_no_one_cell_could_join() -> None:
    rows = "| IF | THEN |\n| Plan | Size |\n| not aaa, bbb | 1 |\n| is blank | 1 |\n"
    assert [line for line in checked("Unique", rows, notes=True) if "[T207]" in line] == []
