"""Fields that decision tables set: by their hits, gathered from them, or left open for want of facts."""

from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np

from codesheet.coding.aggregates import aggregate
from codesheet.coding.columns import MISSING, Column, Ids, Index
from codesheet.coding.context import Context
from codesheet.coding.evaluate import all_missing
from codesheet.coding.hits import Hits
from codesheet.coding.judging import Judged
from codesheet.coding.outputs import NO_RULE
from codesheet.coding.ragged import Ragged
from codesheet.coding.reasons import in_rounds, join_reasons
from codesheet.coding.tables import GATHERED, Table
from codesheet.coding.view import View


def decide_fields(table: Table, context: Context) -> None:
    """Set the THEN fields of the rows (or lines) of a context."""
    alike = table.alike(context) if context.row_of_line is None else None
    if alike is None:
        _decide(table, context)
        return
    _decide(table, alike.context)
    for name in table.definition.outputs:
        context.view.frame.columns[name] = alike.context.view.frame[name].take(alike.kind)
        if name in alike.context.because:
            context.because[name] = alike.context.because[name][alike.kind]
    alike.hand_over(context)


def _decide(table: Table, context: Context) -> None:
    if table.gathers_constants and context.deciders is None:
        judged = table.judged(context)
        context.fired(partial(table.counts.count_decisions, judged))
        _set_fields(table, context, judged, _values_by_decision(table, judged, context.view.frame.rows))
        return
    judged, hits = table.hits(context, counted=False)
    context.fired(partial(table.counts.count, hits))
    _set_fields(table, context, judged, _values_by_row(table, judged, hits, context.view.frame.rows))
    remember_because(table, context, hits)
    note_deciders(table, context, hits)


def _set_fields(table: Table, context: Context, judged: Judged, values: Iterable[Column]) -> None:
    """Set the THEN fields, open where they wait for facts."""
    for name, column, open_rows in zip(
        table.definition.outputs, values, _blocked(table, judged), strict=True
    ):
        leave_open(column, judged.rows[open_rows], judged.roots[open_rows])
        context.set_field(context.view.rulebook.fields[name], column)


def note_deciders(table: Table, context: Context, hits: Hits) -> None:
    """Tell who asks which rules gave the fields."""
    if context.deciders is not None:
        cells = [rule.at for rule in table.definition.rules]
        for name in table.definition.outputs:
            context.deciders.note(name, hits.places, hits.by_output[name], cells)


def remember_because(table: Table, context: Context, hits: Hits) -> None:
    """Keep the authors' words for the decided fields, for the lines that will turn on them."""
    if not table.reasons.has_because:
        return
    for name in table.definition.outputs:
        rules = hits.by_output[name]
        speaks = np.flatnonzero(rules != NO_RULE)
        said = table.reasons.because(rules[speaks], hits.view.take(speaks))
        words: Ids = np.full(context.view.frame.rows, MISSING, dtype=np.int32)
        for entries in in_rounds(hits.places[speaks]):
            at = hits.places[speaks][entries]
            words[at] = join_reasons(words[at], said[entries], context.view)
        context.because[name] = words


def _blocked(table: Table, judged: Judged) -> list[Index]:
    blocked = np.zeros((len(judged.decisions), max(len(table.definition.outputs), 1)), dtype=bool)
    for number, decision in enumerate(judged.decisions):
        blocked[number, list(decision.blocked)] = True
        gathers = table.definition.hit_policy in GATHERED
        if gathers and judged.guard_open[number] and (judged.open_rules[number] or table.counts_matches):
            blocked[number, :] = True
    chosen = blocked[judged.decision]
    return [np.flatnonzero(chosen[:, place]) for place in range(len(table.definition.outputs))]


def _values_by_row(table: Table, judged: Judged, hits: Hits, rows: int) -> Iterator[Column]:
    """Give each field of the rows (or lines), those not judged without a value."""
    for name, output in table.outputs.items():
        rules = hits.by_output[name]
        if table.definition.hit_policy in GATHERED:
            gathered = _gathered(table, name, rules, hits.places, hits.view, rows)
            yield _placed(gathered.take(judged.rows), judged.rows, rows)
        else:
            yield _placed(output.values(rules, hits.view), hits.places, rows)


def _values_by_decision(table: Table, judged: Judged, rows: int) -> Iterator[Column]:
    """Give each field of the rows where it is the same for all rows of one decision: gathered but once."""
    count = len(judged.decisions)
    decisions, rules = Ragged.of(decision.hits for decision in judged.decisions).expand(np.arange(count))
    some_row = np.zeros(count, dtype=np.int64)
    some_row[judged.decision] = np.arange(len(judged.decision))
    view = judged.view.take(some_row[decisions])
    for name in table.outputs:
        gathered = _gathered(table, name, rules, decisions, view, count)
        yield _placed(gathered.take(judged.decision), judged.rows, rows)


def _placed(values: Column, places: Index, rows: int) -> Column:
    """Give a column with values at some places, missing elsewhere."""
    column = all_missing(values.type, rows)
    column.data[places] = values.data
    if values.roots is not None:
        column.roots = np.zeros(rows, dtype=np.int32)
        column.roots[places] = values.roots
    return column


def _gathered(table: Table, name: str, rules: Index, places: Index, view: View, count: int) -> Column:
    """Reduce the hits of each of so many places to one value; `view` holds the rows of the hits."""
    output, function = table.outputs[name], GATHERED[table.definition.hit_policy]
    given = np.flatnonzero(output.given(rules))
    column = all_missing(output.kind, count)
    if function == "count":
        column.data[:] = np.bincount(places[given], minlength=count)
    elif len(given):
        values = output.values(rules, view)
        in_order = view.part(view.frame.take(given), given, order=given)
        numbers = np.unique(places[given], return_inverse=True)[1].astype(np.int64)
        reduced = aggregate(function, values.take(given), None, numbers, in_order)
        column = _placed(reduced, places[given], count)
    return column


def leave_open(column: Column, places: Index, roots: Ids) -> None:
    """Take the values away that wait for facts; the facts are their roots."""
    if not len(places):
        return
    all_roots = column.all_roots.copy()
    column.data[places] = MISSING if column.type.is_text else np.nan
    all_roots[places] = roots
    column.roots = all_roots
