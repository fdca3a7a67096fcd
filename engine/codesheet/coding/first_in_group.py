"""First in group: of the rows of a group, the one matched by the topmost rule gets its THEN cells.

Ties go to the earlier row; the group's other judged rows get `Otherwise`. Where an undecided rule could
still win, nobody in the group gets a value; a row whose Only when is undecided waits for itself alone where
it could not win (decisions, notes 4 and 20).
"""

from dataclasses import dataclass

import numpy as np

from codesheet.coding.columns import Ids, Index, Mask
from codesheet.coding.context import Context
from codesheet.coding.decided_fields import leave_open, note_deciders, remember_because
from codesheet.coding.evaluate import all_missing
from codesheet.coding.hits import Hits
from codesheet.coding.judging import Judged
from codesheet.coding.outputs import OutputColumn
from codesheet.coding.tables import Table
from codesheet.coding.view import View


@dataclass(slots=True)
class _Outcome:
    """Who won, who did not, and who waits; `rules` gives each row its topmost rule.

    `roots` are the facts that each row asks for or, where it is open, waits for.
    """

    rules: Index
    won: Mask
    lost: Mask
    is_open: Mask
    asking: Mask
    asked_roots: Ids
    open_roots: Ids


def decide_first_in_group(table: Table, context: Context) -> None:
    """Set the THEN fields of a First in group table."""
    judged = table.judge.judge_rows(context.view)
    table.no_rule(context, judged)
    outcome = _outcome(table, judged, context.view)
    asking = np.flatnonzero(outcome.asking)
    context.ask(asking, outcome.asked_roots[asking], table.definition.name)
    _set_fields(table, context, outcome)


def _outcome(table: Table, judged: Judged, view: View) -> _Outcome:
    none = len(table.definition.rules)
    rules = _topmost(judged.matched, judged, view, none)
    groups = view.groups(table.definition.per)
    winner, winning_rule, winning_order = _winners(rules, groups, view.order, none)
    is_judged = np.zeros(view.frame.rows, dtype=bool)
    is_judged[judged.rows] = True
    asking, asked_roots = _could_win(table, judged, view, winning_rule[groups], winning_order[groups])
    shared = _shared_roots(asking, asked_roots, groups, view)
    open_groups = np.bincount(groups[asking], minlength=len(winning_rule)) > 0
    is_open = is_judged & open_groups[groups]
    open_roots = np.where(is_open, shared, 0).astype(np.int32)
    alone = _waiting_alone(judged, view) & ~is_open
    if table.definition.otherwise:
        is_open = is_open | alone
        open_roots = np.where(alone, asked_roots, open_roots).astype(np.int32)
    if table.definition.otherwise or table.speaks:
        asking = asking | _waiting_alone(judged, view)
    won = winner & is_judged & ~is_open
    lost = is_judged & ~won & ~is_open
    return _Outcome(rules, won, lost, is_open, asking, asked_roots, open_roots)


def _could_win(
    table: Table, judged: Judged, view: View, winning_rule: Index, winning_order: Index
) -> tuple[Mask, Ids]:
    """Say where an undecided rule stands above the winner of its group, and what those rules ask for.

    A row whose Only when is undecided has the facts that this asks for, whether it could win or not.
    """
    asking, roots = np.zeros(view.frame.rows, dtype=bool), np.zeros(view.frame.rows, dtype=np.int32)
    waits = np.array([bool(rules) for rules in judged.open_rules], dtype=bool) | np.array(
        judged.guard_open, dtype=bool
    )
    waiting = np.flatnonzero(waits[judged.decision]) if len(waits) else np.zeros(0, dtype=np.int64)
    rows = judged.rows[waiting]
    earlier = view.order[rows] < winning_order[rows]
    told_apart = np.stack([judged.decision[waiting], winning_rule[rows], earlier.astype(np.int64)], axis=1)
    kinds, numbers = np.unique(told_apart, axis=0, return_inverse=True)
    for kind, (number, best, is_earlier) in enumerate(kinds.tolist()):
        rules = tuple(r for r in judged.open_rules[number] if r < best or (is_earlier and r == best))
        chosen = numbers.reshape(-1) == kind
        roots[rows[chosen]] = table.judge.roots_of_rules(judged, waiting[chosen], rules)
        asking[rows[chosen]] = bool(rules)
    return asking, roots


