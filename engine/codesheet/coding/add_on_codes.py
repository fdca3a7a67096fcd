"""Add-on codes joined to claim lines: whether a primary of each add-on stands on its claim."""

import numpy as np

from codesheet.coding.columns import MISSING, Column, Floats, Ids, Index, Mask
from codesheet.coding.context import Context
from codesheet.coding.edit_rows import Buckets, CodeIndex, EditRows, by_place, claims, row_text, say_left_out
from codesheet.language.values import FieldType
from codesheet.model import AddOnCodes


class AddOnJoin:
    """All Add-on codes sheets, joined by code on the date of service."""

    def __init__(self, table: AddOnCodes) -> None:
        self._table = table
        self._rows = EditRows("Add-on codes", table.rows, lambda row: row)
        self._codes = CodeIndex(code for row in table.rows for code in (row.primary, row.add_on))
        add_ons = self._codes.of(row.add_on for row in table.rows)
        self._primaries = self._codes.of(row.primary for row in table.rows)
        self._named = np.array([bool(row.primary) for row in table.rows], dtype=bool)
        self._by_add_on = Buckets(add_ons, len(self._codes) + 1)

    def join(self, context: Context) -> None:
        """Set on each add-on's line whether a primary is on its claim, and which codes would be one.

        Whether a payer's own primary is there cannot be told: the answer is then missing. A primary that is
        denied is not there.
        """
        codes = self._codes.of_lines(context.view)
        lines = np.flatnonzero(self._by_add_on.counts(codes))
        at, rows = self._by_add_on.matches(codes[lines])
        places, rows = self._rows.holding(lines[at], rows, context)
        present = self._present(places, rows, codes, context)
        truth = np.full(len(codes), np.nan)
        truth[places] = 0.0
        truth[places[~self._named[rows]]] = np.nan
        truth[places[present]] = 1.0
        self._set(context, truth, places, rows)

    def say_left_out(self, context: Context) -> None:
        """Send lines to review whose primaries were not kept."""
        say_left_out(self._rows.name, self._table.left_out, context)

    def _present(self, places: Index, rows: Index, codes: Index, context: Context) -> Mask:
        """Say for each line and row whether its primary stands on the claim."""
        claim = claims(context.view, self._table.per)
        size = len(self._codes) + 1
        there = codes != MISSING if context.standing is None else (codes != MISSING) & context.standing
        standing = np.unique(claim[there] * size + codes[there])
        return np.isin(claim[places] * size + self._primaries[rows], standing)

    def _set(self, context: Context, truth: Floats, places: Index, rows: Index) -> None:
        view = context.view
        lines, numbers, sets = by_place(places, rows)
        cells = [self._shown(of_line) for of_line in sets]
        fields = view.rulebook.fields
        context.set_field(fields["Primary present"], Column(FieldType.YES_NO, truth))
        names = ("Primary codes", "Add-on type", "Add-on row")
        types = (FieldType.CODE_LIST, FieldType.CODE, FieldType.TEXT)
        for place, (name, kind) in enumerate(zip(names, types, strict=True)):
            data: Ids = np.full(view.frame.rows, MISSING, dtype=np.int32)
            if len(lines):
                data[lines] = view.frame.vocabulary.ids_of(cell[place] or None for cell in cells)[numbers]
            context.set_field(fields[name], Column(kind, data))

    def _shown(self, rows: tuple[int, ...]) -> tuple[tuple[str, ...], str, str]:
        found = [self._table.rows[row] for row in rows]
        listed = tuple(dict.fromkeys(row.primary for row in found if row.primary))
        return listed, min(row.type for row in found), row_text(found[0])
