"""Failing examples: expected beside got, who decided that, and what came nearest to what is missing."""

import json
from pathlib import Path

import pytest

from codesheet.commands.rulebooks import check_rulebook
from codesheet.issue_formats import as_json
from codesheet.issues import Issue
from grid import write_workbooks

SHEETS = """
# Fields
| Fields          |                 |
| Visit key       | Visit ID        |
| Date of service | Date of service |
| Row order       | Item            |
| Field           | Type         | Required | Formula     |
| Visit ID        | text         | yes      |             |
| Date of service | date         | yes      |             |
| Item            | whole number | yes      |             |
| Drug            | text         | yes      |             |
| Given as        | text         | yes      |             |
| Minutes         | whole number | no       |             |
| Family          | text         |          |             |
| Turn            | text         |          |             |
| Hours           | number       |          | Minutes / 60 |
| Drug code       | code         |          |             |
# Drugs
| Lookup       | Drugs   |
| If not found | nothing |
| KEY  | VALUE  |
| Drug | Family |
| aaa  | chemo  |
| bbb  | other  |
# Codes
| Lookup       | Codes     |
| If not found | nothing   |
| KEY  | VALUE     | TO         |
| Drug | Drug code |            |
| aaa  | J1        |            |
| bbb  | J2        | 2020-12-31 |
# Turn
| Decision   | Turn           |
| Result     | fields         |
| Hit policy | First in group |
| Per        | Visit ID       |
| Otherwise  | later          |
| IF     | THEN  |
| Family | Turn  |
| chemo  | first |
| other  | first |
# Administration
| Decision   | Administration |
| Result     | claim lines    |
| Hit policy | Collect        |
| IF     | IF       | IF    | IF      | THEN | THEN  | TO         |
| Family | Given as | Turn  | Minutes | Code | Units |            |
| chemo  | infusion | first | >= 16   | A1   | 1     |            |
| chemo  | infusion | later | >= 16   | A2   | 1     |            |
| chemo  | infusion |       | >= 91   | A3   | 1     |            |
| other  | push     |       |         | A4   | 1     |            |
| other  | push     |       |         | A5   | 1     | 2020-12-31 |
# Examples
| Examples |      |                 |      |          |         |        |        |
| GIVEN    | GIVEN | GIVEN | GIVEN | GIVEN | EXPECT | EXPECT | EXPECT | EXPECT | EXPECT | EXPECT |
| Visit ID | Date of service | Drug | Given as | Minutes | Code | Units | Family | Turn | Hours | Status |
"""


@pytest.fixture
def failing(tmp_path: Path) -> "Failing":
    return Failing(tmp_path)


class Failing:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *rows: str) -> list[Issue]:
        write_workbooks(SHEETS + "\n".join(rows), self.folder)
        return [issue for issue in check_rulebook(self.folder, lambda _: None) if issue.is_error]


def test_a_field_names_the_rule_that_gave_it(failing: Failing) -> None:
    issues = failing(
        "| V1 | 2026-01-05 | aaa | infusion | 30 | | | other | later | 1 | |",
        "| V1 | 2026-01-05 | bbb | infusion | 30 | | |       | first |   | |",
        "| V2 | 2026-01-05 | ccc | infusion | 30 | | | other |       |   | |",
    )
    assert [(issue.at.row, issue.expected, issue.got, issue.reason) for issue in issues] == [
        (4, "other", "chemo", 'Family: expected other; got chemo, from lookup "Drugs" (book.xlsx!Drugs!5)'),
        (4, "later", "first", 'Turn: expected later; got first, from decision "Turn" (book.xlsx!Turn!8)'),
        (4, "1", "0.5", "Hours: expected 1; got 0.5, from its formula (book.xlsx!Fields!A14)"),
        (5, "first", "later", 'Turn: expected first; got later, from decision "Turn" (book.xlsx!Turn!B5)'),
        (
            6,
            "other",
            "nothing",
            'Family: expected other; got nothing, lookup "Drugs" (book.xlsx!Drugs) gave nothing',
        ),
    ]
    assert [str(cell) for issue in issues for cell in issue.related] == [
        "book.xlsx!Drugs!5",
        "book.xlsx!Turn!8",
        "book.xlsx!Fields!A14",
        "book.xlsx!Turn!B5",
        "book.xlsx!Drugs",
    ]


