"""Code pairs joined to claim lines: which lines are column 2 of a code on the same claim."""

from collections.abc import Iterator

import numpy as np

from codesheet.coding.columns import MISSING, Column, Ids, Index
from codesheet.coding.context import Context
from codesheet.coding.edit_rows import (
    Buckets,
    CodeIndex,
    EditRows,
    by_place,
    claims,
    matches,
    row_text,
    say_left_out,
)
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
        self._codes = CodeIndex(code for row in table.rows for code in (row.column_1, row.column_2))
        first = self._codes.of(row.column_1 for row in table.rows)
        second = self._codes.of(row.column_2 for row in table.rows)
        self._keys = first * (len(self._codes) + 1) + second
        self._order = np.argsort(self._keys, kind="stable")
        self._sorted_keys = self._keys[self._order]
        self._is_first = np.bincount(first, minlength=len(self._codes) + 1) > 0
        self._is_second = np.bincount(second, minlength=len(self._codes) + 1) > 0
        self._counts = np.array([row.indicator != _NO_EDIT for row in table.rows], dtype=bool)
        self._cells: dict[tuple[int, ...], tuple[tuple[str, ...], str, str]] = {}

    def join(self, context: Context) -> None:
        """Set on each column-2 line the codes it is paired with, their indicator and their rows.

        A line that is denied is no column 1. Of several pairs the strictest indicator counts.
        """
        view = context.view
        places, rows = self._candidates(context)
        places, rows = self._rows.holding(places, rows, context)
        places, rows = self._rows.most_special(places, rows, self._keys[rows], context)
        places, rows = places[self._counts[rows]], rows[self._counts[rows]]
        lines, numbers, sets = by_place(places, rows)
        cells = [self._shown(of_line) for of_line in sets]
        vocabulary = view.frame.vocabulary
        names = ("Pair with", "Pair indicator", "Pair row")
        types = (FieldType.CODE_LIST, FieldType.CODE, FieldType.TEXT)
        for place, (name, kind) in enumerate(zip(names, types, strict=True)):
            data: Ids = np.full(view.frame.rows, MISSING, dtype=np.int32)
            if len(lines):
                data[lines] = vocabulary.ids_of(cell[place] for cell in cells)[numbers]
            context.set_field(view.rulebook.fields[name], Column(kind, data))

    def say_left_out(self, context: Context) -> None:
        """Send lines to review whose pairs were not kept."""
        say_left_out(self._rows.name, self._table.left_out, context)

    def _shown(self, rows: tuple[int, ...]) -> tuple[tuple[str, ...], str, str]:
        known = self._cells.get(rows)
        if known is None:
            found: list[CodePair] = [self._table.rows[row] for row in rows]
            strictest = min(pair.indicator for pair in found)
            found = [pair for pair in found if pair.indicator == strictest]
            codes = tuple(dict.fromkeys(pair.column_1 for pair in found))
            known = self._cells[rows] = codes, strictest, "; ".join(row_text(pair) for pair in found)
        return known

    def _candidates(self, context: Context) -> tuple[Index, Index]:
        """Give (line, row) for every line whose code is column 2 of a code that stands on its claim."""
        view = context.view
        codes = self._codes.of_lines(view)  # MISSING finds the last place of the masks, which is no
        claim = claims(view, self._table.per)
        is_one = self._is_first[codes]
        ones = np.flatnonzero(is_one if context.standing is None else is_one & context.standing)
        twos = np.flatnonzero(self._is_second[codes])
        if not len(ones) or not len(twos):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        ones = ones[distinct([claim[ones], codes[ones]], len(ones))[1]]
        by_claim = Buckets(claim[ones], int(claim.max()) + 1)
        found: list[tuple[Index, Index]] = []
        for part in _parts(by_claim.counts(claim[twos])):
            two, one = by_claim.matches(claim[twos[part]])
            lines = twos[part][two]
            keys = codes[ones[one]] * (len(self._codes) + 1) + codes[lines]
            at, key_places = matches(keys, self._sorted_keys)
            found.append((lines[at], self._order[key_places]))
        places, rows = (np.concatenate([pair[side] for pair in found]) for side in (0, 1))
        return places, rows


def _parts(counts: Index) -> Iterator[slice]:
    """Cut the lines asked about so that each part gives a bounded number of pairs."""
    total = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = total[start - 1] if start else 0
        end = max(int(np.searchsorted(total, before + _MOST_AT_ONCE, side="right")), start + 1)
        yield slice(start, end)
        start = end
