"""What examples leave untried: both sides of every bound of numbers, days and times."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from codesheet.commands.rulebooks import check_rulebook
from grid import write_workbooks

YEAR = datetime.now(tz=UTC).year
"""Days long ago do not matter, so these are of this year."""

SHEETS = """
# Fields
| Fields          |                 |
| Visit key       | Visit ID        |
| Date of service | Date of service |
| Field           | Type         | Level | Required | Formula        | Per |
| Visit ID        | text         |       | yes      |                |     |
| Date of service | date         |       | yes      |                |     |
| Minutes         | whole number |       | no       |                |     |
| Dose            | number       |       | no       |                |     |
| Begun           | date         |       | no       |                |     |
| Start           | time         |       | no       |                |     |
| Turn            | whole number |       |          | rank(Minutes)  | Visit ID |
| Size            | number       |       |          |                |     |
# Table
| Decision   | Table  |
| Result     | fields |
| Hit policy | First  |
| IF      | THEN | FROM | TO |
| {field} | Size |      |    |
| {test}  | 1    | {first} | {last} |
# Examples
| Examples |      |       |       |       |       |
| GIVEN    | GIVEN | GIVEN | GIVEN | GIVEN | GIVEN |
| Visit ID | Date of service | Minutes | Dose | Begun | Start |
| V1 | 2026-01-05 | 15 | 0.5 | 2026-01-01 | 08:00 |
| V2 | 2026-01-06 | 16 | 2   | 2026-01-02 | 08:01 |
"""


def untried(folder: Path, **cells: str) -> list[str]:
    cells = {name: text.replace("2026", str(YEAR)) for name, text in cells.items()}
    cells = {"first": "", "last": "", "field": "Minutes", "test": "is not blank"} | cells
    write_workbooks(SHEETS.format(**cells).replace("2026", str(YEAR)), folder)
    issues = check_rulebook(folder, lambda _: None)
    assert not [issue for issue in issues if issue.is_error]
    reasons = [issue.reason for issue in issues if issue.kind.code == "E303"]
    return [
        reason.removeprefix("rules change at values of ").replace(str(YEAR), "2026") for reason in reasons
    ]


@pytest.mark.parametrize(
    ("field", "test", "expected"),
    [
        ("Minutes", ">= 16", []),
        ("Minutes", "> 15", []),
        ("Minutes", ">= 31", ["Minutes that no example has: 30, 31"]),
        ("Minutes", "16..30", ["Minutes that no example has: 30, 31"]),
        ("Minutes", "16", ["Minutes that no example has: 17"]),
        ("Dose", ">= 2", []),
        ("Dose", "> 2", ["Dose that no example has: above 2"]),
        ("Dose", ">= 0.5", ["Dose that no example has: between 0 and 0.5"]),
        ("Dose", "0.5..1", ["Dose that no example has: between 0 and 0.5, 1"]),
        ("Dose", "not 0.5", ["Dose that no example has: between 0 and 0.5"]),
        ("Begun", ">= 2026-01-02", []),
        ("Begun", "<= 2026-01-02", ["Begun that no example has: 2026-01-03"]),
        ("Start", "< 08:01", []),
        ("Start", "< 08:00", ["Start that no example has: 07:59"]),
        ("Turn", "1", ["Turn that no example has: 2"]),
    ],
)
def test_both_sides_of_each_bound(tmp_path: Path, field: str, test: str, expected: list[str]) -> None:
    assert untried(tmp_path, field=field, test=test) == expected


def test_days_on_which_rows_begin_and_end(tmp_path: Path) -> None:
    assert untried(tmp_path, first="2026-01-06") == []
    assert untried(tmp_path, last="2026-01-06") == ["Date of service that no example has: 2026-01-07"]


def test_days_long_ago_do_not_matter(tmp_path: Path) -> None:
    long_ago = date(YEAR - 3, 6, 1)
    assert untried(tmp_path, first=long_ago.isoformat()) == []
