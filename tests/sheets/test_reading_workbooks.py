"""Files: which are read, and what is said of those that cannot be."""

import zipfile
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from codesheet.issues import IssueCode
from codesheet.sheets import workbook as module
from codesheet.sheets.workbook import find_workbooks, read_sheets, read_workbooks
from grid import wrapped, write_workbooks


def saved(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def blank_book() -> Workbook:
    book = Workbook()
    book.worksheets[0].title = "Sheet"
    return book


def why_unreadable(data: bytes) -> str:
    sheets, (issue,) = read_sheets(data, "broken.xlsx")
    assert sheets == []
    return str(issue)


def test_workbooks_of_a_folder_in_order_of_path(tmp_path: Path) -> None:
    names = ["b.xlsx", "a.XLSM", "payers/acme.xlsx", "samples/x.xlsx", "payers/Samples/y.xlsx", "~$b.xlsx"]
    for name in [*names, "notes.txt", "old.xls"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [name for name, _ in find_workbooks(tmp_path)] == ["a.XLSM", "b.xlsx", "payers/acme.xlsx"]
    assert [name for name, _ in find_workbooks(tmp_path / "b.xlsx")] == ["b.xlsx"]


def test_sources_carry_the_sha256(tmp_path: Path) -> None:
    write_workbooks("# Notes\n| hello |", tmp_path)
    _, (source,), issues = read_workbooks(tmp_path)
    assert (source.workbook, len(source.sha256), issues) == ("book.xlsx", 64, [])


def test_a_folder_without_workbooks_is_an_issue(tmp_path: Path) -> None:
    _, _, (issue,) = read_workbooks(tmp_path / "empty")
    assert [str(issue)] == wrapped("""
        empty: error[W102] holds no workbook (.xlsx or .xlsm): put the workbooks there,
            or name another folder
    """)


def test_a_broken_workbook_does_not_stop_the_others(tmp_path: Path) -> None:
    write_workbooks("## good.xlsx\n# Notes\n| hello |", tmp_path)
    (tmp_path / "bad.xlsx").write_bytes(b"no zip")
    sheets, _, issues = read_workbooks(tmp_path)
    assert [sheet.workbook for sheet in sheets] == ["good.xlsx"]
    assert [issue.kind for issue in issues] == [IssueCode.UNREADABLE_WORKBOOK]


def test_what_is_said_of_files_that_cannot_be_read() -> None:
    whole = saved(blank_book())
    assert "protected by a password" in why_unreadable(bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 100)
    assert "no Excel workbook" in why_unreadable(whole[: len(whole) // 2])
    assert "no Excel workbook" in why_unreadable(b"")
    assert "no Excel workbook" in why_unreadable(whole[:-3] + b"\x30" + whole[-2:])
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    assert "it is damaged" in why_unreadable(stream.getvalue())


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LARGEST", 1000)
    assert "unpacks to" in why_unreadable(saved(blank_book()))


def test_cells_keep_their_types_and_addresses() -> None:
    book = blank_book()
    sheet = book.worksheets[0]
    values: list[int | float | bool | str | datetime | date | time | timedelta | None]
    values = [95115, 1.5, True, datetime(2026, 5, 4), date(2026, 5, 4), time(8, 30), timedelta(minutes=90)]  # noqa: DTZ001
    for column, value in enumerate([*values, "  text ", "   ", None], start=1):
        sheet.cell(3, column).value = value
    (read,), _ = read_sheets(saved(book), "a.xlsx")
    day = datetime(2026, 5, 4)  # noqa: DTZ001
    assert list(read.rows[3].values()) == [95115, 1.5, True, day, day, time(8, 30), time(1, 30), "  text "]
    assert str(read.ref(3, 2)) == "a.xlsx!Sheet!B3"


def test_formatting_down_to_the_last_row_is_no_content() -> None:
    book = blank_book()
    book.worksheets[0]["A1"] = "Fields"
    book.worksheets[0].cell(1_048_576, 16_384).font = Font(bold=True)
    (read,), _ = read_sheets(saved(book), "a.xlsx")
    assert read.rows == {1: {1: "Fields"}}


def test_error_values_uncalculated_formulas_and_merged_cells_are_noticed() -> None:
    book = blank_book()
    sheet = book.worksheets[0]
    sheet["A2"], sheet["B2"] = "#N/A", "=1+1"
    sheet.merge_cells("A5:A7")
    (read,), _ = read_sheets(saved(book), "a.xlsx")
    assert read.faults == {(2, 1): IssueCode.ERROR_VALUE, (2, 2): IssueCode.FORMULA_NOT_CALCULATED}
    assert read.layout.merged == ((5, 1, 7, 1),)
