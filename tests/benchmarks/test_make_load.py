"""Loads of any size: the rows asked for, the same bytes for a seed, skewed and soiled as months are."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

import make_load
from make_load import FAULTS, POOLED, Load, batches, write_load
from make_sample import COLUMNS, UNKNOWN_PAYERS

ROWS = 6_000


def rows_of(load: Load) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pa.concat_tables(batches(load)).to_pandas()


def test_the_rows_asked_for_in_the_columns_of_the_sample() -> None:
    for rows in (1, 1_000, ROWS):
        table = rows_of(Load(rows))
        assert len(table) == rows
        assert list(table.columns) == COLUMNS


def test_the_same_bytes_for_a_seed_as_csv_and_as_parquet(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", "c.parquet"):
        write_load(tmp_path / name, Load(ROWS))
    write_load(tmp_path / "other.csv", Load(ROWS, seed=2))
    first = (tmp_path / "a.csv").read_bytes()
    assert (tmp_path / "b.csv").read_bytes() == first
    assert (tmp_path / "other.csv").read_bytes() != first
    text = {name: pa.string() for name in COLUMNS}
    options = csv.ConvertOptions(column_types=text, strings_can_be_null=False)
    assert csv.read_csv(tmp_path / "a.csv", convert_options=options).equals(
        parquet.read_table(tmp_path / "c.parquet")
    )


def test_few_payers_and_services_make_most_of_it_and_minutes_cluster() -> None:
    table = rows_of(Load(ROWS, dirt=0.0))
    services = table["Service"].value_counts(normalize=True)
    assert services.iloc[:3].sum() > 0.6
    assert table["Plan"].value_counts(normalize=True).iloc[:4].sum() > 0.5
    minutes = table["Minutes"][table["Minutes"] != ""].value_counts(normalize=True)
    assert minutes.iloc[:5].sum() > 0.4
    assert len(minutes) > 40


@pytest.mark.parametrize("dirt", [0.0, 0.05, 0.5])
def test_dirt_at_the_stated_rate(dirt: float) -> None:
    table = rows_of(Load(ROWS, dirt=dirt))
    stray = (table.drop(columns="Payer").map(lambda text: text != text.strip())).any(axis=1).mean()
    unreadable = (table["Date of service"] == "05/04/26").mean()
    unknown = table["Payer"].isin(UNKNOWN_PAYERS).mean()
    for share, name in ((unreadable, "unreadable date"), (unknown, "unknown payer")):
        assert share == pytest.approx(dirt * FAULTS[name], abs=0.02 * dirt**0.5)
    assert dirt * FAULTS["stray spaces"] * 0.8 <= stray <= dirt * 0.3


def test_every_fault_of_the_pool_changes_a_row() -> None:
    pool = make_load.make_pool(300, 1)
    rows = pool.rows.to_pandas()
    clean = rows.iloc[: pool.height].reset_index(drop=True)
    for copy in range(1, len(POOLED)):
        soiled = rows.iloc[copy * pool.height : (copy + 1) * pool.height].reset_index(drop=True)
        assert (soiled != clean).any(axis=1).all(), POOLED[copy]
        assert (soiled != clean).sum(axis=1).max() == 1


def test_nobody_comes_twice_on_a_day_and_a_visit_is_one_patients() -> None:
    visits = rows_of(Load(ROWS, dirt=0.0)).drop_duplicates("Visit ID")
    assert not visits.duplicated(["Patient ID", "Date of service"]).any()
    often = Counter(Counter(visits["Patient ID"]).values())
    assert often[1] > often[4] > often[8] > 0


def test_clinics_follow_each_other_with_visits_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_load, "CLINIC", 500)
    table = rows_of(Load(ROWS))
    assert table["Clinic"].nunique() > 5
    assert table.groupby("Visit ID")["Clinic"].nunique().max() == 1
    assert table["Visit ID"].is_monotonic_increasing


def test_minutes_charted_by_the_clock_are_not_written_twice() -> None:
    table = rows_of(Load(ROWS))
    clock = table[table["Start time"] != ""]
    assert 0 < len(clock) < (table["Minutes"] != "").sum() / 3
    assert (clock["Minutes"] == "").all()
    assert 0 < (clock["Stop time"] == "").sum() < len(clock) / 5


def test_shuffled_rows_are_the_same_rows_in_no_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_load, "BUCKET", 1_000)
    write_load(tmp_path / "sorted.csv", Load(ROWS))
    write_load(tmp_path / "shuffled.csv", Load(ROWS, shuffled=True))
    ordered, shuffled = (
        (tmp_path / f"{name}.csv").read_text().splitlines() for name in ("sorted", "shuffled")
    )
    assert ordered != shuffled
    assert ordered[0] == shuffled[0]
    assert sorted(ordered) == sorted(shuffled)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shuffled.csv", "sorted.csv"]
