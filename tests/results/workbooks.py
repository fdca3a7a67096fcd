"""Result workbooks as openpyxl reads them."""

import warnings
from pathlib import Path

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet


def opened(path: Path) -> Workbook:
    with warnings.catch_warnings():  # data bars are an extension that openpyxl does not keep
        warnings.filterwarnings("ignore", module="openpyxl")
        return openpyxl.load_workbook(path)


def header(sheet: Worksheet) -> list[object]:
    return [cell.value for cell in sheet[1]]


def rows(sheet: Worksheet) -> list[tuple[object, ...]]:
    return list(sheet.iter_rows(min_row=2, values_only=True))


def column(sheet: Worksheet, name: str) -> list[object]:
    place = header(sheet).index(name)
    return [row[place] for row in rows(sheet)]
