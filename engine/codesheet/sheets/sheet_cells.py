"""What one sheet's cells hold, and what the eye sees of them, put in by whoever reads its XML."""

from collections.abc import Callable, Sequence
from datetime import datetime

from openpyxl.utils import column_index_from_string, range_boundaries

from codesheet.language.values import CellValue
from codesheet.sheets.excel_days import day_as_written, day_of_number
from codesheet.sheets.sheet_layout import Layout, Position, Styles

_TRUE = ("1", "true")
_LAST_ROW = 1_048_576
_SHOWN_FOR_NO_NUMBER = "#NUM!"
_LARGEST_NUMBER = 1e308
"""From here on Excel has no numbers."""


class Enough(Exception):  # noqa: N818 - no error
    """The rest of the sheet is of no use."""


class SheetCells:
    """One sheet, row by row as it is written: `rows` are its cells that are not blank, by row and column.

    `strings` are the workbook's shared texts, `styles` what its styles show, `epoch` the day it counts from.
    `is_enough` is told the cells of row 1, and says whether the rest of the sheet need not be read. `row` and
    `column` are where its reader is; `formulas` what stands behind results, `errors` cells such as #N/A.
    """

    def __init__(
        self,
        strings: Sequence[str],
        styles: Styles,
        epoch: datetime,
        is_enough: Callable[[dict[int, CellValue]], bool],
    ) -> None:
        self.rows: dict[int, dict[int, CellValue]] = {}
        self.formulas: dict[Position, str] = {}
        self.errors: set[Position] = set()
        self.row = self.column = 0
        self._strings = strings
        self._styles = styles
        self._seen = styles.struck | styles.scientific | styles.padded.keys()
        self._epoch = epoch
        self._is_enough = is_enough
        self._columns: dict[str, int] = {}
        self._hidden_rows: set[int] = set()
        self._hidden_columns: list[tuple[int, int]] = []
        self._merged: list[tuple[int, int, int, int]] = []
        self._is_filtered = False
        self._sorted_rows: list[tuple[int, int]] = []
        self._struck: set[Position] = set()
        self._scientific: set[Position] = set()
        self._padded: dict[Position, int] = {}

    def begin_row(self, attributes: dict[str, str]) -> None:
        """Go to a row: the one that its attributes name, or the next."""
        number = attributes.get("r")
        self.row = self.row + 1 if number is None else int(number)
        self.column = 0
        if attributes.get("hidden") in _TRUE:
            self._hidden_rows.add(self.row)

    def end_row(self) -> None:
        """End a row.

        Raises:
            Enough: the rest of the sheet need not be read.

        """
        if self.row == 1 and self._is_enough(self.rows.get(1, {})):
            raise Enough

    def begin_cell(self, letters: str) -> None:
        """Go to the column of these letters; without any, to the next."""
        if letters:
            self.column = self._columns.get(letters) or self._column_of(letters)
        else:
            self.column += 1

    def _column_of(self, letters: str) -> int:
        column = self._columns[letters] = column_index_from_string(letters)
        return column

    def keep(self, kind: str, style: str, text: str | None) -> None:
        """Keep what the cell looks like, and what it holds where that is not blank.

        Raises:
            ValueError, LookupError: the text is none of its kind (`n`, `s`, `b`, `d`, …).

        """
        if style in self._seen:
            self._see(style)
        if not text:
            return
        value = text if kind == "inlineStr" else self._read(kind, style, text)
        if not isinstance(value, str) or (value and not value.isspace()):
            self.rows.setdefault(self.row, {})[self.column] = value

    def keep_formula(self, text: str) -> None:
        """Keep what stands behind the cell's result."""
        self.formulas[self.row, self.column] = text

    def hide_columns(self, attributes: dict[str, str]) -> None:
        """Note columns that are hidden."""
        if attributes.get("hidden") in _TRUE:
            self._hidden_columns.append((int(attributes["min"]), int(attributes["max"])))

    def merge(self, attributes: dict[str, str]) -> None:
        """Note cells that are merged."""
        left, top, right, bottom = range_boundaries(attributes["ref"])
        self._merged.append((int(top or 1), int(left or 1), int(bottom or 1), int(right or 1)))

    def filter(self, _: dict[str, str]) -> None:
        """Note that rows are filtered."""
        self._is_filtered = True

    def sort(self, attributes: dict[str, str]) -> None:
        """Note rows that Excel has sorted."""
        _, top, _, bottom = range_boundaries(attributes["ref"])
        self._sorted_rows.append((int(top or 1), int(bottom or _LAST_ROW)))

    def put_in_order(self) -> None:
        """Put rows in order that were written out of turn."""
        self.rows = dict(sorted(self.rows.items()))

    def layout(self, *, is_hidden: bool) -> Layout:
        """Tell how the sheet looks."""
        return Layout(
            is_hidden=is_hidden,
            is_filtered=self._is_filtered,
            hidden_rows=frozenset(self._hidden_rows),
            hidden_columns=tuple(self._hidden_columns),
            merged=tuple(self._merged),
            sorted_rows=tuple(self._sorted_rows),
            struck=frozenset(self._struck),
            padded=self._padded,
            scientific=frozenset(self._scientific),
        )

    def _see(self, style: str) -> None:
        position = self.row, self.column
        if style in self._styles.struck:
            self._struck.add(position)
        if style in self._styles.scientific:
            self._scientific.add(position)
        if style in self._styles.padded:
            self._padded[position] = self._styles.padded[style]

    def _read(self, kind: str, style: str, text: str) -> CellValue:
        match kind:
            case "s":
                return self._strings[int(text)]
            case "b":
                return bool(int(text))
            case "e":
                self.errors.add((self.row, self.column))
                return text
            case "d":
                return day_as_written(text)
            case "n":
                return self._number(style, text)
            case _:
                return text

    def _number(self, style: str, text: str) -> CellValue:
        number = float(text) if "." in text or "e" in text or "E" in text else int(text)
        if not -_LARGEST_NUMBER < number < _LARGEST_NUMBER:
            return _SHOWN_FOR_NO_NUMBER
        if style not in self._styles.dates:
            return number
        is_duration = style in self._styles.durations
        return day_of_number(number, self._epoch, is_duration=is_duration)
