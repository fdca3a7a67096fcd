"""Which rows of an export must be coded together: those of a visit, and those of a group of some formula.

Rows that share a visit, or a group that reaches beyond visits (`Per: Patient ID`), are one family. A chunk is
made of whole families, in the order in which they begin, so that the results do not depend on its size.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from codesheet.coding.columns import MISSING, Index, Vocabulary
from codesheet.compiling.reads import claim_edit_tables
from codesheet.exports.families import Families, Hashes, RowKeys
from codesheet.exports.headings import HeadingMap, read_fields
from codesheet.exports.table import RawTable, visible
from codesheet.exports.values_in import type_column
from codesheet.language.values import fold
from codesheet.model import Field, Rulebook

_MIX = np.uint64(0x9E3779B97F4A7C15)
_DIGITS = 9
_BINS_A_CHUNK = 64
"""Chunks are cut between stretches of families, so that no size of each family need be known."""


def group_keys(rulebook: Rulebook) -> list[tuple[str, ...]]:
    """Give the fields of the export that make groups reaching beyond visits; () makes one group of all.

    A derived field of a group is left out: the groups are then larger than need be, and whole all the same.
    """
    read = {one.name for one in read_fields(rulebook)}
    named = [one.per for one in rulebook.fields.values() if one.per]
    named += [table.per for table in rulebook.decisions.values() if table.per]
    named += [table.per for table in claim_edit_tables(rulebook).values() if table.per]
    beyond = (per for per in named if rulebook.visit_key not in per)
    return list(dict.fromkeys(tuple(sorted(read.intersection(per))) for per in beyond))


class Grouping:
    """Tells of every row, good or broken, to which visit and groups it belongs (by 64-bit hashes)."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self.keys = [(rulebook.visit_key,), *group_keys(rulebook)]
        self._fields = {one.name: one for one in read_fields(rulebook)}

    def of(self, piece: RawTable, headings: HeadingMap) -> RowKeys:
        """Give the keys of a piece's rows, then of its broken rows."""
        columns = {
            name: self._column(piece, headings, self._fields[name])
            for name in dict.fromkeys(name for key in self.keys for name in key)
        }
        rows = np.concatenate([piece.rows, np.array([row.row for row in piece.broken], dtype=np.int64)])
        keys = [self._key([columns[name] for name in key], piece.row_count) for key in self.keys]
        return RowKeys(rows, [hashes for hashes, _ in keys], [alone for _, alone in keys])

    def _column(self, piece: RawTable, headings: HeadingMap, definition: Field) -> tuple[Hashes, Index]:
        """Give the hash of each row's value, and the places of the rows that have none."""
        hashes = np.zeros(piece.row_count, dtype=np.uint64)
        blank = np.ones(piece.row_count, dtype=np.bool_)
        place = headings.columns.get(definition.name)
        if place is not None:
            exact = definition.name == self._rulebook.visit_key
            count = len(piece.rows)
            hashes[:count], blank[:count] = _hashed(piece, place, definition, self._rulebook, exact=exact)
            if exact:
                cells = [visible(row.cells[place]) if place < len(row.cells) else "" for row in piece.broken]
                hashes[count:] = pd.util.hash_array(np.array(cells, dtype=object))
                blank[count:] = [not cell for cell in cells]
        return hashes, np.flatnonzero(blank)

    @staticmethod
    def _key(columns: Sequence[tuple[Hashes, Index]], rows: int) -> tuple[Hashes, Index]:
        """Make one hash of several fields; a row that lacks one of them belongs to nobody."""
        united = np.zeros(rows, dtype=np.uint64)
        for hashes, _ in columns:
            united = (united ^ hashes) * _MIX
        blank = [blank for _, blank in columns]
        return united, np.unique(np.concatenate([np.empty(0, dtype=np.int64), *blank]))


def _hashed(
    piece: RawTable, place: int, definition: Field, rulebook: Rulebook, *, exact: bool
) -> tuple[Hashes, NDArray[np.bool_]]:
    vocabulary = Vocabulary()
    typed = type_column(piece.columns[place], definition, piece, rulebook, vocabulary).data
    if not definition.type.is_text:
        return pd.util.hash_array(np.round(typed.astype(np.float64), _DIGITS)), np.isnan(typed)
    words = vocabulary.words
    texts = words if exact else [fold(word if isinstance(word, str) else "\n".join(word)) for word in words]
    hashed = pd.util.hash_array(np.array([*texts, ""], dtype=object)[:-1], categorize=False)
    hashes = np.append(hashed, np.uint64(0))
    return hashes[typed], typed == MISSING


class Chunks:
    """Which chunk each family belongs to: whole families, in their order, about so many rows in each."""

    def __init__(self, families: Families, rows_at_once: int) -> None:
        self._bin = max(1, rows_at_once // _BINS_A_CHUNK)
        rows = families.row_count
        sizes = np.zeros(rows // self._bin + 1, dtype=np.int64)
        for piece in range(families.pieces):
            sizes += np.bincount(families.of_piece(piece) // self._bin, minlength=len(sizes))
        chunks = max(1, round(rows / rows_at_once))
        before = np.cumsum(sizes) - sizes
        numbers = np.full(len(sizes), -1, dtype=np.int64)
        filled = np.flatnonzero(sizes)
        numbers[filled] = pd.factorize(before[filled] * chunks // max(rows, 1), sort=True)[0]
        self._numbers = numbers
        self.count = int(numbers.max(initial=0)) + 1

    def of(self, families: Index) -> Index:
        """Give the chunk of each family."""
        return self._numbers[families // self._bin]
