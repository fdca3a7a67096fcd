"""A visit without a day, where the rulebook lets it lack one: what always holds, holds for it."""

from pathlib import Path

from cases import blocks, code, compare
from codesheet.compiling.compiler import compile_rulebook
from grid import rulebook_of
from keyed_lines import KEYED_LINES

DAY = "| Date of service | date         | {}      |"
UNDATED = KEYED_LINES.replace(DAY.format("yes"), DAY.format("no "))
SHEETS = """
# Pairs
| Code pairs | NCCI |
| Column 1 | Column 2 | Modifier indicator | Effective  |
| A1111    | B2222    | 0                  |            |
| A1111    | C3333    | 0                  | 2020-01-01 |
# Add-ons
| Add-on codes | AOC |
| Primary | Add-on | Type |
| A1111   | D4444  | 1    |
# Limits
| Unit limits | Caps       |
| Per         | Patient ID |
| Code  | Limit | Per      |
| A1111 | 2     | line     |
| B2222 | 2     | visit    |
| C3333 | 3     | day      |
| D4444 | 3     | lifetime |
# What follows
| Decision   | What follows |
| Result     | edits        |
| Hit policy | Collect      |
| IF               | THEN        | THEN         |
| Units over limit | Disposition | Message      |
| >= 1             | deny        | {Code}: over |
"""
VISITS = """
| Visit ID | Date of service | Patient ID | HCPCS | Quantity |
| V1       |                 | P1         | A1111 | 2        |
| V1       |                 | P1         | B2222 | 3        |
| V1       |                 | P1         | C3333 | 2        |
| V1       |                 | P1         | D4444 | 2        |
| V2       |                 | P1         | C3333 | 2        |
| V2       |                 | P1         | D4444 | 2        |
"""
SEEN = """
```claim lines
| Visit ID | Code  | Pair with | Primary present | Units before | Units over limit | Disposition |
| V1       | A1111 |           |                 | 0            | 0                | review      |
| V1       | B2222 | A1111     |                 | 0            | 1                | deny        |
| V1       | C3333 |           |                 |              |                  | review      |
| V1       | D4444 |           | yes             |              |                  | review      |
| V2       | C3333 |           |                 | 2            | 1                | deny        |
| V2       | D4444 |           | no              | 2            | 1                | deny        |
```
```review
| Visit ID | Message                                                                   |
| V1       | Units before not recorded: ask for it; without it What follows cannot be decided |
```
"""


def test_undated_rows_of_claim_edits_hold_and_what_was_used_on_an_unknown_day_is_asked_for(
    tmp_path: Path,
) -> None:
    assert UNDATED != KEYED_LINES
    ruleset, issues = compile_rulebook(rulebook_of(UNDATED + SHEETS))
    assert issues == []
    compare(blocks(SEEN), code(ruleset, VISITS.strip(), tmp_path))


LOOKED_UP = """
# Drugs
| Lookup | Drugs |
| KEY    | VALUE | FROM       |
| HCPCS  | Size  | Effective from |
| A1111  | 1     | 2020-01-01 |
| B2222  | 2     |            |
"""
ASKED_FOR = """
| Visit ID | Date of service | Patient ID | HCPCS | Quantity |
| V1       |                 | P1         | A1111 | 1        |
| V2       |                 | P1         | B2222 | 1        |
| V3       |                 | P1         | C3333 | 1        |
| V4       | 2019-05-04      | P1         | A1111 | 1        |
"""
MESSAGES = """
```review
| Visit ID | Message                                                          |
| V1       | A1111 is in Drugs on some days, and this day is not known        |
| V3       | C3333 is not in Drugs                                            |
| V4       | A1111 is not in Drugs on 2019-05-04: it begins on 2020-01-01     |
```
"""


def test_what_a_lookup_says_of_an_unknown_day(tmp_path: Path) -> None:
    ruleset, issues = compile_rulebook(rulebook_of(UNDATED + LOOKED_UP))
    assert issues == []
    compare(blocks(MESSAGES), code(ruleset, ASKED_FOR.strip(), tmp_path))
