"""Code pairs joined to claim lines: which lines are column 2 of a code on the same claim."""

from collections.abc import Iterator

import numpy as np

from codesheet.coding.columns import MISSING, Column, Ids, Index
from codesheet.coding.context import Context
from codesheet.coding.edit_rows import EditRows, by_place, claims, code_ids, line_codes, matches, row_text
from codesheet.coding.view import distinct
from codesheet.language.values import FieldType
from codesheet.model import CodePair, CodePairs

_NO_EDIT = "9"
_MOST_AT_ONCE = 8_000_000
"""Pairs of lines looked up at once: bounds memory, whatever the batch."""


class PairJoin:
    """All Code pairs sheets, joined by the codes of a claim on the date of service."""

    def __init__(self, table: CodePairs) -> None:
        self._table = table
        self._rows = EditRows("Code pairs", table.rows, lambda row: row.indicator)  # type: ignore[union-attr]
        self._cells: dict[tuple[int, ...], list[str | tuple[str, ...]]] = {}

    def join(self, context: Context) -> None:
        """Set on each column-2 line the codes it is paired with, their indicator and their rows.

        A line that is denied is no column 1. Of several pairs the strictest indicator counts.
        """
        self._rows.say_left_out(self._table.left_out, context)
        view = context.view
        places, rows = self._candidates(context)
        places, rows = self._rows.holding(places, rows, context)
        keys = self._key_of_row[rows] if len(rows) else rows
        places, rows = self._rows.most_special(places, rows, keys, context)
        indicators = np.array([row.indicator for row in self._table.rows], dtype=object)
        counts = indicators[rows] != _NO_EDIT if len(rows) else np.zeros(0, dtype=bool)
        places, rows = places[counts], rows[counts]
        vocabulary = view.frame.vocabulary
        columns: list[Ids] = [np.full(view.frame.rows, MISSING, dtype=np.int32) for _ in range(3)]
        for place, of_line in by_place(places, rows):
            cells = self._cells.get(of_line)
            if cells is None:
                cells = self._cells[of_line] = self._shown(of_line)
            for column, cell in zip(columns, cells, strict=True):
                column[place] = vocabulary.id_of(cell)
        names = ("Pair with", "Pair indicator", "Pair row")
        types = (FieldType.CODE_LIST, FieldType.CODE, FieldType.TEXT)
        for name, kind, data in zip(names, types, columns, strict=True):
            context.set_field(view.rulebook.fields[name], Column(kind, data))

    def _shown(self, rows: tuple[int, ...]) -> list[str | tuple[str, ...]]:
        found: list[CodePair] = [self._table.rows[row] for row in rows]
        strictest = min(pair.indicator for pair in found)
        found = [pair for pair in found if pair.indicator == strictest]
        codes = tuple(dict.fromkeys(pair.column_1 for pair in found))
        return [codes, strictest, "; ".join(row_text(pair) for pair in found)]

    def _candidates(self, context: Context) -> tuple[Index, Index]:
        """Give (line, row) for every line whose code is column 2 of a code that stands on its claim."""
        view = context.view
        first = code_ids([row.column_1 for row in self._table.rows], view.frame)
        second = code_ids([row.column_2 for row in self._table.rows], view.frame)
        codes = line_codes(view)
        size = int(max(len(view.frame.vocabulary), 1)) + 1
        self._key_of_row = first * size + second
        order = np.argsort(self._key_of_row, kind="stable")
        sorted_keys = self._key_of_row[order]
        claim = claims(view, self._table.per)
        standing = context.standing if context.standing is not None else np.ones(len(codes), dtype=bool)
        ones = np.flatnonzero(standing & np.isin(codes, first))
        twos = np.flatnonzero(np.isin(codes, second))
        if not len(ones) or not len(twos):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        _, lead = distinct([claim[ones], codes[ones]], len(ones))
        ones = ones[lead]
        ones = ones[np.argsort(claim[ones], kind="stable")]
        found: list[tuple[Index, Index]] = []
        for part in _parts(claim[twos], claim[ones]):
            two, one = matches(claim[twos[part]], claim[ones])
            lines = twos[part][two]
            keys = codes[ones[one]] * size + codes[lines]
            at, key_places = matches(keys, sorted_keys)
            found.append((lines[at], order[key_places]))
        places, rows = (np.concatenate([pair[side] for pair in found]) for side in (0, 1))
        return places, rows


def _parts(claims_asked: Index, claims_held: Index) -> Iterator[slice]:
    """Cut the lines asked about so that each part gives a bounded number of pairs."""
    low = np.searchsorted(claims_held, claims_asked, side="left")
    counts = np.searchsorted(claims_held, claims_asked, side="right") - low
    total = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = total[start - 1] if start else 0
        end = max(int(np.searchsorted(total, before + _MOST_AT_ONCE, side="right")), start + 1)
        yield slice(start, end)
        start = end
