"""Whatever stands in an export arrives in the results as that text, and is never a formula."""

import csv
import dataclasses
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pytest
from invented import invented_batch, invented_ruleset, invented_run, results_of
from pyarrow import parquet
from workbooks import column, header, opened

from codesheet.coding.batch import CodedBatch
from codesheet.results.writer import write_results

FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "+1",
    "-",
    "-5",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "=cmd|'/c calc'!A0",
    "\uff1d1+1",
]
TEXTS = [
    *FORMULAS,
    "'=1+1",
    "'quoted'",
    "00012",
    "1E5",
    "2026-05-01",
    "TRUE",
    "NA",
    "#N/A",
    " both ends ",
    "José Müller",
    "د. سارة",
    "שרה",
    "💉" * 3,
    "e\u0301",
    "\u202eevil",
    "<b>&amp;</b>]]>",
    '"quoted", and; more',
    "two\nlines",
    "_x0041_",
    "http://example.org",
    "{=1}",
    "x" * 32_767,
]


def batch_with(texts: list[str]) -> CodedBatch:
    batch = invented_batch(len(texts) + 5)
    remarks = pd.Series([*texts, *batch.rows["Remark"].iloc[len(texts) :]], dtype="object")
    return dataclasses.replace(batch, rows=batch.rows.assign(Remark=remarks))


def write(batch: CodedBatch, folder: Path, form: str = "xlsx") -> Path:
    target = folder / f"coded.{form}"
    write_results(results_of(batch), invented_ruleset(), invented_run(), target, form)
    return target


def remarks(path: Path, count: int) -> list[Any]:
    return column(opened(path)["Rows"], "Remark")[:count]


def as_excel_reads(value: object) -> str:
    """Take back the escapes of OOXML text, which openpyxl leaves as they are."""
    return re.sub("_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), str(value))


def test_text_stays_text_in_a_workbook(tmp_path: Path) -> None:
    path = write(batch_with(TEXTS), tmp_path)
    sheet = opened(path)["Rows"]
    place = header(sheet).index("Remark") + 1
    cells = [sheet.cell(row, place) for row in range(2, len(TEXTS) + 2)]
    assert [as_excel_reads(cell.value) for cell in cells] == TEXTS
    assert {cell.data_type for cell in cells} == {"s"}
    with ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(re.search(rb"<f[ >]|<hyperlink", xml) for xml in sheets)


def test_text_stays_text_in_parquet(tmp_path: Path) -> None:
    folder = write(batch_with(TEXTS), tmp_path, "parquet")
    found = parquet.read_table(folder / "rows.parquet")["Remark"].to_pylist()
    assert found[: len(TEXTS)] == TEXTS


def test_no_csv_cell_begins_a_formula_and_each_can_be_taken_back(tmp_path: Path) -> None:
    folder = write(batch_with(TEXTS), tmp_path, "csv")
    with (folder / "rows.csv").open(encoding="utf-8", newline="") as file:
        found = [row["Remark"] for row in csv.DictReader(file)][: len(TEXTS)]
    assert found[: len(FORMULAS)] == ["'" + text for text in FORMULAS]
    assert not any(re.match(r"[=+\-@\t\r\n\uff1d]", cell) for cell in found)
    assert [re.sub("^'('*[=+\\-@\t\r\n\uff1d])", r"\1", cell) for cell in found] == TEXTS


def test_headings_are_text_as_well(tmp_path: Path) -> None:
    batch = invented_batch(5)
    batch = dataclasses.replace(batch, rows=batch.rows.rename(columns={"Remark": "=1+1", "DOS": "status"}))
    assert header(opened(write(batch, tmp_path))["Rows"])[4:] == ["VISIT_ID", "status (2)", "=1+1", "Payer"]
    with (write(batch, tmp_path, "csv") / "rows.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file))[4:] == ["VISIT_ID", "status (2)", "'=1+1", "Payer"]


def test_names_in_the_summary_are_text(tmp_path: Path) -> None:
    batch = invented_batch(20)
    batch.claim_lines["Payer"] = "=1+1"
    sheet = opened(write(batch, tmp_path))["Summary"]
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert cell.data_type == "s"


@pytest.mark.parametrize(
    "letter",
    ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1f", "\ufffe", "\uffff"],
)
def test_letters_no_workbook_can_hold_show_as_such(tmp_path: Path, letter: str) -> None:
    path = write(batch_with([f"a{letter}b"]), tmp_path)
    assert remarks(path, 1) == ["a\ufffdb"]


def test_half_a_letter_shows_as_such(tmp_path: Path) -> None:
    """A lone surrogate is no letter; a program that cut a text amid one leaves it."""
    path = write(batch_with(["a\ud83db"]), tmp_path)
    assert remarks(path, 1) == ["a?b"]


@pytest.mark.parametrize("text", ["x" * 40_000, "💉" * 20_000, "é" * 33_000])
def test_text_too_long_for_a_cell_is_cut_and_says_so(tmp_path: Path, text: str) -> None:
    (found,) = remarks(write(batch_with([text]), tmp_path), 1)
    note = " … (cut here: longer than a cell can hold)"
    assert found.endswith(note)
    assert len(found.encode("utf-16-le")) // 2 in (32_766, 32_767)
    assert text.startswith(found.removesuffix(note))
    folder = write(batch_with([text]), tmp_path, "parquet")
    assert parquet.read_table(folder / "rows.parquet")["Remark"][0].as_py() == text
