"""Encounter rows of export files: typed columns, cells as they came, and rows that could not be read."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from codesheet.coding.batch import Encounters
from codesheet.coding.columns import Floats, Frame, Ids, Index, Vocabulary, text_array
from codesheet.exports.headings import HeadingMap, read_fields, row_fields
from codesheet.exports.table import RawTable, visible
from codesheet.exports.values_in import TypedColumn, finished_column, missing_data, type_column
from codesheet.language.values import fold, tidy
from codesheet.model import Rulebook


class Layout:
    """What results carry of a file: its columns, by what tells them in any file: a field, or else a heading.

    A column without a heading carries nothing unless it holds something in some piece. `notes` are for
    whoever runs the month; `records` only for the record of the run.
    """

    def __init__(self, piece: RawTable, headings: HeadingMap) -> None:
        self.file = piece.file
        fields = {place: name for name, place in headings.columns.items()}
        names = [tidy(heading) or f"(column {place + 1})" for place, heading in enumerate(piece.headings)]
        self._names = names
        self._keys = [
            f"field {fields[place]}" if place in fields else f"heading {fold(name)}"
            for place, name in enumerate(names)
        ]
        self._carried = [bool(heading.strip()) for heading in piece.headings]
        self.notes = [*piece.notes, *_absence_note(piece, headings)]
        self.records = list(_optional_absence(piece, headings))

    def note(self, piece: RawTable) -> None:
        """Look whether the columns without a heading hold anything."""
        for place, column in enumerate(piece.columns):
            if not self._carried[place]:
                self._carried[place] = not column.blank().all()

    def note_repeated_headings(self, row: int) -> None:
        """Say once that rows which repeat the headings were left out."""
        text = "holds the headings once more: such rows were not read"
        if not any(text in note for note in self.notes):
            self.notes.append(f"{self.file}: row {row} {text}")

    def columns(self) -> Iterator[tuple[int, str, str]]:
        """Give each column that is carried: its place, what tells it, and its heading."""
        for place, carried in enumerate(self._carried):
            if carried:
                yield place, self._keys[place], self._names[place]


@dataclass(frozen=True, slots=True)
class PieceRows:
    """What a piece of a file gives: values by field and cells by key for the rows kept, the others' faults.

    `kept` are the places in the piece of the rows kept.
    """

    file: str
    kept: Index
    rows: Index
    data: dict[str, Floats | Ids]
    carried: dict[str, pa.DictionaryArray]
    rejected: pd.DataFrame
    row_count: int


def type_rows(
    piece: RawTable, headings: HeadingMap, layout: Layout, rulebook: Rulebook, vocabulary: Vocabulary
) -> PieceRows:
    """Convert a piece's rows; one with a cell that cannot be read is rejected whole."""
    fields = {field.name: field for field in read_fields(rulebook)}
    typed = {
        name: type_column(piece.columns[place], fields[name], piece, rulebook, vocabulary)
        for name, place in headings.columns.items()
    }
    kept = np.ones(len(piece.rows), dtype=np.bool_)
    for column in typed.values():
        kept &= ~column.faulty
    places = np.flatnonzero(kept)
    absent = {name: missing_data(fields[name].type, len(places)) for name in headings.absent}
    columns = vocabulary.id_of(tuple(name for name in fields if name in headings.columns))
    present = (
        {rulebook.columns_present: np.full(len(places), columns, dtype=np.int32)}
        if rulebook.columns_present
        else {}
    )
    return PieceRows(
        file=piece.file,
        kept=places,
        rows=piece.rows[places],
        data={name: column.data[places] for name, column in typed.items()} | absent | present,
        carried={key: piece.columns[place].shown(places) for place, key, _ in layout.columns()},
        rejected=_rejected(piece, headings, typed, rulebook),
        row_count=piece.row_count,
    )


