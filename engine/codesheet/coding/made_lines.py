"""Claim lines as tables make them, and all of them put in order (DESIGN §3, Lines)."""

from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

import numpy as np

from codesheet.coding.alike import Alike
from codesheet.coding.columns import Column, Data, Frame, Ids, Index, Mask
from codesheet.coding.context import Context
from codesheet.coding.edits import BILL, EditKind
from codesheet.coding.evaluate import all_missing
from codesheet.coding.hits import Hits
from codesheet.coding.lines import NOT_FIELDS, Lines
from codesheet.coding.reasons import join_reasons
from codesheet.coding.tables import Table, disposition_weights
from codesheet.coding.view import View
from codesheet.model import Field, Level, Origin, Result, Rulebook


@dataclass(slots=True)
class Made:
    """Lines one table made, before they are put in order: each once, however many rows have it.

    `rows` are the rows that have lines, by row, then by rule; `of` says which line, a place in the others;
    `lead` is one row of each.
    """

    rows: Index
    of: Index
    lead: Index
    rule: Index
    columns: dict[str, Column]
    weight: Ids
    why: Ids
    address: Ids


@dataclass(slots=True)
class NoLines:
    """Rows that a rule coded as `none`, with its reason."""

    rows: list[Index] = field(default_factory=list)
    why: list[Ids] = field(default_factory=list)


def make_lines(table: Table, context: Context, nothing: NoLines) -> Made:
    """Make the lines of one claim-line table; `none` makes none and keeps its reason."""
    alike = table.alike(context)
    if alike is None:
        return _made(table, context, nothing)
    of_kinds = NoLines()
    made = _made(table, alike.context, of_kinds)
    for kinds, why in zip(of_kinds.rows, of_kinds.why, strict=True):
        rows, places = alike.spread(kinds)
        nothing.rows.append(rows)
        nothing.why.append(why[places])
    alike.hand_over(context)
    rows, of = alike.spread(made.rows)
    return replace(made, rows=rows, of=of, lead=alike.leads[made.lead])


def _made(table: Table, context: Context, nothing: NoLines) -> Made:
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
    rows, addresses = hits.places, table.addresses_of(hits, context)
    return Made(rows, np.arange(len(rows)), rows, hits.rule, columns, weight, why, addresses)


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


def gather(made: list[Made], context: Context) -> Lines:
    """Put all lines in order: by visit, row order, then table and rule.

    What is amiss with their fields goes to review. Lines made once for many rows are looked at once.
    """
    view, names = context.view, _line_fields(context.view.rulebook)
    if any(name in view.frame and any(name not in m.columns for m in made) for name in names):
        made = [_one_a_row(m) for m in made]  # some field of a line is its row's own
    starts = [0, *accumulate(len(m.lead) for m in made)]
    rows = _concatenated([m.rows for m in made], np.int64)
    of = _concatenated(
        [m.of + start if start else m.of for m, start in zip(made, starts[:-1], strict=True)], np.int64
    )
    order = _in_line_order(made, view.ranks(rows), of)
    if order is not None:
        rows, of = rows[order], of[order]
    each = _each_once(made, names, view)
    kinds = Alike(of, each.row, replace(context.apart(), view=each.view(view), because={}))
    for name in names:
        kinds.context.set_field(view.rulebook.fields[name], each.frame[name])
    kinds.hand_over(replace(context, row_of_line=rows))
    return each.for_rows(of, rows, view)


def _one_a_row(made: Made) -> Made:
    """Give the same with a line of its own for each row."""
    of = made.of
    columns = {name: column.take(of) for name, column in made.columns.items()}
    words = made.weight[of], made.why[of], made.address[of]
    return Made(made.rows, np.arange(len(of)), made.rows, made.rule[of], columns, *words)


def _in_line_order(made: list[Made], row_rank: Index, of: Index) -> Index | None:
    """Order lines by their row's rank, then by table and rule; None where they are in that order."""
    rules = _concatenated([m.rule for m in made], np.int64)
    most = int(rules.max(initial=0)) + 1
    tables = np.repeat(np.arange(len(made)), [len(m.lead) for m in made])
    of_row = max(len(made), 1) * most
    small = int(row_rank.max(initial=0) + 1) * of_row <= np.iinfo(np.int32).max
    rank: Ids = row_rank.astype(np.int32 if small else np.int64)
    rank *= of_row
    rank += (tables * most + rules).astype(rank.dtype)[of]
    in_order = bool((rank[1:] >= rank[:-1]).all())
    return None if in_order else np.argsort(rank, kind="stable")  # merges what each table has in order


def _each_once(made: list[Made], names: tuple[str, ...], view: View) -> Lines:
    """Put the tables' lines below each other, each once."""
    lead = _concatenated([m.lead for m in made], np.int64)
    frame = Frame(len(lead), {}, view.frame.vocabulary, view.frame.roots, view.frame, lead)
    for name in names:
        frame.columns[name] = _stacked(name, made, view)
    weight, why, address = (
        _concatenated([getattr(m, name) for m in made], np.int32) for name in ("weight", "why", "address")
    )
    return Lines.of_rows(frame, lead, (weight, why, address), names)


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


def _stacked(name: str, made: list[Made], view: View) -> Column:
    """Put the tables' columns below each other; a table that does not set a row's field leaves its copy."""
    kind, parts = view.rulebook.fields[name].type, []
    for m in made:
        column = m.columns.get(name)
        if column is None:
            has_row = name in view.frame
            column = view.frame[name].take(m.lead) if has_row else all_missing(kind, len(m.lead))
        parts.append(column)
    if not parts:
        return all_missing(kind, 0)
    data = np.concatenate([p.data for p in parts])
    if all(p.roots is None for p in parts):
        return Column(kind, data)
    return Column(kind, data, np.concatenate([p.all_roots for p in parts]))


def _concatenated(arrays: list[Any], kind: type) -> Data:
    if not arrays:
        return np.zeros(0, dtype=kind)
    return (arrays[0] if len(arrays) == 1 else np.concatenate(arrays)).astype(kind, copy=False)
