"""Exports as people and programs make them: each gives right values, or a message that says what to do."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from pyarrow import parquet
from rulebooks import VISIT, field, rejected, rulebook, values

from codesheet.coding.batch import Encounters
from codesheet.exports import csv_files, reader
from codesheet.exports.reader import read_encounters

BOOK = rulebook(
    [
        VISIT,
        field("Item", "whole number"),
        field("NDC", "code"),
        field("Notes"),
        field("Day", "date"),
        field("Start", "time"),
        field("Amount", "number"),
    ]
)
HEADINGS = "Visit ID,Item,NDC,Notes\n"


def read(*paths: Path) -> Encounters:
    encounters, issues = read_encounters(paths, BOOK)
    assert encounters is not None, issues
    return encounters


def faults(*paths: Path) -> list[str]:
    encounters, issues = read_encounters(paths, BOOK)
    assert encounters is None
    return [str(issue) for issue in issues]


def csv_file(folder: Path, data: str | bytes, name: str = "visits.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def xlsx_file(
    folder: Path, rows: Iterable[Iterable[Any]], change: Callable[[Worksheet], None] = print
) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    change(sheet)
    path = folder / "visits.xlsx"
    workbook.save(path)
    return path


def told(encounters: Encounters) -> list[str]:
    """Give the notes but those of columns that no file has."""
    return [note for note in encounters.notes if "has no column for" not in note]


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ("Export of May 2026\n", 2),
        ("Export of May 2026,,,\n\n", 3),
        ('"Clinic, North"\nRun: 2026-05-01;by nurse\n\n', 4),
        ("Notes\n", 2),
        ("a,b,c,d\n" * 19, 20),
    ],
)
def test_titles_above_the_headings_are_not_read(tmp_path: Path, above: str, row: int) -> None:
    found = read(csv_file(tmp_path, above + HEADINGS + "V1,1,0001,a\nV2,x,,\n"))
    assert values(found, "NDC") == ["0001"]
    assert found.file_rows.to_list() == [row + 1]
    assert rejected(found) == [(row + 2, "V2", "Item", "x", "is not a number")]
    assert told(found) == [f"visits.csv: what stands above the headings in row {row} was not read"]


def test_titles_above_the_headings_of_a_sheet_are_not_read(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Visits", "May 2026"], [], ["Visit ID", "Item"], ["V1", 1]]
    found = read(xlsx_file(tmp_path, rows, lambda sheet: sheet.merge_cells("A1:B1")))
    assert values(found, "Visit ID") == ["V1"]
    assert found.file_rows.to_list() == [4]
    assert told(found) == ["visits.xlsx: what stands above the headings in row 3 was not read"]


def test_headings_too_far_down_are_not_searched_for(tmp_path: Path) -> None:
    (fault,) = faults(csv_file(tmp_path, "a,b,c,d\n" * 20 + HEADINGS + "V1,1,0001,a\n"))
    assert fault.startswith("visits.csv!1: error[R103] row 1 holds no headings")


def test_headings_once_more_among_the_rows_are_no_visit(tmp_path: Path) -> None:
    """Two exports put below each other, the second with its byte order mark."""
    data = HEADINGS + "V1,1,0001,a\n\ufeffVISIT_ID,item,NDC,Notes\nV2,1,0002,b\n"
    found = read(csv_file(tmp_path, data))
    assert values(found, "Visit ID") == ["V1", "V2"]
    assert found.file_rows.to_list() == [2, 4]
    assert (found.row_count, found.rejected_rows) == (2, 0)
    assert told(found) == ["visits.csv: row 3 holds the headings once more: such rows were not read"]


def test_a_row_that_only_resembles_the_headings_is_a_row(tmp_path: Path) -> None:
    found = read(csv_file(tmp_path, "Visit ID,Notes\nVisit ID,other\n"))
    assert values(found, "Visit ID") == ["Visit ID"]


@pytest.mark.parametrize("letter", ["\u200b", "\ufeff", "\u00a0", " \u2060 ", "\u00ad", "\u200e"])
def test_what_nobody_sees_does_not_make_another_visit_or_value(tmp_path: Path, letter: str) -> None:
    found = read(
        csv_file(tmp_path, f"{HEADINGS}V1{letter},{letter}1,{letter}0001{letter},{letter}\nV1,2,,\n")
    )
    assert values(found, "Visit ID") == ["V1", "V1"]
    assert values(found, "Item") == [1.0, 2.0]
    assert values(found, "NDC") == ["0001", None]
    assert values(found, "Notes") == [None, None]
    assert found.carried["NDC"].to_list() == [f"{letter}0001{letter}", ""]


def test_codes_wrapped_to_keep_excel_from_their_zeros(tmp_path: Path) -> None:
    found = read(csv_file(tmp_path, HEADINGS + 'V1,="1",="00012",a\nV2,1,"=""00013""",=1+1\n'))
    assert values(found, "NDC") == ["00012", "00013"]
    assert values(found, "Item") == [1.0, 1.0]
    assert values(found, "Notes") == ["a", "=1+1"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_that_do_not_name_themselves(tmp_path: Path, encoding: str) -> None:
    (fault,) = faults(csv_file(tmp_path, (HEADINGS + "V1,1,0001,a\n").encode(encoding)))
    assert fault == (
        "visits.csv: error[R101] cannot be read: it holds NUL characters, so it is damaged or no text file; "
        'save it as "CSV UTF-8"'
    )


@pytest.mark.parametrize("cell", ["x" * 20_000_000, '"' + "x" * 20_000_000 + '"'], ids=["plain", "quoted"])
def test_an_endless_cell(tmp_path: Path, cell: str) -> None:
    (fault,) = faults(csv_file(tmp_path, f"{HEADINGS}V1,1,1,{cell}\nV2,1,1,a\n"))
    assert fault.startswith("visits.csv")
    assert (
        "a row is longer than 4,194,304 letters" in fault
        or "a quoted cell of this row is not closed" in fault
    )
    assert ("longer" in fault) or cell.startswith('"')


def test_a_long_cell_within_bounds(tmp_path: Path) -> None:
    found = read(csv_file(tmp_path, f"{HEADINGS}V1,1,1,{'x' * 4_000_000}\nV2,1,1,a\n"))
    assert [len(str(note)) for note in values(found, "Notes")] == [4_000_000, 1]


def test_a_pipe_can_be_read_only_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    why = "it is no file (a pipe can be read only once); save the visits as one"
    assert faults(pipe) == [f"pipe: error[R101] cannot be read: {why}"]


def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    remedy = "check its name, and that you may read it"
    assert faults(tmp_path / "none.csv", tmp_path) == [
        f"none.csv: error[R101] cannot be read: no such file or directory; {remedy}",
        f"{tmp_path.name}: error[R101] cannot be read: is a directory; {remedy}",
    ]


def test_a_file_that_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv_file(tmp_path, HEADINGS + "V1,1,0001,a\n")
    read_csv = csv_files.read_csv

    def slowly(*arguments: Any) -> Any:  # noqa: ANN401
        table = read_csv(*arguments)
        with path.open("a", encoding="utf-8") as file:
            file.write("V2,1,0002,b\n")
        return table

    monkeypatch.setattr(reader, "read_csv", slowly)
    why = "it was changed while it was read; run again when it is complete"
    assert faults(path) == [f"visits.csv: error[R101] cannot be read: {why}"]


def test_merged_cells_among_visits_stop_the_run(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Visit ID", "Item"], ["V1", 1], [None, 2], [None, 3]]
    (fault,) = faults(xlsx_file(tmp_path, rows, lambda sheet: sheet.merge_cells("A2:A4")))
    assert fault == (
        "visits.xlsx!Sheet: error[R101] cannot be read: cells A2:A4 are merged, so not every row says what "
        "it holds; unmerge them and fill in each"
    )


def test_columns_beyond_z_in_a_message(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Visit ID", "Item"], ["V1", 1]]
    (fault,) = faults(xlsx_file(tmp_path, rows, lambda sheet: sheet.merge_cells("Z3:AB4")))
    assert "cells Z3:AB4 are merged" in fault


def test_hidden_rows_are_read_and_told(tmp_path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True

    rows: list[list[Any]] = [["Visit ID", "Item"], ["V1", 1], ["V2", 2], ["V3", 3]]
    found = read(xlsx_file(tmp_path, rows, hide))
    assert values(found, "Visit ID") == ["V1", "V2", "V3"]
    assert told(found) == ["visits.xlsx hides rows (a filter does): they were read as well"]
    plain = read(
        xlsx_file(tmp_path, rows, lambda sheet: sheet.column_dimensions["B"].__setattr__("hidden", True))
    )
    assert told(plain) == []


def test_times_without_a_time_s_format_are_parts_of_a_day(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Visit ID", "Start"], ["V1", 0.4375], ["V2", time(10, 31)], ["V3", 631 / 1440]]
    rows += [["V4", 0], ["V5", 1.5], ["V6", -0.1], ["V7", "0.5"]]
    found = read(xlsx_file(tmp_path, rows))
    assert values(found, "Start") == [630.0, 631.0, 631.0, 0.0]
    assert [row[1] for row in rejected(found)] == ["V5", "V6", "V7"]
    assert {row[4] for row in rejected(found)} == {"is not a time of day (hh:mm)"}


def test_a_number_in_a_time_column_of_csv_is_no_time(tmp_path: Path) -> None:
    found = read(csv_file(tmp_path, "Visit ID,Start\nV1,0.5\n"))
    assert [row[4] for row in rejected(found)] == ["is not a time of day (hh:mm)"]


def test_parquet_columns_of_lists(tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    parquet.write_table(pa.table({"Visit ID": ["V1"], "Item": [1], "Codes": [["a", "b"]]}), path)
    (fault,) = faults(path)
    assert fault.startswith(
        'visits.parquet: error[R101] cannot be read: its column "Codes" holds several values'
    )


def test_parquet_types(tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    table = pa.table(
        {
            "Visit ID": pa.array([1, 2, 3]),
            "Item": pa.array([1, None, 3], pa.int8()),
            "Amount": pa.array([1.5, float("nan"), float("inf")]),
            "Day": pa.array(
                [datetime(2026, 5, 1, 23, tzinfo=UTC)] * 3, pa.timestamp("us", "America/New_York")
            ),
            "Start": pa.array([timedelta(hours=3), None, None]),
            "Flag": pa.array([True, False, None]),
            "Blob": pa.array([b"abc", b"\xff", None]),
        }
    )
    parquet.write_table(table, path)
    found = read(path)
    assert values(found, "Visit ID") == ["1", "2"]
    assert values(found, "Item") == [1.0, None]
    assert values(found, "Amount") == [1.5, None]
    assert values(found, "Day") == [float(date(2026, 5, 1).toordinal())] * 2
    assert values(found, "Start") == [180.0, None]
    assert found.carried["Flag"].to_list() == ["TRUE", "FALSE"]
    assert rejected(found) == [(4, "3", "Amount", "inf", "is not a number")]


def test_files_with_different_columns_are_one_batch(tmp_path: Path) -> None:
    first = csv_file(tmp_path, "Visit ID,Item,Extra\nV1,1,x\n", "may.csv")
    second = csv_file(tmp_path, "visit_id;NDC;Other;ITEM\nV2;0002;y;2\n", "june.csv")
    found = read(first, second)
    assert values(found, "Visit ID") == ["V1", "V2"]
    assert values(found, "Item") == [1.0, 2.0]
    assert values(found, "NDC") == [None, "0002"]
    assert {c: found.carried[c].to_list() for c in found.carried} == {
        "Visit ID": ["V1", "V2"],
        "Item": ["1", "2"],
        "Extra": ["x", ""],
        "NDC": ["", "0002"],
        "Other": ["", "y"],
    }
    assert found.file_of_row.to_list() == ["may.csv", "june.csv"]
