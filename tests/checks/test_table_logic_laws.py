"""Table logic against plain enumeration: random tables over small domains, every possible row tried."""

import os
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesheet.checks import check, dimensions
from codesheet.language.names import Names
from codesheet.language.unary_test_logic import accepts, covers
from codesheet.language.unary_test_parser import parse_unary_test
from codesheet.language.unary_tests import UnaryTest
from codesheet.language.values import FieldType, Scalar
from codesheet.model import DecisionTable, Rule, Rulebook
from grid import rulebook_of

FIELDS = """
## book.xlsx
# Fields
| Fields          |                 |
| Visit key       | Visit ID        |
| Date of service | Day |
| Field    | Type         | Required | Allowed values |
| Visit ID | text         | yes      | |
| Day      | date         | yes      | |
| Route    | text         | yes      | IV, SC, IM |
| Site     | text         | no       | left, right |
| Minutes  | whole number | yes      | |
| Dose     | number       | yes      | |
| Extra?   | yes/no       | yes      | |
| Drug     | code         | yes      | |
| Size     | number       |          | |
# Value sets
| Value sets | |
| Set | Member |
| Veins | IV |
| Veins | SC |
"""

NAMES = ("Route", "Site", "Minutes", "Dose", "Extra?", "Drug")
CELLS = {
    "Route": ["-", "IV", "SC, IM", "not IV", "in Veins", "not in Veins", "iv, im", "S*"],
    "Site": ["-", "left", "is blank", "is not blank", "not left", "right, is blank"],
    "Minutes": ["-", "0", "1..2", ">= 2", "< 1", "[1..3)", "<> 2", "0, 3"],
    "Dose": ["-", "1", "(1..2)", "> 1", "<= 2", "not 1..2"],
    "Extra?": ["-", "yes", "no"],
    "Drug": ["-", "A1", "A*", "A1*", "B*", "not A*", "A10, B1", "A1..A2", "*1"],
}
VALUES: dict[str, list[Scalar | None]] = {
    "Route": ["IV", "SC", "IM"],
    "Site": [None, "left", "right"],
    "Minutes": [-1.0, 0.0, 1.0, 2.0, 3.0, 9.0],
    "Dose": [0.5, 1.0, 1.5, 2.0, 2.5],
    "Extra?": [0.0, 1.0],
    "Drug": ["A1", "A10", "A11", "A1.5", "A2", "A2x", "A31", "A", "B1", "B2", "B11", "C1", "C"],
}
DAYS = ["", "2024-01-01", "2024-06-01", "2025-01-01"]
SETS = frozenset({"Veins"})
KINDS = {
    "Route": FieldType.TEXT,
    "Site": FieldType.TEXT,
    "Minutes": FieldType.WHOLE,
    "Dose": FieldType.NUMBER,
    "Extra?": FieldType.YES_NO,
    "Drug": FieldType.CODE,
}

Grid = tuple[list[str], list[list[str]]]
"""The columns and the rows of a table."""


def is_member(name: str, value: str | float) -> bool:
    return name == "Veins" and value in ("IV", "SC")


@st.composite
def tables(draw: st.DrawFn, *, names: tuple[str, ...] = NAMES, dated: bool = True) -> Grid:
    columns = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    cells = [st.sampled_from(CELLS[name]) for name in columns]
    period = st.sampled_from(
        [(a, b) for a in DAYS for b in DAYS if not a or not b or a <= b] if dated else [("", "")]
    )
    row = st.tuples(*cells, st.sampled_from(["1", "2"]), period)
    rows = draw(st.lists(row, min_size=1, max_size=6))
    return columns, [[*one[:-1], *one[-1]] for one in rows]


def rulebook(policy: str, columns: list[str], rows: list[list[str]]) -> Rulebook:
    head = f"# A\n| Decision | A |\n| Result | fields |\n| Hit policy | {policy} |\n"
    head += "| " + " | ".join(["IF"] * len(columns) + ["THEN", "FROM", "TO"]) + " |\n"
    head += "| " + " | ".join([*columns, "Size", "", ""]) + " |\n"
    return rulebook_of(FIELDS + head + "".join("| " + " | ".join(row) + " |\n" for row in rows))


def all_rows(table: DecisionTable) -> list[tuple[dict[str, Scalar | None], int]]:
    days = [date(2023, 1, 1), date(2024, 1, 1), date(2024, 3, 1), date(2024, 6, 1), date(2024, 9, 9)]
    days += [date(2025, 1, 1), date(2026, 1, 1)]
    values = product(*(VALUES[name] for name in table.inputs))
    return [
        (dict(zip(table.inputs, row, strict=True)), day.toordinal()) for row, day in product(values, days)
    ]


def matches(rule: Rule, row: dict[str, Scalar | None], day: int) -> bool:
    return rule.period.holds_on(day) and all(
        accepts(c.test, row[c.field], is_member) for c in rule.conditions
    )


def found(book: Rulebook, code: str) -> set[int]:
    issues = [issue for issue in check(book) if issue.kind.code == code]
    return {issue.at.row for issue in issues} | {at.row for issue in issues for at in issue.related}


