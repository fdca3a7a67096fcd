"""Claim edits settled, compared with a plain loop over visits; in parts, compared with the whole."""

from pathlib import Path
from random import Random
from textwrap import dedent

import numpy as np
import pandas as pd
import pytest

from cases import code
from codesheet.coding import line_parts
from codesheet.compiling.compiler import compile_rulebook
from codesheet.compiling.ruleset import Ruleset
from grid import rulebook_of
from keyed_lines import KEYED_LINES

CODES = [f"{letter}1111" for letter in "ABCDEFGH"]
FOLLOWS = """
# What follows
| Decision   | What follows |
| Result     | edits        |
| Hit policy | Collect      |
| IF             | IF              | IF               | THEN        | THEN       |
| Pair indicator | Primary present | Units over limit | Disposition | Message    |
| 0              |                 |                  | deny        | {Code} beside {Pair with} |
|                | no              |                  | deny        | {Code} without {Primary codes} |
|                |                 | >= 1             | deny        | {Code}: {Units before} + {Units} |
"""

Pairs = set[tuple[str, str]]
Line = tuple[str, str, str, str, int]
"""Visit, day, patient, code, units, in order of day and visit."""


def sheets(pairs: Pairs, add_ons: Pairs, limits: dict[str, int]) -> str:
    rows = ["# Pairs", "| Code pairs | P |", "| Column 1 | Column 2 | Modifier indicator |"]
    rows += [f"| {one} | {two} | 0 |" for one, two in sorted(pairs)]
    rows += ["# Add-ons", "| Add-on codes | A |", "| Primary | Add-on | Type |"]
    rows += [f"| {one} | {two} | 1 |" for one, two in sorted(add_ons)]
    rows += ["# Limits", "| Unit limits | L |", "| Per | Patient ID |", "| Code | Limit | Per |"]
    rows += [f"| {one} | {limit} | day |" for one, limit in sorted(limits.items())]
    return KEYED_LINES + FOLLOWS + "\n".join(rows) + "\n"


def plainly_denied(lines: list[Line], pairs: Pairs, add_ons: Pairs, limits: dict[str, int]) -> set[int]:
    """Deny again and again, each time by the lines that the time before left standing."""
    denied: set[int] = set()
    while True:
        now = set()
        for place, (visit, day, patient, code_, units) in enumerate(lines):
            beside = {c for i, (v, _, _, c, _) in enumerate(lines) if v == visit and i not in denied}
            needs = {one for one, two in add_ons if two == code_}
            before = sum(
                u
                for i, (_, d, p, c, u) in enumerate(lines[:place])
                if (d, p, c) == (day, patient, code_) and i not in denied
            )
            paired = any((one, code_) in pairs for one in beside)
            over = before + units > limits.get(code_, 10_000)
            if paired or (needs and not needs & beside) or over:
                now.add(place)
        if now == denied:
            return denied
        denied = now


def batch_of(rng: Random) -> tuple[str, list[Line], Pairs, Pairs, dict[str, int]]:
    """Invent a rulebook and visits; what is denied hangs on codes before it in the alphabet: no circle."""
    ordered = [(one, two) for i, one in enumerate(CODES) for two in CODES[i + 1 :]]
    pairs = set(rng.sample(ordered, 8))
    add_ons = set(rng.sample([pair for pair in ordered if pair not in pairs], 5))
    limits = {one: rng.randint(2, 6) for one in rng.sample(CODES, 5)}
    lines = [
        (f"V{visit:03d}", f"2026-05-{4 + visit // 12:02d}", f"P{rng.randint(1, 4)}", one, rng.randint(1, 4))
        for visit in range(36)
        for one in sorted(rng.sample(CODES, rng.randint(1, 5)))
    ]
    patients = {line[0]: line[2] for line in lines}
    lines = [(visit, day, patients[visit], one, units) for visit, day, _, one, units in lines]
    return sheets(pairs, add_ons, limits), lines, pairs, add_ons, limits


def export_of(lines: list[Line]) -> str:
    rows = ["| Visit ID | Date of service | Patient ID | HCPCS | Quantity |"]
    rows += [f"| {v} | {day} | {p} | {c} | {u} |" for v, day, p, c, u in lines]
    return "\n".join(rows)


