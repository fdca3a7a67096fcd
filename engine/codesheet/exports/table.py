"""An export file as it stands, or a part of it: headings, cells not yet typed, and the row each stood in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from codesheet.coding.columns import Ids, Index, Mask, text_array
from codesheet.issues import Issue, IssueCode
from codesheet.language.values import CellValue, FieldType, read_value
from codesheet.location import CellRef

ExportCell: TypeAlias = CellValue | timedelta | int
"""What the readers of files can hand over; `plain_cell` makes a `CellValue` of it."""

NOT_CALCULATED = "#NOT CALCULATED"
"""Stands for a formula whose result was not saved in the file: Excel readers show it as blank."""

EXCEL_ERRORS = frozenset(
    ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", NOT_CALCULATED]
)
"""What Excel shows (and saves to csv) where a formula failed: never a value."""

_WRAPPED = re.compile(r'="[^"]*"')
_NO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_ONE_DAY = timedelta(days=1)


class UnreadableExport(Exception):  # noqa: N818 - not a bug of ours: the user's file
    """A file cannot be read, for the reason of `issue`; pieces of it that came before are not to be used."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.message)
        self.issue = issue

    @classmethod
    def because(cls, at: CellRef, why: str, remedy: str) -> "UnreadableExport":
        """Make one: why the file cannot be read, and what to do."""
        return cls(IssueCode.UNREADABLE_EXPORT.issue(at, why=why, remedy=remedy))


@dataclass(frozen=True, slots=True)
class RawColumn:
    """The cells of one column: for each row an index into its distinct cells.

    `longest_zero_led` is the length of the longest code that begins with 0, in the whole of the column that
    this is a part of.
    """

    codes: Ids
    distinct: tuple[CellValue, ...]
    longest_zero_led: int = 0

    def blank(self) -> Mask:
        """Say for each row whether the cell is blank."""
        return np.array([is_blank(cell) for cell in self.distinct], dtype=np.bool_)[self.codes]

    def shown(self, rows: Index) -> pa.DictionaryArray:
        """Give the cells of some rows as text."""
        return text_array(self._texts(), self.codes[rows])

    def _texts(self) -> pa.Array:
        try:
            texts = pa.array(self.distinct, pa.large_string())
        except (pa.ArrowTypeError, pa.ArrowInvalid):  # an Excel file has numbers and dates as well
            texts = pa.array([show_cell(cell) for cell in self.distinct], pa.large_string())
        return texts.fill_null("")

    def take(self, rows: Index) -> "RawColumn":
        """Give the cells of some rows; the distinct ones are only those that are left."""
        codes = self.codes[rows]
        left = np.zeros(len(self.distinct), dtype=np.bool_)
        left[codes] = True
        distinct = tuple(self.distinct[place] for place in np.flatnonzero(left).tolist())
        numbers = (np.cumsum(left) - 1).astype(np.int32)
        return RawColumn(numbers[codes], distinct, self.longest_zero_led)


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that has not as many cells as there are headings; `cells` is a guess at what they are."""

    row: int
    text: str
    cells: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """One export file or a part of it; `rows` and `header_row` count as a spreadsheet does.

    `day_numbers` says whether a number in a date column is an Excel day number: always (an Excel file), never
    (an Excel file that counts its days from 1904), or as the rulebook declares (None). `decimal_comma`:
    a comma in a number may be a decimal one, since the file does not separate its cells by commas.
    """

    file: str
    headings: tuple[str, ...]
    header_row: int
    columns: tuple[RawColumn, ...]
    rows: Index
    broken: tuple[BrokenRow, ...] = ()
    day_numbers: bool | None = None
    decimal_comma: bool = False
    notes: tuple[str, ...] = ()

    @property
    def row_count(self) -> int:
        """Count the rows that hold anything, broken ones included."""
        return len(self.rows) + len(self.broken)

    def take(self, rows: Index, broken: Index) -> "RawTable":
        """Give some of the rows, and some of the broken ones, by their places here."""
        if len(rows) == len(self.rows) and len(broken) == len(self.broken):
            return self
        columns = tuple(column.take(rows) for column in self.columns)
        kept = tuple(self.broken[place] for place in broken.tolist())
        return replace(self, columns=columns, rows=self.rows[rows], broken=kept)


def filled_rows(columns: Iterable[RawColumn], count: int) -> Index:
    """Give the positions of rows that hold anything: a sheet's used range often ends in blank rows."""
    filled = np.zeros(count, dtype=np.bool_)
    for column in sorted(columns, key=lambda column: len(column.distinct)):
        if filled.all():
            break
        filled |= ~column.blank()
    return np.flatnonzero(filled)


def without_blank_rows(columns: Iterable[RawColumn], rows: Index) -> tuple[tuple[RawColumn, ...], Index]:
    """Leave out rows without any content; the others keep their row numbers."""
    columns = tuple(columns)
    kept = filled_rows(columns, len(rows))
    if len(kept) == len(rows):
        return columns, rows
    return tuple(column.take(kept) for column in columns), rows[kept]


def is_blank(cell: CellValue) -> bool:
    """Say whether a cell holds nothing that can be seen."""
    return cell is None or (isinstance(cell, str) and not visible(cell))


def visible(text: str) -> str:
    """Give what a reader sees of a text: no space or letters of no width at its ends, no `="…"` around it.

    That wrapping is how csv files keep Excel from eating the zeros of a code.
    """
    text = text.strip().strip(_NO_WIDTH).strip()
    return text[2:-1] if _WRAPPED.fullmatch(text) else text


def plain_cell(cell: ExportCell) -> CellValue:
    """Make one kind of number of all, and a time of day of a duration under a day."""
    match cell:
        case bool():
            return cell
        case int():
            # A float cannot hold every longer number: as text the digits stay what they were.
            return float(cell) if abs(cell) < 2**53 else str(cell)
        case timedelta():
            day = pd.Timestamp(0) + cell
            return day.time() if timedelta(0) <= cell < _ONE_DAY else str(cell)
        case _:
            return cell


def show_cell(cell: CellValue) -> str:
    """Give a cell's text: a csv field exactly as it came, any other cell about as Excel shows it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    value = read_value(cell, FieldType.TEXT)
    return value if isinstance(value, str) else ""


class ColumnEncoder:
    """Collects the cells of one column, each distinct one once."""

    def __init__(self) -> None:
        self._ids: dict[tuple[type, ExportCell], int] = {}
        self._codes: list[Ids] = []

    def extend(self, cells: Iterable[ExportCell]) -> None:
        """Add cells at the end."""
        ids = self._ids
        # The type is part of the key: to Python True, 1 and 1.0 are one value.
        codes = (ids.setdefault((cell.__class__, cell), len(ids)) for cell in cells)
        self._codes.append(np.fromiter(codes, dtype=np.int32))

    def column(self) -> RawColumn:
        """Give the column."""
        codes = np.concatenate([np.empty(0, dtype=np.int32), *self._codes])
        distinct = tuple(plain_cell(cell) for _, cell in self._ids)
        texts = (cell.strip() for cell in distinct if isinstance(cell, str))
        zero_led = (len(text) for text in texts if text.startswith("0") and text.isdigit())
        return RawColumn(codes, distinct, max(zero_led, default=0))
