"""Tables that other tools analyse in their own tests: where the semantics agree, so do the findings.

KIE: the decision table analyser of Apache KIE (incubator-kie-drools, kie-dmn-validation, package dtanalysis);
dmn-check: red6/dmn-check, package validators; zen: gorules/zen, tests/data/policy. Each case names its source
there; the tables are written anew in our grammar. Where the semantics differ it is said.
"""

from itertools import product

import pytest

from codesheet.checks import check
from codesheet.issues import Issue
from codesheet.language.names import Names
from codesheet.language.unary_test_logic import accepts
from codesheet.language.unary_test_parser import parse_unary_test
from codesheet.language.values import FieldType, Scalar
from grid import rulebook_of

FIELDS = """
## book.xlsx
# Fields
| Fields          |     |
| Visit key       | ID  |
| Date of service | Day |
| Field  | Type   | Required | Allowed values |
| ID     | text   | yes      | |
| Day    | date   | yes      | |
| One    | number | yes      | |
| Two    | number | yes      | |
| P      | yes/no | yes      | |
| Q      | yes/no | yes      | |
| Risk   | text   | yes      | H, M, L |
| Word   | text   | yes      | |
| Answer | text   |          | |
"""
KINDS = {"One": FieldType.NUMBER, "Two": FieldType.NUMBER, "P": FieldType.YES_NO, "Q": FieldType.YES_NO}


def issues_of(policy: str, columns: list[str], *rows: str) -> list[Issue]:
    priority = policy == "Priority"
    roles = ["IF"] * len(columns) + ["THEN"] * (2 if priority else 1)
    heads = [*columns, "Answer", *(["Priority"] if priority else [])]
    lines = [" | ".join(roles), " | ".join(heads), *rows]
    head = f"# A\n| Decision | A |\n| Result | fields |\n| Hit policy | {policy} |\n"
    return check(rulebook_of(FIELDS + head + "".join(f"| {line} |\n" for line in lines)))


def told(issues: list[Issue]) -> set[tuple[str, int]]:
    """Give code and rule number (the first rule is 1) of what is no note and no gap."""
    return {
        (i.kind.code, i.at.row - 5) for i in issues if i.severity.value != "note" and i.kind.code != "T208"
    }


def gap_points(
    issues: list[Issue], columns: list[str], values: list[list[Scalar]]
) -> set[tuple[Scalar, ...]]:
    """Give the points that the rows to paste accept."""
    rows = [row for issue in issues if issue.kind.code == "T208" for row in issue.rows_to_paste]
    names = Names(KINDS)
    tests = [
        [parse_unary_test(c or None, KINDS[n], names) for c, n in zip(row, columns, strict=True)]
        for row in rows
    ]
    return {
        point
        for point in product(*values)
        if any(all(accepts(t, v, lambda *_: False) for t, v in zip(row, point, strict=True)) for row in tests)
    }


def test_kie_gaps_xy() -> None:
    """GapsXYTest.java, GapsXY.dmn: three gaps, no overlap."""
    issues = issues_of("Any", ["One", "Two"], "< 0 | <= 0 | R1", "0 | < 0 | R2", "> 0 | >= 0 | R3")
    found = gap_points(issues, ["One", "Two"], [[-1.0, 0.0, 1.0]] * 2)
    assert found == {(-1.0, 1.0), (0.0, 0.0), (0.0, 1.0), (1.0, -1.0)}
    assert told(issues) == set()


RECTANGLES = ["[0..4] | [0..2] | R1", "[1..3] | [5..6] | R2", "[2..5] | [1..4] | R3", "[6..7] | [0..3] | R4"]
KIE_GAPS = [
    ("[0..1)", "> 2"), ("[1..2)", "(2..5)"), ("[1..2)", "> 6"), ("[2..3]", "(4..5)"), ("[2..3]", "> 6"),
    ("(3..4]", "> 4"), ("(4..5]", "[0..1)"), ("(4..5]", "> 4"), ("(5..6)", "-"), ("[6..7]", "> 3"),
    ("> 7", "-"),
]  # fmt: skip
"""Eleven of the seventeen rectangles of the published test: the other six lie below zero."""


