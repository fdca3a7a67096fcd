"""Exports in chunks: no visit and no group of a formula is split, and results do not depend on the size."""

import csv
import random
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from codesheet.coding.coder import Coder
from codesheet.commands.loading import load_ruleset
from codesheet.exports.export import Export
from codesheet.exports.pieces import PieceStore
from codesheet.exports.reader import read_export
from codesheet.model import Rulebook
from codesheet.results.tables import Results
from grid import rulebook_of

ROOT = Path(__file__).parent.parent.parent
SAMPLE = next((ROOT / "workbooks" / "samples").glob("*.csv"))
SHEETS = ("Claim lines", "Visits", "Rows", "Review", "Rejected")

BY_VISIT = """
    # Fields
    | Fields          |                 |
    | Visit key       | Visit ID        |
    | Date of service | Date of service |
    | Field           | Type         | Required | Formula    | Per      |
    | Visit ID        | text         | yes      |            |          |
    | Patient ID      | text         |          |            |          |
    | Date of service | date         |          |            |          |
    | Minutes         | whole number |          |            |          |
    | In visit        | number       |          | count()    | Visit ID |
"""
BY_PATIENT = BY_VISIT + "    | Of patient      | number       |          | sum(Minutes) | Patient ID |\n"
BY_PATIENT_AND_DAY = BY_PATIENT.replace("| Patient ID |\n", "| Patient ID, Date of service |\n")
OF_ALL = BY_PATIENT.replace("| Patient ID |\n", "| In visit |\n")

Rows = list[tuple[str, str, str, str]]
HEADINGS = ("Visit ID", "Patient ID", "Date of service", "Minutes")


def export_of(rows: Rows, rulebook: Rulebook, folder: Path) -> Export:
    path = folder / "visits.csv"
    path.write_text("\n".join(map(",".join, [HEADINGS, *rows])), encoding="utf-8")
    export, issues = read_export([path], rulebook)
    assert issues == []
    assert export is not None
    return export


def chunked(export: Export, size: int) -> list[list[int]]:
    """Give the rows of each chunk, as the file counts them."""
    return [chunk.file_rows.to_list() for chunk in export.chunks(size)]


def test_a_visit_stays_whole_wherever_its_rows_stand(tmp_path: Path) -> None:
    rows = [("V1", "", "", "1"), ("V2", "", "", "2"), ("V1", "", "", "3"), ("V3", "", "", "4")]
    export = export_of(rows, rulebook_of(BY_VISIT), tmp_path)
    assert chunked(export, 2) == [[2, 4], [3, 5]]
    assert chunked(export, 1) == [[2, 4], [3], [5]]
    assert chunked(export, 100) == [[2, 4, 3, 5]]


def test_rows_without_a_group_stand_alone(tmp_path: Path) -> None:
    rows = [("V1", "", "", "1"), ("V2", "", "", "2"), ("V3", "P", "", "3"), ("V4", "p ", "", "4")]
    assert chunked(export_of(rows, rulebook_of(BY_PATIENT), tmp_path), 1) == [[2], [3], [4, 5]]


def test_groups_beyond_visits_stay_whole(tmp_path: Path) -> None:
    """V1 and V3 are of one patient, V3 and V4 share a visit key: all of them belong together."""
    rows = [("V1", "P", "", "1"), ("V2", "Q", "", "2"), ("V3", "p", "", "3"), ("V3", "R", "", "4")]
    assert chunked(export_of(rows, rulebook_of(BY_PATIENT), tmp_path), 1) == [[2, 4, 5], [3]]


def test_a_group_of_several_fields_compares_values_not_texts(tmp_path: Path) -> None:
    rows = [("V1", "P", "2026-05-04", "1"), ("V2", "P", "2026-05-05", "2"), ("V3", "P", " 2026-05-04", "3")]
    assert chunked(export_of(rows, rulebook_of(BY_PATIENT_AND_DAY), tmp_path), 1) == [[2, 4], [3]]


def test_groups_that_only_coding_knows_keep_all_rows_together(tmp_path: Path) -> None:
    rows = [(f"V{number}", "", "", "1") for number in range(9)]
    assert len(chunked(export_of(rows, rulebook_of(OF_ALL), tmp_path), 1)) == 1


def test_a_rejected_row_is_where_its_visit_is(tmp_path: Path) -> None:
    rows = [("V1", "", "", "1"), ("V2", "", "", "x"), ("V3", "", "", "3"), ("V2", "", "", "4")]
    export = export_of(rows, rulebook_of(BY_VISIT), tmp_path)
    chunks = list(export.chunks(1))
    assert [chunk.file_rows.to_list() for chunk in chunks] == [[2], [5], [4]]
    assert [chunk.rejected["Row"].to_list() for chunk in chunks] == [[], [3], []]
    assert sum(chunk.row_count for chunk in chunks) == 4


