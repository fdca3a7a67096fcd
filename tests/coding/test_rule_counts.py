"""How often each rule counts: once a row or line, however often line fields are given anew."""

from pathlib import Path
from textwrap import dedent

from cases import code
from codesheet.compiling.compiler import compile_rulebook
from grid import rulebook_of
from keyed_lines import KEYED_LINES

BOOK = (
    KEYED_LINES
    + """
# Fields of lines
| Fields |
| Field | Type      | Level |
| Size  | text      | line  |
| Kinds | code list | line  |
# Sizes
| Decision | Sizes  |
| Result   | fields |
| IF    | THEN |
| Units | Size |
| 1     | one  |
| 2..5  | few  |
| > 5   | many |
# Kinds
| Decision   | Kinds   |
| Result     | fields  |
| Hit policy | Collect |
| IF     | THEN  |
| Code   | Kinds |
| A*     | first |
| *      | any   |
# Pairs
| Code pairs | NCCI |
| Column 1 | Column 2 | Modifier indicator |
| A1111    | B1111    | 0                  |
| A1111    | E1111    | 1                  |
# Marks
| Decision | Marks        |
| Result   | line changes |
| Order    | 10           |
| IF   | THEN          |
| Size | Add modifiers |
| few  | 59            |
# Drops
| Decision | Drops        |
| Result   | line changes |
| Order    | 20           |
| IF   | IF    | THEN        | THEN      |
| Size | Code  | Disposition | Split off |
| many | C1111 | drop        |           |
| many | D1111 | drop        | 2         |
# Parts
| Decision | Parts        |
| Result   | line changes |
| IF             | THEN        |
| Pair indicator | Disposition |
| 1              | drop        |
# What follows
| Decision | What follows |
| Result   | edits        |
| IF             | THEN        | THEN                      |
| Pair indicator | Disposition | Message                   |
| 0              | deny        | {Code} beside {Pair with} |
"""
)


def test_a_rule_of_line_fields_counts_once_for_lines_that_stand_and_lines_that_are_dropped(
    tmp_path: Path,
) -> None:
    visits = """
        | Visit ID | Date of service | Patient ID | HCPCS | Quantity |
        | V1       | 2026-05-04      | P1         | A1111 | 1        |
        | V1       | 2026-05-04      | P1         | B1111 | 2        |
        | V1       | 2026-05-04      | P1         | C1111 | 6        |
        | V2       | 2026-05-04      | P1         | D1111 | 9        |
        | V3       | 2026-05-04      | P1         | A1111 | 1        |
        | V3       | 2026-05-04      | P1         | E1111 | 1        |
    """
    ruleset, issues = compile_rulebook(rulebook_of(BOOK))
    assert issues == []
    batch = code(ruleset, dedent(visits).strip(), tmp_path)
    lines = batch.claim_lines
    assert list(zip(lines["Code"], lines["Units"], lines["Size"], strict=True)) == [
        ("A1111", 1, "one"),
        ("B1111", 2, "few"),
        ("D1111", 7, "many"),  # two of its nine were split off and dropped
        ("A1111", 1, "one"),
    ]
    counts: dict[str, list[int]] = {}
    for rule, count in batch.rule_counts.items():
        counts.setdefault(rule.split("!")[1], []).append(count)
    assert counts == {
        "Lines": [6],
        "Sizes": [3, 1, 2],
        "Kinds": [2, 6],
        "Marks": [1],
        "Drops": [1, 1],
        "Parts": [1],
        "What follows": [1],
    }
