"""`codesheet dress` on real files: what it puts on sheets, and all that it must leave as it was."""

import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from author_workbook import author_workbook, changed_parts, write
from openpyxl import load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner, Result

from codesheet import cli
from codesheet.dressing import help_texts, rulebook_files
from codesheet.dressing.choices import Vocabulary
from codesheet.dressing.losses import what_would_be_lost
from codesheet.dressing.rulebook_files import dress_workbooks
from codesheet.sheets.rulebook import read_rulebook
from codesheet.sheets.title_block import HEADINGS, LABELS, ROLES, Kind
from codesheet.sheets.workbook import read_sheets
from grid import write_workbooks
from rulebook_grids import with_fields

WORKBOOKS = Path(__file__).parents[2] / "workbooks"
LISTS = "codesheet lists"


def dress(folder: Path) -> Result:
    result = CliRunner().invoke(cli.app, ["dress", str(folder)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Give the author's workbook, alone in a folder."""
    return write(tmp_path / "rulebook", author_workbook())


def dressed(book: Path) -> Workbook:
    result = dress(book.parent)
    assert result.exit_code == 0, result.stderr
    return load_workbook(book)


def choices(workbook: Workbook, sheet: str, cell: str) -> list[str] | None:
    """Give what the drop-down of a cell offers, None where it has none; two would be one too many."""
    found = [one for one in workbook[sheet].data_validations.dataValidation if cell in one.sqref]
    if not found:
        return None
    (drop_down,) = found
    if drop_down.formula1.startswith('"'):
        return list(drop_down.formula1.strip('"').split(","))
    title, cells = next(iter(workbook.defined_names[drop_down.formula1].destinations))
    return (
        [str(row[0].value) for row in workbook[title][cells.replace("$", "")]]
        if ":" in cells
        else [str(workbook[title][cells.replace("$", "")].value)]
    )


def note(workbook: Workbook, sheet: str, cell: str) -> str:
    comment = workbook[sheet][cell].comment
    return comment.text if comment else ""


@pytest.mark.parametrize(
    ("sheet", "cell", "offers"),
    [
        ("Visit code", "A1", [kind.value for kind in Kind]),
        ("Visit code", "A3", list(LABELS[Kind.DECISION])),
        ("Visit code", "B2", ["fields", "claim lines", "line changes", "edits"]),
        ("Visit code", "A6", ["RULE", "IF", "THEN", "FROM", "TO", "NOTE"]),
        ("Visit code", "H6", ["RULE", "IF", "THEN", "FROM", "TO", "NOTE"]),
        ("Visit code", "C8", ["X0100", "X0200"]),
        ("Visit code", "C900", ["X0100", "X0200", "none"]),
        ("Fields", "B6", ["text", "code", "code list", "number", "whole number", "date", "time", "yes/no"]),
        ("Fields", "C6", ["row", "line"]),
        ("Fields", "D6", ["yes", "no", "when used", "optional"]),
        ("Sets", "A90", ["Services"]),
        ("Remarks", "A1", None),
        ("Visit code", "F8", None),
    ],
)
def test_drop_downs(book: Path, sheet: str, cell: str, offers: list[str] | None) -> None:
    assert choices(dressed(book), sheet, cell) == offers


def test_headings_offer_fields(book: Path) -> None:
    workbook = dressed(book)
    tested, given = choices(workbook, "Visit code", "A7"), choices(workbook, "Visit code", "C7")
    assert tested is not None
    assert {"Service", "Minutes", "Payer group", "Code"} <= set(tested)
    assert given is not None
    assert {"Code", "Units", "Because"} <= set(given)
    assert not {"Payer group", "Add modifiers"} & set(given)


def test_values_come_from_sets_lists_lookups_and_yes_no(tmp_path: Path) -> None:
    text = """
        ## book.xlsx
        # Fields
        | Fields          |          |
        | Visit key       | Visit ID |
        | Date of service | Day      |
        | Field    | Type   | Required | Allowed values |
        | Visit ID | text   | yes      |                |
        | Day      | date   | yes      |                |
        | Place    | code   |          | Places         |
        | Service  | text   |          | push, drip     |
        | Home     | yes/no |          |                |
        | Drug     | text   |          |                |
        | Kind     | text   |          |                |
        # Sets
        | Value sets |      |
        | Set    | Member |
        | Places | 02, 11 |
        | Places | 9*     |
        # Drugs
        | Lookup | Drugs |
        | KEY  | VALUE |
        | Drug | Kind  |
        | abc, "x, y" | big |
        # Code
        | Decision | Code        |
        | Result   | claim lines |
        | IF    | IF      | IF   | IF   | IF   | THEN | THEN  |
        | Place | Service | Home | Drug | Kind | Code | Units |
        | 11    | push    | yes  | abc  | big  | X1   | 1     |
    """
    workbook = dressed(write_workbooks(text, tmp_path / "r") / "book.xlsx")
    assert choices(workbook, "Code", "A5") == ["02", "11", "is blank"]
    assert choices(workbook, "Code", "B5") == ["push", "drip", "is blank"]
    assert choices(workbook, "Code", "C5") == ["yes", "no", "is blank"]
    assert choices(workbook, "Code", "D5") == ["abc", "x, y", "is blank"]
    assert choices(workbook, "Code", "E5") == ["big", "is blank"]
    assert workbook[LISTS].sheet_state == "hidden"


@pytest.mark.parametrize(("drugs", "offered"), [(999, 1000), (1000, 0)])
def test_a_list_too_long_to_look_through_is_left_out(tmp_path: Path, drugs: int, offered: int) -> None:
    """The drugs of a lookup, and `is blank`."""
    rows = "\n".join(f"| drug {number} | x |" for number in range(drugs))
    text = with_fields(f"# Drugs\n| Lookup | Drugs |\n| KEY | VALUE |\n| Drug | Class |\n{rows}")
    workbook = dressed(write_workbooks(text, tmp_path / "r") / "book.xlsx")
    assert len(choices(workbook, "Drugs", "A4") or []) == offered


def test_merged_cells_are_no_hindrance(book: Path) -> None:
    workbook = load_workbook(book)
    workbook["Visit code"].merge_cells("B1:D1")
    workbook["Sets"].merge_cells("A3:A4")
    workbook.save(book)
    assert [str(cells) for cells in dressed(book)["Sets"].merged_cells.ranges] == ["A3:A4"]


def test_suggestions_never_refuse_an_entry(book: Path) -> None:
    for sheet in dressed(book).worksheets:
        for one in sheet.data_validations.dataValidation:
            if one.formula1.startswith("codesheet."):
                assert not one.showErrorMessage or one.errorStyle == "warning"


def test_notes_on_labels_and_headings(book: Path) -> None:
    workbook = dressed(book)
    assert "decision table" in note(workbook, "Visit code", "A1")
    assert "when several match" in note(workbook, "Visit code", "A3")
    assert note(workbook, "Visit code", "B7").startswith("IF: a test.")
    assert "whole number, read from the export" in note(workbook, "Visit code", "B7")
    assert note(workbook, "Fields", "A5") == f"{help_texts.column_help(Kind.FIELDS, 'Field')}\n(codesheet)"


def test_every_word_of_the_grammar_is_explained() -> None:
    kinds = list(Kind)
    assert [kind for kind in kinds if not help_texts.kind_help(kind)] == []
    assert [label for kind in kinds for label in LABELS[kind] if not help_texts.label_help(label)] == []
    assert [(k, r) for k in ROLES for r in ROLES[k] if not help_texts.role_help(k, r)] == []
    assert [(k, h) for k in HEADINGS for h in HEADINGS[k] if not help_texts.column_help(k, h)] == []


def test_roles_have_colours_and_codes_are_text(book: Path) -> None:
    sheet = dressed(book)["Visit code"]
    tests, results, dates, notes = (sheet[cell].fill.fgColor.rgb for cell in ("A6", "C6", "E6", "F6"))
    assert len({tests, results, dates, notes}) == 4
    assert sheet["B6"].fill.fgColor.rgb == tests
    assert sheet["A7"].fill.fgColor.rgb not in (tests, results)
    assert sheet["A8"].number_format == "@"
    assert sheet.column_dimensions["A"].number_format == "@"
    assert sheet.column_dimensions["C"].number_format == "@"
    assert sheet["E8"].number_format == sheet.column_dimensions["E"].number_format == "yyyy-mm-dd"


def test_sheets_without_a_table_of_their_own_look_get_one(book: Path) -> None:
    workbook = dressed(book)
    assert workbook["Sets"].freeze_panes == "A3"
    assert workbook["Sets"].auto_filter.ref == "A2:B4"
    assert workbook["Sets"].column_dimensions["A"].width >= 11
    assert workbook["Sets"]["B3"].alignment.wrap_text


def test_a_field_that_is_gone_leaves_the_drop_downs(book: Path) -> None:
    def offered() -> list[str]:
        return choices(dressed(book), "Visit code", "A7") or []

    assert "Plan" in offered()
    workbook = load_workbook(book)
    (cell,) = (one for (one,) in workbook["Fields"].iter_rows(max_col=1) if one.value == "Plan")
    cell.value = "Plan name"
    workbook["Fields"]["E13"].value = '"x"'
    workbook.save(book)
    assert "Plan" not in offered()
    assert "Plan name" in offered()


def snapshot(data: bytes) -> list[object]:
    """Give all that sheets other than ours hold, results of formulas and formulas both."""
    found: list[object] = []
    for only_values in (True, False):
        workbook = load_workbook(BytesIO(data), data_only=only_values, rich_text=True)
        found += [
            (sheet.title, cell.coordinate, cell.data_type, repr(cell.value), type(cell.value))
            for sheet in workbook.worksheets
            if sheet.title != LISTS
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        ]
    return found


def test_what_the_author_made_stays(book: Path) -> None:
    before = book.read_bytes()
    workbook = dressed(book)
    sheet = workbook["Visit code"]
    assert snapshot(book.read_bytes()) == snapshot(before)
    assert note(workbook, "Visit code", "A7") == "ask Ann before changing"
    assert sheet["A7"].comment is not None
    assert sheet["A7"].comment.author == "Ann"
    assert "width:320px;height:200px" in comment_shapes(book)
    assert sheet["F8"].hyperlink.target == "https://example.org/policy"
    assert sheet["C8"].number_format == "00000"
    assert sheet["C9"].fill.fgColor.rgb == "00FFEE00"
    assert sheet.column_dimensions["C"].width == 31
    assert [sheet.column_dimensions[letter].width for letter in "EFG"] == [17, 17, 17]
    assert sheet.freeze_panes == "B8"
    assert sheet.auto_filter.ref == "A7:D9"
    assert len(sheet.conditional_formatting) == 1
    assert "agreed" in workbook.defined_names
    assert workbook["Remarks"].tables["Agreed"].ref == "A1:A2"
    assert "prices.xlsx" in sheet_part(book, "xl/externalLinks/_rels/externalLink1.xml.rels")
    part = sheet_part(book, "xl/worksheets/sheet2.xml")
    assert '<ignoredError sqref="C8:C9" numberStoredAsText="1"' in part
    assert "<f>1+1</f><v>2</v>" in part
    assert 'r="9" ht="40"' in part
    assert "customHeight" not in part, "the row fits itself, as before"


def comment_shapes(book: Path) -> str:
    with ZipFile(book) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".vml"))


