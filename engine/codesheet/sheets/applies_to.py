"""`Applies to`: conditions of a whole workbook or sheet, added to each of its rows."""

from collections.abc import Mapping

from codesheet.model import Condition
from codesheet.sheets.about import About
from codesheet.sheets.cells import Cell, CellReader
from codesheet.sheets.title_block import TitledSheet


class AppliesTo:
    """The conditions of each workbook's About and of each sheet's own title block."""

    def __init__(self, abouts: Mapping[str, About], reader: CellReader) -> None:
        self._reader = reader
        self._abouts = {name: self._read(about.applies_to) for name, about in abouts.items()}

    def of(self, titled: TitledSheet) -> tuple[Condition, ...] | None:
        """Give the conditions of every row of a sheet; None where they cannot be read.

        A sheet whose conditions are lost is dropped whole: its rows would apply to all.
        """
        of_workbook = self._abouts[titled.sheet.workbook]
        of_sheet = self._read(titled.label("Applies to"))
        return None if of_workbook is None or of_sheet is None else of_workbook + of_sheet

    def _read(self, cell: Cell | None) -> tuple[Condition, ...] | None:
        return self._reader.conditions(cell) if cell else ()
