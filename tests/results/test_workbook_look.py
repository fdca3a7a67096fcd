"""What a reader sees beside values: charts, frozen headers, filters, widths, formats, notes, print set-up."""

import dataclasses
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring
from zipfile import ZipFile

import pandas as pd
import pytest
from invented import invented_batch, invented_ruleset, invented_run, results_of
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from workbooks import column, header, opened, rows
from written import Written, write_sample

from codesheet.coding.batch import CodedBatch
from codesheet.compiling.ruleset import Ruleset
from codesheet.results import data_sheets, excel
from codesheet.results.writer import write_results

DATA_SHEETS = ["Claim lines", "Visits", "Rows", "Review", "Rejected", "Rules used", "Run"]
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write_sample(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def book(written: Written) -> Workbook:
    return opened(written.workbook)


def write(batch: CodedBatch, folder: Path, ruleset: Ruleset | None = None) -> Path:
    target = folder / "coded.xlsx"
    write_results(results_of(batch), ruleset or invented_ruleset(), invented_run(), target)
    return target


def width_of(sheet: Worksheet, place: int) -> float:
    """Give a column's width; neighbours of one width are one entry of the file."""
    spans = sheet.column_dimensions.values()
    (width,) = [span.width for span in spans if (span.min or 0) <= place <= (span.max or 0)]
    return float(width)


def cell_of(sheet: Worksheet, name: str, row: int = 2) -> Any:  # noqa: ANN401 - any kind of cell
    return sheet.cell(row, header(sheet).index(name) + 1)


@pytest.mark.parametrize("name", DATA_SHEETS)
def test_headers_are_frozen_filtered_and_repeated_in_print(book: Workbook, name: str) -> None:
    sheet = book[name]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter is not None
    assert sheet.oddFooter.left.text == "&A"
    assert sheet["A1"].font.b
    assert sheet["A1"].alignment.wrap_text


def test_only_sheets_too_wide_to_be_read_print_on_several_pages(book: Workbook) -> None:
    wide = {name for name in DATA_SHEETS if (book[name].page_setup.fitToWidth or 1) > 1}
    assert wide == {"Claim lines", "Rows"}
    assert book["Rows"].print_title_cols == "$A:$B"


def test_codes_are_text_dates_are_dates_and_numbers_numbers(book: Workbook) -> None:
    lines = book["Claim lines"]
    kinds = {name: cell_of(lines, name).data_type for name in ("Code", "Place of service", "Units", "Line")}
    assert kinds == {"Code": "s", "Place of service": "s", "Units": "n", "Line": "n"}
    assert cell_of(lines, "Date of service").is_date
    assert cell_of(lines, "Date of service").number_format == "yyyy-mm-dd"
    assert cell_of(lines, "Code").number_format == "@"


def test_reasons_wrap_in_rows_that_are_high_enough(book: Workbook) -> None:
    lines = book["Claim lines"]
    assert cell_of(lines, "Why").alignment.wrap_text
    width = width_of(lines, cell_of(lines, "Why").column)
    long = [row for row, text in enumerate(column(lines, "Why"), start=2) if len(str(text)) > 2 * width]
    long = [row for row in long if row < lines.max_row]  # the last row must have no height of its own
    assert long
    for row in long:
        assert lines.row_dimensions[row].height >= 30


@pytest.mark.parametrize("name", DATA_SHEETS)
def test_columns_are_wide_enough_for_headings_and_most_values(book: Workbook, name: str) -> None:
    sheet = book[name]
    for place, name_ in enumerate(map(str, header(sheet)), start=1):
        width = width_of(sheet, place)
        assert width >= max(map(len, name_.split())) + 3, name_
        longest = max((len(v) for v in column(sheet, name_) if isinstance(v, str)), default=0)
        wraps = any(sheet.cell(row, place).alignment.wrap_text for row in range(2, sheet.max_row + 1))
        assert wraps or width >= min(longest, 38), name_


def test_headings_explain_themselves(book: Workbook) -> None:
    for name in ("Claim lines", "Visits", "Review", "Rejected", "Rules used", "Run"):
        unexplained = {cell.value for cell in book[name][1] if cell.comment is None}
        assert unexplained <= {"Payer", "Claim type", "Diagnosis pointer", "Place of service"}, name
    assert cell_of(book["Rules used"], "Count", 1).comment.text.startswith("codesheet:\nHow often it fired")


def test_rules_that_never_fired_stand_out(book: Workbook) -> None:
    used = book["Rules used"]
    letter = cell_of(used, "Count").column_letter
    (found,) = [area for area in used.conditional_formatting if str(area.sqref).startswith(letter)]
    assert [(rule.operator, rule.formula) for rule in found.rules] == [("equal", ["0"])]
    assert 0 in column(used, "Count")


def test_conditions_from_above_a_table_read_as_written(book: Workbook) -> None:
    conditions = [str(text) for text in column(book["Rules used"], "When")]
    assert any("; Payer = Highmark" in text for text in conditions)
    assert not any(re.search(r"(\w+): \1 =", text) for text in conditions)


def charts(path: Path) -> list[Element]:
    with ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name))
        return [fromstring(archive.read(name)) for name in names]