def _waiting_alone(judged: Judged, view: View) -> Mask:
    """Say which rows wait to know whether they are judged at all."""
    waiting = np.zeros(view.frame.rows, dtype=bool)
    if judged.guard_open:
        waiting[judged.rows] = np.array(judged.guard_open, dtype=bool)[judged.decision]
    return waiting


def _topmost(found: list[tuple[int, ...]], judged: Judged, view: View, none: int) -> Index:
    top = np.full(view.frame.rows, none, dtype=np.int64)
    if found:
        firsts = np.array([rules[0] if rules else none for rules in found], dtype=np.int64)
        top[judged.rows] = firsts[judged.decision]
    return top


def _winners(rules: Index, groups: Index, order: Index, none: int) -> tuple[Mask, Index, Index]:
    """Find each group's winning row, and its rule and place in the order."""
    count = int(groups.max()) + 1 if len(groups) else 0
    ranked = np.lexsort((order, rules, groups))
    leads = np.ones(len(ranked), dtype=bool)
    leads[1:] = groups[ranked][1:] != groups[ranked][:-1]
    first = ranked[leads]
    winning_rule, winning_order = np.full(count, none, dtype=np.int64), np.zeros(count, dtype=np.int64)
    winning_rule[groups[first]] = rules[first]
    winning_order[groups[first]] = order[first]
    winner = np.zeros(len(rules), dtype=bool)
    winner[first[rules[first] < none]] = True
    return winner, winning_rule, winning_order


def _shared_roots(asking: Mask, roots: Ids, groups: Index, view: View) -> Ids:
    """Give every row of an open group the facts that the group waits for."""
    by_group: dict[int, int] = {}
    for row in np.flatnonzero(asking).tolist():
        group = int(groups[row])
        by_group[group] = view.frame.roots.union_of(by_group.get(group, 0), int(roots[row]))
    table = np.zeros(int(groups.max()) + 1 if len(groups) else 0, dtype=np.int32)
    for group, root in by_group.items():
        table[group] = root
    return table[groups]


def _set_fields(table: Table, context: Context, outcome: _Outcome) -> None:
    view = context.view
    places, rest = np.flatnonzero(outcome.won), np.flatnonzero(outcome.lost)
    rules, won_view = outcome.rules[places], view.take(places)
    table.counts.by_rule += np.bincount(rules, minlength=len(table.counts.by_rule))
    others = {output.field: output for output in table.definition.otherwise}
    for name in table.definition.outputs:
        output = table.outputs[name]
        column = all_missing(output.kind, view.frame.rows)
        roots = np.zeros(view.frame.rows, dtype=np.int32)
        given = [(places, output.values(rules, won_view))]
        if name in others:
            otherwise = OutputColumn([others[name]], output.kind)
            given.append((rest, otherwise.values(np.zeros(len(rest), dtype=np.int64), view.take(rest))))
        for where, values in given:
            column.data[where] = values.data
            roots[where] = 0 if values.roots is None else values.roots
        column.roots = roots
        open_rows = np.flatnonzero(outcome.is_open)
        leave_open(column, open_rows, outcome.open_roots[open_rows])
        context.set_field(view.rulebook.fields[name], column)
    hits = Hits(places, rules, dict.fromkeys(table.definition.outputs, rules), won_view)
    remember_because(table, context, hits)
    note_deciders(table, context, hits)
    if context.deciders is not None:
        for name, label in others.items():
            context.deciders.note(name, rest, np.zeros_like(rest), [label.at])
