"""Sheets of many rows hold what the library would write into them, cell for cell."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from invented import invented_batch, invented_ruleset, invented_run, results_of
from openpyxl.worksheet.worksheet import Worksheet
from test_hostile_text import TEXTS
from workbooks import opened

from codesheet.results import data_sheets, long_rows, packaging
from codesheet.results.data_sheets import data_sheets as sheets_of
from codesheet.results.excel import Look, write_workbook
from codesheet.results.spooled_table import SpooledTable
from codesheet.results.writer import write_results

ROWS = 700


def frame(first: int) -> pd.DataFrame:
    """Give every kind of column, with blanks, and columns that go together."""
    numbers = np.arange(first, first + ROWS)
    some = pd.Series(numbers % 7)
    return pd.DataFrame(
        {
            "Visit ID": [f"v{number:05d}" for number in numbers],
            "Hostile": [TEXTS[number % (len(TEXTS) - 1)] for number in numbers],
            "Payer": some.map({1: "Medicare", 2: "a & b <c>", 3: " spaced "}),
            "Payer group": some.map({1: "public", 3: "x_x000D_y", 4: "\r\n"}),
            "Day": pd.to_datetime(some.map({1: date(2026, 3, 1), 5: date(1999, 12, 31)})),
            "Moment": pd.to_datetime(some.map({0: datetime(2026, 3, 1, 7, 30, 1), 6: datetime(2026, 3, 1)})),  # noqa: DTZ001
            "Units": np.where(some == 2, np.nan, numbers / 8),
            "Tiny": some.map({0: 1e-9, 1: 1e21, 2: np.inf, 3: -np.inf, 4: 0.1 + 0.2, 5: -0.0}),
            "Sure": some == 1,
            "Nothing": pd.Series([None] * ROWS, dtype="object"),
            "Count": numbers % 3,
        }
    )


def table() -> SpooledTable:
    table = SpooledTable(None)
    for first in (0, ROWS, 2 * ROWS):
        table.add(frame(first))
    return table


def write(path: Path, threads: int = 1) -> Worksheet:
    sheets = list(sheets_of("Rows", table(), invented_ruleset().rulebook))
    write_workbook(path, sheets, (), threads)
    return opened(path)["Rows"]


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(data_sheets, "DECORATED_ROWS", 50)
    return monkeypatch


def cells(sheet: Worksheet) -> list[list[tuple[object, str, str]]]:
    """Give values, types and formats; of a blank cell no format: the library leaves it to the column."""
    return [
        [(cell.value, cell.data_type, "" if cell.value is None else cell.number_format) for cell in row]
        for row in sheet.iter_rows()
    ]


def test_every_cell_is_the_library_s(tmp_path: Path, plain: pytest.MonkeyPatch) -> None:
    long = write(tmp_path / "long.xlsx")
    plain.setattr(data_sheets, "DECORATED_ROWS", 10**6)
    plain.setattr(data_sheets, "_look", long_look(data_sheets._look))  # noqa: SLF001
    library = write(tmp_path / "library.xlsx")
    assert long.dimensions == library.dimensions == f"A1:K{3 * ROWS + 1}"
    assert long.auto_filter.ref == library.auto_filter.ref
    found, expected = cells(long), cells(library)
    assert found[0] == expected[0]
    for row, (ours, theirs) in enumerate(zip(found, expected, strict=True), start=1):
        assert ours == theirs, f"row {row}"


def long_look(look: Callable[[str, SpooledTable], Look | None]) -> Callable[[str, SpooledTable], Look | None]:
    """Look at a short table as at a long one."""

    def as_long(column: str, table: SpooledTable) -> Look | None:
        found = look(column, table)
        return None if found is None or found.number == "@" else found

    return as_long


@pytest.mark.parametrize("rows_at_once", [1, 64, 5000])
def test_stretches_and_threads_change_nothing(
    tmp_path: Path, plain: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    write(tmp_path / "one.xlsx")
    plain.setattr(long_rows, "_ROWS_AT_ONCE", rows_at_once)
    plain.setattr(long_rows, "_MOST_PAIRS", rows_at_once)
    write(tmp_path / "two.xlsx", threads=3)
    assert sheet_xml(tmp_path / "one.xlsx") == sheet_xml(tmp_path / "two.xlsx")


def sheet_xml(path: Path) -> bytes:
    with ZipFile(path) as book:
        assert book.testzip() is None
        return book.read("xl/worksheets/sheet1.xml")


def test_a_sheet_beyond_two_gigabytes(tmp_path: Path, plain: pytest.MonkeyPatch) -> None:
    """Its header then has the sizes where they have room for it."""
    write(tmp_path / "small.xlsx")
    plain.setattr(packaging, "_LARGE", 1000)
    write(tmp_path / "large.xlsx")
    assert sheet_xml(tmp_path / "small.xlsx") == sheet_xml(tmp_path / "large.xlsx")
    assert room_of_sheet(tmp_path / "small.xlsx") == room_of_sheet(tmp_path / "large.xlsx")


def room_of_sheet(path: Path) -> int:
    """Measure from the header of the sheet to that of the next part; others hold the time of writing."""
    with ZipFile(path) as book:
        parts = iter(book.infolist())
        sheet = next(part for part in parts if part.filename == "xl/worksheets/sheet1.xml")
        return next(parts).header_offset - sheet.header_offset


def test_the_file_is_no_larger_than_it_must_be(tmp_path: Path, plain: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """What the writer made is not carried along beside what took its place."""
    write(tmp_path / "long.xlsx")
    with ZipFile(tmp_path / "long.xlsx") as book:
        parts = book.infolist()
        spans = [(p.header_offset, p.header_offset + 30 + len(p.filename) + p.compress_size) for p in parts]
    assert spans == sorted(spans)
    gaps = [start - end for (_, end), (start, _) in pairwise(spans)]
    assert all(0 <= gap <= 20 for gap in gaps)


def test_a_disk_that_fills_up_while_rows_are_written(tmp_path: Path, plain: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Iterator[long_rows.Packed]:
        yield long_rows.packed(b"<row/>")
        raise OSError(28, "No space left on device")

    plain.setattr("codesheet.results.excel.packed_rows", fail)
    target = tmp_path / "coded.xlsx"
    target.write_text("older")
    with pytest.raises(Exception, match=r"no space left on device. What was there before is unchanged"):
        write_results(results_of(invented_batch(100)), invented_ruleset(), invented_run(), target)
    assert target.read_text() == "older"
    assert list(tmp_path.iterdir()) == [target]


def test_long_text_is_cut_and_says_so(tmp_path: Path, plain: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    batch = invented_batch(100)
    batch = dataclasses.replace(batch, rows=batch.rows.assign(Remark="x" * 40_000))
    path = tmp_path / "coded.xlsx"
    write_results(results_of(batch), invented_ruleset(), invented_run(), path)
    sheet = opened(path)["Rows"]
    remark = [cell.value for cell in sheet[2]][[cell.value for cell in sheet[1]].index("Remark")]
    assert isinstance(remark, str)
    assert remark.endswith(" … (cut here: longer than a cell can hold)")
    assert len(remark) == 32_767


def test_a_packed_stretch_says_how_long_it_was() -> None:
    assert long_rows.packed(pa.py_buffer(b"<row/>")).size == 6
