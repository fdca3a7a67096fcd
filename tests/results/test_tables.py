"""Every form of result holds the same tables, with the same values, each of its right type."""

import csv
import json
import re
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from workbooks import header, opened, rows
from written import Written, write_sample

SHEETS = ["Summary", "Claim lines", "Visits", "Rows", "Review", "Rejected", "Rules used", "Run"]
SHOWN = ["Payer", "Claim type", "Place of service"]
COLUMNS = {
    "Claim lines": [
        *["Visit ID", "Line", "Date of service", *SHOWN, "Code", "Modifiers", "Units"],
        *["NDC on claim", "Revenue code", "Diagnosis pointer", "Disposition", "Why", "Rule"],
        *["Pair with", "Pair indicator", "Pair row", "Unit limit", "Limit per", "Limit adjudication"],
        *["Limit action", "Units before", "Units over limit", "Limit row"],
        *["Primary present", "Primary codes", "Add-on type", "Add-on row"],
    ],
    "Visits": ["Visit ID", "Date of service", *SHOWN, "Status", "Codes", "Edits"],
    "Review": ["Visit ID", "Date of service", *SHOWN, "Queue", "Message", "Facts", "Rule", "File", "Row"],
    "Rejected": ["File", "Row", "Visit ID", "Column", "Value", "Why"],
    "Rules used": ["Rule", "Table", "ID", "When", "Then", "From", "To", "Count"],
    "Run": ["Section", "Item", "Value"],
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write_sample(tmp_path_factory.mktemp("results"))


def read(folder: Path, name: str) -> pa.Table:
    return parquet.read_table(folder / f"{name.lower().replace(' ', '_')}.parquet")


def plain(value: object) -> object:
    """Give a date as a spreadsheet's reader gives it; no difference between a blank and a missing value."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - as openpyxl gives it
    return value


def test_sheets_and_columns_in_order(written: Written) -> None:
    book = opened(written.workbook)
    assert book.sheetnames == SHEETS
    for name, columns in COLUMNS.items():
        assert header(book[name]) == columns
    came = list(
        pd.read_csv(written.workbook.parent / "visits.csv", dtype="str", keep_default_na=False).columns
    )
    first = header(book["Rows"])[: 4 + len(came)]
    assert first == [
        *["File", "Row", "Status", "No line because"],
        *["Payer (as came)" if heading == "Payer" else heading for heading in came],
    ]
    assert "Family" in header(book["Rows"])[4 + len(came) :]


def test_files_of_each_form(written: Written) -> None:
    for folder in (written.csv, written.parquet):
        names = [f"{name.lower().replace(' ', '_')}.{folder.name}" for name in SHEETS]
        assert sorted(path.name for path in folder.iterdir()) == sorted([*names, "run.json"])


@pytest.mark.parametrize("name", SHEETS[1:])
def test_workbook_and_parquet_hold_the_same_values(written: Written, name: str) -> None:
    sheet = opened(written.workbook)[name]
    table = read(written.parquet, name)
    assert header(sheet) == table.column_names
    expected = [tuple(map(plain, record.values())) for record in table.to_pylist()]
    assert rows(sheet) == expected
    assert table.num_rows > 0


def as_value(cell: str, kind: pa.DataType) -> object:
    """Read a csv cell as a program would that knows its column's type."""
    if cell == "":
        return None
    if pa.types.is_float64(kind):
        return float(cell)
    if pa.types.is_date32(kind):
        return date.fromisoformat(cell)
    return re.sub(r"^'('*[=+\-@\t\r\n])", r"\1", cell)


@pytest.mark.parametrize("name", SHEETS)
def test_csv_and_parquet_hold_the_same_values(written: Written, name: str) -> None:
    table = read(written.parquet, name)
    with (written.csv / f"{name.lower().replace(' ', '_')}.csv").open(encoding="utf-8", newline="") as file:
        columns, *cells = csv.reader(file)
    assert columns == table.column_names
    kinds = table.schema.types
    found = [tuple(as_value(cell, kind) for cell, kind in zip(row, kinds, strict=True)) for row in cells]
    assert found == [tuple(record.values()) for record in table.to_pylist()]


def test_types(written: Written) -> None:
    text, number, day = pa.string(), pa.float64(), pa.date32()
    expected = {
        "Claim lines": {"Visit ID": text, "Line": number, "Date of service": day, "Code": text},
        "Visits": {"Date of service": day, "Codes": text},
        "Rows": {"Row": number, "NDC": text, "Minutes run": number, "Date of service": text},
        "Review": {"Date of service": day, "Row": number},
        "Rejected": {"Row": number, "Value": text},
        "Rules used": {"From": day, "To": day, "Count": number},
    }
    for name, kinds in expected.items():
        schema = read(written.parquet, name).schema
        assert {column: schema.field(column).type for column in kinds} == kinds


def test_tables_are_the_batch(written: Written) -> None:
    """Nothing is lost between coding and the file."""
    batch = written.batch
    frames = {"Claim lines": batch.claim_lines, "Visits": batch.visits, "Rows": batch.rows}
    frames |= {"Review": batch.review, "Rejected": batch.rejected}
    for name, frame in frames.items():
        table = read(written.parquet, name)
        assert table.num_rows == len(frame)
        for column, ours in zip(table.column_names, frame.columns, strict=True):
            values = [None if value == "" or pd.isna(value) else value for value in frame[ours].tolist()]
            assert list(map(plain, table.column(column).to_pylist())) == values


def test_run_json_and_run_sheet_tell_the_same(written: Written) -> None:
    run = json.loads((written.csv / "run.json").read_text(encoding="utf-8"))
    assert run["counts"]["rows in"] == written.batch.rows_in == 500
    assert run["counts"]["claim lines"] == len(written.batch.claim_lines)
    assert run["ruleset_digest"] == written.ruleset.digest
    assert {s["workbook"]: s["sha256"] for s in run["sources"]} == {
        source.workbook: source.sha256 for source in written.ruleset.rulebook.sources
    }
    sheet = {(section, item): value for section, item, value in rows(opened(written.workbook)["Run"])}
    assert sheet["Counts", "rows in"] == "500"
    assert sheet["Run", "Started"] == "2026-06-01 07:30:00+00:00"
    assert sheet["Rulebook", "Compiled rules"] == f"sha256 {written.ruleset.digest}"
    assert sheet["Input", "visits.csv"] == f"500 rows, sha256 {'ab' * 32}"
