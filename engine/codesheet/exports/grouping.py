"""Which rows of an export must be coded together: those of a visit, and those of a group of some formula.

Rows that share a visit, or a group that reaches beyond visits (`Per: Patient ID`), are one family. A chunk is
made of whole families, in the order in which they begin, so that the results do not depend on its size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from codesheet.coding.columns import MISSING, Index, Vocabulary
from codesheet.exports.headings import HeadingMap, read_fields
from codesheet.exports.table import RawTable, visible
from codesheet.exports.values_in import type_column
from codesheet.language.values import fold
from codesheet.model import Field, Rulebook

Hashes = NDArray[np.uint64]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_DIGITS = 9


def group_keys(rulebook: Rulebook) -> list[tuple[str, ...]]:
    """Give the fields of the export that make groups reaching beyond visits; () makes one group of all.

    A derived field of a group is left out: the groups are then larger than need be, and whole all the same.
    """
    read = {one.name for one in read_fields(rulebook)}
    named = [one.per for one in rulebook.fields.values() if one.per]
    named += [table.per for table in rulebook.decisions.values() if table.per]
    beyond = (per for per in named if rulebook.visit_key not in per)
    return list(dict.fromkeys(tuple(sorted(read.intersection(per))) for per in beyond))


@dataclass(slots=True)
class Grouping:
    """Learns of every row, good or broken, to which visit and groups it belongs (by 64-bit hashes)."""

    rulebook: Rulebook
    _keys: list[tuple[str, ...]] = field(init=False)
    _hashes: list[list[Hashes]] = field(init=False)
    _counts: list[int] = field(default_factory=list)
    _rows: int = 0

    def __post_init__(self) -> None:
        self._keys = [(self.rulebook.visit_key,), *group_keys(self.rulebook)]
        self._hashes = [[] for _ in self._keys]

    def add(self, piece: RawTable, headings: HeadingMap) -> None:
        """Take note of the next piece: its rows, then its broken rows."""
        fields = {one.name: one for one in read_fields(self.rulebook)}
        columns = {
            name: self._column(piece, headings, fields[name])
            for name in dict.fromkeys(name for key in self._keys for name in key)
        }
        for key, hashes in zip(self._keys, self._hashes, strict=True):
            hashes.append(self._key([columns[name] for name in key], piece.row_count))
        self._counts.append(piece.row_count)
        self._rows += piece.row_count

    def _column(self, piece: RawTable, headings: HeadingMap, definition: Field) -> tuple[Hashes, Index]:
        """Give the hash of each row's value, and the places of the rows that have none."""
        hashes = np.zeros(piece.row_count, dtype=np.uint64)
        blank = np.ones(piece.row_count, dtype=np.bool_)
        place = headings.columns.get(definition.name)
        if place is not None:
            exact = definition.name == self.rulebook.visit_key
            count = len(piece.rows)
            hashes[:count], blank[:count] = _hashed(piece, place, definition, self.rulebook, exact=exact)
            if exact:
                cells = [visible(row.cells[place]) if place < len(row.cells) else "" for row in piece.broken]
                hashes[count:] = pd.util.hash_array(np.array(cells, dtype=object))
                blank[count:] = [not cell for cell in cells]
        return hashes, np.flatnonzero(blank)

    def _key(self, columns: Sequence[tuple[Hashes, Index]], rows: int) -> Hashes:
        """Make one hash of several fields; a row that lacks one of them belongs to nobody."""
        united = np.zeros(rows, dtype=np.uint64)
        for hashes, _ in columns:
            united = (united ^ hashes) * _MIX
        for _, blank in columns:
            united[blank] = np.arange(self._rows, self._rows + rows, dtype=np.uint64)[blank]
        return united

    def families(self, sequence: Index) -> Index:
        """Give each row its family, a number; `sequence` says where each row stands in the export.

        Families are numbered in the order of their first rows.
        """
        order = np.argsort(sequence, kind="stable")
        members = [pd.factorize(np.concatenate(hashes)[order])[0] for hashes in self._hashes]
        first = members[0].astype(np.int64)  # visits are numbered as they first appear
        for _ in range(len(first) if len(members) > 1 else 0):
            before = first
            for numbers in members:
                lowest = np.full(int(numbers.max(initial=-1)) + 1, len(first), dtype=np.int64)
                np.minimum.at(lowest, numbers, first)
                first = lowest[numbers]
            if np.array_equal(before, first):
                break
        families = np.empty(len(first), dtype=np.int64)
        families[order] = pd.factorize(first)[0]
        return families

    def by_piece(self, values: Index) -> Iterator[Index]:
        """Cut values of all rows into those of each piece."""
        ends = np.cumsum(self._counts)
        yield from np.split(values, ends[:-1]) if self._counts else ()


def _hashed(
    piece: RawTable, place: int, definition: Field, rulebook: Rulebook, *, exact: bool
) -> tuple[Hashes, NDArray[np.bool_]]:
    vocabulary = Vocabulary()
    typed = type_column(piece.columns[place], definition, piece, rulebook, vocabulary).data
    if not definition.type.is_text:
        return pd.util.hash_array(np.round(typed.astype(np.float64), _DIGITS)), np.isnan(typed)
    words = (w if isinstance(w, str) else "\n".join(w) for w in vocabulary.words)
    texts = [word if exact else fold(word) for word in words]
    hashes = np.append(pd.util.hash_array(np.array(texts, dtype=object)), np.uint64(0))
    return hashes[typed], typed == MISSING


def cut(families: Index, rows_at_once: int) -> Index:
    """Give each row the number of its chunk: whole families, about so many rows in each chunk."""
    sizes = np.bincount(families)
    chunks = max(1, round(len(families) / rows_at_once))
    before = np.cumsum(sizes) - sizes
    return pd.factorize(before * chunks // len(families), sort=True)[0].astype(np.int64)[families]
