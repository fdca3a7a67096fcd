"""Where something stands, in the words of whoever edits the workbook."""

from typing import NamedTuple


class CellRef(NamedTuple):
    """A cell, a row (no column), a sheet (row 0) or a whole file (no sheet).

    Rows count from 1 and columns are letters, as Excel shows them.
    """

    workbook: str
    sheet: str = ""
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        """Print it Excel's way: ``payers/acme.xlsx!Administration code!C9``."""
        parts = [self.workbook, self.sheet, f"{self.column}{self.row}" if self.row else ""]
        return "!".join(part for part in parts if part)

    def at(self, column: str) -> "CellRef":
        """Give the cell of this row in another column."""
        return CellRef(self.workbook, self.sheet, self.row, column)

    @property
    def whole_row(self) -> "CellRef":
        """Give the row this cell is in: how results name a rule."""
        return self.at("")
