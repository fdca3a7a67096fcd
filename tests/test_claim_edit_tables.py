"""The shipped claim-edit tables against CMS's own, pair by pair and limit by limit.

Every two codes the rulebook names, in both orders, in both settings, on three days; every limit just kept and
just passed. The answers are compared with plain loops over the published rows.
"""

import csv
from collections import defaultdict
from itertools import permutations
from pathlib import Path

import pandas as pd
import pytest

from codesheet.coding.batch import CodedBatch
from codesheet.coding.coder import Coder
from codesheet.commands.loading import load_ruleset
from codesheet.exports.reader import read_encounters
from codesheet.model import Rulebook
from grid import printed, write_workbooks
from keyed_lines import KEYED_LINES

ROOT = Path(__file__).parent.parent
CMS = Path(__file__).parent / "data" / "cms"
SETTINGS = ("practitioner", "outpatient hospital")
DAYS = ("2026-05-04", "2019-12-31", "2000-10-30")
PROGRAMS = {"Medicare": "medicare", "Commercial": "medicare", "TRICARE": "medicare", "Medicaid": "medicaid"}

BOOK = (
    KEYED_LINES
    + """
# Where
| Fields     |      |
| Field      | Type |
| Payer      | text |
| Program    | text |
| Claim type | text |
| Setting    | text |
# Whose
| Unit limits | Whose |
| Per         | Patient ID, Payer |
| Code  | Limit | Per |
| 00000 | 1     | day |
"""
)

Row = dict[str, str]