def bound(chart: Element, what: str) -> tuple[str, list[str]]:
    """Give the range that a chart's labels (cat) or values (val) are bound to, and its cached values."""
    (found,) = chart.iter(CHART + what)
    (formula,) = (e.text for e in found.iter(CHART + "f"))
    return str(formula), [str(e.text) for e in found.iter(CHART + "v")]


def test_charts_are_bound_to_the_rows_of_their_tables(written: Written, book: Workbook) -> None:
    found = charts(written.workbook)
    titles = ["".join(next(chart.iter(CHART + "title")).itertext()) for chart in found]
    assert titles == [
        "Visits by status",
        "Review by queue",
        *(title for title in titles[2:3] if re.fullmatch(r"Claim lines by Payer(: top 12)?", title)),
        "Claim lines by code: top 12",
    ]
    assert len(titles) == 4
    summary = book["Summary"]
    for chart, title in zip(found, titles, strict=True):
        labels, words = bound(chart, "cat")
        values, numbers = bound(chart, "val")
        for formula, cached in ((labels, words), (values, numbers)):
            sheet, _, area = formula.partition("!")
            assert sheet == "Summary"
            cells = [cell.value for (cell,) in summary[area.replace("$", "")]]
            assert [f"{cell:g}" if isinstance(cell, float) else cell for cell in cells] == cached
        first = int(re.search(r"\d+", labels)[0])  # type: ignore[index]
        assert str(summary.cell(first - 1, 2).value).strip("\u2007") == title.partition(":")[0]


def test_charts_stand_below_one_another(written: Written) -> None:
    with ZipFile(written.workbook) as archive:
        drawing = fromstring(archive.read("xl/drawings/drawing1.xml"))
    tag = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
    spans = [
        (int(anchor.find(f"{tag}from/{tag}row").text), int(anchor.find(f"{tag}to/{tag}row").text))  # type: ignore[union-attr,arg-type]
        for anchor in drawing.iter(tag + "twoCellAnchor")
    ]
    assert len(spans) == 4
    assert all(above < below for (_, above), (below, _) in pairwise(spans))


def parts(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names))
        return {name: archive.read(name) for name in names}


def test_every_part_is_well_formed_declared_and_reached(written: Written) -> None:
    found = parts(written.workbook)
    types = fromstring(found["[Content_Types].xml"])
    declared = {e.get("PartName", "").lstrip("/") for e in types if e.tag.endswith("Override")}
    endings = {e.get("Extension") for e in types if e.tag.endswith("Default")}
    assert declared <= set(found)
    reached = {"[Content_Types].xml"}
    for name, data in found.items():
        tree = fromstring(data)
        assert name in declared or name.rpartition(".")[2] in endings
        if not name.endswith(".rels"):
            continue
        reached.add(name)
        base = Path(name).parent.parent
        for relation in tree:
            target = relation.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else str(base / target)
            path = re.sub(r"[^/]+/\.\./", "", path)
            assert path in found, (name, target)
            reached.add(path)
    assert reached == set(found)


def test_every_row_is_written_once_and_in_order(written: Written) -> None:
    """A row written twice is what Excel calls corrupt."""
    for name, data in parts(written.workbook).items():
        if name.startswith("xl/worksheets/sheet"):
            numbers = [int(n) for n in re.findall(rb'<row r="(\d+)"', data)]
            assert numbers == sorted(set(numbers)), name


