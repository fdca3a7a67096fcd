"""Workbooks that Excel saved as "Strict Open XML Spreadsheet": other namespaces, days as ISO 8601."""

import re
import zipfile
from datetime import datetime, time
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from codesheet import cli
from codesheet.annotating.annotator import annotated
from codesheet.commands.batches import code_visits
from codesheet.issues import IssueCode
from codesheet.location import CellRef
from codesheet.sheets.strict_files import is_strict
from codesheet.sheets.workbook import find_workbooks, read_sheets
from grid import write_workbooks
from rulebook_grids import with_fields

SHIPPED = Path(__file__).parents[1] / "workbooks"

ORDINARY = re.compile(
    rb"http://schemas\.openxmlformats\.org/(officeDocument|spreadsheetml|drawingml)/2006/([\w-]+)((?:/[\w-]+)?)"
)


def strict(data: bytes) -> bytes:
    """Give an ordinary workbook as Excel would save it in the strict form."""
    book = load_workbook(BytesIO(data))
    book.iso_dates = True
    saved, out = BytesIO(), BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name != "[Content_Types].xml":
                part = ORDINARY.sub(_strict_name, part)
            if name == "xl/workbook.xml":
                part = part.replace(b"<workbook ", b'<workbook conformance="strict" ', 1)
            target.writestr(name, part)
    assert is_strict(out.getvalue())
    return out.getvalue()


def _strict_name(found: re.Match[bytes]) -> bytes:
    of, kind, detail = (text.replace(b"-p", b"P") for text in found.groups())
    return b"http://purl.oclc.org/ooxml/%b/%b%b" % (of, kind, detail)


@pytest.mark.parametrize(("name", "path"), find_workbooks(SHIPPED), ids=str)
def test_a_strict_workbook_is_read_as_the_ordinary_one(name: str, path: Path) -> None:
    data = path.read_bytes()
    assert read_sheets(strict(data), name) == read_sheets(data, name)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2026-03-04", datetime(2026, 3, 4)),  # noqa: DTZ001
        ("2026-03-04T00:00:00", datetime(2026, 3, 4)),  # noqa: DTZ001
        ("2026-03-04T10:30:00.000", datetime(2026, 3, 4, 10, 30)),  # noqa: DTZ001
        ("10:30:00", time(10, 30)),
        ("T10:30:00", time(10, 30)),
        ("1899-12-30T10:30:00", time(10, 30)),
        ("1899-12-31T10:30:00", time(10, 30)),
        ("PT10H30M", time(10, 30)),
    ],
)
def test_days_and_times_as_iso_8601(written: str, value: object) -> None:
    data = strict(saved([["x", time(1, 2, 3)]]))
    (sheet,), issues = read_sheets(replaced(data, b"01:02:03", written.encode()), "a.xlsx")
    assert issues == []
    assert sheet.value(1, 2) == value


def saved(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new))
    return out.getvalue()


def test_an_annotated_copy_is_in_the_ordinary_form() -> None:
    issue = IssueCode.HIDDEN_SHEET.issue(CellRef("a.xlsx", "Sheet", 1, "A"))
    copy = annotated(strict(saved([["Caps", datetime(2026, 3, 4), 5]])), "a.xlsx", [issue])  # noqa: DTZ001
    sheet = load_workbook(BytesIO(copy))["Sheet"]
    assert not is_strict(copy)
    assert [cell.value for cell in sheet[1]] == ["Caps", datetime(2026, 3, 4), 5]  # noqa: DTZ001
    assert sheet["A1"].comment is not None


def test_dress_leaves_a_strict_workbook_alone_and_says_so(tmp_path: Path) -> None:
    write_workbooks(with_fields(""), tmp_path)
    (book,) = tmp_path.glob("*.xlsx")
    book.write_bytes(data := strict(book.read_bytes()))
    result = CliRunner().invoke(cli.app, ["dress", str(tmp_path)])
    assert "saved as Strict Open XML Spreadsheet; save it as Excel Workbook (.xlsx)" in " ".join(
        result.output.split()
    )
    assert book.read_bytes() == data


def test_visits_in_a_strict_workbook_are_coded_as_in_an_ordinary_one(tmp_path: Path) -> None:
    visits = saved(
        [
            ["Visit ID", "Item", "Date of service", "Service", "Drug", "Start time", "Stop time"],
            ["V1", 1, datetime(2026, 5, 13), "infusion", "nivolumab", time(8, 22), time(8, 52)],  # noqa: DTZ001
        ]
    )
    tables = []
    for folder, data in ((tmp_path / "one", visits), (tmp_path / "other", strict(visits))):
        folder.mkdir()
        (folder / "visits.xlsx").write_bytes(data)
        outcome = code_visits(
            [folder / "visits.xlsx"], SHIPPED.parent / "rules", folder / "coded", "csv", lambda _: None
        )
        assert outcome.issues == []
        tables.append((folder / "coded" / "rows.csv").read_text(encoding="utf-8"))
    assert tables[0] == tables[1]
    assert "08:22:00" in tables[0]
