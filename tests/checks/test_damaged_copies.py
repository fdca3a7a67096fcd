"""The shipped workbooks, damaged in one place at a time: that issue and no other, at the right cell."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from codesheet.checks import check
from codesheet.checks.causes import each_cause_once
from codesheet.commands import without_notes
from codesheet.compiling.compiler import compile_rulebook
from codesheet.issues import Issue
from codesheet.model import Source
from codesheet.sheets.rulebook import in_sheet_order, parse_sheets
from codesheet.sheets.workbook import Sheet, find_workbooks, read_sheets

SHIPPED = Path(__file__).parents[2] / "workbooks"

Damage = Callable[[Workbook], str]
"""Changes a workbook, and gives the address of the issue within it."""


def table(book: Workbook, title: str) -> Worksheet:
    """Find a sheet by its table's name (a Fields sheet by the name of its tab)."""
    return next(s for s in book.worksheets if title in (s["B1"].value, s.title))


def rows_of(sheet: Worksheet) -> tuple[int, int]:
    """Give the row of headings and the first row below."""
    roles = {"IF", "THEN", "KEY", "VALUE", "FROM", "TO", "NOTE", "RULE", "GIVEN", "EXPECT"}
    for row in range(2, 20):
        words = {cell.value for cell in sheet[row] if cell.value}
        if words and words <= roles:
            return row + 1, row + 2
    raise AssertionError(sheet.title)


def blank_label(title: str, name: str) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        row = next(row for row in range(2, 10) if sheet.cell(row, 1).value == name)
        sheet.cell(row, 1).value = sheet.cell(row, 2).value = None
        return sheet.title

    return damage


def column(sheet: Worksheet, heading: str) -> str:
    head, _ = rows_of(sheet)
    return next(cell.column_letter for cell in sheet[head] if cell.value == heading)


def last_row(sheet: Worksheet) -> int:
    return max(row for row in range(1, sheet.max_row + 1) if any(cell.value for cell in sheet[row]))


def set_cell(title: str, heading: str, offset: int, value: str | float | datetime | None) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        cell = f"{column(sheet, heading)}{rows_of(sheet)[1] + offset}"
        sheet[cell] = value
        return f"{sheet.title}!{cell}"

    return damage


def copy_row(title: str, offset: int) -> Damage:
    """Copy a rule to the end of its table."""

    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        source, target = rows_of(sheet)[1] + offset, last_row(sheet) + 1
        for cell in sheet[source]:
            sheet[f"{get_column_letter(cell.column or 1)}{target}"] = cell.value
        return f"{sheet.title}!{target}"

    return damage


def written(title: str, cell: str, value: str) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        sheet[cell] = value
        return f"{sheet.title}!{cell}"

    return damage


def label(title: str, name: str, value: str | None) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        row = next(row for row in range(2, 10) if sheet.cell(row, 1).value == name)
        sheet.cell(row, 2).value = value
        return f"{sheet.title}!B{row}"

    return damage


def heading(title: str, name: str, to: str) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        cell = f"{column(sheet, name)}{rows_of(sheet)[0]}"
        sheet[cell] = to
        return f"{sheet.title}!{cell}"

    return damage


def hide(title: str) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        sheet.sheet_state = "hidden"
        return sheet.title

    return damage


def hide_row(title: str, offset: int) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        row = rows_of(sheet)[1] + offset
        sheet.row_dimensions[row].hidden = True
        return f"{sheet.title}!{row}"

    return damage


def strike_row(title: str, offset: int) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        row = rows_of(sheet)[1] + offset
        for cell in sheet[row]:
            cell.font = Font(strike=True)
        return f"{sheet.title}!{row}"

    return damage


def merge(title: str, name: str, offset: int) -> Damage:
    def damage(book: Workbook) -> str:
        sheet = table(book, title)
        letter, row = column(sheet, name), rows_of(sheet)[1] + offset
        sheet.merge_cells(f"{letter}{row}:{letter}{row + 1}")
        return f"{sheet.title}!{letter}{row}"

    return damage


def numbered(title: str, name: str, offset: int, value: float, form: str) -> Damage:
    def damage(book: Workbook) -> str:
        where = set_cell(title, name, offset, value)(book)
        sheet, _, cell = where.rpartition("!")
        book[sheet][cell].number_format = form
        return where

    return damage