def join_pieces(
    pieces: list[PieceRows],
    layouts: list[Layout],
    order: Index,
    rejected_order: Index,
    rulebook: Rulebook,
    vocabulary: Vocabulary,
) -> Encounters:
    """Make one batch of pieces.

    `order` gives for each of its rows the place among theirs, `rejected_order` for each of its faults.
    """
    counts = [len(piece.rows) for piece in pieces]
    frame = Frame(sum(counts), {}, vocabulary)
    for field in row_fields(rulebook):
        nothing = missing_data(field.type, 0)
        data = np.concatenate([nothing, *(piece.data[field.name] for piece in pieces)])[order]
        frame.columns[field.name] = finished_column(field, data, frame)
    names = pa.array([piece.file for piece in pieces], pa.large_string())
    files = text_array(names, np.repeat(np.arange(len(pieces)), counts)[order])
    rows = np.concatenate([np.empty(0, dtype=np.int64), *(piece.rows for piece in pieces)])
    row_count = sum(piece.row_count for piece in pieces)
    return Encounters(
        frame=frame,
        file_of_row=pd.Series(pd.arrays.ArrowExtensionArray(files), name="File"),
        file_rows=pd.Series(rows[order], name="Row"),
        carried=_joined(pieces, layouts, order),
        rejected=pd.concat([_rejected_table(), *(piece.rejected for piece in pieces)], ignore_index=True)
        .take(rejected_order)
        .reset_index(drop=True),
        rejected_rows=row_count - frame.rows,
        row_count=row_count,
    )


def _blank_texts(count: int) -> pa.DictionaryArray:
    """Give so many blank texts."""
    return text_array(pa.array([""], pa.large_string()), np.zeros(count, dtype=np.int32))


def _joined(pieces: list[PieceRows], layouts: list[Layout], order: Index) -> pd.DataFrame:
    """Put like columns below each other, under their first heading; what a file lacks is blank."""
    headings = {key: name for layout in reversed(layouts) for _, key, name in layout.columns()}
    keys = dict.fromkeys(key for layout in layouts for _, key, _ in layout.columns())
    columns = {}
    for key in keys:
        parts = [piece.carried.get(key, _blank_texts(len(piece.rows))) for piece in pieces]
        joined = pa.chunked_array([_blank_texts(0), *parts]).unify_dictionaries().combine_chunks()
        columns[headings[key]] = pd.Series(pd.arrays.ArrowExtensionArray(joined.take(pa.array(order))))
    return pd.DataFrame(columns, index=range(len(order)))


def _absence_note(table: RawTable, headings: HeadingMap) -> Iterator[str]:
    if headings.expected:
        names = ", ".join(headings.expected)
        yield f"{table.file} has no column for {names}: not recorded in any of its rows"


def _optional_absence(table: RawTable, headings: HeadingMap) -> Iterator[str]:
    optional = [name for name in headings.absent if name not in headings.expected]
    if optional:
        yield f"{table.file} has no column for the optional {', '.join(optional)}"


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


def _rejected_table() -> pd.DataFrame:
    """Give the table of faults without any."""
    columns = {name: pd.Series([], dtype="str") for name in ("File", "Visit ID", "Column", "Value", "Why")}
    table = pd.DataFrame(columns)
    table.insert(1, "Row", pd.Series([], dtype=np.int64))
    return table


def _faults(table: RawTable, place: int, column: TypedColumn, visit_place: int | None) -> pd.DataFrame:
    raw = table.columns[place]
    positions = np.flatnonzero(column.faulty)
    shown = [] if visit_place is None else table.columns[visit_place].shown(positions).to_pylist()
    visits = [visible(text) for text in shown] if shown else ""
    problems = pd.array(column.problems, dtype="str")
    return pd.DataFrame(
        {
            "Row": table.rows[positions],
            "Visit ID": visits,
            "Column": pd.Series(tidy(table.headings[place]), index=range(len(positions)), dtype="str"),
            "Value": pd.Series(raw.shown(positions).to_pylist(), dtype="str"),
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
