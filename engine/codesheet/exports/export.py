"""A whole visit export that has been read, and its encounter rows in chunks that split no visit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from codesheet.coding.batch import Encounters, visits_of
from codesheet.coding.columns import Index, Mask, Vocabulary
from codesheet.exports.encounter_rows import Layout, PieceRows, join_pieces, type_rows
from codesheet.exports.families import Families
from codesheet.exports.grouping import Chunks, Grouping
from codesheet.exports.headings import HeadingMap, heading_key
from codesheet.exports.pieces import PieceStore
from codesheet.exports.table import RawTable, visible
from codesheet.model import Rulebook

ROWS_AT_ONCE = 50_000
"""Rows of a chunk, about: enough to work column by column, few enough for little memory."""

_READ_AGAIN = 3
"""A piece whose rows belong to more chunks is cut up once, instead of being read for each of them."""


@dataclass(slots=True)
class ExportFile:
    """One file: where its columns are, which of them hold anything, and the numbers of its pieces.

    `sha256` is that of the file, once it has been read to its end.
    """

    name: str
    headings: HeadingMap
    layout: Layout
    pieces: list[int] = field(default_factory=list)
    row_count: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece in the store (of which other chunks may hold rows as well), and its number in the grouping."""

    file: ExportFile
    stored: int
    piece: int


@dataclass(frozen=True, slots=True)
class FileRows:
    """Rows of a file that are coded together with others, and the family of each."""

    piece: RawTable
    families: Index
    headings: HeadingMap
    layout: Layout


class Export:
    """Files read as one export."""

    def __init__(self, rulebook: Rulebook, store: PieceStore, families: Families) -> None:
        self._rulebook = rulebook
        self._store = store
        self._grouping = Grouping(rulebook)
        self._families = families
        self._files: list[ExportFile] = []

    @property
    def files(self) -> list[ExportFile]:
        """Give the files, in order."""
        return self._files

    @property
    def layouts(self) -> list[Layout]:
        """Give the layouts of the files, in order."""
        return [file.layout for file in self._files]

    @property
    def row_count(self) -> int:
        """Count every data row."""
        return sum(file.row_count for file in self._files)

    @property
    def notes(self) -> list[str]:
        """Say what whoever reads the results should know of the files."""
        return [note for file in self._files for note in file.layout.notes]

    @property
    def records(self) -> list[str]:
        """Say what only the record of the run need hold of the files, after the notes."""
        return [*self.notes, *(record for file in self._files for record in file.layout.records)]

    def open_file(self, piece: RawTable, headings: HeadingMap) -> None:
        """Begin with the next file; `piece` is its first."""
        self._files.append(ExportFile(piece.file, headings, Layout(piece, headings)))

    def add(self, piece: RawTable) -> None:
        """Take in the next piece of the file begun last."""
        file = self._files[-1]
        piece = _without_repeated_headings(piece, file)
        file.layout.note(piece)
        if not piece.row_count:
            return
        self._families.add(self._grouping.of(piece, file.headings))
        file.pieces.append(self._store.add(piece))
        file.row_count += piece.row_count

    def chunks(self, rows_at_once: int = ROWS_AT_ONCE) -> Iterator[Encounters]:
        """Give the encounter rows, at least one chunk, in the order in which visits begin."""
        for rows in self.rows_by_chunk(rows_at_once):
            yield make_encounters(rows, self.layouts, self._rulebook)

    def visits(self) -> Iterator[list[str]]:
        """Give the visits of each chunk that can be coded."""
        for chunk in self.chunks():
            yield visits_of(chunk, self._rulebook.visit_key)

    def rows_by_chunk(self, rows_at_once: int = ROWS_AT_ONCE) -> Iterator[list[FileRows]]:
        """Give the rows of each chunk as they were read."""
        chunks = Chunks(self._families, rows_at_once)
        parts = self._parts(chunks)
        for number in range(chunks.count):
            yield [self._rows_of(part, chunks, number) for part in parts.pop(number, [])]

    def _parts(self, chunks: Chunks) -> dict[int, list[_Part]]:
        """Find for each chunk the pieces that hold rows of it."""
        parts: dict[int, list[_Part]] = {}
        pieces = [(file, stored) for file in self._files for stored in file.pieces]
        for piece, (file, stored) in enumerate(pieces):
            into = chunks.of(self._families.of_piece(piece))
            wanted = np.unique(into).tolist()
            for number in wanted:
                own = stored if len(wanted) <= _READ_AGAIN else self._cut(piece, stored, into == number)
                parts.setdefault(number, []).append(_Part(file, own, piece))
        return parts

    def _cut(self, piece: int, stored: int, chosen: Mask) -> int:
        """Store some rows of a piece apart."""
        places = np.flatnonzero(chosen)
        families = self._families.of_piece(piece)
        return self._store.add(taken(self._store[stored][0], places), families[places])

    def _rows_of(self, part: _Part, chunks: Chunks, number: int) -> FileRows:
        piece, families = self._store[part.stored]
        if families is None:
            families = self._families.of_piece(part.piece)
            places = np.flatnonzero(chunks.of(families) == number)
            piece, families = taken(piece, places), families[places]
        return FileRows(piece, families, part.file.headings, part.file.layout)


def make_encounters(parts: Iterable[FileRows], layouts: list[Layout], rulebook: Rulebook) -> Encounters:
    """Make encounter rows of parts of files, by family; `layouts` are those of all files of the export."""
    vocabulary = Vocabulary()
    pieces: list[PieceRows] = []
    families, rejected = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for part in parts:
        rows = type_rows(part.piece, part.headings, part.layout, rulebook, vocabulary)
        pieces.append(rows)
        families.append(part.families[rows.kept])
        rejected.append(part.families[_places_of(rows.rejected["Row"].to_numpy(), part.piece)])
    orders = [np.argsort(np.concatenate(of_rows), kind="stable") for of_rows in (families, rejected)]
    return join_pieces(pieces, layouts, orders[0], orders[1], rulebook, vocabulary)


def _without_repeated_headings(piece: RawTable, file: ExportFile) -> RawTable:
    """Leave out rows that are the headings once more, as where exports were put one below the other."""
    columns = file.headings.columns
    repeats = np.full(len(piece.rows), len(columns) > 1, dtype=np.bool_)
    for place in sorted(columns.values(), key=lambda place: len(piece.columns[place].distinct)):
        heading = heading_key(piece.headings[place])
        cells = piece.columns[place].distinct
        alike = [isinstance(cell, str) and heading_key(visible(cell)) == heading for cell in cells]
        repeats &= np.array(alike, dtype=np.bool_)[piece.columns[place].codes]
        if not repeats.any():
            return piece
    file.layout.note_repeated_headings(int(piece.rows[repeats][0]))
    return piece.take(np.flatnonzero(~repeats), np.arange(len(piece.broken)))


def _places_of(rows: Index, piece: RawTable) -> Index:
    """Find the places of rows of a piece by their numbers in the file; its broken ones come last."""
    numbers = np.concatenate([piece.rows, np.array([row.row for row in piece.broken], dtype=np.int64)])
    order = np.argsort(numbers, kind="stable")
    return order[np.searchsorted(numbers[order], rows)]


def taken(piece: RawTable, places: Index) -> RawTable:
    """Give some rows of a piece; its broken ones have the places after the others."""
    count = len(piece.rows)
    return piece.take(places[places < count], places[places >= count] - count)