def sheet_part(book: Path, name: str) -> str:
    with ZipFile(book) as archive:
        return archive.read(name).decode()


def test_a_second_run_changes_not_one_byte(book: Path) -> None:
    first = dress(book.parent)
    bytes_once = book.read_bytes()
    second = dress(book.parent)
    assert "up to date" not in first.stderr
    assert "book.xlsx: 3 sheets" in second.stderr
    assert "up to date" in second.stderr
    assert book.read_bytes() == bytes_once


def test_marks_are_replaced_not_piled_up(book: Path) -> None:
    """Saved by another program in between, the second dressing meets its own marks in other bytes."""
    once = dressed(book)
    once.save(book)
    twice = dressed(book)
    for sheet in once.worksheets:
        again = twice[sheet.title]
        assert len(again.data_validations.dataValidation) == len(sheet.data_validations.dataValidation)
        assert notes(again) == notes(sheet)
    assert twice.sheetnames == once.sheetnames
    assert sorted(twice.defined_names) == sorted(once.defined_names)


def notes(sheet: Worksheet) -> dict[str, str]:
    cells = (cell for row in sheet.iter_rows() for cell in row if cell.comment)
    return {cell.coordinate: cell.comment.text for cell in cells if cell.comment}


def test_macros_stay(tmp_path: Path) -> None:
    def with_macros(name: str, part: bytes) -> bytes:
        if name == "[Content_Types].xml":
            main = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
            part = part.replace(main, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
            macros = b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject" />'
            return part.replace(b"</Types>", macros + b"</Types>")
        if name == "xl/_rels/workbook.xml.rels":
            kind = b"http://schemas.microsoft.com/office/2006/relationships/vbaProject"
            relation = b'<Relationship Id="rId99" Type="' + kind + b'" Target="vbaProject.bin" />'
            return part.replace(b"</Relationships>", relation + b"</Relationships>")
        return part

    data = changed_parts(author_workbook(), with_macros, **{"xl/vbaProject.bin": b"the author's macros"})
    book = write(tmp_path / "rulebook", data, "book.xlsm")
    assert dress(book.parent).exit_code == 0
    assert sheet_part(book, "xl/vbaProject.bin") == "the author's macros"
    assert "macroEnabled" in sheet_part(book, "[Content_Types].xml")
    assert "vbaProject.bin" in sheet_part(book, "xl/_rels/workbook.xml.rels")
    assert note(load_workbook(book), "Visit code", "A7") == "ask Ann before changing"
    assert "width:320px;height:200px" in comment_shapes(book)
    assert "up to date" in dress(book.parent).stderr


def test_an_organisations_label_stays(tmp_path: Path) -> None:
    def with_label(name: str, part: bytes) -> bytes:
        if name == "docProps/app.xml":
            return part.replace(b"</Properties>", b"<Company>Ann &amp; Co</Company></Properties>")
        if name == "_rels/.rels":
            kind = b"http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels"
            relation = b'<Relationship Id="rId7" Type="' + kind + b'" Target="docMetadata/LabelInfo.xml" />'
            return part.replace(b"</Relationships>", relation + b"</Relationships>")
        return part

    data = changed_parts(author_workbook(), with_label, **{"docMetadata/LabelInfo.xml": b"<confidential/>"})
    book = write(tmp_path / "rulebook", data)
    assert dress(book.parent).exit_code == 0
    assert sheet_part(book, "docMetadata/LabelInfo.xml") == "<confidential/>"
    assert 'Target="docMetadata/LabelInfo.xml"' in sheet_part(book, "_rels/.rels")
    assert "Company" in sheet_part(book, "docProps/app.xml")
    assert "Ann &amp; Co" in sheet_part(book, "docProps/app.xml")
    assert "up to date" in dress(book.parent).stderr


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ("xl/charts/chart1.xml", "a chart (xl/charts/chart1.xml)"),
        ("xl/media/image1.png", "a picture (xl/media/image1.png)"),
        ("xl/drawings/drawing1.xml", "a shape, picture or chart"),
        ("xl/threadedComments/threadedComment1.xml", "comments with replies"),
        ("xl/pivotTables/pivotTable1.xml", "a pivot table"),
        ("xl/metadata.xml", "dynamic arrays"),
        ("xl/vbaProject.bin", "xl/vbaProject.bin"),
        ("xl/somethingNew.xml", "xl/somethingNew.xml"),
    ],
)
def test_what_would_be_lost_is_named_and_the_workbook_left_alone(
    tmp_path: Path, part: str, named: str
) -> None:
    data = changed_parts(author_workbook(), lambda _, content: content, **{part: b"<x><y/></x>"})
    book = write(tmp_path / "rulebook", data)
    write_workbooks("## other.xlsx\n# Notes\n| Sets |", book.parent)
    result = dress(book.parent)
    assert result.exit_code == 1
    assert f"book.xlsx: left alone: it holds what would be lost: {named}" in result.stderr
    assert book.read_bytes() == data
    assert "other.xlsx: 0 sheets" in result.stderr, "the others are dressed all the same"


