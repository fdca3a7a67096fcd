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
import pandas as pd

from codesheet.coding.columns import Data, Index, Mask
from codesheet.coding.context import Asks, Context
from codesheet.coding.edits import DENY, NO_LINE, EditKind, EditLog
from codesheet.coding.hits import Hits
from codesheet.coding.line_changes import change_lines
from codesheet.coding.line_parts import RowGroups, asks_of, moved, put_together
from codesheet.coding.lines import Lines, combine
from codesheet.coding.tables import Table
from codesheet.coding.view import View, distinct

MOST_ROUNDS = 50
"""Edits that wait for each other stand in chains of a few; what moves after so many goes in a circle."""

Prepare: TypeAlias = Callable[[Lines, Context, int], tuple[Context, Index]]
"""Computes line fields, each line's limits in the given turn; gives the context and each line's turns."""


@dataclass(frozen=True, slots=True)
class _State:
    """What edits can change about lines; `visit` says whose they are."""

    visit: Index
    weight: Data
    denied: Mask
    columns: dict[str, Data]

    @classmethod
    def of(cls, lines: Lines, rows: View) -> "_State":
        columns = {name: lines.frame[name].data for name in lines.set_names}
        visit = rows.visit_ids[lines.row].astype(np.int64)
        return cls(visit, lines.weight.copy(), lines.denied.copy(), columns)

    def is_same(self, other: "_State") -> bool:
        return len(self.visit) == len(other.visit) and not len(self.changed_visits(other))

    def changed_visits(self, other: "_State") -> Index:
        """Give the visits whose lines, in their order, are not the same in both."""
        if np.array_equal(self.visit, other.visit):
            differ = (self.weight != other.weight) | (self.denied != other.denied)
            for name, data in self.columns.items():
                theirs = other.columns[name]
                if data is not theirs:
                    both_missing = np.isnan(data) & np.isnan(theirs) if data.dtype.kind == "f" else False
                    differ |= (data != theirs) & ~np.asarray(both_missing)
            return np.unique(self.visit[differ])
        parts = [(one.visit, _turns(one.visit), one.weight, one.denied) for one in (self, other)]
        values = zip(self.columns.values(), other.columns.values(), strict=True)
        columns = [np.concatenate(pair) for pair in (*zip(*parts, strict=True), *values)]
        codes = [pd.factorize(column)[0].astype(np.int64) for column in columns]
        numbers = distinct(codes, len(columns[0]))[0]
        mine, theirs = np.split(numbers, [len(self.visit)])
        count = int(numbers.max(initial=-1)) + 1
        differ = np.bincount(mine, minlength=count) != np.bincount(theirs, minlength=count)
        return np.unique(columns[0][differ[numbers]])


def _turns(visits: Index) -> Index:
    """Give lines their places within their visit."""
    order = np.argsort(visits, kind="stable")
    leads = np.flatnonzero(np.diff(visits[order], prepend=-1))
    turns = np.empty(len(order), dtype=np.int64)
    turns[order] = np.arange(len(order)) - np.repeat(leads, np.diff(np.append(leads, len(order))))
    return turns


def still_changing(context: Context, rows: Context) -> Context:
    """Give a context of lines that a table may change or drop yet, with the logs of their rows.

    What line fields ask and review stands, whatever becomes of the lines; what denies a line, or informs, is
    said of the lines that stand in the end. Of lines that no table judges in this context nothing stands.
    """
    judged = np.ones(rows.view.frame.rows, dtype=bool)
    if context.judged is not None:
        judged[:] = False
        judged[context.rows(np.flatnonzero(context.judged))] = True
    rows.log.keep_reviews(context.log, judged)
    rows.asks.take_over(asks_of(context.asks, judged))
    return replace(context, log=rows.log, asks=rows.asks, lines_stand=False)