@pytest.mark.parametrize(
    ("row", "because", "related"),
    [
        (
            "aaa | infusion | 30 | A2 | 1 | | | | |",
            (
                'A1 1 is from decision "Administration" (book.xlsx!Administration!6); '
                'decision "Administration" (book.xlsx!Administration!7) would give A2, '
                "but Turn is first (later)"
            ),
            ["6", "7"],
        ),
        (
            "aaa | infusion | 10 | A1 | 1 | | | | |",
            'decision "Administration" (book.xlsx!Administration!6) would give A1, but Minutes is 10 (>= 16)',
            ["6"],
        ),
        (
            "bbb | push | 10 | A5 | 1 | | | | |",
            (
                'A4 1 is from decision "Administration" (book.xlsx!Administration!9); '
                'decision "Administration" (book.xlsx!Administration!10) gives A5, but not on that day'
            ),
            ["9", "10"],
        ),
        ("bbb | drip | 10 | A9 | 1 | | | | |", "no rule names A9", []),
        (
            "bbb | drip | 10 | A2 | 1 | | | | |",
            'no rule for A2 in decision "Administration" (book.xlsx!Administration) comes near',
            [""],
        ),
        (
            "bbb | drip | 10 | J2 | 1 | | | | |",
            'lookup "Codes" (book.xlsx!Codes!6) holds J2, but not on that day',
            ["Codes!6"],
        ),
        (
            "aaa | drip | 10 | J1 | 1 | | | | |",
            'lookup "Codes" (book.xlsx!Codes!5) holds J1, and no rule took it from there',
            ["Codes!5"],
        ),
        (
            "bbb | push | 10 | A4 | 2 | | | | |",
            'A4 1 is from decision "Administration" (book.xlsx!Administration!9)',
            ["9"],
        ),
    ],
)
def test_lines_name_the_rules_behind_them(
    failing: Failing, row: str, because: str, related: list[str]
) -> None:
    (issue,) = failing(f"| V1 | 2026-01-05 | {row}")
    assert issue.reason == f"visit V1: expected {issue.expected}; got {issue.got}; {because}"
    sheets = (cell if "!" in cell else f"Administration!{cell}".removesuffix("!") for cell in related)
    cells = [f"book.xlsx!{sheet}" for sheet in sheets]
    assert [str(cell) for cell in issue.related] == cells


def test_a_held_visit_says_what_holds_it(failing: Failing) -> None:
    (issue,) = failing("| V1 | 2026-01-05 | bbb | drip | | | | | | | coded |")
    assert issue.reason == (
        "visit V1: expected the status coded; got review, held by no table codes this row"
    )
    (parts,) = json.loads(as_json([issue]))
    assert (parts["expected"], parts["got"]) == ("coded", "review")


EDITS = """
# Fields
| Fields          |                 |
| Visit key       | Visit ID        |
| Date of service | Date of service |
| Row order       | Item            |
| Field           | Type         | Required |
| Visit ID        | text         | yes      |
| Date of service | date         | yes      |
| Item            | whole number | yes      |
| Site            | text         | no       |
# Site
| Decision   | Site    |
| Result     | edits   |
| Hit policy | Collect |
| IF   | THEN        | THEN                        |
| Site | Disposition | Message                     |
| 340B | review      | Was it [340B]? Say JG or TB |
# Examples
| Examples |                 |       |      |
| GIVEN    | GIVEN           | GIVEN | EXPECT |
| Visit ID | Date of service | Site  | Edit |
"""


@pytest.mark.parametrize(
    ("wanted", "is_met"),
    [
        ("review: Was it [340B]? Say JG or TB", True),
        ("review: *[340B]?*", True),
        ("*say*jg*tb", True),
        ("*jg*say*", False),
        ("review: *TB*TB", False),
        ("review: *[3]*", False),
        ("review: Was it ?340B?? Say JG or TB", False),
        ("none", False),
    ],
)
def test_a_star_stands_for_any_words_of_an_edit_and_nothing_else_does(
    tmp_path: Path, wanted: str, *, is_met: bool
) -> None:
    write_workbooks(EDITS + f"| V1 | 2026-01-05 | 340B | {wanted} |", tmp_path)
    errors = [issue for issue in check_rulebook(tmp_path, lambda _: None) if issue.is_error]
    assert [issue.expected for issue in errors] == ([] if is_met else [wanted])