def test_a_chart_keeps_a_workbook_from_being_dressed(book: Path) -> None:
    workbook = load_workbook(book)
    chart = BarChart()
    chart.add_data(Reference(workbook["Visit code"], min_col=4, min_row=8, max_row=9))
    workbook["Remarks"].add_chart(chart)
    workbook.save(book)
    before = book.read_bytes()
    result = dress(book.parent)
    assert result.exit_code == 1
    assert "a chart (xl/charts/chart1.xml)" in result.stderr
    assert book.read_bytes() == before


@pytest.mark.parametrize(
    ("sheet", "cell"), [("Visit code", "D9"), ("Remarks", "A2"), ("Visit code", "D8"), ("Visit code", "A7")]
)
def test_nothing_is_written_where_a_cell_or_note_would_change(
    book: Path, monkeypatch: pytest.MonkeyPatch, sheet: str, cell: str
) -> None:
    def wrongly(worksheet: Worksheet, *_: object) -> None:
        assert worksheet.parent is not None
        changed = worksheet.parent[sheet][cell]
        changed.value, changed.comment = (changed.value, None) if changed.comment else ("=1+2", None)

    monkeypatch.setattr(rulebook_files, "put_marks", wrongly)
    before = book.read_bytes()
    result = dress(book.parent)
    assert result.exit_code == 1
    assert "its cells would not come out as they are" in result.stderr
    assert book.read_bytes() == before