def ruleset_of(text: str) -> Ruleset:
    ruleset, issues = compile_rulebook(rulebook_of(text))
    assert issues == []
    return ruleset


@pytest.mark.parametrize("seed", range(12))
def test_what_is_denied_is_what_a_plain_loop_denies(seed: int, tmp_path: Path) -> None:
    text, lines, pairs, add_ons, limits = batch_of(Random(seed))
    found = code(ruleset_of(text), export_of(lines), tmp_path).claim_lines
    denied = plainly_denied(lines, pairs, add_ons, limits)
    expected = sorted((v, c, u, "deny" if i in denied else "bill") for i, (v, _, _, c, u) in enumerate(lines))
    columns = found[["Visit ID", "Code", "Units", "Disposition"]]
    assert sorted(columns.itertuples(index=False, name=None)) == expected
    assert 0 < len(denied) < len(lines)


@pytest.mark.parametrize("seed", range(12, 16))
def test_parts_give_what_the_whole_gives(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, lines, *_ = batch_of(Random(seed))
    in_parts = code(ruleset_of(text), export_of(lines), tmp_path)
    monkeypatch.setattr(
        line_parts.RowGroups, "linked", lambda _, visits: np.full(len(lines), len(visits) > 0)
    )
    whole = code(ruleset_of(text), export_of(lines), tmp_path)
    pd.testing.assert_frame_equal(in_parts.claim_lines, whole.claim_lines)
    pd.testing.assert_frame_equal(in_parts.edits, whole.edits)
    assert len(whole.edits) > 5


COUNTED = """
# Pairs
| Code pairs | NCCI |
| Column 1 | Column 2 | Modifier indicator |
| A1111    | B1111    | 0                  |
# Add-ons
| Add-on codes | AOC |
| Primary | Add-on | Type |
| B1111   | C1111  | 1    |
| C1111   | D1111  | 1    |
# Limits
| Unit limits | Caps       |
| Per         | Patient ID |
| Code  | Limit | Per   | Action |
| E1111 | 5     | day   | split  |
| E1111 | 4     | visit | split  |
# Over
| Decision | Over         |
| Result   | line changes |
| Order    | 10           |
| IF               | THEN             | THEN        |
| Units over limit | Split off        | Disposition |
| >= 1             | Units over limit | deny        |
# What follows
| Decision   | What follows |
| Result     | edits        |
| Hit policy | Collect      |
| IF             | IF              | THEN        | THEN |
| Pair indicator | Primary present | Disposition | Message |
| 0              |                 | deny        | {Code} beside {Pair with} |
|                | no              | deny        | {Code} alone |
|                |                 | inform      | {Code} seen |
"""


def test_a_rule_counts_once_a_line_however_many_rounds_it_takes(tmp_path: Path) -> None:
    visits = """
        | Visit ID | Date of service | Patient ID | HCPCS | Quantity |
        | V1       | 2026-05-04      | P1         | A1111 | 1        |
        | V1       | 2026-05-04      | P1         | B1111 | 1        |
        | V1       | 2026-05-04      | P1         | C1111 | 1        |
        | V1       | 2026-05-04      | P1         | D1111 | 1        |
        | V1       | 2026-05-04      | P1         | E1111 | 9        |
        | V2       | 2026-05-04      | P2         | A1111 | 1        |
    """
    batch = code(ruleset_of(KEYED_LINES + COUNTED), dedent(visits).strip(), tmp_path)
    fates = dict(zip(batch.claim_lines["Code"], batch.claim_lines["Disposition"], strict=True))
    assert [fates[code] for code in ("A1111", "B1111", "C1111", "D1111")] == [
        "inform",
        "deny",
        "deny",
        "deny",
    ]
    edits = {rule.rpartition("!")[2]: count for rule, count in batch.rule_counts.items() if "follows" in rule}
    assert edits == {"6": 1, "7": 2, "8": len(batch.claim_lines)}
    (splits,) = (count for rule, count in batch.rule_counts.items() if "Over" in rule)
    assert splits == 2  # one for each limit
