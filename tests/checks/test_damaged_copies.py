"""The shipped workbooks, damaged in one place at a time: that issue and no other, at the right cell."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from damaged_copies import cells, examples, fields, sheets, tables
from damaged_copies.examples import WITH_EXAMPLES
from damaged_copies.exports import EXPORTS, RULES
from damaged_copies.folders import FOLDERS
from damages import Bytes, Case, set_cell
from openpyxl import load_workbook

from codesheet.checks import check
from codesheet.checks.causes import each_cause_once
from codesheet.commands.rulebooks import check_rulebook
from codesheet.compiling.compiler import compile_rulebook
from codesheet.issues import ISSUE_KINDS, Issue, Severity
from codesheet.model import Source
from codesheet.sheets.rulebook import in_sheet_order, parse_sheets
from codesheet.sheets.workbook import Sheet, find_workbooks, read_sheets

SHIPPED = Path(__file__).parents[2] / "workbooks"

FEW = 20
"""Rows of a long sheet."""

Found = list[tuple[str, str]]
"""Codes and addresses."""


def cases() -> dict[str, Case]:
    unreadable: dict[str, Case] = {
        f"{code} {text[:30]}": (workbook, code, set_cell(title, name, 0, text))
        for code, (workbook, title, name), text in cells.CELLS
    }
    return sheets.CASES | fields.CASES | tables.CASES | cells.CASES | examples.CASES | unreadable


def short(sheet: Sheet) -> Sheet:
    """Give the first rows of a sheet whose rows say nothing of one another: there are thousands."""
    if sheet.value(1, 1) not in ("Code pairs", "Unit limits", "Examples"):
        return sheet
    return replace(sheet, rows={row: cells for row, cells in sheet.rows.items() if row <= FEW})


class Shipped:
    """The shipped workbooks, each read once: a test reads only the one that it damages."""

    def __init__(self) -> None:
        self.sheets: dict[str, list[Sheet]] = {}
        self.sources = []
        for name, path in find_workbooks(SHIPPED):
            sheets, issues = read_sheets(path.read_bytes(), name)
            self.sheets[name] = [short(sheet) for sheet in sheets]
            self.sources.append(Source(name, ""))
            assert issues == []
        self.sound = Counter(str(issue) for issue in self._check({}, []))

    def check(self, workbook: str, data: bytes) -> list[Issue]:
        """Give what the check says anew where a workbook has become another."""
        read, issues = read_sheets(data, workbook)
        read = [short(sheet) for sheet in read]
        return [issue for issue in self._check({workbook: read}, issues) if not self.sound[str(issue)]]

    def _check(self, changed: dict[str, list[Sheet]], issues: list[Issue]) -> list[Issue]:
        sheets = [sheet for name, own in self.sheets.items() for sheet in changed.get(name, own)]
        rulebook, more = parse_sheets(sheets, self.sources)
        unread = [*issues, *more]
        if rulebook is None:
            return each_cause_once(unread, (), None)
        found = each_cause_once([*unread, *check(rulebook)], unread, rulebook)
        if not any(issue.is_error for issue in found):
            found += compile_rulebook(rulebook)[1]
        return in_sheet_order(found)


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    return Shipped()


@cache
def bare(workbook: str) -> bytes:
    """Give a shipped workbook with all its cells, but without drop-downs and notes: they load slowly."""
    book = load_workbook(SHIPPED / workbook)
    for sheet in book.worksheets:
        sheet.data_validations.dataValidation.clear()
        for row in sheet.iter_rows():
            for cell in row:
                cell.comment = None
    if "codesheet lists" in book.sheetnames:
        del book["codesheet lists"]
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def damaged(case: Case) -> tuple[bytes, str]:
    """Give the damaged copy, and where its issue must be."""
    workbook, _, damage = case
    book = load_workbook(BytesIO(bare(workbook)))
    where = ""
    if not isinstance(damage, Bytes):
        where = damage(book)
    elif damage.before is not None:
        where = damage.before(book)
    stream = BytesIO()
    book.save(stream)
    data = stream.getvalue()
    if isinstance(damage, Bytes):
        data, where = damage.change(data), damage.at or where
    return data, where if ".xlsx" in where else f"{workbook}!{where}".removesuffix("!")


def told(issues: Iterable[Issue], code: str) -> Found:
    """Give codes and places; notes only where the issue is one."""
    is_note = any(kind.code == code and kind.severity is Severity.NOTE for kind in ISSUE_KINDS)
    shown = [issue for issue in issues if is_note or issue.severity is not Severity.NOTE]
    return [(issue.kind.code, str(issue.at)) for issue in shown]


@pytest.mark.parametrize("name", cases())
def test_one_damage_is_one_issue(name: str, shipped: Shipped) -> None:
    workbook, code, _ = case = cases()[name]
    data, where = damaged(case)
    assert told(shipped.check(workbook, data), code) == [(code, where)]


@pytest.fixture(scope="module")
def sound() -> Counter[str]:
    return Counter(str(issue) for issue in check_rulebook(SHIPPED, lambda _: None))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of the shipped workbooks, as links."""
    for name, path in find_workbooks(SHIPPED):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(path)
    return tmp_path


def checked(folder: Path, sound: Counter[str]) -> list[Issue]:
    return [issue for issue in check_rulebook(folder, lambda _: None) if not sound[str(issue)]]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_one_damage_is_one_issue_of_examples(name: str, folder: Path, sound: Counter[str]) -> None:
    workbook, code, _ = case = WITH_EXAMPLES[name]
    data, where = damaged(case)
    (folder / workbook).unlink()
    (folder / workbook).write_bytes(data)
    assert told(checked(folder, sound), code) == [(code, where)]


@pytest.mark.parametrize("name", FOLDERS)
def test_one_damage_to_the_folder_is_one_issue(name: str, folder: Path, sound: Counter[str]) -> None:
    code, damage = FOLDERS[name]
    where = damage(folder)
    assert told(checked(folder, sound), code) == [(code, where)]


def test_each_code_has_a_damaged_copy() -> None:
    shown = {code for _, code, _ in [*cases().values(), *WITH_EXAMPLES.values()]}
    shown |= {code for code, _ in [*FOLDERS.values(), *EXPORTS.values(), *RULES.values()]}
    assert shown == {kind.code for kind in ISSUE_KINDS}
