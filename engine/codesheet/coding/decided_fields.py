"""Fields that decision tables set: by their hits, gathered from them, or left open for want of facts."""

import numpy as np

from codesheet.coding.aggregates import aggregate
from codesheet.coding.columns import MISSING, Column, Ids, Index
from codesheet.coding.context import Context
from codesheet.coding.evaluate import all_missing
from codesheet.coding.judging import Judged
from codesheet.coding.outputs import NO_RULE
from codesheet.coding.reasons import in_rounds, join_reasons
from codesheet.coding.tables import Hits, Table
from codesheet.coding.view import View
from codesheet.model import HitPolicy

_AGGREGATES = {
    HitPolicy.COLLECT_SUM: "sum",
    HitPolicy.COLLECT_MIN: "min",
    HitPolicy.COLLECT_MAX: "max",
    HitPolicy.COLLECT_COUNT: "count",
}


def decide_fields(table: Table, context: Context) -> None:
    """Set the THEN fields of the rows (or lines) of a context."""
    judged, hits = table.hits(context)
    blocked = _blocked(table, judged)
    for place, name in enumerate(table.definition.outputs):
        column = _field_values(table, name, hits, judged, context)
        rows = judged.rows[blocked[place]]
        leave_open(column, rows, judged.roots[blocked[place]])
        context.set_field(context.view.rulebook.fields[name], column)
    remember_because(table, context, hits)
    note_deciders(table, context, hits)


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
        gathers = table.definition.hit_policy in (*_AGGREGATES, HitPolicy.COLLECT, HitPolicy.RULE_ORDER)
        if gathers and judged.guard_open[number] and (judged.open_rules[number] or table.counts_matches):
            blocked[number, :] = True
    chosen = blocked[judged.decision]
    return [np.flatnonzero(chosen[:, place]) for place in range(len(table.definition.outputs))]


def _field_values(table: Table, name: str, hits: Hits, judged: Judged, context: Context) -> Column:
    output = table.outputs[name]
    values = output.values(hits.by_output[name], hits.view)
    rows = context.view.frame.rows
    function = _AGGREGATES.get(table.definition.hit_policy)
    if function is None and table.definition.hit_policy in (HitPolicy.COLLECT, HitPolicy.RULE_ORDER):
        function = "list"
    if function is None:
        column = all_missing(output.kind, rows)
        column.data[hits.places] = values.data
        if values.roots is not None:
            column.roots = np.zeros(rows, dtype=np.int32)
            column.roots[hits.places] = values.roots
        return column
    if function == "count":
        counted = all_missing(output.kind, rows)
        given = output.given(hits.by_output[name])
        counted.data[judged.rows] = np.bincount(hits.places[given], minlength=rows)[judged.rows]
        return counted
    return _gathered(table, function, name, values, hits, context)


def _gathered(table: Table, function: str, name: str, values: Column, hits: Hits, context: Context) -> Column:
    """Reduce the hits of each row to one value."""
    view = hits.view
    given = np.flatnonzero(table.outputs[name].given(hits.by_output[name]))
    numbered = View(
        view.frame, view.days, np.arange(len(hits.places)), view.sets, view.rulebook, view.visit_ids
    ).take(given)
    places = hits.places[given]
    column = all_missing(table.outputs[name].kind, context.view.frame.rows)
    if len(given):
        numbers = np.unique(places, return_inverse=True)[1]
        reduced = aggregate(function, values.take(given), None, numbers.astype(np.int64), numbered)
        column.data[places] = reduced.data
        if reduced.roots is not None:
            column.roots = np.zeros(len(column), dtype=np.int32)
            column.roots[places] = reduced.roots
    return column


def leave_open(column: Column, places: Index, roots: Ids) -> None:
    """Take the values away that wait for facts; the facts are their roots."""
    if not len(places):
        return
    all_roots = np.zeros(len(column), dtype=np.int32) if column.roots is None else column.roots.copy()
    column.data[places] = MISSING if column.type.is_text else np.nan
    all_roots[places] = roots
    column.roots = all_roots
