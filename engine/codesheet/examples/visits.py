"""Examples as their sheets hold them, and what came of all of them together."""

from collections.abc import Iterator
from dataclasses import dataclass

from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.deciders import Deciders
from codesheet.location import CellRef
from codesheet.model import ExampleRow, Examples, Rulebook


@dataclass(frozen=True, slots=True)
class Visit:
    """One example: its rows as written, and the key that keeps it apart from the other sheets'."""

    key: str
    rows: tuple[ExampleRow, ...]

    @property
    def at(self) -> CellRef:
        """Give the row where the example begins."""
        return self.rows[0].at.whole_row

    @property
    def name(self) -> str:
        """Give the visit as the author calls it."""
        return self.rows[0].visit


@dataclass(frozen=True, slots=True)
class Coded:
    """All examples coded as one batch: the rows that were given, what came of them, and who decided it.

    `given` and `rows_of` (by the key of the visit) name rows by their place in the batch.
    """

    rulebook: Rulebook
    given: list[tuple[Visit, ExampleRow]]
    rows_of: dict[str, list[int]]
    encounters: Encounters
    batch: CodedBatch
    deciders: Deciders


def visits_of(sheet: Examples) -> Iterator[Visit]:
    """Give the examples of a sheet: rows of one visit are one."""
    by_visit: dict[str, list[ExampleRow]] = {}
    for row in sheet.rows:
        by_visit.setdefault(row.visit, []).append(row)
    for visit, rows in by_visit.items():
        yield Visit(f"{sheet.at.workbook}!{sheet.at.sheet}!{visit}", tuple(rows))
