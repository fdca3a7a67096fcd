"""A realistic load gives the same results whatever the form, the order, the chunks and the processes."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest

from codesheet.commands.loading import load_ruleset
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.reader import read_export
from codesheet.results.tables import Results
from codesheet.side_by_side import Work, code_chunks
from make_load import Load, write_load

ROOT = Path(__file__).parents[2]
ROWS = 5_000
TABLES = ("Claim lines", "Visits", "Rows", "Review", "Rejected")
PLACE = ["File", "Row"]
"""Where a row stood, which is another in another file."""


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    ruleset, _ = load_ruleset(ROOT / "rules", lambda _: None)
    assert ruleset is not None
    return ruleset


@pytest.fixture(scope="module")
def loads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("loads")
    files = {
        "csv": (folder / "load.csv", Load(ROWS)),
        "parquet": (folder / "load.parquet", Load(ROWS)),
        "shuffled csv": (folder / "shuffled.csv", Load(ROWS, shuffled=True)),
    }
    for file, load in files.values():
        write_load(file, load)
    return {name: file for name, (file, _) in files.items()}


def coded(ruleset: Ruleset, file: Path, rows_at_once: int, jobs: int) -> dict[str, Any]:
    export, issues = read_export([file], ruleset.rulebook)
    assert export is not None, issues
    with TemporaryDirectory() as folder:
        work = Work(ruleset, export.layouts, export.row_count, Path(folder))
        done = list(code_chunks(work, export.rows_by_chunk(rows_at_once), jobs))
        assert len(done) == max(1, round(ROWS / rows_at_once))
        results = Results()
        for one in done:
            results.take_in(one.results)
        tables = {name: pd.concat(results[name].frames(results[name].column_names)) for name in TABLES}
    counts = {"edits": results.counts.edits, "fired": results.counts.fired}
    return {**tables, **counts}


def in_one_order(table: pd.DataFrame) -> pd.DataFrame:
    table = table.drop(columns=PLACE, errors="ignore").astype(str)
    return table.sort_values(list(table.columns), ignore_index=True)


def differing(one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    for name in TABLES:
        if not in_one_order(one[name]).equals(in_one_order(other[name])):
            yield name
    for name in ("edits", "fired"):
        if one[name] != other[name]:
            yield name


@pytest.fixture(scope="module")
def whole(ruleset: Ruleset, loads: dict[str, Path]) -> dict[str, Any]:
    return coded(ruleset, loads["csv"], ROWS, 1)


def test_the_load_asks_for_all_kinds_of_results(whole: dict[str, Any]) -> None:
    assert min(len(whole[name]) for name in TABLES) > 5
    assert set(whole["Visits"]["Status"]) == {"coded", "review", "no lines", "rejected"}
    assert sum(count > 0 for count in whole["fired"].values()) > 100


@pytest.mark.parametrize(
    ("form", "rows_at_once", "jobs"),
    [
        ("csv", 400, 1),
        ("csv", 1_300, 2),
        ("parquet", ROWS, 1),
        ("shuffled csv", ROWS, 1),
        ("shuffled csv", 700, 2),
    ],
)
def test_results_are_the_same(
    ruleset: Ruleset, loads: dict[str, Path], whole: dict[str, Any], form: str, rows_at_once: int, jobs: int
) -> None:
    assert list(differing(whole, coded(ruleset, loads[form], rows_at_once, jobs))) == []


def test_a_difference_is_seen(whole: dict[str, Any]) -> None:
    lines = whole["Claim lines"].copy()
    lines["Units"] = lines["Units"] + (lines.index == lines.index[7])
    assert list(differing(whole, {**whole, "Claim lines": lines})) == ["Claim lines"]
