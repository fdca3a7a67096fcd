"""Workbooks as other programs save them, and odd ones: read the same, quickly, and without harm."""

import re
import shutil
import subprocess
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from codesheet.annotating.annotator import annotated
from codesheet.commands.rulebooks import check_rulebook
from codesheet.commands.workbooks import dress_rulebook
from codesheet.issues import Issue, IssueCode, without_notes
from codesheet.sheets.rulebook import read_rulebook
from codesheet.sheets.workbook import read_sheets

DAY = datetime(2026, 5, 4)  # noqa: DTZ001 - as Excel stores it
SHIPPED = Path(__file__).parents[2] / "workbooks"
OFFICE = shutil.which("soffice")


def saved(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def small() -> Workbook:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sheet"
    for row in (
        ["Decision", "A"],
        ["Result", "fields"],
        ["IF", "THEN", "FROM"],
        ["Drug", "Size"],
        ["aaa", 1, DAY],
    ):
        sheet.append(row)
    return book


def with_parts(data: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
        for name, content in more.items():
            target.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def printed(issues: list[Issue]) -> list[str]:
    return [str(issue) for issue in without_notes(issues)]


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_shipped_workbooks_saved_by_libreoffice_are_the_same_rulebook(tmp_path: Path) -> None:
    for file in SHIPPED.rglob("*.xlsx"):
        target = tmp_path / file.relative_to(SHIPPED).parent
        command = [str(OFFICE), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
        subprocess.run(
            [*command, "--convert-to", "xlsx", "--outdir", str(target), str(file)],
            check=True,
            capture_output=True,
        )
    same_rulebook(tmp_path)


def test_shipped_workbooks_saved_by_openpyxl_are_the_same_rulebook(tmp_path: Path) -> None:
    for file in SHIPPED.rglob("*.xlsx"):
        target = tmp_path / file.relative_to(SHIPPED)
        target.parent.mkdir(parents=True, exist_ok=True)
        load_workbook(file).save(target)
    same_rulebook(tmp_path)


def same_rulebook(folder: Path) -> None:
    before, _ = read_rulebook(SHIPPED)
    after, issues = read_rulebook(folder)
    assert printed(issues) == []
    assert before is not None
    assert after is not None
    assert after.decisions == before.decisions
    assert after.lookups == before.lookups
    assert after.fields == before.fields
    assert after.sets == before.sets
    assert printed(check_rulebook(folder, lambda _: None)) == []


def test_days_counted_from_1904() -> None:
    book = small()
    book.epoch = CALENDAR_MAC_1904
    (sheet,), (issue,) = read_sheets(saved(book), "mac.xlsx")
    assert sheet.value(5, 3) == DAY
    assert issue.kind.code == "W206"


def test_macros_are_ignored() -> None:
    data = with_parts(saved(small()), lambda _, part: part, **{"xl__vbaProject.bin": b"x"})
    (sheet,), issues = read_sheets(data, "a.xlsm")
    assert sheet.value(5, 1) == "aaa"
    assert [issue.kind.code for issue in issues] == ["W204"]


def test_formats_down_to_the_end_of_the_sheet_cost_nothing() -> None:
    book = small()
    sheet = book.worksheets[0]
    for row in (1_048_576, 900_000):
        sheet.cell(row, 16_384).fill = PatternFill("solid", fgColor="FFFF0000")
    (read,), issues = read_sheets(saved(book), "a.xlsx")
    assert (max(read.rows), issues) == (5, [])


def with_a_million_empty_cells(data: bytes) -> bytes:
    rows = b"".join(
        b'<row r="%d"><c r="A%d" s="0"/><c r="XFD%d" s="0"></c></row>' % (n, n, n) for n in range(6, 500_000)
    )
    last = b'<row r="1048576" s="0" customFormat="1"/>'

    def grow(name: str, part: bytes) -> bytes:
        return part.replace(b"</sheetData>", rows + last + b"</sheetData>") if "sheet1" in name else part

    return with_parts(data, grow)


def test_a_million_empty_cells_are_not_loaded(tmp_path: Path) -> None:
    grown = with_a_million_empty_cells(saved(small()))
    tracemalloc.start()
    (read,), issues = read_sheets(grown, "a.xlsx")
    copy = annotated(grown, "a.xlsx", [IssueCode.MACROS_IGNORED.issue(read.at)])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (max(read.rows), issues) == (5, [])
    assert peak < 40_000_000
    assert read_sheets(copy, "a.xlsx")[0][0].rows == read.rows
    sheet = load_workbook(BytesIO(copy))["Issues"]
    assert sheet["A2"].value == (
        "This copy lacks the formats of 1,499,983 empty cells and rows: the workbook itself has it still."
    )
    book = small()
    fields = book.create_sheet("Fields")
    for row in (
        ["Fields"],
        ["Visit key", "Visit"],
        ["Date of service", "Day"],
        ["Field", "Type"],
        ["Visit", "text"],
        ["Day", "date"],
    ):
        fields.append(row)
    grown = with_a_million_empty_cells(saved(book))
    (tmp_path / "a.xlsx").write_bytes(grown)
    _, (dressed,) = dress_rulebook(tmp_path / "a.xlsx", lambda _: None)
    assert dressed.left_alone.startswith("it holds 1,499,983 empty cells and rows with formats")
    assert (tmp_path / "a.xlsx").read_bytes() == grown


def test_merged_headings_are_named() -> None:
    book = small()
    book.worksheets[0].merge_cells("A4:B4")
    (read,), _ = read_sheets(saved(book), "a.xlsx")
    assert read.layout.merged == ((4, 1, 4, 2),)


def test_an_external_entity_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    entity = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'.encode()

    def hostile(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        part = re.sub(rb"<\?xml[^>]*\?>", b"", part)
        return entity + part.replace(b"aaa", b"&e;")

    sheets, (issue,) = read_sheets(with_parts(saved(small()), hostile), "a.xlsx")
    assert sheets == []
    assert "declarations that Excel never writes" in str(issue)


def test_entities_that_grow_without_end_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"a" * 1000 + b'">'
    for one, two in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f'<!ENTITY {two} "{f"&{one};" * 10}">'.encode()

    def hostile(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        return bomb + b"]>" + re.sub(rb"<\?xml[^>]*\?>", b"", part).replace(b"aaa", b"&i;")

    sheets, issues = read_sheets(with_parts(saved(small()), hostile), "a.xlsx")
    assert sheets == []
    assert [issue.kind.code for issue in issues] == ["W101"]


def test_bold_and_colour_say_nothing() -> None:
    book = small()
    book.worksheets[0]["A5"].font = Font(bold=True, color="FFFF0000")
    (read,), issues = read_sheets(saved(book), "a.xlsx")
    assert (read.layout.struck, issues) == (frozenset(), [])


def test_parts_may_stand_anywhere() -> None:
    where = {
        "xl/workbook.xml": "book/main.xml",
        "xl/_rels/workbook.xml.rels": "book/_rels/main.xml.rels",
        "xl/worksheets/sheet1.xml": "sheets/first.xml",
        "xl/styles.xml": "book/looks.xml",
    }
    book = small()
    book.worksheets[0]["B4"].font = Font(strike=True)
    book.epoch = CALENDAR_MAC_1904
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(saved(book))) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            for before, after in where.items():
                part = part.replace(f'"/{before}"'.encode(), f'"/{after}"'.encode())
            part = part.replace(b'Target="xl/workbook.xml"', b'Target="book/main.xml"')
            part = part.replace(b'Target="styles.xml"', b'Target="looks.xml"')
            target.writestr(where.get(name, name), part)
    (sheet,), issues = read_sheets(out.getvalue(), "a.xlsx")
    (usual,), as_usual = read_sheets(saved(book), "a.xlsx")
    assert (sheet, issues) == (usual, as_usual)
    assert sheet.rows[5] == {1: "aaa", 2: 1, 3: DAY}
    assert sheet.layout.struck == {(4, 2)}
    assert issues == [IssueCode.DATES_FROM_1904.issue(issues[0].at)]


def test_a_document_is_no_workbook() -> None:
    data = with_parts(
        saved(small()),
        lambda name, part: part.replace(b"workbook", b"document") if name == "xl/workbook.xml" else part,
    )
    sheets, (issue,) = read_sheets(data, "a.xlsx")
    assert (sheets, issue.kind) == ([], IssueCode.UNREADABLE_WORKBOOK)
    assert "damaged" in str(issue)
