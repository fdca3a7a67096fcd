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

from codesheet.coding.columns import Data, Mask
from codesheet.coding.context import Asks, Context
from codesheet.coding.edits import NO_LINE, EditKind, EditLog
from codesheet.coding.lines import DENY, Lines, change_lines, combine
from codesheet.coding.tables import Table
from codesheet.coding.text_functions import exact_codes

MOST_ROUNDS = 12
"""Chains of edits that wait for each other are two or three long; what still moves then goes in a circle."""

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
        self._seen: tuple[_State, int, Context, int] | None = None

    def settle(self, lines: Lines) -> tuple[Lines, Context]:
        """Change lines and raise edits until nothing changes; the edits of the last round stand."""
        counts = _Counts([*self._changes, *self._edits])
        for _ in range(MOST_ROUNDS):
            before, state = lines, _State.of(lines)
            lines = self._change(lines)
            context = self._edit(lines)
            denied = _denied(lines, context.log) | self._row_denied(lines)
            counts.end_round()
            if state.is_same(_State.of(lines)) and np.array_equal(denied, lines.denied):
                break
            lines = replace(lines, denied=denied)
        else:
            self._report_circle(before, lines)
        counts.close()
        self._rows.log.chunks += context.log.chunks
        for name in ("rows", "lines", "roots", "tables"):
            getattr(self._rows.asks, name).extend(getattr(context.asks, name))
        return lines, replace(context, log=self._rows.log, asks=self._rows.asks)

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
        return combine(lines, self._rows.view) if self._changes else lines

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

    def _report_circle(self, before: Lines, lines: Lines) -> None:
        """Send to review the visits whose lines the last round still changed."""
        view = self._rows.view
        changed = _rows_of_state(before, view.visit_ids).merge(
            _rows_of_state(lines, view.visit_ids), how="outer", indicator=True
        )
        visits = changed.loc[changed["_merge"] != "both", "visit"].unique()
        rows = np.unique(view.visit_ids, return_index=True)
        first = rows[1][np.isin(rows[0], visits)]
        names = ", ".join(table.definition.name for table in (*self._changes, *self._edits))
        self._rows.log.add(
            EditKind.CONFLICT,
            first,
            f"claim edits undo each other and come to no end ({names}): decide by hand which holds",
            rule="; ".join(str(table.definition.at) for table in (*self._changes, *self._edits)),
            table="claim edits",
        )


def _rows_of_state(lines: Lines, visit_ids: Data) -> pd.DataFrame:
    columns = {name: exact_codes(lines.frame[name]) for name in lines.set_names if name != "Units"}
    fates = {"visit": visit_ids[lines.row], "weight": lines.weight, "denied": lines.denied}
    table = pd.DataFrame({**fates, **columns, "Units": lines.frame["Units"].data})
    return table.groupby(list(table.columns), dropna=False, as_index=False).size()


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
