"""Claim edits settled: lines changed by edits are edited again until nothing changes.

Line changes that turn on a claim edit (a pair, a limit, a missing primary) run after all others, when lines
alike are one. Each can undo what another stands on: a line denied for its units is no column 1 any more, a
line split is within its limit. So they are repeated, and with them the edits that deny, until a round leaves
every line as it was. A circle is a review edit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from codesheet.coding.columns import Data, Mask
from codesheet.coding.context import Asks, Context
from codesheet.coding.edits import NO_LINE, EditKind, EditLog
from codesheet.coding.line_changes import change_lines
from codesheet.coding.line_parts import asks_of, groupings, linked_to, moved, put_together
from codesheet.coding.lines import DENY, Lines, combine
from codesheet.coding.tables import Table

MOST_ROUNDS = 50
"""Edits that wait for each other stand in chains of a few; what moves after so many goes in a circle."""

Prepare: TypeAlias = Callable[[Lines, Context, int], tuple[Context, int]]
"""Computes every line field, each line's limits in the given turn; gives the context and how many turns."""


@dataclass(frozen=True, slots=True)
class _State:
    """What edits can change about lines."""

    weight: Data
    denied: Mask
    columns: dict[str, Data]

    @classmethod
    def of(cls, lines: Lines) -> "_State":
        columns = {name: lines.frame[name].data for name in lines.set_names}
        return cls(lines.weight.copy(), lines.denied.copy(), columns)

    def is_same(self, other: "_State") -> bool:
        return (
            np.array_equal(self.weight, other.weight)
            and np.array_equal(self.denied, other.denied)
            and self.columns.keys() == other.columns.keys()
            and all(_equal(data, other.columns[name]) for name, data in self.columns.items())
        )

    def differs_from(self, other: "_State") -> Mask | None:
        """Say which lines differ; None where they are not the same lines any more."""
        if len(self.weight) != len(other.weight) or self.columns.keys() != other.columns.keys():
            return None
        differ = (self.weight != other.weight) | (self.denied != other.denied)
        for name, data in self.columns.items():
            theirs = other.columns[name]
            both_missing = np.isnan(data) & np.isnan(theirs) if data.dtype.kind == "f" else False
            differ |= (data != theirs) & ~np.asarray(both_missing)
        return differ


def _equal(one: Data, other: Data) -> bool:
    return one is other or np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


