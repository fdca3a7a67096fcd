"""Pieces of export files on their way to coding: a short export stays in memory, a long one waits on disk."""

import pickle
from pathlib import Path
from typing import TypeAlias

from codesheet.coding.columns import Index
from codesheet.exports.table import RawTable

_ROWS_IN_MEMORY = 200_000

Kept: TypeAlias = tuple[RawTable, Index | None]
"""A piece; of a part of one, also the family of each of its rows."""


class PieceStore:
    """Keeps pieces in memory; once there are many rows, in a file of a folder, if there is one."""

    def __init__(self, folder: Path | None, rows_in_memory: int | None = None) -> None:
        self._rows_in_memory = _ROWS_IN_MEMORY if rows_in_memory is None else rows_in_memory
        self._path = None if folder is None else folder / "pieces"
        self._held: dict[int, Kept] = {}
        self._places: list[int] = []
        self._rows = 0
        self._latest: tuple[int, Kept] | None = None

    def add(self, piece: RawTable, families: Index | None = None) -> int:
        """Keep a piece, and give its number."""
        number = len(self._places)
        self._rows += piece.row_count
        if self._path is None or self._rows <= self._rows_in_memory:
            self._held[number] = piece, families
            self._places.append(-1)
            return number
        with self._path.open("ab") as file:
            self._places.append(file.tell())
            pickle.dump((piece, families), file, protocol=pickle.HIGHEST_PROTOCOL)
        return number

    def __getitem__(self, number: int) -> Kept:
        held = self._held.get(number)
        if held is not None:
            return held
        if self._path is not None and (self._latest is None or self._latest[0] != number):
            with self._path.open("rb") as file:
                file.seek(self._places[number])
                self._latest = number, pickle.load(file)  # noqa: S301 - this run wrote it, nobody else can
        if self._latest is None:
            raise KeyError(number)
        return self._latest[1]