def published(name: str) -> list[Row]:
    with (CMS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def shipped() -> Rulebook:
    ruleset, issues = load_ruleset(ROOT / "rules", print)
    assert printed(issues) == []
    assert ruleset is not None
    return ruleset.rulebook


@pytest.fixture(scope="module")
def coder(tmp_path_factory: pytest.TempPathFactory) -> Coder:
    """Join the shipped tables to lines as they come, without the shipped rules around them."""
    book = write_workbooks(BOOK, tmp_path_factory.mktemp("book"))
    for path in (ROOT / "workbooks" / "cms").iterdir():
        (book / path.name).write_bytes(path.read_bytes())
    ruleset, issues = load_ruleset(book, print)
    assert printed(issues) == []
    assert ruleset is not None
    return Coder(ruleset)


def code(coder: Coder, rows: list[Row], folder: Path) -> CodedBatch:
    export = folder / "visits.csv"
    with export.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    encounters, issues = read_encounters([export], coder.ruleset.rulebook)
    assert printed(issues) == []
    assert encounters is not None
    return coder.code(encounters)


def codes_of(rulebook: Rulebook) -> list[str]:
    assert rulebook.code_pairs is not None
    return sorted({code for row in rulebook.code_pairs.rows for code in (row.column_1, row.column_2)})


def test_every_published_pair_among_the_codes_of_the_rulebook_is_kept(shipped: Rulebook) -> None:
    assert shipped.code_pairs is not None
    codes = set(codes_of(shipped))
    assert {"96413", "95117", "99214", "96523", "J9271"} - codes <= {"J9271"}  # drugs stand in no pair
    assert len(codes) > 60
    rows = [
        row for row in published("ncci_ptp_2024q3_subset.csv") if {row["column1"], row["column2"]} <= codes
    ]
    kept = sorted((row.column_1, row.column_2, row.indicator) for row in shipped.code_pairs.rows)
    assert kept == sorted((row["column1"], row["column2"], row["modifier_indicator"]) for row in rows)


def test_pairs_are_answered_as_the_published_table_says(
    shipped: Rulebook, coder: Coder, tmp_path: Path
) -> None:
    table: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in published("ncci_ptp_2024q3_subset.csv"):
        table[row["setting"].replace("_", " "), row["column1"], row["column2"]].append(row)

    def indicator(setting: str, first: str, second: str, day: str) -> str:
        """Of the rows not yet ended that day, the one to end first is in force; 9 is no edit."""
        rows = [
            r for r in table[setting, first, second] if r["deletion_date"] == "*" or r["deletion_date"] >= day
        ]
        rows.sort(key=lambda row: "9999" if row["deletion_date"] == "*" else row["deletion_date"])
        return rows[0]["modifier_indicator"].replace("9", "") if rows else ""

    expected, lines = {}, []
    for day in DAYS:
        for setting in SETTINGS:
            for first, second in permutations(codes_of(shipped), 2):
                visit = f"{day} {setting} {first} {second}"
                common = {"Visit ID": visit, "Date of service": day, "Setting": setting, "Quantity": "1"}
                lines += [{**common, "HCPCS": first}, {**common, "HCPCS": second}]
                expected[visit, second] = indicator(setting, first, second, day)
                expected[visit, first] = indicator(setting, second, first, day)
    batch = code(coder, lines, tmp_path)
    found = {
        (visit, line): answer
        for visit, line, answer in batch.claim_lines[["Visit ID", "Code", "Pair indicator"]].itertuples(
            index=False
        )
    }
    assert found == expected
    counts = {answer: list(expected.values()).count(answer) for answer in ("0", "1", "")}
    assert counts["0"] > 100
    assert counts["1"] > 1000


def test_limits_are_answered_as_the_published_table_says(
    shipped: Rulebook, coder: Coder, tmp_path: Path
) -> None:
    assert shipped.unit_limits is not None
    codes = {row.code for row in shipped.unit_limits.rows}
    expected, lines = {}, []
    for row in published("mue_subset.csv"):
        if row["code"] not in codes:
            continue
        for program, table in PROGRAMS.items():
            for setting in SETTINGS:
                part = "prac" if setting == "practitioner" else "oph"
                release = "2024q3" if table == "medicare" else "2026q1"
                limit = row.get(f"{table}_{part}_mue_{release}", "")
                for more in (0, 1):
                    units = int(limit or 5) + more
                    if not units:
                        continue
                    visit = f"{row['code']} {program} {setting} {more}"
                    expected[visit] = float(more) if limit else None
                    lines.append(
                        {
                            "Visit ID": visit,
                            "Date of service": "2026-05-04",
                            "Patient ID": visit,
                            "Payer": "P",
                            "Program": program,
                            "Setting": setting,
                            "HCPCS": row["code"],
                            "Quantity": str(units),
                        }
                    )
    batch = code(coder, lines, tmp_path)
    over = [None if pd.isna(units) else units for units in batch.claim_lines["Units over limit"]]
    found = dict(zip(batch.claim_lines["Visit ID"], over, strict=True))
    assert found == expected
    assert len([limit for limit in expected.values() if limit is not None]) > 800


def test_add_ons_are_answered_as_the_published_table_says(
    shipped: Rulebook, coder: Coder, tmp_path: Path
) -> None:
    assert shipped.add_on_codes is not None
    rows = published("ncci_addon_2024_subset.csv")
    primaries: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        primaries[row["add_on_code"]].add(row["primary_code"])
    kept = {row.add_on for row in shipped.add_on_codes.rows}
    assert {"96361", "96366", "96367", "96368", "96375", "96376", "96411", "96415", "96417"} <= kept
    lines, expected = [], {}
    for add_on in sorted(kept):
        for other in sorted({row["primary_code"] for row in rows}):
            visit = f"{add_on} {other}"
            common = {"Visit ID": visit, "Date of service": "2026-05-04", "Quantity": "1"}
            lines.append({**common, "HCPCS": add_on})
            if other != add_on:
                lines.append({**common, "HCPCS": other})
            expected[visit] = "yes" if other in primaries[add_on] else "no"
    batch = code(coder, lines, tmp_path)
    first = batch.claim_lines[batch.claim_lines["Line"] == 1]
    assert dict(zip(first["Visit ID"], first["Primary present"], strict=True)) == expected