def test_a_broken_row_is_where_its_visit_is(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("Visit ID,Minutes\nV1,1\nV2,2,3\nV3,3\nV2,4\n", encoding="utf-8")
    export, _ = read_export([path], rulebook_of(BY_VISIT))
    assert export is not None
    chunks = list(export.chunks(1))
    assert [chunk.file_rows.to_list() for chunk in chunks] == [[2], [5], [4]]
    assert [chunk.rejected["Row"].to_list() for chunk in chunks] == [[], [3], []]


def test_an_export_of_headings_is_one_empty_chunk(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("Visit ID,Minutes\n", encoding="utf-8")
    export, _ = read_export([path], rulebook_of(BY_VISIT))
    assert export is not None
    (chunk,) = export.chunks()
    assert (chunk.frame.rows, list(chunk.carried)) == (0, ["Visit ID", "Minutes"])


def results_of(paths: list[Path], size: int, folder: Path | None = None) -> dict[str, pd.DataFrame]:
    ruleset, _ = load_ruleset(ROOT / "rules", lambda _: None)
    assert ruleset is not None
    export, issues = read_export(paths, ruleset.rulebook, folder)
    assert issues == []
    assert export is not None
    coder, results = Coder(ruleset), Results(folder)
    for encounters in export.chunks(size):
        results.add(coder.code(encounters))
    assert results.counts.rows_in == export.row_count
    tables = {name: results[name] for name in SHEETS} | {"Review": results.worklist()}
    frames = {n: pd.concat(t.frames(t.column_names), ignore_index=True) for n, t in tables.items()}
    fired = pd.DataFrame(sorted(results.counts.fired.items()), columns=["Rule", "Count"])
    return frames | {"Rules used": fired}


@pytest.fixture(scope="module")
def whole() -> dict[str, pd.DataFrame]:
    return results_of([SAMPLE], 10**9)


@pytest.mark.parametrize("size", [50, 700, 1500])
def test_results_do_not_depend_on_the_size_of_chunks(
    whole: dict[str, pd.DataFrame], size: int, tmp_path: Path
) -> None:
    found = results_of([SAMPLE], size, tmp_path)
    for name, table in whole.items():
        pd.testing.assert_frame_equal(found[name], table, check_dtype=False, obj=name)


def test_shuffled_rows_give_the_same_results(whole: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        headings, *rows = csv.reader(file)
    random.Random(3).shuffle(rows)
    shuffled = tmp_path / "shuffled.csv"
    with shuffled.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    found = results_of([shuffled], 400, tmp_path)
    assert_same_up_to_order(found, whole, ["Claim lines", "Visits"])


def assert_same_up_to_order(
    found: dict[str, pd.DataFrame], whole: dict[str, pd.DataFrame], names: list[str]
) -> None:
    for name in names:
        tables = [table[name].astype(str) for table in (found, whole)]
        columns = [str(column) for column in whole[name].columns]
        one, other = (table.sort_values(columns).reset_index(drop=True) for table in tables)
        pd.testing.assert_frame_equal(one, other, obj=name)


def test_pieces_on_disk_are_the_same(
    whole: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The export is cut into many pieces, all on disk, its rows in an order that scatters every chunk."""
    monkeypatch.setattr("codesheet.exports.pieces._ROWS_IN_MEMORY", 0)
    monkeypatch.setattr("codesheet.exports.parquet_files._ROWS_AT_ONCE", 97)
    table = pd.read_csv(SAMPLE, dtype=str, keep_default_na=False)
    by_visit = defaultdict[str, list[int]](list)
    for row, visit in enumerate(table["Visit ID"]):
        by_visit[visit].append(row)
    turns = [rows[turn] for turn in range(20) for rows in by_visit.values() if turn < len(rows)]
    path = tmp_path / "visits.parquet"
    parquet.write_table(pa.Table.from_pandas(table.iloc[turns], preserve_index=False), path)
    found = results_of([path], 400, tmp_path)
    assert_same_up_to_order(found, whole, ["Claim lines", "Visits"])


def test_a_store_gives_back_what_it_took(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codesheet.exports.pieces._ROWS_IN_MEMORY", 2)
    export = export_of([("V1", "", "", "1")], rulebook_of(BY_VISIT), tmp_path)
    piece = export._store[0][0]  # noqa: SLF001 - any piece will do
    store = PieceStore(tmp_path)
    numbers = [store.add(piece) for _ in range(5)]
    assert [store[number][0].columns[0].distinct for number in reversed(numbers)] == [("V1",)] * 5
