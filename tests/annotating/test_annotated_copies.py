"""Annotated copies: everything as it was, but for colours, comments and a sheet of links."""

import zipfile
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from typer.testing import CliRunner

from codesheet.annotating.annotator import annotated
from codesheet.cli import app
from codesheet.issues import Issue, IssueCode
from codesheet.location import CellRef
from codesheet.sheets.workbook import read_sheets

NAME = "payers/acme.xlsx"
BLUE = PatternFill("solid", fgColor="FF0000FF")


def a_workbook() -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "It's a table"
    rows: list[list[str | int]]
    rows = [["Decision", "A"], ["IF", "THEN"], ["Drug", "Size"], ["aaa", 1], ["bbb", "=B4+1"]]
    for row in rows:
        sheet.append(row)
    sheet["A4"].fill = BLUE
    sheet["A4"].comment = Comment("ask: Ann", "Bob")
    sheet["B4"].font = Font(bold=True)
    sheet["B4"].border = Border(left=Side("thin"))
    sheet.column_dimensions["A"].width = 33
    sheet.auto_filter.ref = "A3:B5"
    sheet.freeze_panes = "A4"
    sheet.row_dimensions[5].hidden = True
    rule = DataValidation(type="list", formula1='"aaa,bbb"')
    rule.add("A4:A5")
    sheet.add_data_validation(rule)
    stream = BytesIO()
    book.save(stream)
    return patched(
        stream.getvalue(), "xl/worksheets/sheet1.xml", b"<v></v>", b"<v>2</v>", b"<v />", b"<v>2</v>"
    )


def patched(data: bytes, part: str, *changes: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                for old, new in zip(changes[::2], changes[1::2], strict=True):
                    content = content.replace(old, new)
            target.writestr(name, content)
    return out.getvalue()


def issues() -> list[Issue]:
    at = CellRef(NAME, "It's a table", 4, "A")
    return [
        IssueCode.VALUE_NOT_ALLOWED.issue(at, text="aaa", field="Drug", remedy=""),
        IssueCode.RULES_OVERLAP.issue(
            at.at(""), at, others="row 5", instance="Drug aaa", remedy="narrow one"
        ),
        IssueCode.GAP.issue(
            CellRef(NAME, "It's a table"), outputs="Size", count="one case", gaps="x"
        ).with_rows([("=x", "y")]),
        IssueCode.MACROS_IGNORED.issue(CellRef(NAME)),
        IssueCode.MACROS_IGNORED.issue(CellRef("other.xlsx")),
    ]


def test_marks_say_the_issues_and_all_else_stays() -> None:
    book = load_workbook(BytesIO(annotated(a_workbook(), NAME, issues())))
    sheet = book["It's a table"]
    assert sheet["A4"].fill.fgColor.rgb == "FFFBE0E1"
    assert sheet["A1"].fill.fgColor.rgb == "FFFFF1D2"
    comment = sheet["A4"].comment
    assert comment is not None
    assert comment.text.startswith("error T201: the same visit")
    assert "\n\nwarning F112: " in comment.text
    assert comment.text.endswith("— the comment before: Bob: ask: Ann")
    assert sheet["B4"].font.bold
    assert sheet["B4"].border.left.style == "thin"
    assert sheet.column_dimensions["A"].width == 33
    assert sheet.auto_filter.ref == "A3:B5"
    assert sheet.freeze_panes == "A4"
    assert sheet.row_dimensions[5].hidden
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["A4:A5"]
    assert sheet["B5"].value == "=B4+1"


def test_results_of_formulas_stay() -> None:
    copy = annotated(a_workbook(), NAME, issues())
    assert load_workbook(BytesIO(copy), data_only=True)["It's a table"]["B5"].value == 2
    sheets, _ = read_sheets(copy, NAME)
    assert sheets[0].faults == {}


def test_the_sheet_of_issues_links_to_the_cells() -> None:
    sheet = load_workbook(BytesIO(annotated(a_workbook(), NAME, issues())))["Issues"]
    rows = [[cell.value for cell in row[:4]] for row in sheet.iter_rows(min_row=4, max_row=7)]
    assert [row[:3] for row in rows] == [
        ["warning", "F112", "It's a table!A4"],
        ["error", "T201", "It's a table!4"],
        ["warning", "T208", "It's a table"],
        ["note", "W204", NAME],
    ]
    assert (
        sheet["C4"].hyperlink.location == "'It''s a table'!A4"
        or sheet["C4"].hyperlink.target == "#'It''s a table'!A4"
    )
    assert (sheet["H6"].value, sheet["H6"].data_type) == ("=x\ty", "s")


def test_rows_of_the_sheet_of_issues_are_as_high_as_their_texts() -> None:
    related = [CellRef(NAME, "It's a table", row, "B") for row in (4, 5)]
    long = IssueCode.NOT_A_VALUE.issue(
        CellRef(NAME), *related, text="x" * 150, why="is wrong", remedy="mend it"
    )
    short = IssueCode.NOT_A_VALUE.issue(CellRef(NAME), text="x", why="is wrong", remedy="mend it")
    endless = IssueCode.NOT_A_VALUE.issue(CellRef(NAME), text="x" * 9000, why="is wrong", remedy="mend it")
    sheet = load_workbook(BytesIO(annotated(a_workbook(), NAME, [short, long, endless])))["Issues"]
    assert [sheet.row_dimensions[row].height for row in (4, 5, 6)] == [15, 8 * 15, 405]


def test_a_second_run_replaces_its_own_marks() -> None:
    once = annotated(a_workbook(), NAME, issues())
    twice = load_workbook(BytesIO(annotated(once, NAME, issues()[2:])))
    assert twice.sheetnames == ["It's a table", "Issues"]
    cell = twice["It's a table"]["A4"]
    assert (cell.fill.fgColor.rgb, cell.fill.fill_type) == ("FF0000FF", "solid")
    assert cell.comment is not None
    assert (cell.comment.text, cell.comment.author) == ("ask: Ann", "Bob")
    cleared = load_workbook(BytesIO(annotated(once, NAME, [])))
    assert cleared["It's a table"]["A1"].comment is None
    assert cleared["Issues"]["A4"].value == "none"


def test_copies_lie_as_the_workbooks_do(tmp_path: Path) -> None:
    source = tmp_path / "rules"
    (source / "payers").mkdir(parents=True)
    original = a_workbook()
    (source / "payers" / "acme.xlsx").write_bytes(original)
    (source / "broken.xlsx").write_bytes(b"no")
    run = CliRunner().invoke(app, ["check", str(source), "--annotate", str(tmp_path / "copies")])
    assert run.exit_code == 1
    assert run.stdout.splitlines() == [str(tmp_path / "copies" / "payers" / "acme.xlsx")]
    assert (source / "payers" / "acme.xlsx").read_bytes() == original
    run = CliRunner().invoke(app, ["check", str(source), "--annotate", str(source)])
    assert run.exit_code == 1
    assert "is the workbook itself" in run.stderr
