"""What an import makes: sheets of a rulebook, written as a workbook or, when large, as a reference file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from codesheet.importing.published_files import ImportProblem
from codesheet.replacing import replacing_file
from codesheet.sheets.reference_files import write_reference
from codesheet.sheets.workbook import write_workbook

MOST_ROWS = 1_000_000
"""Of a sheet: what Excel holds, less the title block."""


@dataclass(frozen=True, slots=True)
class ImportedSheet:
    """One sheet: kind, name, labels of its title block, roles (Lookup), and columns of text by heading."""

    kind: str
    name: str
    columns: pa.Table
    labels: tuple[tuple[str, str], ...] = ()
    roles: tuple[str, ...] = ()
    source: str = ""

    @property
    def title_rows(self) -> list[list[str]]:
        """Give the title block, and the row of roles where the kind has one."""
        rows = [[self.kind, self.name], *([label, value] for label, value in self.labels if value)]
        return [*rows, [], [*self.roles]] if self.roles else rows


@dataclass(frozen=True, slots=True)
class Imported:
    """The sheets of one import, what About says of them, and what whoever imports should know."""

    about: tuple[tuple[str, str], ...]
    sheets: tuple[ImportedSheet, ...]
    notes: tuple[str, ...] = ()

    @property
    def row_count(self) -> int:
        """Count the rows of all sheets."""
        return sum(sheet.columns.num_rows for sheet in self.sheets)


def write_imported(imported: Imported, target: Path) -> None:
    """Write the sheets: `.xlsx` to be edited in Excel, `.parquet` (a file each) to be looked up.

    Raises:
        ImportProblem: the sheets do not fit the form.
        WriteError: the place cannot be written.

    """
    about = [["About"], *([label, value] for label, value in imported.about if value)]
    if target.suffix.lower() == ".parquet":
        for sheet, file in _reference_files(imported, target):
            title = dict(imported.about).get("Title", "")
            titles = {title: title if file == target else f"{title}: {sheet.name}"}
            own = [[titles.get(cell, cell) for cell in row] for row in about]
            with replacing_file(file) as new:
                write_reference(new, sheet.kind, own, sheet.title_rows, sheet.columns)
        return
    if target.suffix.lower() != ".xlsx":
        msg = f"{target.name}: write .xlsx (a workbook) or .parquet (a reference file, for millions of rows)"
        raise ImportProblem(msg)
    for sheet in imported.sheets:
        if sheet.columns.num_rows > MOST_ROWS:
            rows = sheet.columns.num_rows
            msg = f"{target.name}: {rows:,} rows, more than a sheet holds; write .parquet, or say --codes-of"
            raise ImportProblem(msg)
    with replacing_file(target) as new:
        sheets = {"About": iter(about)} | {sheet.name[:31]: _rows(sheet) for sheet in imported.sheets}
        write_workbook(new, sheets)


def _reference_files(imported: Imported, target: Path) -> Iterator[tuple[ImportedSheet, Path]]:
    """Give each sheet its file: the first the target, others one beside it, named after them too."""
    for place, sheet in enumerate(imported.sheets):
        name = re.sub(r"[^a-z0-9]+", "_", sheet.name.casefold())
        yield sheet, target.with_name(f"{target.stem}_{name}{target.suffix}") if place else target


def _rows(sheet: ImportedSheet) -> Iterator[Sequence[str | None]]:
    yield from sheet.title_rows
    yield sheet.columns.column_names
    columns = [column.to_pylist() for column in sheet.columns.columns]
    for cells in zip(*columns, strict=True):
        yield [cell or None for cell in cells]