class Settling:
    """The tables that turn on claim edits, at work on lines; `rows` is the context of the encounter rows."""

    def __init__(
        self, changes: Sequence[Table], edits: Sequence[Table], prepare: Prepare, rows: Context
    ) -> None:
        self._changes = changes
        self._edits = edits
        self._prepare = prepare
        self._rows = rows
        self._groups = RowGroups(rows.view)
        self._seen: tuple[_State, int, Context, Index] | None = None

    def settle(self, lines: Lines) -> Lines:
        """Change lines and raise edits until nothing changes; the edits of each line's last round stand."""
        view = self._rows.view
        lines = replace(lines, denied=self._row_denied(lines))
        done: list[tuple[Lines, EditLog, Asks]] = []
        for turn in range(MOST_ROUNDS):
            before = _State.of(lines, view)
            lines = self._change(lines)
            log, asks, hits = self._edit(lines)
            lines = replace(lines, denied=_denied(lines, log) | self._row_denied(lines))
            changed = before.changed_visits(_State.of(lines, view))
            again = self._groups.linked(changed)[lines.row]
            if not again.any() or turn == MOST_ROUNDS - 1:
                break
            _count(hits, ~again)
            done.append(_part(lines, log, asks, ~again, view.frame.rows))
            lines = lines.take(np.flatnonzero(again))
        _count(hits, np.ones(len(lines), dtype=bool))
        if again.any():
            self._report_circle(changed)
        for rest, rest_log, rest_asks in reversed(done):
            lines, of_rest, of_part = put_together(rest, lines, view)
            log.chunks = [*moved(rest_log.chunks, of_rest, None), *moved(log.chunks, of_part, None)]
            asks.take_over(rest_asks)
        self._rows.log.chunks += log.chunks
        self._rows.asks.take_over(asks)
        return lines

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
            context, turns = self._context(lines, 0)
            most = self._most_by_visit(lines, turns)
            lines = change_lines(table, still_changing(context, self._rows), lines)
            for turn in range(1, int(most.max(initial=1))):
                context, _ = self._context(lines, turn)
                own = most[self._rows.view.visit_ids[lines.row]] > turn
                context = replace(context, judged=own if context.judged is None else own & context.judged)
                lines = change_lines(table, still_changing(context, self._rows), lines)
        combined = combine(lines, self._rows.view) if self._changes else lines
        return lines if len(combined) == len(lines) else combined

    def _most_by_visit(self, lines: Lines, turns: Index) -> Index:
        """Give the most turns of a line of each visit, before a table splits or drops lines."""
        visits = self._rows.view.visit_ids
        most = np.ones(int(visits.max(initial=0)) + 1, dtype=np.int64)
        np.maximum.at(most, visits[lines.row], turns)
        return most

    def _edit(self, lines: Lines) -> tuple[EditLog, Asks, list[tuple[Table, Hits]]]:
        """Raise the edits, those of line fields too, in a log of their own: next round they may not stand."""
        log, asks = EditLog(self._rows.view.frame), Asks()
        hits: list[tuple[Table, Hits]] = []
        turn, most = 0, 1
        while turn < most:
            context, turns = self._context(lines, turn)
            most = int(turns.max(initial=1))
            log.chunks += context.log.chunks
            asks.take_over(context.asks)
            standing = replace(context, log=log, asks=asks)
            hits += [(table, table.raise_edits(standing, counted=False)) for table in self._edits]
            turn += 1
        return log, asks, hits

    def _context(self, lines: Lines, turn: int) -> tuple[Context, Index]:
        """Give the lines' context and turns, those before where nothing has changed since.

        Its log and questions hold what the line fields say.
        """
        state = _State.of(lines, self._rows.view)
        seen = self._seen
        is_new = seen is None or seen[1] != turn or seen[2].view.frame is not lines.frame
        if seen is None or is_new or not seen[0].is_same(state):
            context, turns = self._prepare(lines, self._rows.apart(), turn)
            seen = self._seen = state, turn, context, turns
        return seen[2], seen[3]

    def _report_circle(self, changed: Index) -> None:
        """Send to review the visits whose lines the last round still changed."""
        view = self._rows.view
        visits, first = np.unique(view.visit_ids, return_index=True)
        tables = [table.definition for table in (*self._changes, *self._edits)]
        names = ", ".join(table.name for table in tables) or "line fields"
        self._rows.log.add(
            EditKind.CONFLICT,
            first[np.isin(visits, changed)],
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


def _count(hits: Sequence[tuple[Table, Hits]], settled: Mask) -> None:
    """Count the rules that stand on settled lines, each once a line, whichever of its limits it spoke of."""
    counted: dict[Table, Index] = {}
    for table, found in hits:
        own = found.keep(settled[found.places])
        keys = own.places * len(table.counts.by_rule) + own.rule
        table.counts.count(own.keep(~np.isin(keys, counted.get(table, []))))
        counted[table] = np.append(counted.get(table, np.zeros(0, dtype=np.int64)), keys)
