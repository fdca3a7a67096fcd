"""First in group: of the rows of a group, the one matched by the topmost rule gets its THEN cells.

Ties go to the earlier row; the group's other judged rows get `Otherwise`. Where an undecided rule could
still win, nobody in the group gets a value (decisions, note 4).
"""

from dataclasses import dataclass

import numpy as np

from codesheet.coding.columns import Ids, Index, Mask
from codesheet.coding.context import Context
from codesheet.coding.evaluate import all_missing
from codesheet.coding.judging import Judged
from codesheet.coding.outputs import OutputColumn
from codesheet.coding.tables import Table, leave_open
from codesheet.coding.view import View


@dataclass(slots=True)
class _Outcome:
    """Who won, who did not, and whose group is still open; `rules` gives each row its topmost rule."""

    rules: Index
    won: Mask
    lost: Mask
    is_open: Mask
    asking: Mask
    groups: Index


def decide_first_in_group(table: Table, context: Context) -> None:
    """Set the THEN fields of a First in group table."""
    judged = table.judge.judge_rows(context.view)
    table.no_rule(context, judged)
    outcome = _outcome(table, judged, context.view)
    roots = np.zeros(context.view.frame.rows, dtype=np.int32)
    roots[judged.rows] = judged.roots
    asking = np.flatnonzero(outcome.asking)
    context.ask(asking, roots[asking], table.definition.name)
    _set_fields(table, context, outcome, _shared_roots(roots, outcome, context.view))


def _outcome(table: Table, judged: Judged, view: View) -> _Outcome:
    none = len(table.definition.rules)
    rules = _topmost(judged.matched, judged, view, none)
    waiting = _topmost(judged.open_rules, judged, view, none)
    groups = view.groups(table.definition.per)
    winner, winning_rule, winning_order = _winners(rules, groups, view.order, none)
    earlier_tie = (waiting == winning_rule[groups]) & (view.order < winning_order[groups])
    asking = (waiting < none) & ((waiting < winning_rule[groups]) | earlier_tie)
    open_groups = np.bincount(groups[asking], minlength=len(winning_rule)) > 0
    is_judged = np.zeros(view.frame.rows, dtype=bool)
    is_judged[judged.rows] = True
    is_open = is_judged & open_groups[groups]
    won = winner & is_judged & ~is_open
    return _Outcome(rules, won, is_judged & ~won & ~is_open, is_open, asking, groups)


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


def _shared_roots(roots: Ids, outcome: _Outcome, view: View) -> Ids:
    """Give every row of an open group the facts that the group waits for."""
    by_group: dict[int, int] = {}
    asking = np.flatnonzero(outcome.asking)
    for group, root in zip(outcome.groups[asking].tolist(), roots[asking].tolist(), strict=True):
        by_group[group] = view.frame.roots.union_of(by_group.get(group, 0), root)
    table = np.zeros(int(outcome.groups.max()) + 1 if len(outcome.groups) else 0, dtype=np.int32)
    for group, root in by_group.items():
        table[group] = root
    return table[outcome.groups]


def _set_fields(table: Table, context: Context, outcome: _Outcome, roots: Ids) -> None:
    view = context.view
    places, rest = np.flatnonzero(outcome.won), np.flatnonzero(outcome.lost)
    won_rules, won_view = outcome.rules[places], view.take(places)
    table.counts += np.bincount(won_rules, minlength=len(table.counts))
    others = {output.field: output for output in table.definition.otherwise}
    for name in table.definition.outputs:
        output = table.outputs[name]
        column = all_missing(output.kind, view.frame.rows)
        column.data[places] = output.values(won_rules, won_view).data
        if name in others:
            otherwise = OutputColumn([others[name]], output.kind)
            column.data[rest] = otherwise.values(np.zeros(len(rest), dtype=np.int64), view.take(rest)).data
        leave_open(column, np.flatnonzero(outcome.is_open), roots[outcome.is_open])
        context.set_field(view.rulebook.fields[name], column)
    table.remember_because(context, places, won_rules, won_view)
