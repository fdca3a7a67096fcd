"""A rulebook as it is being drawn: what it has so far, and how choices are made.

Every choice names its simplest outcome first, for that is what a failing rulebook is shrunk to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from random_rulebooks.pools import Known

T = TypeVar("T")


@dataclass
class Sheet:
    """One sheet: its workbook, its title, its cells as text."""

    workbook: str
    title: str
    cells: list[list[str]]

    @property
    def text(self) -> str:
        """Give the sheet as a Markdown grid, its columns aligned."""
        wide = max(map(len, self.cells))
        rows = [[*row, *[""] * (wide - len(row))] for row in self.cells]
        widths = [max(len(row[column]) for row in rows) for column in range(wide)]
        padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
        return "\n".join([f"# {self.title}", *(f"| {' | '.join(row)} |" for row in padded)])


@dataclass
class Draft:
    """What is drawn so far: row fields that can be read, line fields likewise, value sets, sheets."""

    draw: DrawFn
    fields: list[Known] = field(default_factory=list)
    line_fields: list[Known] = field(default_factory=list)
    sets: list[str] = field(default_factory=list)
    declared: list[list[str]] = field(default_factory=list)
    declared_as_read: list[list[str]] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
    tables: int = 0
    day_required: str = "yes"

    def pick(self, options: Sequence[T]) -> T:
        """Choose one; the first is the simplest."""
        return self.draw(st.sampled_from(options))

    def chance(self, percent: int) -> bool:
        """Say yes in so many of a hundred cases; no is the simplest."""
        return self.draw(st.integers(0, 99)) >= 100 - percent

    def count(self, least: int, most: int) -> int:
        """Choose how many; few is the simplest."""
        return self.draw(st.integers(least, most))

    def some(self, options: Sequence[T], least: int, most: int) -> list[T]:
        """Choose several different ones, as many as there are at most."""
        if not options:
            return []
        least, most = min(least, len(options)), min(most, len(options))
        places = st.lists(st.sampled_from(range(len(options))), unique=True, min_size=least, max_size=most)
        return [options[place] for place in self.draw(places)]

    @property
    def read_names(self) -> set[str]:
        """Give the names of the fields that the export holds."""
        return {name for name, *_ in self.declared_as_read}

    @property
    def optional_names(self) -> set[str]:
        """Give those of them that an export may lack."""
        return {name for name, _, _, required, *_ in self.declared_as_read if required != "yes"}

    def of_types(self, *types: str, lines: bool = False) -> list[Known]:
        """Give the fields that can be read now and have one of some types."""
        return [known for known in self.readable(lines=lines) if known.type in types]

    def readable(self, *, lines: bool) -> list[Known]:
        """Give the fields that a table can read: of rows, or of lines and the rows they stand for."""
        return [*self.line_fields, *self.fields] if lines else self.fields