CASES: dict[str, tuple[str, str, Damage]] = {
    "a kind misspelt": (
        "infusion.xlsx",
        "W103",
        written("Role", "A1", "Decison"),
    ),
    "a label misspelt": (
        "infusion.xlsx",
        "W106",
        written("Family", "A3", "Hit polcy"),
    ),
    "a role misspelt": (
        "allergy.xlsx",
        "W109",
        written("Venom code", "B7", "IFF"),
    ),
    "a remark beside the table": (
        "allergy.xlsx",
        "W112",
        written("Venom code", "Q10", "ask Ann"),
    ),
    "an error of Excel": ("allergy.xlsx", "W114", set_cell("Venom code", "Code", 0, "#N/A")),
    "a formula never calculated": ("allergy.xlsx", "W115", set_cell("Venom code", "Venoms", 0, "=1+1")),
    "merged cells": ("allergy.xlsx", "W116", merge("Venom code", "Doses", 0)),
    "a unit in a number": ("infusion.xlsx", "U111", set_cell("Given as", "Minutes run", 0, "31 min")),
    "a dash for a range": ("infusion.xlsx", "U113", set_cell("Given as", "Minutes run", 1, "1-30")),
    "a range the wrong way round": ("infusion.xlsx", "U115", set_cell("Given as", "Minutes run", 1, "30..1")),
    "a set misspelt": ("visits.xlsx", "U108", set_cell("Modifier 25", "Code", 0, "in Ofice visit codes")),
    "a value misspelt": ("infusion.xlsx", "F112", set_cell("Given as", "Service", 0, "hydraton")),
    "a value never given": (
        "infusion.xlsx",
        "F116",
        set_cell("Infusion and push code", "Role", 0, "initail"),
    ),
    "a field misspelt": ("infusion.xlsx", "F102", heading("Given as", "Minutes run", "Minutes ran")),
    "a row copied under Unique": ("allergy.xlsx", "T201", copy_row("Venom code", 1)),
    "a row copied under First": ("infusion.xlsx", "T204", copy_row("Given as", 2)),
    "a row copied under Collect": ("infusion.xlsx", "T205", copy_row("Infusion and push code", 0)),
    "a claim line without units": ("allergy.xlsx", "T105", set_cell("Venom code", "Units", 0, None)),
    "units misspelt": ("allergy.xlsx", "X102", set_cell("Venom code", "Units", 0, "Dozes")),
    "a hidden sheet": ("infusion.xlsx", "W201", hide("Role")),
    "a hidden row": ("infusion.xlsx", "W202", hide_row("Role", 2)),
    "a row struck through": ("infusion.xlsx", "W203", strike_row("Role", 2)),
    "a code turned into a date": (
        "visits.xlsx",
        "U123",
        set_cell("Modifier 25", "Code", 0, datetime(2026, 3, 4, tzinfo=UTC).replace(tzinfo=None)),
    ),
    "a code with a power of ten": (
        "allergy.xlsx",
        "W211",
        numbered("Venom code", "Code", 0, 95145e6, "0.00E+00"),
    ),
    "a code with decimals": ("allergy.xlsx", "W212", set_cell("Venom code", "Code", 0, 9514.5)),
    "a zero only shown": (
        "payers/site_of_care.xlsx",
        "W213",
        numbered("Site of care", "Place of service", 0, 9, "00"),
    ),
    "a zero eaten": ("payers/site_of_care.xlsx", "W122", set_cell("Site of care", "Place of service", 0, 9)),
    "a look-alike letter": ("allergy.xlsx", "W214", set_cell("Venom code", "Code", 0, "9514\u0421")),
    "a lookup key twice": ("drugs.xlsx", "L102", copy_row("Drugs", 0)),
    "no result said": ("infusion.xlsx", "W125", label("Role", "Result", "field")),
    "a hit policy misspelt": ("infusion.xlsx", "W125", label("Role", "Hit policy", "Fist")),
    "a code mistyped": ("infusion.xlsx", "C101", set_cell("Infusion and push code", "Code", 0, 96314)),
    "a code that has ended": ("infusion.xlsx", "C102", set_cell("Lesion code", "Code", 1, "0540T")),
    "a code that begins later": ("infusion.xlsx", "C103", set_cell("Lesion code", "Code", 1, 38228)),
    "an answer not said": ("infusion.xlsx", "T208", blank_label("Given as", "If no rule matches")),
}


SERVICE, MINUTES = ("infusion.xlsx", "Given as", "Service"), ("infusion.xlsx", "Given as", "Minutes run")
CODE = ("visits.xlsx", "Modifier 25", "Code")
UNITS = ("allergy.xlsx", "Venom code", "Units")

