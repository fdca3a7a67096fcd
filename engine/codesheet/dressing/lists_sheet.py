"""The hidden sheet that holds the lists of a workbook's drop-downs, each a column with a defined name.

A list in the drop-down itself ends at 255 characters and cannot hold commas; one on another sheet keeps its
simple form when Excel saves it only where a name points to it. The sheet is no kind: rules never see it.
"""

import re

from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

from codesheet.dressing.choices import Choices
from codesheet.sheets.workbook import LISTS_SAY

TITLE = "codesheet lists"
PREFIX = "codesheet."
"""What the defined names of lists begin with; no author's does."""

_FIRST = 3


class ForeignSheetError(Exception):
    """A sheet with the name of the lists holds something else."""


class Lists:
    """The lists a workbook needs, each once; `write` puts them on their sheet."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._names: dict[Choices, str] = {}
        self._remove_old()

    def name_of(self, choices: Choices) -> str:
        """Give the defined name of a list, a new one at its first use."""
        if choices not in self._names:
            stem = PREFIX + re.sub(r"\W+", "_", choices.name)
            taken = {name.casefold() for name in self._names.values()}
            name, number = stem, 2
            while name.casefold() in taken:
                name, number = f"{stem}_{number}", number + 1
            self._names[choices] = name
        return self._names[choices]

    def write(self) -> None:
        """Write the sheet and its names, as the last and hidden one."""
        if not self._names:
            return
        sheet = self._workbook.create_sheet(TITLE)
        sheet.sheet_state = "hidden"
        sheet.cell(1, 1).value = LISTS_SAY
        for column, (choices, name) in enumerate(self._names.items(), start=1):
            sheet.cell(_FIRST - 1, column).value = choices.name
            for row, entry in enumerate(choices.entries, start=_FIRST):
                cell = sheet.cell(row, column)
                cell.value = entry
                cell.data_type = "s"  # also where it begins with =
                cell.number_format = "@"
            letter, last = get_column_letter(column), _FIRST + len(choices.entries) - 1
            cells = f"'{TITLE}'!${letter}${_FIRST}:${letter}${last}"
            self._workbook.defined_names[name] = DefinedName(name, attr_text=cells)

    def _remove_old(self) -> None:
        if TITLE in self._workbook.sheetnames:
            sheet = self._workbook[TITLE]
            if sheet["A1"].value != LISTS_SAY:
                raise ForeignSheetError
            self._workbook.remove(sheet)
        for name in [name for name in self._workbook.defined_names if name.startswith(PREFIX)]:
            del self._workbook.defined_names[name]
