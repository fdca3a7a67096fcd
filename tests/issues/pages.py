"""Runs the sheets of an issue's page: `codesheet check --explain CODE` prints the page, the tests prove it.

A page's blocks: `sheets` (Markdown grids; a Fields sheet stands beside them unless they have one),
`excel` (what a hand in Excel then does to book.xlsx, a line each), `file NAME` (another file of the folder),
`export NAME` (a visit export), `history NAME` (the columns of a history file), `issues` (what is printed,
notes only where the page is about a note).
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from pyarrow import parquet

from codesheet.checks import check
from codesheet.commands.rulebooks import check_rulebook
from codesheet.exports.reader import read_encounters
from codesheet.history_files import read_history
from codesheet.issues import Issue, Severity
from codesheet.sheets.rulebook import read_rulebook
from grid import BOOK, write_workbooks

FIELDS = """
## book.xlsx
# Fields
| Fields          |                 |
| Visit key       | Visit ID        |
| Date of service | Date of service |
| Row order       | Item            |
| Field           | Type         | Level | Required  | Allowed values | Formula | Per |
| Visit ID        | text         |       | yes       |                |         |     |
| Date of service | date         |       | yes       |                |         |     |
| Item            | whole number |       |           |                |         |     |
| Payer           | text         |       | yes       |                |         |     |
| Plan            | text         |       | when used |                |         |     |
| Service         | text         |       | yes       |                |         |     |
| Drug            | text         |       | yes       |                |         |     |
| HCPCS           | code         |       | yes       |                |         |     |
| Diagnoses       | code list    |       | yes       |                |         |     |
| Route           | text         |       | yes       | IV, SC, IM     |         |     |
| Minutes         | whole number |       | yes       |                |         |     |
| Dose            | number       |       | yes       |                |         |     |
| Start           | time         |       | yes       |                |         |     |
| Together?       | yes/no       |       | yes       |                |         |     |
| Size            | number       |       |           |                |         |     |
| Word            | text         |       |           |                |         |     |
"""

SHOWN_TODAY = "2026-11-24"
"""The day that pages print as today."""

BLOCK = re.compile(r"```(?P<kind>\w+)(?: (?P<name>[^\n]+))?\n(?P<text>.*?)```", re.DOTALL)


def run_page(page: str, code: str, folder: Path) -> list[str]:
    """Give the issues that the sheets of a page get, as they are printed."""
    return [line for issue in found_on_page(page, code, folder) for line in _printed(issue)]


def found_on_page(page: str, code: str, folder: Path) -> list[Issue]:
    """Give the issues that the sheets of a page get: notes only where the page is about one."""
    exports = []
    for block in BLOCK.finditer(page):
        kind, name, text = block["kind"], (block["name"] or "").strip(), block["text"]
        if kind == "sheets":
            write_workbooks(text if "# Fields\n" in text else FIELDS + text, folder)
        elif kind == "excel":
            _at_the_sheet(text, folder / BOOK)
        elif kind in ("file", "export"):
            path = folder / name if kind == "file" else folder.parent / name
            path.write_text(text, encoding="utf-8")
            exports += [path] if kind == "export" else []
        elif kind == "history":
            return _of_history(text, folder.parent / name, folder)
    found = _of_exports(exports, folder) if exports else check_rulebook(folder, lambda _: None)
    return [issue for issue in found if _counts(issue, code)]


def _of_exports(exports: list[Path], folder: Path) -> list[Issue]:
    rulebook, issues = read_rulebook(folder)
    assert rulebook is not None
    if exports[0].name == exports[-1].name and len(exports) > 1:
        exports = [exports[0], exports[0]]
    return [*issues, *check(rulebook), *read_encounters(exports, rulebook)[1]]


def _of_history(text: str, path: Path, folder: Path) -> list[Issue]:
    rulebook, issues = read_rulebook(folder)
    assert rulebook is not None, issues
    columns = pa.table({name: pa.array([], pa.string()) for name in text.strip().split(",")})
    parquet.write_table(columns.replace_schema_metadata({"codesheet history begins": "2026-01-01"}), path)
    return read_history(path, rulebook, None)[1]


def _counts(issue: Issue, code: str) -> bool:
    return issue.severity is not Severity.NOTE or issue.kind.code == code


def _printed(issue: Issue) -> Iterator[str]:
    yield str(issue).replace(datetime.now(tz=UTC).date().isoformat(), SHOWN_TODAY)
    for row in issue.rows_to_paste:
        yield f"    | {' | '.join(row)} |"


def _at_the_sheet(text: str, path: Path) -> None:
    book = load_workbook(path)
    for line in text.strip().splitlines():
        sheet, _, action = line.partition(": ")
        _act(book, sheet, action)
    book.save(path)
    _patch(text, path)


def _act(book: Workbook, name: str, action: str) -> None:
    if name not in book.sheetnames:
        return
    sheet = book[name]
    match action.split(" "):
        case ["hide"]:
            sheet.sheet_state = "hidden"
        case ["hide", "row" | "column" as what, at]:
            (sheet.row_dimensions[int(at)] if what == "row" else sheet.column_dimensions[at]).hidden = True
        case ["filter", cells]:
            sheet.auto_filter.ref = cells
        case ["sort", cells]:
            sheet.auto_filter.ref = cells
            sheet.auto_filter.add_sort_condition(cells)
        case ["strike", "row", number]:
            for cell in sheet[int(number)]:
                cell.font = Font(strike=True)
        case ["merge", cells]:
            sheet.merge_cells(cells)
        case ["number", cell, value, *form]:
            sheet[cell] = float(value) if "." in value else int(value)
            sheet[cell].number_format = " ".join(form) or "General"
        case ["date", cell, day]:
            sheet[cell] = datetime.fromisoformat(day)
        case ["formula", cell, *formula]:
            sheet[cell] = " ".join(formula)
        case _:
            msg = f"no such action: {action}"
            raise AssertionError(msg)


def _patch(text: str, path: Path) -> None:
    """Change what openpyxl does not write: macros, links, the calendar, results of formulas."""
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    for line in text.strip().splitlines():
        match line.partition(": ")[2] if line.startswith("workbook: ") else "":
            case "add macros":
                parts["xl/vbaProject.bin"] = b"macros"
            case "link to another workbook":
                parts["xl/externalLinks/externalLink1.xml"] = b"<externalLink/>"
            case "count from 1904":
                parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
                    b"<workbookPr ", b'<workbookPr date1904="1" '
                )
            case "calculate when told":
                parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
                    b"<calcPr", b'<calcPr calcMode="manual"'
                )
            case "save results":
                for part, content in list(parts.items()):
                    parts[part] = (
                        content.replace(b"</f><v></v>", b"</f><v>5</v>")
                        .replace(b"</f><v />", b"</f><v>5</v>")
                        .replace(b"</f><v/>", b"</f><v>5</v>")
                    )
    with zipfile.ZipFile(path, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
