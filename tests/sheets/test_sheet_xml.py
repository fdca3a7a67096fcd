"""A sheet's XML as Excel and others write it, read to its cells."""

import zipfile
from collections.abc import Iterator
from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from codesheet.issues import Issue, IssueCode
from codesheet.sheets.workbook import LISTS_SAY, Sheet, read_sheets

SHIPPED = Path(__file__).parents[2] / "workbooks"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STYLES = f"""<styleSheet xmlns="{MAIN}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="00000"/>
<numFmt numFmtId="165" formatCode="[h]:mm"/></numFmts>
<fonts count="2"><font/><font><strike val="1"/></font></fonts>
<cellXfs count="6"><xf numFmtId="0" fontId="0"/><xf numFmtId="14" fontId="0"/><xf numFmtId="20" fontId="0"/>
<xf numFmtId="164" fontId="0"/><xf numFmtId="11" fontId="1"/><xf numFmtId="165" fontId="0"/></cellXfs>
</styleSheet>"""


TEXTS = f'<sst xmlns="{MAIN}"><si><t>x</t></si></sst>'
TEXTS_TYPE = (
    '<Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
RELATIONS = "xl/_rels/workbook.xml.rels"
TEXTS_RELATION = (
    '<Relationship Id="texts" Target="sharedStrings.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
)


def workbook(sheet: str) -> bytes:
    stream, out = BytesIO(), BytesIO()
    Workbook().save(stream)
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(out, "w") as target:
        parts = {name: source.read(name).decode() for name in source.namelist()}
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace("</Types>", TEXTS_TYPE)
        parts[RELATIONS] = parts[RELATIONS].replace("</Relationships>", TEXTS_RELATION)
        parts |= {"xl/worksheets/sheet1.xml": sheet, "xl/styles.xml": STYLES, "xl/sharedStrings.xml": TEXTS}
        for name, text in parts.items():
            target.writestr(name, text)
    return out.getvalue()


def read(rows: str, after: str = "") -> Sheet:
    text = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    (sheet,), issues = read_sheets(workbook(text), "a.xlsx")
    assert issues == []
    return sheet


def refused(text: str) -> Issue:
    sheets, (issue,) = read_sheets(workbook(text), "a.xlsx")
    assert sheets == []
    return issue


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1"><v>95115</v></c>', 95115),
        ('<c r="A1"><v>0.5</v></c>', 0.5),
        ('<c r="A1"><v>1e3</v></c>', 1000.0),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="s"><v>0</v></c>', "x"),
        ('<c r="A1" t="str"><f>B1</f><v>J30</v></c>', "J30"),
        ('<c r="A1" t="inlineStr"><is><t>a &amp; b</t></is></c>', "a & b"),
        (
            '<c r="A1" t="inlineStr"><is><r><t>not </t></r><r><rPr><b/></rPr><t>J30</t></r></is></c>',
            "not J30",
        ),
        ('<c r="A1" t="inlineStr"><is><t>kana</t><rPh sb="0" eb="1"><t>ka</t></rPh></is></c>', "kana"),
        ('<c r="A1" t="d"><v>2026-05-04T00:00:00</v></c>', datetime(2026, 5, 4)),  # noqa: DTZ001
        ('<c r="A1" s="1"><v>46146</v></c>', datetime(2026, 5, 4)),  # noqa: DTZ001
        ('<c r="A1" s="2"><v>0.5</v></c>', time(12)),
        ('<c r="A1" s="5"><v>0.25</v></c>', time(6)),
        ('<c r="A1" s="5"><v>1.25</v></c>', "1 day, 6:00:00"),
        ('<c r="A1" t="inlineStr"><is><t> \u00a0 </t></is></c>', None),
        ('<c r="A1" s="1"/>', None),
    ],
)
def test_what_a_cell_holds(cell: str, value: object) -> None:
    found = read(f'<row r="1">{cell}</row>').value(1, 1)
    assert (found, type(found)) == (value, type(value))


def test_cells_and_rows_without_an_address_follow_the_one_before() -> None:
    sheet = read('<row><c><v>1</v></c><c r="D1"><v>2</v></c><c><v>3</v></c></row><row><c><v>4</v></c></row>')
    assert sheet.rows == {1: {1: 1, 4: 2, 5: 3}, 2: {1: 4}}


def test_a_row_written_twice_or_out_of_turn_is_not_lost() -> None:
    sheet = read(
        '<row r="3"><c r="A3"><v>3</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="3"><c r="B3"><v>4</v></c></row>'
    )
    assert list(sheet.rows.items()) == [(1, {1: 1}), (3, {1: 3, 2: 4})]


@pytest.mark.parametrize("text", ["#N/A", "#FIELD!", "#BLOCKED!"])
def test_every_error_value_is_a_fault(text: str) -> None:
    sheet = read(f'<row r="1"><c r="A1" t="e"><v>{text}</v></c></row>')
    assert sheet.faults == {(1, 1): IssueCode.ERROR_VALUE}