def test_more_rows_than_a_sheet_holds_continue_on_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_sheets, "MAX_ROWS", 100)
    batch = invented_batch(250)
    book = opened(write(batch, tmp_path))
    names = [name for name in book.sheetnames if name.startswith("Claim lines")]
    count = -(-len(batch.claim_lines) // 100)
    assert names == ["Claim lines", *(f"Claim lines ({n})" for n in range(2, count + 1))]
    assert book.sheetnames[: len(names) + 2] == ["Summary", *names, "Visits"]
    found = [row for name in names for row in rows(book[name])]
    assert [row[0] for row in found] == batch.claim_lines["Visit ID"].tolist()
    for name in names:
        assert header(book[name]) == header(book["Claim lines"])
        assert book[name].freeze_panes == "B2"
        assert book[name].auto_filter.ref == book[name].dimensions
        assert book[name].max_row <= 101


def test_exactly_as_many_rows_as_a_sheet_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_sheets, "MAX_ROWS", 100)
    assert "Rows (2)" not in opened(write(invented_batch(100), tmp_path)).sheetnames
    assert len(rows(opened(write(invented_batch(101), tmp_path))["Rows (2)"])) == 1


def test_excel_s_own_limit() -> None:
    assert excel.MAX_ROWS + 1 == 1_048_576


def test_long_results_are_plain_so_that_files_open_fast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_sheets, "DECORATED_ROWS", 50)
    lines = opened(write(invented_batch(100), tmp_path))["Claim lines"]
    assert not cell_of(lines, "Why").alignment.wrap_text
    assert cell_of(lines, "Date of service").number_format == "yyyy-mm-dd"
    assert cell_of(lines, "Visit ID").value == "000000"


def emptied(batch: CodedBatch, *names: str) -> CodedBatch:
    return dataclasses.replace(batch, **{name: getattr(batch, name).iloc[:0] for name in names})


NO_LINES = emptied(invented_batch(20), "claim_lines")
NOTHING = dataclasses.replace(
    emptied(NO_LINES, "visits", "rows", "review", "edits", "rejected"),
    rows_in=0,
    rows_coded=0,
    rows_review=0,
    rows_rejected=0,
)
ONLY_REJECTED = dataclasses.replace(NOTHING, rejected=invented_batch(20).rejected, rows_in=1, rows_rejected=1)
ONE_VISIT = invented_batch(1)


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet"])
@pytest.mark.parametrize(
    "batch",
    [NOTHING, ONLY_REJECTED, NO_LINES, ONE_VISIT],
    ids=["nothing", "only rejected rows", "no claim lines", "one visit"],
)
def test_batches_without_much(tmp_path: Path, batch: CodedBatch, form: str) -> None:
    target = tmp_path / "coded"
    write_results(results_of(batch), invented_ruleset(), invented_run(), target, form)
    if form != "xlsx":
        assert len(list(target.iterdir())) == 9
        return
    book = opened(target.rename(tmp_path / "coded.xlsx"))
    assert book.sheetnames == ["Summary", *DATA_SHEETS]
    for name, frame in (
        ("Claim lines", batch.claim_lines),
        ("Rows", batch.rows),
        ("Rejected", batch.rejected),
    ):
        assert header(book[name]) == list(frame.columns)
        assert len(rows(book[name])) == len(frame)
        assert book[name].freeze_panes == "B2"
    assert f"{batch.rows_in} rows in" in str(book["Summary"]["A5"].value)


def test_a_rulebook_that_makes_no_claim_lines(tmp_path: Path) -> None:
    """Only fields and edits: no line, and no column for fields of lines beyond those every line has."""
    batch = invented_batch(20)
    plain = [
        "Visit ID",
        "Line",
        "Date of service",
        "Code",
        "Modifiers",
        "Units",
        "Disposition",
        "Why",
        "Rule",
    ]
    batch = dataclasses.replace(batch, claim_lines=batch.claim_lines.iloc[:0][plain])
    ruleset = invented_ruleset()
    rulebook = dataclasses.replace(ruleset.rulebook, decisions={})
    book = opened(write(batch, tmp_path, dataclasses.replace(ruleset, rulebook=rulebook)))
    assert header(book["Claim lines"]) == plain
    assert rows(book["Claim lines"]) == []
    assert all(row[1] is None for row in rows(book["Rules used"]))  # what fired without being a table's rule


def test_dates_a_workbook_cannot_hold_are_text(tmp_path: Path) -> None:
    batch = invented_batch(3)
    days = [pd.Timestamp(1850, 1, 1), pd.NaT, pd.Timestamp(2026, 1, 1)]
    visits = batch.visits.assign(**{"Date of service": pd.Series(days, dtype="datetime64[s]")})
    found = column(
        opened(write(dataclasses.replace(batch, visits=visits), tmp_path))["Visits"], "Date of service"
    )
    assert found == ["1850-01-01", None, "2026-01-01"]
