"""Parts of a batch's lines: which lines can matter to each other, and parts put together again.

Claim edits are settled in rounds. Where a round changes the lines of a few visits, only those, and the lines
they are counted or paired with, go through the next.
"""

from collections.abc import Sequence

import numpy as np

from codesheet.coding.columns import Column, Frame, Index, Mask
from codesheet.coding.context import Asks
from codesheet.coding.edit_rows import claims
from codesheet.coding.edits import NO_LINE, Edits
from codesheet.coding.lines import Lines
from codesheet.coding.view import View
from codesheet.compiling.reads import claim_edit_tables
from codesheet.model import Level


class RowGroups:
    """Encounter rows whose lines may be looked at together: by visit, and by each Per of lines.

    Of a Per only the rows' own fields count, so groups are larger than need be, and whole all the same.
    """

    def __init__(self, rows: View) -> None:
        fields = rows.rulebook.fields
        pers = [table.per for table in claim_edit_tables(rows.rulebook).values()]
        pers += [field.per for field in fields.values() if field.level is Level.LINE and field.per]
        self._visits = rows.visit_ids
        self._groups = [claims(rows, ())]
        for per in dict.fromkeys(per for per in pers if per):
            own = tuple(name for name in per if fields[name].level is Level.ROW)
            nobodys = np.zeros(rows.frame.rows, dtype=np.int64)
            self._groups.append(claims(rows, own) if own else nobodys)

    def linked(self, visits: Index) -> Mask:
        """Say which rows stand in a group with a row of these visits, or with one that does, and so on."""
        reached = np.isin(self._visits, visits)
        count = -1
        while count != (count := int(reached.sum())):
            for group in self._groups:
                has = np.zeros(int(group.max(initial=-1)) + 1, dtype=bool)
                has[group[reached]] = True
                reached |= has[group]
        return reached


def put_together(rest: Lines, part: Lines, view: View) -> tuple[Lines, Index, Index]:
    """Join two parts of whole visits in the order of their visits; give where the lines of each went."""
    visits = view.visit_ids[np.concatenate([rest.row, part.row])]
    first = np.full(int(view.visit_ids.max()) + 1, len(view.order), dtype=np.int64)
    np.minimum.at(first, view.visit_ids, view.order)
    order = np.argsort(first[visits], kind="stable")
    where = np.empty(len(order), dtype=np.int64)
    where[order] = np.arange(len(order))
    row = np.concatenate([rest.row, part.row])[order]
    frame = Frame(len(row), {}, view.frame.vocabulary, view.frame.roots, view.frame, row)
    own = [name for name, field in view.rulebook.fields.items() if field.level is Level.LINE]
    for name in dict.fromkeys([*own, *rest.set_names, *part.set_names]):
        if name not in rest.frame or name not in part.frame:
            continue  # nothing has set it yet
        frame.columns[name] = _stacked([rest.frame[name], part.frame[name]]).take(order)
    of_rest, of_part = where[: len(rest)], where[len(rest) :]
    joined = (
        np.concatenate([of_rest[rest.joined[0]], of_part[part.joined[0]]]),
        np.concatenate([rest.joined[1], part.joined[1]]),
    )
    whole = Lines(
        frame,
        row,
        np.concatenate([rest.weight, part.weight])[order],
        np.concatenate([rest.why, part.why])[order],
        np.concatenate([rest.address, part.address])[order],
        joined,
        tuple(dict.fromkeys([*rest.set_names, *part.set_names])),
        np.concatenate([rest.denied, part.denied])[order],
    )
    return whole, of_rest, of_part


def _stacked(columns: Sequence[Column]) -> Column:
    data = np.concatenate([column.data for column in columns])
    if all(column.roots is None for column in columns):
        return Column(columns[0].type, data)
    roots = [c.all_roots for c in columns]
    return Column(columns[0].type, data, np.concatenate(roots))


def moved(chunks: Sequence[Edits], where: Index, keep: Mask | None) -> list[Edits]:
    """Give edits with their lines renumbered: `where` the lines went; `keep` says of which rows at all."""
    found = []
    for chunk in chunks:
        kept = np.arange(len(chunk.rows)) if keep is None else np.flatnonzero(keep[chunk.rows])
        if not len(kept):
            continue
        one = chunk.take(kept)
        if len(where):
            one.lines = np.where(one.lines == NO_LINE, NO_LINE, where[np.maximum(one.lines, 0)])
        found.append(one)
    return found


def asks_of(asks: Asks, keep: Mask) -> Asks:
    """Give what was asked for some rows."""
    found = Asks()
    for rows, lines, roots, (table, _) in zip(asks.rows, asks.lines, asks.roots, asks.tables, strict=True):
        kept = keep[rows]
        found.add(rows[kept], lines[kept], roots[kept], table)
    return found
