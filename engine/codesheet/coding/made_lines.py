"""Claim lines as tables make them, and all of them put in order (DESIGN §3, Lines)."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from codesheet.coding.columns import Column, Data, Frame, Ids, Index, Mask
from codesheet.coding.context import Context
from codesheet.coding.edits import BILL, EditKind
from codesheet.coding.evaluate import all_missing
from codesheet.coding.hits import Hits
from codesheet.coding.lines import NOT_FIELDS, Lines
from codesheet.coding.reasons import join_reasons
from codesheet.coding.tables import Table, disposition_weights
from codesheet.coding.view import View
from codesheet.language.values import FieldType
from codesheet.model import Field, Level, Origin, Result, Rulebook


@dataclass(slots=True)
class Made:
    """Lines one table made, before they are put in order; `set_fields` are THEN fields."""

    places: Index
    table: int
    rule: Index
    columns: dict[str, Column]
    weight: Ids
    why: Ids
    address: Ids

    def take(self, rows: Index, index: Index) -> "Made":
        """Give the lines of an index as those of other rows."""
        columns = {name: column.take(index) for name, column in self.columns.items()}
        words = self.weight[index], self.why[index], self.address[index]
        return Made(rows, self.table, self.rule[index], columns, *words)


@dataclass(slots=True)
class NoLines:
    """Rows that a rule coded as `none`, with its reason."""

    rows: list[Index] = field(default_factory=list)
    why: list[Ids] = field(default_factory=list)


def make_lines(table: Table, number: int, context: Context, nothing: NoLines) -> Made:
    """Make the lines of one claim-line table; `none` makes none and keeps its reason."""
    alike = table.alike(context)
    if alike is None:
        return _made(table, number, context, nothing)
    of_kinds = NoLines()
    made = _made(table, number, alike.context, of_kinds)
    for kinds, why in zip(of_kinds.rows, of_kinds.why, strict=True):
        rows, places = alike.spread(kinds)
        nothing.rows.append(rows)
        nothing.why.append(why[places])
    alike.hand_over(context)
    return made.take(*alike.spread(made.places))


def _made(table: Table, number: int, context: Context, nothing: NoLines) -> Made:
    _, hits = table.hits(context)
    code = table.outputs["Code"]
    cleared = code.cleared(hits.by_output["Code"])
    if cleared.any():
        part = hits.keep(cleared)
        nothing.rows.append(part.places)
        nothing.why.append(table.why(part, context))
        hits = hits.keep(~cleared)
    columns = {
        name: output.values(hits.by_output[name], hits.view)
        for name, output in table.outputs.items()
        if name not in NOT_FIELDS
    }
    whole = _complete(table, hits, columns, context)
    if not whole.all():
        hits, kept = hits.keep(whole), np.flatnonzero(whole)
        columns = {name: column.take(kept) for name, column in columns.items()}
    weight: Ids = np.full(len(hits.places), BILL, dtype=np.int32)
    if "Disposition" in table.outputs:
        given = table.outputs["Disposition"].values(hits.by_output["Disposition"], hits.view)
        weight = disposition_weights(given, hits.view, BILL)
    why = table.why(hits, context)
    if "Reason" in table.outputs:
        given = table.outputs["Reason"].values(hits.by_output["Reason"], hits.view)
        why = join_reasons(why, given.data.astype(np.int32), context.view)
    return Made(hits.places, number, hits.rule, columns, weight, why, table.addresses_of(hits, context))


def _complete(table: Table, hits: Hits, columns: dict[str, Column], context: Context) -> Mask:
    """Send lines without a code or units to review, naming the facts at the root; they are not made."""
    fields = context.view.rulebook.fields
    whole = np.ones(len(hits.places), dtype=bool)
    inner = Context(hits.view, context.log, context.asks, context.because, None)
    inner_rows = hits.places
    for name in ("Code", "Units"):
        column = columns.get(name)
        if column is None:
            column = columns[name] = all_missing(fields[name].type, len(hits.places))
        missing_before = column.missing
        column = columns[name] = _whole(fields[name], column, inner, inner_rows, context)
        absent = np.flatnonzero(missing_before)
        if len(absent):
            facts = column.all_roots[absent]
            context.raise_edit(
                EditKind.MISSING,
                inner_rows[absent],
                f"{table.definition.name}: {name} cannot be worked out",
                rule=table.addresses_of(hits, context)[absent],
                facts=facts,
                table=table.definition.name,
            )
        whole &= ~column.missing
    return whole


def _whole(definition: Field, column: Column, inner: Context, rows: Index, context: Context) -> Column:
    """Judge wholeness among the hits, but raise its edits on their rows."""
    log = context.log
    before = len(log.chunks)
    column = inner.demand_whole(definition, column)
    for chunk in log.chunks[before:]:
        chunk.rows = rows[chunk.rows]
    return column


def gather(made: list[Made], view: View) -> Lines:
    """Put all lines in order: by visit, row order, then table and rule."""
    rulebook = view.rulebook
    places = _concatenated([m.places for m in made], np.int64)
    order = _in_line_order(made, view.order[places])
    names = _line_fields(rulebook)
    frame = Frame(len(places), {}, view.frame.vocabulary, view.frame.roots, view.frame, places)
    for name in names:
        frame.columns[name] = _stacked(name, made, rulebook.fields[name].type, frame)
    lines = Lines(
        frame,
        places,
        _concatenated([m.weight for m in made], np.int32),
        _concatenated([m.why for m in made], np.int32),
        _concatenated([m.address for m in made], np.int32),
        (np.arange(len(places)), places),
        names,
        np.zeros(len(places), dtype=bool),
    )
    return lines if order is None else lines.take(order)


def _in_line_order(made: list[Made], row_rank: Index) -> Index | None:
    """Order lines by their row's rank, then by table and rule; None where they are in that order."""
    rules = _concatenated([m.rule for m in made], np.int64)
    most = int(rules.max(initial=0)) + 1
    tables = _concatenated([np.full(len(m.places), m.table) for m in made], np.int64)
    rank = (row_rank * max(len(made), 1) + tables) * most + rules
    in_order = bool((rank[1:] >= rank[:-1]).all())
    return None if in_order else np.argsort(rank, kind="stable")  # merges what each table has in order


def _line_fields(rulebook: Rulebook) -> tuple[str, ...]:
    """Name the fields that lines have of their own: built-in and declared ones, and what tables set."""
    own = [
        name
        for name, definition in rulebook.fields.items()
        if definition.level is Level.LINE and definition.origin is Origin.LINE
    ]
    for table in rulebook.decisions.values():
        if table.result in (Result.CLAIM_LINES, Result.LINE_CHANGES):
            own += table.outputs
    return tuple(name for name in dict.fromkeys(own) if name not in NOT_FIELDS)


def _stacked(name: str, made: list[Made], kind: FieldType, frame: Frame) -> Column:
    """Put the tables' columns below each other; a table that does not set a row's field leaves its copy."""
    parts = []
    for m in made:
        column = m.columns.get(name)
        if column is None:
            has_row = frame.parent is not None and name in frame.parent
            column = frame.parent[name].take(m.places) if has_row and frame.parent else None
        parts.append(all_missing(kind, len(m.places)) if column is None else column)
    data = np.concatenate([p.data for p in parts]) if parts else all_missing(kind, 0).data
    if all(p.roots is None for p in parts):
        return Column(kind, data)
    return Column(kind, data, np.concatenate([p.all_roots for p in parts]))


def _concatenated(arrays: list[Any], kind: type) -> Data:
    return np.concatenate(arrays).astype(kind, copy=False) if arrays else np.zeros(0, dtype=kind)
