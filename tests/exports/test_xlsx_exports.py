"""Excel exports: numbers where codes should be, true dates, failed formulas, several sheets."""

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from pyarrow import parquet
from rulebooks import VISIT, field, rejected, rulebook, values

from codesheet.coding.batch import Encounters
from codesheet.exports.reader import read_encounters
from codesheet.language.unary_tests import Equals
from codesheet.language.values import DateForm
from codesheet.location import CellRef
from codesheet.model import AllowedValues, Member, Period, Rulebook, ValueSet

DAY = date(2026, 5, 4)
BOOK = rulebook([VISIT, field("Day", "date"), field("Start", "time"), field("Code", "code")])


def save(path: Path, *rows: list[object], **sheets: list[list[object]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Visits"  # type: ignore[union-attr]
    for row in rows:
        workbook.active.append(row)  # type: ignore[union-attr]
    for name, grid in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in grid:
            sheet.append(row)
    workbook.save(path)
    return path


def read(path: Path, book: Rulebook = BOOK) -> Encounters:
    encounters, issues = read_encounters([path], book)
    assert encounters is not None, issues
    return encounters


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return tmp_path / "visits.xlsx"


def test_cells_of_every_type(export: Path) -> None:
    save(
        export,
        ["Visit ID", "Day", "Start", "Code", "Other"],
        ["V1", DAY, time(10, 30), 95115, True],
        [],
        [17, "2026-05-04", "9:05", "00012", 0.25],
        ["V3", 46146, datetime.combine(DAY, time(8)), None, timedelta(hours=30)],
    )
    found = read(export)
    assert values(found, "Visit ID") == ["V1", "17", "V3"]
    assert values(found, "Day") == [float(DAY.toordinal())] * 3
    assert values(found, "Start") == [630.0, 545.0, 480.0]
    assert values(found, "Code") == ["95115", "00012", None]
    assert found.file_rows.to_list() == [2, 4, 5]
    assert found.carried["Other"].to_list() == ["TRUE", "0.25", "1 day, 6:00:00"]
    assert found.carried["Day"].to_list() == ["2026-05-04", "2026-05-04", "46146"]


def test_a_number_is_rejected_where_excel_may_have_eaten_zeros(export: Path) -> None:
    save(export, ["Visit ID", "Code"], ["V1", 123], ["V2", "00012"], ["V3", 95115])
    found = read(export)
    why = "is stored as a number, so Excel may have removed leading zeros: store it as text"
    assert rejected(found) == [(2, "V1", "Code", "123", why)]
    assert values(found, "Code") == ["00012", "95115"]


def test_allowed_values_tell_of_eaten_zeros(export: Path) -> None:
    member = Member(Equals("02"), "02", Period(), CellRef(""))
    places = ValueSet("Places", (member, Member(Equals("11"), "11", Period(), CellRef(""))), CellRef(""))
    fields = [
        VISIT,
        field("Place", "code", allowed=AllowedValues(set_name="Places")),
        field("Drug", "code", allowed=AllowedValues(("1234", "5678"))),
    ]
    save(export, ["Visit ID", "Place", "Drug"], ["V1", 2, 1234], ["V2", 11, 123], ["V3", 11, 9999])
    found = read(export, rulebook(fields, sets={"Places": places}))
    assert [row[:4] for row in rejected(found)] == [(2, "V1", "Place", "2"), (3, "V2", "Drug", "123")]
    assert values(found, "Drug") == ["9999"]


def test_long_identifiers_stored_as_numbers_have_lost_digits(export: Path) -> None:
    save(export, ["Visit ID", "Code"], ["V1", 1234567890123456789], ["V2", 123456789012345])
    found = read(export)
    assert values(found, "Code") == ["123456789012345"]
    assert [row[:3] for row in rejected(found)] == [(2, "V1", "Code")]


def test_day_numbers_of_1904_are_rejected(export: Path) -> None:
    save(export, ["Visit ID", "Day"], ["V1", 46146], ["V2", DAY])
    workbook = openpyxl.load_workbook(export)
    workbook.epoch = CALENDAR_MAC_1904
    workbook["Visits"]["B3"] = DAY
    workbook.save(export)
    found = read(export, rulebook([VISIT, field("Day", "date")], [DateForm.EXCEL_SERIAL]))
    assert values(found, "Day") == [float(DAY.toordinal())]
    assert [row[:4] for row in rejected(found)] == [(2, "V1", "Day", "46146")]


def test_failed_formulas_are_no_blanks(export: Path) -> None:
    save(
        export, [None, "Visit ID", "Code", "Other"], [None, "V1", "x", "#N/A"], [], [None, "V3", None, "=1/0"]
    )
    workbook = openpyxl.load_workbook(export)
    sheet = workbook["Visits"]
    sheet["C2"] = "#REF!"
    sheet["C2"].data_type = "e"
    sheet["C5"] = '=IF(1,"00012","")'
    workbook.save(export)
    found = read(export)
    assert rejected(found) == [
        (2, "V1", "Code", "#REF!", "is an error of Excel, not a value"),
        (5, "", "Visit ID", "", "is blank, and every row needs Visit ID"),
        (5, "", "Code", "#NOT CALCULATED", "is an error of Excel, not a value"),
    ]
    assert found.file_rows.to_list() == [4]
    assert found.carried["Other"].to_list() == ["#NOT CALCULATED"]


def test_error_cells_without_addresses_and_with_prefixes(export: Path) -> None:
    """Some writers leave out cell addresses, some write a prefix before every tag."""
    save(export, ["Visit ID", "Code"], ["V1", "x"], ["V2", "y"])
    with zipfile.ZipFile(export) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        b'<x:row><x:c t="str"><x:v>Visit ID</x:v></x:c><x:c t="str"><x:v>Code</x:v></x:c></x:row>'
        b"<x:row><x:c t='str'><x:v>V1</x:v></x:c><x:c t='e'><x:v>#N/A</x:v></x:c></x:row>"
        b'<x:row><x:c t="str"><x:v>V2</x:v></x:c><x:c t="str"><x:f>"" &amp; ""</x:f><x:v></x:v></x:c></x:row>'
        b"</x:sheetData></x:worksheet>"
    )
    with zipfile.ZipFile(export, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    found = read(export)
    assert rejected(found) == [(2, "V1", "Code", "#N/A", "is an error of Excel, not a value")]
    assert values(found, "Visit ID") == ["V2"]


def test_the_sheet_with_the_headings_is_read(export: Path) -> None:
    save(
        export,
        ["Export of May"],
        Data=[[None, "Visit ID", "Code"], [None, "V1", "a"]],
        More=[["Visit ID", "Code"], ["V2", "b"]],
    )
    found = read(export)
    assert values(found, "Visit ID") == ["V1"]
    assert found.notes[0] == 'visits.xlsx: only sheet "Data" was read, not More'


def test_hidden_sheets_are_not_read(export: Path) -> None:
    save(export, ["a"], Data=[["Visit ID"], ["V1"]])
    workbook = openpyxl.load_workbook(export)
    workbook["Data"].sheet_state = "hidden"
    workbook.save(export)
    encounters, (issue,) = read_encounters([export], BOOK)
    assert encounters is None
    assert issue.kind.code == "R103"


def test_an_empty_workbook(export: Path) -> None:
    encounters, (issue,) = read_encounters([save(export)], BOOK)
    assert encounters is None
    assert issue.kind.code == "R102"


def test_a_zip_that_is_no_workbook(export: Path) -> None:
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr("a.txt", "hello")
    encounters, (issue,) = read_encounters([export], BOOK)
    assert encounters is None
    assert "save it as .xlsx" in issue.message


def test_a_damaged_sheet(export: Path) -> None:
    save(export, ["Visit ID"], ["V1"])
    data = bytearray(export.read_bytes())
    for at in range(len(data)):
        if data[at : at + 25].find(b"xl/worksheets/sheet1.xml") == 0:
            data[at + 40 : at + 60] = b"\xff" * 20
            break
    export.write_bytes(bytes(data))
    encounters, (issue,) = read_encounters([export], BOOK)
    assert encounters is None
    assert issue.kind.code == "R101"


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    table = pa.table(
        {
            "Visit ID": ["V1", "V2", None],
            "Day": pa.array([DAY, None, None]),
            "Start": pa.array([time(10, 30), None, None]),
            "Code": pa.array(["00012", "7", None]).dictionary_encode(),
            "Account": pa.array([2**60 + 1, 5, None]),
        }
    )
    parquet.write_table(table, path)
    found = read(path)
    assert values(found, "Day") == [float(DAY.toordinal()), None]
    assert values(found, "Start") == [630.0, None]
    assert values(found, "Code") == ["00012", "7"]
    assert found.carried["Account"].to_list() == ["1152921504606846977", "5"]
    assert found.file_rows.to_list() == [2, 3]