@pytest.mark.parametrize(
    ("end", "element", "named"),
    [
        (b"</worksheet>", b"<extLst><ext/></extLst></worksheet>", "a newer kind of conditional format"),
        (b"</worksheet>", b'<picture id="1"/></worksheet>', "a background picture"),
        (b"</worksheet>", b"<controls/></worksheet>", "controls"),
        (b"</workbook>", b"<customWorkbookViews/></workbook>", "custom views"),
    ],
)
def test_elements_that_would_be_lost(end: bytes, element: bytes, named: str) -> None:
    data = changed_parts(author_workbook(), lambda _, content: content.replace(end, element))
    (lost, *_) = what_would_be_lost(data, macros=False)
    assert lost.startswith(named)


def _open_in_excel(book: Path) -> None:
    (book.parent / f"~${book.name}").touch()


def _open_in_libreoffice(book: Path) -> None:
    (book.parent / f".~lock.{book.name}#").touch()


def _damage(book: Path) -> None:
    book.write_bytes(book.read_bytes()[:2000])


def _take_our_sheets_name(book: Path) -> None:
    workbook = load_workbook(book)
    workbook["Remarks"].title = LISTS
    workbook.save(book)


@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (_open_in_excel, "it is open in Excel or another program (~$book.xlsx"),
        (_open_in_libreoffice, "(.~lock.book.xlsx# is beside it)"),
        (_damage, "cannot be read"),
        (_take_our_sheets_name, 'its sheet "codesheet lists" is not the one'),
    ],
)
def test_a_workbook_that_cannot_be_dressed_is_left_alone(
    book: Path, happens: Callable[[Path], None], says: str
) -> None:
    write_workbooks(with_fields("").replace("book.xlsx", "a.xlsx"), book.parent)
    happens(book)
    if happens is not _damage:
        (book.parent / "a.xlsx").unlink()
    before = book.read_bytes()
    result = dress(book.parent)
    assert result.exit_code == 1
    assert "book.xlsx: left alone" in result.stderr
    assert says in result.stderr
    assert book.read_bytes() == before


