"""The end of coding: facts asked for, rows no table coded, what holds a visit, lines' dispositions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from codesheet.coding.columns import MISSING, Ids, Mask
from codesheet.coding.context import Context
from codesheet.coding.edits import DENY, DROP, NO_LINE, REVIEW, EditKind
from codesheet.coding.lines import Lines, code_and_reason
from codesheet.coding.made_lines import NoLines
from codesheet.coding.ragged import by_number, sequences
from codesheet.coding.view import distinct
from codesheet.compiling.reads import claim_edit_tables
from codesheet.location import CellRef
from codesheet.model import Result, Rulebook

BrokenVisits: TypeAlias = Mapping[str, Sequence[str]]
"""Visits of which some row could not be read, with the columns at fault."""


@dataclass(slots=True)
class Verdict:
    """What stands at the end: each line's weight, and the rows whose visit is held for review."""

    line_weight: Ids
    in_review: Mask
    is_broken: Mask


def reach_verdict(
    lines: Lines,
    context: Context,
    nothing: NoLines,
    rulebook: Rulebook,
    broken_visits: BrokenVisits,
) -> Verdict:
    """Close a batch: every row ends in a line, a `none` or a review edit."""
    _list_lines_in_review(lines, context)
    _ask_for_facts(context)
    _flag_uncoded(lines, context, nothing, rulebook)
    is_broken = _flag_broken(context, broken_visits)
    visits = context.view.visit_ids
    held = np.zeros(int(visits.max(initial=MISSING)) + 2, dtype=bool)  # the last place serves MISSING
    held[visits[context.log.rows_with()]] = True
    in_review = held[visits]
    weight = _line_weights(lines, context)
    weight[(weight < REVIEW) & in_review[lines.row]] = REVIEW
    return Verdict(weight, in_review, is_broken)


def _list_lines_in_review(lines: Lines, context: Context) -> None:
    """Put lines that a rule gave the disposition review on the worklist, with the line's reason."""
    places = np.flatnonzero(lines.weight == REVIEW)
    context.log.add(
        EditKind.RULE,
        lines.row[places],
        code_and_reason(lines, places, ": "),
        rule=lines.address[places],
        lines=places,
    )


def _ask_for_facts(context: Context) -> None:
    """Raise one review edit a row and set of facts, naming the tables that turn on them."""
    asks = context.asks
    if not asks.rows:
        return
    rows, roots = np.concatenate(asks.rows), np.concatenate(asks.roots).astype(np.int64)
    names = list(dict.fromkeys(name for name, _ in asks.tables))
    numbers = [names.index(name) for name, _ in asks.tables]
    tables = np.repeat(np.array(numbers, dtype=np.int64), [count for _, count in asks.tables])
    pairs, leads = distinct([rows, roots], len(rows))
    once = distinct([pairs, tables], len(rows))[1]
    once = once[np.argsort(pairs[once], kind="stable")]
    texts, rules = (np.full(len(leads), MISSING, dtype=np.int32) for _ in range(2))
    words = context.view.frame.vocabulary
    for alike, asking in sequences(pairs[once], tables[once]):
        asked_by = [names[int(number)] for number in asking]
        rules[alike] = words.id_of(
            "; ".join(str(_sheet_of(name, context.view.rulebook)) for name in asked_by)
        )
        for root, places in by_number(roots[leads[alike]]):
            missing = sorted(context.view.frame.roots.sets[root]) or ["a fact"]
            texts[alike[places]] = words.id_of(_question(missing, asked_by))
    context.log.add(EditKind.UNDECIDED, rows[leads], texts, rule=rules, facts=roots[leads].astype(np.int32))


def _question(missing: Sequence[str], tables: Sequence[str]) -> str:
    it = "it" if len(missing) == 1 else "them"
    return (
        f"{' and '.join(missing)} not recorded: ask for {it}; "
        f"without {it} {', '.join(tables)} cannot be decided"
    )


def _sheet_of(table: str, rulebook: Rulebook) -> CellRef:
    """Give the address of a table that asks for facts."""
    found = rulebook.decisions.get(table) or rulebook.lookups.get(table)
    edits = {kind.value: one.at for kind, one in claim_edit_tables(rulebook).items()}
    return found.at if found is not None else edits[table]


def _flag_uncoded(lines: Lines, context: Context, nothing: NoLines, rulebook: Rulebook) -> None:
    if not any(table.result is Result.CLAIM_LINES for table in rulebook.decisions.values()):
        return
    accounted = np.zeros(context.view.frame.rows, dtype=bool)
    for rows in (*nothing.rows, lines.joined[1]):
        accounted[rows] = True
    accounted |= context.log.rows_with(frozenset([EditKind.DROPPED]), DROP)
    accounted |= context.log.rows_with()
    context.log.add(EditKind.UNCODED_ROW, np.flatnonzero(~accounted), "no table codes this row")


def _flag_broken(context: Context, broken_visits: BrokenVisits) -> Mask:
    """Hold the visits of which some row could not be read, naming the columns at fault."""
    visits = context.view.visit_ids
    words = context.view.frame.vocabulary
    rows, texts = [], []
    if broken_visits:
        present, first = np.unique(visits, return_index=True)
        first_row = dict(zip(present.tolist(), first.tolist(), strict=True))
        found = (
            (first_row.get(words.find(visit)), columns) for visit, columns in broken_visits.items() if visit
        )
        for row, columns in sorted((row, columns) for row, columns in found if row is not None):
            rows.append(row)
            named = f": {', '.join(columns)}" if columns else ""
            texts.append(f"a row of this visit could not be read{named} (see Rejected): correct it first")
    context.log.add(EditKind.REJECTED_ROW, np.array(rows, dtype=np.int64), words.ids_of(texts))
    return np.isin(visits, visits[rows]) if rows else np.zeros(len(visits), dtype=bool)


def _line_weights(lines: Lines, context: Context) -> Ids:
    """Give each line the weightiest of its own disposition, its edits, and its rows' deny and drop."""
    weight = lines.weight.copy()
    row_weight = np.zeros(context.view.frame.rows, dtype=np.int32)
    for chunk in context.log.chunks:
        on_line = chunk.lines != NO_LINE
        np.maximum.at(weight, chunk.lines[on_line], chunk.weight[on_line])
        on_row = (chunk.lines == NO_LINE) & (chunk.weight >= DENY) & (chunk.kind is not EditKind.DROPPED)
        np.maximum.at(row_weight, chunk.rows[on_row], chunk.weight[on_row])
    if row_weight.any() and len(lines):
        numbers, rows = lines.joined
        np.maximum.at(weight, numbers, row_weight[rows])
    return weight