CELLS: tuple[tuple[str, tuple[str, str, str], str], ...] = (
    ("U101", SERVICE, '"infusion'),
    ("U102", SERVICE, '5" x, 3" y'),
    ("U103", SERVICE, "infusion,,hydration"),
    ("U104", SERVICE, "infusion, any"),
    ("U105", SERVICE, "infusion, not hydration"),
    ("U106", SERVICE, "not is blank"),
    ("U107", MINUTES, "<> 1, 2"),
    ("U108", SERVICE, "in Drug adminstration"),
    ("U109", CODE, "in Office visit codes, 95117"),
    ("U110", MINUTES, "in Office visit codes"),
    ("U114", MINUTES, "16.."),
    ("U116", SERVICE, "a..b"),
    ("U117", CODE, "99202..994"),
    ("U118", SERVICE, ">= 16"),
    ("U119", MINUTES, "> {Yearly kap}"),
    ("U120", MINUTES, "> {Service}"),
    ("U121", SERVICE, "{Payer}"),
    ("U122", MINUTES, "1,000"),
    ("U125", SERVICE, "infusion; hydration"),
    ("U126", SERVICE, "blank"),
    ("U127", MINUTES, ">="),
    ("U128", MINUTES, "!= 16"),
    ("U129", SERVICE, "infusion (long, short)"),
    ("U130", SERVICE, '""'),
    ("X103", UNITS, "seiling(Doses)"),
    ("X104", UNITS, "Doses 5"),
    ("X105", UNITS, "Doses +"),
    ("X106", UNITS, 'length("abc)'),
    ("X108", UNITS, f"{'(' * 120}1{')' * 120}"),
    ("X109", UNITS, "16 < Doses < 90"),
    ("X110", UNITS, 'Service + "a"'),
    ("X111", UNITS, "if Doses = Service then 1 else 2"),
    ("X112", UNITS, 'if Service > "a" then 1 else 2'),
    ("X113", UNITS, "Service"),
    ("X114", UNITS, "round(1, 2, 3)"),
    ("X115", UNITS, "sum(Doses)"),
    ("X116", UNITS, "floor(Doses where yes)"),
    ("X117", UNITS, "if Service in Fods then 1 else 2"),
    ("X119", UNITS, 'if Diagnoses = "J30" then 1 else 2'),
    ("X120", UNITS, "1 + if Doses > 1 then 1 else 2"),
    ("X122", UNITS, "if Doses > 1 then 1"),
    ("X107", ("infusion.xlsx", "Given as", "Because"), "started {Start time"),
    ("X123", ("allergy.xlsx", "Venom code", "Code"), "HCPCS"),
)
"""Cells that cannot be read: the code, the table and heading, and what is written into its first row."""


def _cases() -> dict[str, tuple[str, str, Damage]]:
    cells = {
        f"{code} {text[:30]}": (workbook, code, set_cell(title, name, 0, text))
        for code, (workbook, title, name), text in CELLS
    }
    return CASES | cells


class Shipped:
    """The shipped workbooks, each read once: a test reads only the one that it damages."""

    def __init__(self) -> None:
        self.sheets: dict[str, list[Sheet]] = {}
        self.sources = []
        for name, path in find_workbooks(SHIPPED):
            data = path.read_bytes()
            self.sheets[name], issues = read_sheets(data, name)
            self.sources.append(Source(name, ""))
            assert without_notes(issues) == []

    def check(self, workbook: str, data: bytes) -> list[Issue]:
        """Give what the check says where a workbook has become another."""
        read, issues = read_sheets(data, workbook)
        sheets = [sheet for name, own in self.sheets.items() for sheet in (read if name == workbook else own)]
        rulebook, more = parse_sheets(sheets, self.sources)
        assert rulebook is not None
        issues = each_cause_once([*issues, *more, *check(rulebook)], [*issues, *more])
        if not any(issue.is_error for issue in issues):
            issues += compile_rulebook(rulebook)[1]
        return without_notes(in_sheet_order(issues))


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    return Shipped()


@pytest.mark.parametrize("name", _cases())
def test_one_damage_is_one_issue(name: str, shipped: Shipped) -> None:
    workbook, code, damage = _cases()[name]
    book = load_workbook(SHIPPED / workbook)
    where = damage(book)
    stream = BytesIO()
    book.save(stream)
    found = shipped.check(workbook, stream.getvalue())
    assert [(issue.kind.code, str(issue.at)) for issue in found] == [(code, f"{workbook}!{where}")]