@pytest.mark.parametrize("number", ["1e999", "-1e308", "9" * 400])
def test_a_number_beyond_excels_is_a_fault(number: str) -> None:
    sheet = read(f'<row r="1"><c r="A1"><v>{number}</v></c></row>')
    assert (sheet.value(1, 1), sheet.faults) == ("#NUM!", {(1, 1): IssueCode.ERROR_VALUE})


def test_a_day_before_all_days_is_a_fault() -> None:
    assert read('<row r="1"><c r="A1" s="1"><v>-1e9</v></c></row>').faults == {(1, 1): IssueCode.ERROR_VALUE}


def test_formulas_shared_by_cells_are_each_read_as_their_own() -> None:
    sheet = read(
        '<row r="1"><c r="A1"><v>2</v></c>'
        '<c r="B1"><f t="shared" ref="B1:B3" si="0">A1*2</f><v>4</v></c></row>'
        '<row r="2"><c r="A2"><v>3</v></c><c r="B2"><f t="shared" si="0"/><v>6</v></c></row>'
        '<row r="3"><c r="A3"><v>4</v></c><c r="B3"><f t="shared" si="0"/><v>9</v></c></row>'
    )
    assert sheet.faults == {(3, 2): IssueCode.RESULT_OUT_OF_DATE}


def test_formulas_of_arrays_are_not_judged_by_their_first_cell() -> None:
    sheet = read(
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="array" ref="B1:B2">A1</f><v>7</v></c></row>'
    )
    assert sheet.faults == {}


def test_a_formula_without_a_result_is_a_fault() -> None:
    sheet = read('<row r="1"><c r="A1"><f>B1</f></c></row>')
    assert (sheet.faults, sheet.value(1, 1)) == ({(1, 1): IssueCode.FORMULA_NOT_CALCULATED}, "(formula)")


def test_what_the_eye_sees() -> None:
    layout = read(
        '<row r="1" hidden="1"><c r="A1" s="3"><v>95</v></c><c r="B1" s="4"><v>1</v></c></row>',
        '<autoFilter ref="A1:B1"/><mergeCells><mergeCell ref="A2:B3"/></mergeCells>',
    ).layout
    assert (sorted(layout.hidden_rows), layout.is_filtered, layout.merged) == ([1], True, ((2, 1, 3, 2),))
    assert (dict(layout.padded), sorted(layout.struck)) == ({(1, 1): 5}, [(1, 2)])
    assert sorted(layout.scientific) == [(1, 2)]


@pytest.mark.parametrize("name_space", [MAIN, STRICT])
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_sheets_of_other_programs(name_space: str, prefix: str) -> None:
    declared = f"xmlns{':x' if prefix else ''}"
    text = (
        f'<{prefix}worksheet {declared}="{name_space}"><{prefix}sheetData><{prefix}row r="1">'
        f'<{prefix}c r="A1"><{prefix}v>1</{prefix}v></{prefix}c>'
        f"</{prefix}row></{prefix}sheetData></{prefix}worksheet>"
    )
    (sheet,), _ = read_sheets(workbook(text), "a.xlsx")
    assert sheet.rows == {1: {1: 1}}


def test_elements_of_extensions_are_no_cells() -> None:
    after = '<extLst xmlns:xm="http://x"><ext><xm:f>A1</xm:f><xm:v>1</xm:v></ext></extLst>'
    assert read('<row r="1"><c r="A1"><v>1</v></c></row>', after).rows == {1: {1: 1}}


def test_entities_are_refused_wherever_they_are_declared() -> None:
    late = f'<!--{"x" * 5000}--><!DOCTYPE a [<!ENTITY b "c">]>'
    issue = refused(f'{late}<worksheet xmlns="{MAIN}"><sheetData/></worksheet>')
    assert "declarations that Excel never writes" in str(issue)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1" t="s"><v>9</v></c></row>',
        '<row r="1"><c r="1A"><v>9</v></c></row>',
        '<row r="one"><c><v>9</v></c></row>',
        '<row r="1"><c r="A1"><v>nine</v></c></row>',
        '<row r="1"><c r="A1"><v>NaN</v></c></row>',
        '<row r="1"><c r="A1"><v>9</v></row>',
    ],
)
def test_damage_is_said(rows: str) -> None:
    issue = refused(f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>')
    assert "it is damaged" in str(issue)


@pytest.mark.parametrize("path", sorted(SHIPPED.rglob("*.xlsx")), ids=lambda path: path.stem)
def test_cells_are_those_that_openpyxl_reads(path: Path) -> None:
    sheets, issues = read_sheets(path.read_bytes(), path.name)
    assert issues == []
    book = load_workbook(path, read_only=True, data_only=True)
    assert [sheet.name for sheet in sheets] == book.sheetnames
    for sheet in sheets:
        if sheet.value(1, 1) != LISTS_SAY:
            assert dict(sheet.rows) == dict(_as_openpyxl_reads(book[sheet.name]))


def _as_openpyxl_reads(sheet: Worksheet) -> Iterator[tuple[int, dict[int, Any]]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = {
            column: value
            for column, value in enumerate(row, start=1)
            if value is not None and not (isinstance(value, str) and not value.strip())
        }
        if cells:
            yield number, cells
