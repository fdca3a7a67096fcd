"""Encounter rows of export files: typed columns, cells as they came, and rows that could not be read."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from codesheet.coding.batch import Encounters
from codesheet.coding.columns import Floats, Frame, Ids, Index, Vocabulary
from codesheet.exports.headings import HeadingMap, heading_key, read_fields
from codesheet.exports.table import RawColumn, RawTable, visible
from codesheet.exports.values_in import TypedColumn, finished_column, missing_data, type_column
from codesheet.language.values import fold, tidy
from codesheet.model import Rulebook


@dataclass(frozen=True, slots=True)
class FileRows:
    """What one file gives: values by field and cells by heading for the rows kept, and the others' faults."""

    file: str
    rows: Index
    data: dict[str, Floats | Ids]
    carried: dict[str, pd.Series]
    rejected: pd.DataFrame
    row_count: int
    notes: list[str]


def type_rows(table: RawTable, headings: HeadingMap, rulebook: Rulebook, vocabulary: Vocabulary) -> FileRows:
    """Convert a file's rows; one with a cell that cannot be read is rejected whole."""
    table = _without_repeated_headings(table, headings)
    fields = {field.name: field for field in read_fields(rulebook)}
    typed = {
        name: type_column(table.columns[place], fields[name], table, rulebook, vocabulary)
        for name, place in headings.columns.items()
    }
    kept = np.ones(len(table.rows), dtype=np.bool_)
    for column in typed.values():
        kept &= ~column.faulty
    positions = np.flatnonzero(kept)
    absent = {name: missing_data(fields[name].type, len(positions)) for name in headings.absent}
    return FileRows(
        file=table.file,
        rows=table.rows[positions],
        data={name: column.data[positions] for name, column in typed.items()} | absent,
        carried=_carried(table, headings, positions),
        rejected=_rejected(table, headings, typed, rulebook),
        row_count=table.row_count,
        notes=[*table.notes, *_absence_note(table, headings)],
    )


def _without_repeated_headings(table: RawTable, headings: HeadingMap) -> RawTable:
    """Leave out rows that are the headings once more, as where exports were put one below the other."""
    repeats = np.full(len(table.rows), len(headings.columns) > 1, dtype=np.bool_)
    for place in headings.columns.values():
        heading = heading_key(table.headings[place])
        alike = [
            isinstance(c, str) and heading_key(visible(c)) == heading for c in table.columns[place].distinct
        ]
        repeats &= np.array(alike, dtype=np.bool_)[table.columns[place].codes]
        if not repeats.any():
            return table
    kept = np.flatnonzero(~repeats)
    note = f"{table.file}: row {table.rows[repeats][0]} holds the headings once more: such rows were not read"
    return dataclasses.replace(
        table,
        columns=tuple(RawColumn(column.codes[kept], column.distinct) for column in table.columns),
        rows=table.rows[kept],
        notes=(*table.notes, note),
    )


def join_files(files: list[FileRows], rulebook: Rulebook, vocabulary: Vocabulary) -> Encounters:
    """Make one batch of files, in their order."""
    counts = [len(file.rows) for file in files]
    frame = Frame(sum(counts), {}, vocabulary)
    for field in read_fields(rulebook):
        data = np.concatenate([file.data[field.name] for file in files])
        frame.columns[field.name] = finished_column(field, data, frame)
    rejected = pd.concat([file.rejected for file in files], ignore_index=True)
    names = pd.array([file.file for file in files], dtype="str")
    return Encounters(
        frame=frame,
        file_of_row=pd.Series(names.take(np.repeat(np.arange(len(files)), counts)), name="File"),
        file_rows=pd.Series(np.concatenate([file.rows for file in files]), name="Row"),
        carried=_joined(files, counts),
        rejected=rejected,
        rejected_rows=sum(file.row_count for file in files) - frame.rows,
        row_count=sum(file.row_count for file in files),
        notes=[note for file in files for note in file.notes],
    )


def _carried(table: RawTable, headings: HeadingMap, positions: Index) -> dict[str, pd.Series]:
    """Give the cells of every column by what tells it in any file: its field, or else its heading.

    A column without a heading carries nothing unless it holds something.
    """
    fields = {place: name for name, place in headings.columns.items()}
    carried: dict[str, pd.Series] = {}
    for place, (heading, column) in enumerate(zip(table.headings, table.columns, strict=True)):
        if heading.strip() or not column.blank().all():
            name = tidy(heading) or f"(column {place + 1})"
            key = f"field {fields[place]}" if place in fields else f"heading {fold(name)}"
            carried[key] = column.shown(positions).rename(name)
    return carried


def _joined(files: list[FileRows], counts: list[int]) -> pd.DataFrame:
    """Put like columns below each other, under their first heading; what a file lacks is blank."""
    headings = {key: str(cells.name) for file in reversed(files) for key, cells in file.carried.items()}
    order = dict.fromkeys(key for file in files for key in file.carried)
    columns = {
        headings[key]: pd.concat(
            [
                file.carried.get(key, pd.Series("", index=range(count), dtype="str"))
                for file, count in zip(files, counts, strict=True)
            ],
            ignore_index=True,
        )
        for key in order
    }
    return pd.DataFrame(columns, index=range(sum(counts)))


def _absence_note(table: RawTable, headings: HeadingMap) -> Iterator[str]:
    if headings.absent:
        yield f"{table.file} has no column for {', '.join(headings.absent)}: not recorded in any of its rows"


def _rejected(
    table: RawTable, headings: HeadingMap, typed: dict[str, TypedColumn], rulebook: Rulebook
) -> pd.DataFrame:
    """List the faults: of each row that could not be read, every cell that is to blame."""
    place = headings.columns.get(rulebook.visit_key)
    parts = [_broken_rows(table, place)]
    for name, column in typed.items():
        if column.faulty.any():
            parts.append(_faults(table, headings.columns[name], column, place))
    faults = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    faults.insert(0, "File", pd.Series(table.file, index=faults.index, dtype="str"))
    return faults.sort_values("Row", kind="stable", ignore_index=True)


def _faults(table: RawTable, place: int, column: TypedColumn, visit_place: int | None) -> pd.DataFrame:
    raw = table.columns[place]
    positions = np.flatnonzero(column.faulty)
    visits = "" if visit_place is None else table.columns[visit_place].shown(positions).map(visible)
    problems = pd.array(column.problems, dtype="str")
    return pd.DataFrame(
        {
            "Row": table.rows[positions],
            "Visit ID": visits,
            "Column": pd.Series(tidy(table.headings[place]), index=range(len(positions)), dtype="str"),
            "Value": raw.shown(positions),
            "Why": pd.Series(problems.take(raw.codes[positions])),
        }
    )


def _broken_rows(table: RawTable, visit_place: int | None) -> pd.DataFrame:
    """List rows without the right number of cells; whose visit it was is as good a guess as can be had."""
    visits = [
        visible(row.cells[visit_place]) if visit_place is not None and visit_place < len(row.cells) else ""
        for row in table.broken
    ]
    return pd.DataFrame(
        {
            "Row": np.array([row.row for row in table.broken], dtype=np.int64),
            "Visit ID": pd.Series(visits, dtype="str"),
            "Column": pd.Series([""] * len(visits), dtype="str"),
            "Value": pd.Series([row.text for row in table.broken], dtype="str"),
            "Why": pd.Series([row.why for row in table.broken], dtype="str"),
        }
    )