def test_a_file_that_another_program_holds_is_said(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Path:
        raise PermissionError(13, "Permission denied")

    before = book.read_bytes()
    monkeypatch.setattr(Path, "replace", refuse)
    result = dress(book.parent)
    assert result.exit_code == 1
    assert "book.xlsx: left alone" in result.stderr
    assert "close it" in result.stderr
    assert book.read_bytes() == before
    assert [path.name for path in book.parent.iterdir()] == ["book.xlsx"]


def test_without_fields_nothing_is_dressed(tmp_path: Path) -> None:
    write_workbooks("## book.xlsx\n# Sets\n| Value sets | |\n| Set | Member |\n| A | 1 |", tmp_path)
    before = (tmp_path / "book.xlsx").read_bytes()
    result = dress(tmp_path)
    assert result.exit_code == 1
    assert "nothing was dressed" in result.stderr
    assert (tmp_path / "book.xlsx").read_bytes() == before


def test_a_rulebook_with_errors_is_dressed_and_told_so(tmp_path: Path) -> None:
    text = with_fields(
        "# Code\n| Decision | Code |\n| Result | claim lines |\n| IF | THEN |\n| Servce | Code |\n| a | X |"
    )
    write_workbooks(text, tmp_path)
    result = dress(tmp_path)
    assert result.exit_code == 0
    assert "codesheet check" in result.stderr
    assert "Service" in (choices(load_workbook(tmp_path / "book.xlsx"), "Code", "A4") or [])


def test_the_mode_of_a_file_and_the_folder_stay(book: Path) -> None:
    book.chmod(0o640)
    dressed(book)
    assert book.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in book.parent.iterdir()] == ["book.xlsx"]