class Settling:
    """The tables that turn on claim edits, at work on lines; `rows` is the context of the encounter rows."""

    def __init__(
        self, changes: Sequence[Table], edits: Sequence[Table], prepare: Prepare, rows: Context
    ) -> None:
        self._changes = changes
        self._edits = edits
        self._prepare = prepare
        self._rows = rows
        self._pers = groupings(rows.view.rulebook)
        self._seen: tuple[_State, int, Context, int] | None = None

    def settle(self, lines: Lines) -> Lines:
        """Change lines and raise edits until nothing changes; the edits of each line's last round stand."""
        counts = _Counts([*self._changes, *self._edits])
        done: list[tuple[Lines, EditLog, Asks]] = []
        for turn in range(MOST_ROUNDS):
            before = _State.of(lines)
            lines, log, asks = self._round(lines)
            counts.end_round()
            restless = self._restless(before, lines, log)
            if not restless.any() or turn == MOST_ROUNDS - 1:
                break
            denied = _denied(lines, log) | self._row_denied(lines)
            lines = replace(lines, denied=denied)
            again = linked_to(restless, lines.view(self._rows.view), self._pers)
            done.append(_part(lines, log, asks, ~again, self._rows.view.frame.rows))
            lines = lines.take(np.flatnonzero(again))
        if restless.any():
            self._report_circle(lines, restless)
        counts.close()
        for rest, rest_log, rest_asks in reversed(done):
            lines, of_rest, of_part = put_together(rest, lines, self._rows.view)
            log.chunks = [*moved(rest_log.chunks, of_rest, None), *moved(log.chunks, of_part, None)]
            for name in ("rows", "lines", "roots", "tables"):
                getattr(asks, name).extend(getattr(rest_asks, name))
        self._rows.log.chunks += log.chunks
        for name in ("rows", "lines", "roots", "tables"):
            getattr(self._rows.asks, name).extend(getattr(asks, name))
        return lines

    def _round(self, lines: Lines) -> tuple[Lines, EditLog, Asks]:
        lines = self._change(lines)
        context = self._edit(lines)
        return lines, context.log, context.asks

    def _restless(self, before: _State, lines: Lines, log: EditLog) -> Mask:
        """Say which lines belong to visits that a round has changed."""
        after = _State.of(lines)
        denied = _denied(lines, log) | self._row_denied(lines)
        if before.is_same(after):
            return denied != lines.denied
        changed = before.differs_from(after)
        if changed is None:  # lines were split, dropped or made one: take their visits by number
            changed = np.ones(len(lines), dtype=bool)
        return changed | (denied != lines.denied)

    def _row_denied(self, lines: Lines) -> Mask:
        """Say which lines edits on their encounter rows deny."""
        denied = np.zeros(self._rows.view.frame.rows, dtype=bool)
        for chunk in self._rows.log.chunks:
            if chunk.kind is not EditKind.DROPPED:
                on_row = (chunk.lines == NO_LINE) & (chunk.weight >= DENY)
                denied[chunk.rows[on_row]] = True
        numbers, rows = lines.joined
        found = np.zeros(len(lines), dtype=bool)
        found[numbers[denied[rows]]] = True
        return found

    def _change(self, lines: Lines) -> Lines:
        for table in self._changes:
            turn, turns = 0, 1
            while turn < turns:
                context, turns = self._context(lines, turn, self._rows)
                lines = change_lines(table, context, lines)
                turn += 1
        combined = combine(lines, self._rows.view) if self._changes else lines
        return lines if len(combined) == len(lines) else combined

    def _edit(self, lines: Lines) -> Context:
        """Raise the edits in a log of their own: in the next round they may not stand."""
        apart = replace(self._rows, log=EditLog(self._rows.view.frame), asks=Asks())
        turn, turns = 0, 1
        while turn < turns:
            context, turns = self._context(lines, turn, apart)
            standing = replace(context, log=apart.log, asks=apart.asks, lines_stand=True)
            for table in self._edits:
                table.raise_edits(standing)
            turn += 1
        return standing

    def _context(self, lines: Lines, turn: int, rows: Context) -> tuple[Context, int]:
        """Give the lines' context, the one before where nothing has changed since."""
        state = _State.of(lines)
        if self._seen is None or self._seen[1] != turn or not self._seen[0].is_same(state):
            context, turns = self._prepare(lines, rows, turn)
            self._seen = state, turn, context, turns
        return self._seen[2], self._seen[3]

    def _report_circle(self, lines: Lines, restless: Mask) -> None:
        """Send to review the visits whose lines the last round still changed."""
        view = self._rows.view
        visits, first = np.unique(view.visit_ids, return_index=True)
        rows = first[np.isin(visits, view.visit_ids[lines.row[restless]])]
        tables = [table.definition for table in (*self._changes, *self._edits)]
        names = ", ".join(table.name for table in tables)
        self._rows.log.add(
            EditKind.CONFLICT,
            rows,
            f"claim edits undo each other and come to no end ({names}): decide by hand which holds",
            rule="; ".join(str(table.at) for table in tables),
            table="claim edits",
        )


def _part(lines: Lines, log: EditLog, asks: Asks, keep: Mask, rows: int) -> tuple[Lines, EditLog, Asks]:
    """Give the lines that are settled, with what was raised and asked on them."""
    kept = np.flatnonzero(keep)
    where = np.zeros(len(lines), dtype=np.int64)
    where[kept] = np.arange(len(kept))
    of_rows = np.zeros(rows, dtype=bool)
    numbers, joined_rows = lines.joined
    of_rows[joined_rows[keep[numbers]]] = True
    settled = EditLog(log.frame, moved(log.chunks, where, of_rows))
    return lines.take(kept), settled, asks_of(asks, of_rows)


def _denied(lines: Lines, log: EditLog) -> Mask:
    denied = np.zeros(len(lines), dtype=bool)
    for chunk in log.chunks:
        on_line = (chunk.lines != NO_LINE) & (chunk.weight >= DENY)
        denied[chunk.lines[on_line]] = True
    return denied


class _Counts:
    """How often rules fired: what was repeated counts once."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tables
        self._start = [table.counts.copy() for table in tables]
        self._most = [np.zeros_like(table.counts) for table in tables]

    def end_round(self) -> None:
        for most, start, table in zip(self._most, self._start, self._tables, strict=True):
            np.maximum(most, table.counts - start, out=most)
            table.counts = start.copy()

    def close(self) -> None:
        for most, start, table in zip(self._most, self._start, self._tables, strict=True):
            table.counts = start + most
