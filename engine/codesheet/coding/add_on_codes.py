"""Add-on codes joined to claim lines: whether a primary of each add-on stands on its claim."""

import numpy as np

from codesheet.coding.columns import MISSING, Column, Ids, Index
from codesheet.coding.context import Context
from codesheet.coding.edit_rows import EditRows, by_place, claims, code_ids, line_codes, matches, row_text
from codesheet.language.values import FieldType
from codesheet.model import AddOnCodes


class AddOnJoin:
    """All Add-on codes sheets, joined by code on the date of service."""

    def __init__(self, table: AddOnCodes) -> None:
        self._table = table
        self._rows = EditRows("Add-on codes", table.rows, lambda row: row)
        self._cells: dict[tuple[int, ...], tuple[tuple[str, ...] | None, str, str]] = {}

    def join(self, context: Context) -> None:
        """Set on each add-on's line whether a primary is on its claim, and which codes would be one.

        Whether a payer's own primary is there cannot be told: the answer is then missing. A primary that is
        denied is not there.
        """
        self._rows.say_left_out(self._table.left_out, context)
        view = context.view
        add_ons = code_ids([row.add_on for row in self._table.rows], view.frame)
        primaries = code_ids([row.primary for row in self._table.rows], view.frame)
        named = np.array([bool(row.primary) for row in self._table.rows], dtype=bool)
        codes = line_codes(view)
        order = np.argsort(add_ons, kind="stable")
        lines = np.flatnonzero(np.isin(codes, add_ons))
        at, key_places = matches(codes[lines], add_ons[order])
        places, rows = self._rows.holding(lines[at], order[key_places], context)
        present = self._present(places, primaries[rows], context)
        truth = np.full(view.frame.rows, np.nan)
        open_lines = places[~named[rows]] if len(rows) else places
        truth[places] = 0.0
        truth[open_lines] = np.nan
        truth[places[present]] = 1.0
        self._set(context, truth, places, rows)

    def _present(self, places: Index, primaries: Index, context: Context) -> np.ndarray:
        """Say for each line and row whether its primary stands on the claim."""
        view = context.view
        claim, codes = claims(view, self._table.per), line_codes(view)
        size = int(max(len(view.frame.vocabulary), 1)) + 1
        standing = np.arange(len(codes)) if context.standing is None else np.flatnonzero(context.standing)
        there = np.unique(claim[standing] * size + codes[standing])
        return np.isin(claim[places] * size + primaries, there)

    def _set(self, context: Context, truth: np.ndarray, places: Index, rows: Index) -> None:
        view = context.view
        vocabulary = view.frame.vocabulary
        columns: list[Ids] = [np.full(view.frame.rows, MISSING, dtype=np.int32) for _ in range(3)]
        for place, of_line in by_place(places, rows):
            cells = self._cells.get(of_line)
            if cells is None:
                found = [self._table.rows[row] for row in of_line]
                listed = tuple(dict.fromkeys(row.primary for row in found if row.primary)) or None
                kind = min(row.type for row in found)
                cells = self._cells[of_line] = listed, kind, row_text(found[0])
            for column, cell in zip(columns, cells, strict=True):
                column[place] = MISSING if not cell else vocabulary.id_of(cell)
        fields = view.rulebook.fields
        context.set_field(fields["Primary present"], Column(FieldType.YES_NO, truth))
        names = ("Primary codes", "Add-on type", "Add-on row")
        types = (FieldType.CODE_LIST, FieldType.CODE, FieldType.TEXT)
        for name, kind_of, data in zip(names, types, columns, strict=True):
            context.set_field(fields[name], Column(kind_of, data))