@pytest.mark.slow
def test_the_shipped_workbooks_dressed_decide_alike(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(WORKBOOKS, tmp_path / "workbooks"))
    files = sorted(folder.rglob("*.xlsx"))
    before = {file: file.read_bytes() for file in files}
    assert dress(folder).exit_code == 0
    changed = [file for file in files if file.read_bytes() != before[file]]
    for file in changed:
        assert snapshot(file.read_bytes()) == snapshot(before[file])
    for file in files:
        sheets, problems = read_sheets(file.read_bytes(), file.name)
        assert problems == []
        assert any(sheet.name == LISTS for sheet in sheets)
    run = CliRunner()
    assert "no issues" in run.invoke(cli.app, ["check", str(folder)]).stderr
    for source in (WORKBOOKS, folder):
        rules = tmp_path / f"rules of {source.parent.name}"
        assert run.invoke(cli.app, ["compile", str(source), "-o", str(rules)]).exit_code == 0
    compiled = [sorted(path.glob("*/*.json")) for path in sorted(tmp_path.glob("rules of *"))]
    assert len(compiled[0]) > 50
    assert [path.read_bytes() for path in compiled[0]] == [path.read_bytes() for path in compiled[1]]
    rulebook, _ = read_rulebook(folder)
    assert rulebook is not None
    again = [one for file in changed for one in dress_workbooks(file, Vocabulary(rulebook))]
    assert [(one.changed, one.left_alone) for one in again] == [(False, "")] * len(changed)
