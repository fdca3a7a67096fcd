"""Examples as their sheets hold them, and what came of all of them together."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.deciders import Deciders
from codesheet.location import CellRef
from codesheet.model import ExampleRow, Examples, Level, Rulebook

_OF_LINES = ("Visit ID", "Code", "Modifiers", "Rule")
"""What is looked at of every line."""


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

    `given` and `rows_of` (by the key of the visit) name rows by their place in the batch; `line_fields` are
    the fields of lines that any example speaks of, as declared. `lines`, `edits`
    and `status` are what the result tables hold of a visit, `fields` the columns that examples speak of, as
    plain values: tables are slow to ask for one visit after the other.
    """

    rulebook: Rulebook
    given: list[tuple[Visit, ExampleRow]]
    rows_of: dict[str, list[int]]
    encounters: Encounters
    batch: CodedBatch
    deciders: Deciders
    line_fields: list[str] = field(default_factory=list)
    lines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    edits: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    fields: dict[str, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the results of each visit out of the tables."""
        spoken = {name for _, row in self.given for name in row.expect}
        fields = self.rulebook.fields
        self.line_fields.extend(
            name for name in fields if name in spoken and fields[name].level is Level.LINE
        )
        of_lines = [name for name in self.batch.claim_lines.columns if name in spoken or name in _OF_LINES]
        of_edits = list(self.batch.edits.columns)
        for by_visit, table, names in (
            (self.lines, self.batch.claim_lines, of_lines),
            (self.edits, self.batch.edits, of_edits),
        ):
            for cells in zip(*(_plain(table[name]) for name in names), strict=True):
                record = dict(zip(names, cells, strict=True))
                by_visit.setdefault(record["Visit ID"], []).append(record)
        visits = self.batch.visits
        self.status.update(zip(visits["Visit ID"], visits["Status"], strict=True))
        self.fields.update(
            (name, _plain(self.batch.rows[name])) for name in spoken if name in self.batch.rows.columns
        )


def _plain(column: pd.Series) -> list[Any]:
    """Give the values of a column; texts of Arrow are slow to ask for one by one."""
    values: list[Any] = column.to_numpy(dtype=object).tolist()
    return values


def visits_of(sheet: Examples) -> Iterator[Visit]:
    """Give the examples of a sheet: rows of one visit are one."""
    by_visit: dict[str, list[ExampleRow]] = {}
    for row in sheet.rows:
        by_visit.setdefault(row.visit, []).append(row)
    for visit, rows in by_visit.items():
        yield Visit(f"{sheet.at.workbook}!{sheet.at.sheet}!{visit}", tuple(rows))