@settings(max_examples=int(os.environ.get("RANDOM_TABLES", "30")), deadline=None)
@given(tables())
def test_overlaps_are_those_that_enumeration_finds(table: Grid) -> None:
    book = rulebook("Unique", *table)
    decision = book.decisions["A"]
    meeting = set()
    for row, day in all_rows(decision):
        hits = [rule.at.row for rule in decision.rules if matches(rule, row, day)]
        meeting |= set(hits) if len(hits) > 1 else set()
    said = found(book, "T201")
    assert said <= meeting
    if len(meeting) <= 4:
        assert said == meeting


@settings(max_examples=int(os.environ.get("RANDOM_TABLES", "30")), deadline=None)
@given(tables())
def test_rules_that_never_fire_are_those_that_enumeration_finds(table: Grid) -> None:
    book = rulebook("First", *table)
    decision = book.decisions["A"]
    firing = set()
    for row, day in all_rows(decision):
        firing |= {next((rule.at.row for rule in decision.rules if matches(rule, row, day)), 0)}
    silent = {rule.at.row for rule in decision.rules} - firing
    said = {issue.at.row for issue in check(book) if issue.kind.code == "T204"}
    assert said <= silent
    if set(decision.inputs) <= {"Minutes", "Dose", "Extra?"}:
        assert said == silent


@settings(max_examples=int(os.environ.get("RANDOM_TABLES", "30")), deadline=None)
@given(tables(names=("Route", "Site", "Minutes", "Dose", "Extra?"), dated=False))
def test_gaps_are_just_the_rows_that_no_rule_takes(table: Grid) -> None:
    book = rulebook("Any", *table)
    decision = book.decisions["A"]
    issues = [issue for issue in check(book) if issue.kind.code == "T208"]
    names = Names(KINDS, SETS)
    pasted = [
        [
            parse_unary_test(cell or None, KINDS[name], names)
            for name, cell in zip(decision.inputs, row, strict=False)
        ]
        for issue in issues
        for row in issue.rows_to_paste
    ]
    for row, day in all_rows(decision):
        if -1.0 in row.values():
            continue  # numbers below zero are no gap where no cell writes one
        taken = any(matches(rule, row, day) for rule in decision.rules)
        in_gap = any(
            all(
                accepts(test, row[name], is_member) for name, test in zip(decision.inputs, tests, strict=True)
            )
            for tests in pasted
        )
        assert taken != in_gap, (row, taken)


@pytest.mark.parametrize("policy", ["Unique", "First"])
def test_thousands_of_rules_take_seconds(policy: str) -> None:
    rows = [[f"X{n}", "", f"{n % 7}..{n % 7 + 1}", str(n), "", ""] for n in range(3000)]
    head = f"# A\n| Decision | A |\n| Result | fields |\n| Hit policy | {policy} |\n"
    head += "| If no rule matches | nothing |\n"
    head += "| IF | IF | IF | THEN | FROM | TO |\n| Drug | Route | Minutes | Size | | |\n"
    book = rulebook_of(FIELDS + head + "".join("| " + " | ".join(row) + " |\n" for row in rows))
    assert [str(issue) for issue in check(book) if issue.severity.value != "note"] == []


def test_thousands_of_rules_that_agree_are_not_looked_at_in_pairs() -> None:
    rows = [["IV", f">= {n}", "1", "", ""] for n in range(5000)]
    book = rulebook("Any", ["Route", "Minutes"], [*rows, ["IV", "7", "2", "", ""]])
    (issue,) = [issue for issue in check(book) if issue.kind.code == "T202"]
    assert (issue.at.row, [at.row for at in issue.related]) == (5006, [6, 7, 8])


def test_thousands_of_rules_that_cross_are_settled_by_a_rule_for_both() -> None:
    crossing = [["IV", "-", "1", "", ""], ["-", "left", "2", "", ""]] * 2000
    columns, both = ["Route", "Site"], ["IV", "left", "3", "", ""]
    policy = "Override |\n| Scope | Route; Site"
    assert found(rulebook(policy, columns, [*crossing, both]), "T203") == set()
    assert found(rulebook(policy, columns, crossing), "T203") != set()


def test_a_wildcard_is_compared_only_with_those_that_may_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[UnaryTest, UnaryTest]] = []

    def counted(wide: UnaryTest, narrow: UnaryTest) -> bool | None:
        compared.append((wide, narrow))
        return covers(wide, narrow)

    monkeypatch.setattr(dimensions, "covers", counted)
    rows = [[f"A{n}*1", "1", "", ""] for n in range(1000, 1400)]
    book = rulebook("Any", ["Drug"], [*rows, ["A11*", "1", "", ""], ["A111*1", "1", "", ""]])
    assert found(book, "T206") == {*range(106, 206), 406, 407}
    assert len(compared) < 10 * len(rows)


def test_code_lists_are_asked_for_sets_of_thousands_of_codes() -> None:
    members = "".join(f"| Many | A{n} |\n" for n in range(8_000))
    book = rulebook_of(
        FIELDS.replace("# Value sets", "| Codes | code list | yes | |\n# Value sets")
        + members
        + "# A\n| Decision | A |\n| Result | fields |\n| Hit policy | Unique |\n"
        + "| IF | THEN |\n| Codes | Size |\n| in Many | 1 |\n| A7999 | 2 |\n| B1 | 3 |\n"
    )
    assert found(book, "T201") == {6, 7}