def test_kie_gaps_and_overlaps() -> None:
    """GapsAndOverlaps1Test.java: seventeen gaps, and rules 1 and 3 overlap in [2..4], [1..2].

    There a First table; ours says of First nothing about overlaps, so the overlap is asked of Unique. Numbers
    below zero, six of the seventeen, are not asked about where no cell writes one.
    """
    values: list[list[Scalar]] = [[n / 2 for n in range(17)]] * 2
    names = Names(KINDS)
    expected = {
        point
        for point in product(*values)
        for pair in KIE_GAPS
        if all(
            accepts(parse_unary_test(cell, FieldType.NUMBER, names), value, lambda *_: False)
            for cell, value in zip(pair, point, strict=True)
        )
    }
    assert gap_points(issues_of("First", ["One", "Two"], *RECTANGLES), ["One", "Two"], values) == expected
    overlaps = [i for i in issues_of("Unique", ["One", "Two"], *RECTANGLES) if i.kind.code == "T201"]
    assert [(i.at.row - 5, [at.row - 5 for at in i.related]) for i in overlaps] == [(3, [1])]
    assert "One 2, Two 1" in str(overlaps[0])


def test_kie_gaps_and_overlaps_of_booleans() -> None:
    """GapsOverlapsBooleanTest.java: the gap true, true; rules 1 and 2 overlap in false, false."""
    issues = issues_of("Any", ["P", "Q"], "no | no | FF", "no | - | F-", "yes | no | TF")
    assert gap_points(issues, ["P", "Q"], [[0.0, 1.0]] * 2) == {(1.0, 1.0)}
    assert told(issues) == {("T202", 2)}
    assert "P no, Q no" in next(str(issue) for issue in issues if issue.kind.code == "T202")


def test_kie_masked_rule() -> None:
    """MaskTest.java, MaskTest.dmn: rule 1 is masked by rule 2, whose answer outranks it; no gap.

    There the order of the output's values is the priority; here it is a column.
    """
    issues = issues_of("Priority", ["One", "Risk", "P"], ">= 18 | M, L | yes | OK | 2", "- | - | - | NO | 1")
    assert told(issues) == {("T204", 1)}
    assert [i for i in issues if i.kind.code == "T208"] == []


def test_kie_subsumption() -> None:
    """SubsumptionRulesTest.java: rule 2 subsumes rule 4; rule 3 overlaps rule 2 and gives less; no gap."""
    rows = ["< 18 | - | na | 3", ">= 18 | - | X | 1", "> 21 | no | no probs | 2", "> 21 | yes | X | 1"]
    issues = issues_of("Priority", ["One", "P"], *rows)
    assert told(issues) == {("T204", 3)}
    assert [issue.at.row - 5 for issue in issues if issue.kind.code == "T206"] == [4]  # no harm: a note
    assert [i for i in issues if i.kind.code == "T208"] == []


@pytest.mark.parametrize(("policy", "code"), [("Unique", "T201"), ("First", "T204"), ("Any", "T202")])
def test_dmn_check_conflicting_rules(policy: str, code: str) -> None:
    """ConflictingRuleValidatorTest: one condition, two answers, an issue under Unique, First and Any."""
    assert told(issues_of(policy, ["Word"], "foo | bar1", "foo | bar2")) == {(code, 2)}


def test_dmn_check_duplicate_rules() -> None:
    """ConflictingRuleValidatorTest, shouldAllowDuplicateRules: no conflict, but a copy."""
    assert told(issues_of("Any", ["Word"], "foo | bar", "foo | bar")) == {("T205", 2)}


def test_zen_row_shadowed_by_an_earlier_wildcard() -> None:
    """diagnostics.toml, "row shadowed by an earlier wildcard row is flagged as unreachable"."""
    rows = ["- | H | 1", "card | H | 2"]
    assert told(issues_of("First", ["Word", "Risk"], *rows)) == {("T204", 2)}
