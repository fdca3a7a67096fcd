"""Claim lines: made by rules, changed by rules, and those alike made one (DESIGN §3, Lines)."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from codesheet.coding.columns import MISSING, Column, Data, Frame, Ids, Index, Mask
from codesheet.coding.comparisons import agree
from codesheet.coding.context import Context
from codesheet.coding.edits import DISPOSITIONS, EditKind
from codesheet.coding.evaluate import all_missing
from codesheet.coding.splitting import split_off
from codesheet.coding.tables import Hits, Table, disposition_weights
from codesheet.coding.text_functions import exact_codes, unique_folded
from codesheet.coding.view import View, distinct
from codesheet.language.values import FieldType, fold
from codesheet.model import Disposition, Field, Level, Origin, Rulebook

BILL = DISPOSITIONS.index(Disposition.BILL)
DENY = DISPOSITIONS.index(Disposition.DENY)
DROP = DISPOSITIONS.index(Disposition.DROP)
_NOT_FIELDS = (
    "Add modifiers",
    "Remove modifiers",
    "Split off",
    "Disposition",
    "Reason",
    "Queue",
    "Message",
)


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


@dataclass(slots=True)
class NoLines:
    """Rows that a rule coded as `none`, with its reason."""

    rows: list[Index] = field(default_factory=list)
    why: list[Ids] = field(default_factory=list)


@dataclass(slots=True)
class Lines:
    """Claim lines of a batch: a frame, the row each stands for, and what made it.

    `weight` is the disposition's weight, `why` and `address` vocabulary ids. `joined` pairs lines with
    every row joined in them (line numbers, rows). `set_names` are the line fields that tables set. `denied`
    are lines that edits deny or drop, as far as known while claim edits are settled.
    """

    frame: Frame
    row: Index
    weight: Ids
    why: Ids
    address: Ids
    joined: tuple[Index, Index]
    set_names: tuple[str, ...]
    denied: Mask

    def __len__(self) -> int:
        return len(self.row)

    def take(self, index: Index) -> "Lines":
        """Give the lines of an index."""
        renumbered = np.full(len(self), -1, dtype=np.int64)
        renumbered[index] = np.arange(len(index))
        numbers = renumbered[self.joined[0]]
        joined = numbers[numbers >= 0], self.joined[1][numbers >= 0]
        return Lines(
            self.frame.take(index),
            self.row[index],
            self.weight[index],
            self.why[index],
            self.address[index],
            joined,
            self.set_names,
            self.denied[index],
        )

    @property
    def standing(self) -> Mask:
        """Say which lines are neither denied nor dropped."""
        return (self.weight < DENY) & ~self.denied

    def view(self, rows: View) -> View:
        """See the lines as formulas and tests do."""
        order = np.arange(len(self), dtype=np.int64)
        visits = rows.visit_ids[self.row]
        return View(self.frame, rows.days[self.row], order, rows.sets, rows.rulebook, visits)


def make_lines(table: Table, number: int, context: Context, nothing: NoLines) -> Made:
    """Make the lines of one claim-line table; `none` makes none and keeps its reason."""
    _, hits = table.hits(context)
    code = table.outputs["Code"]
    cleared = code.cleared(hits.by_output["Code"])
    if cleared.any():
        part = hits.keep(cleared)
        nothing.rows.append(part.places)
        nothing.why.append(table.reasons.why(part.rule, part.view, part.places, context.because))
        hits = hits.keep(~cleared)
    columns = {
        name: output.values(hits.by_output[name], hits.view)
        for name, output in table.outputs.items()
        if name not in _NOT_FIELDS
    }
    whole = _complete(table, hits, columns, context)
    if not whole.all():
        hits, kept = hits.keep(whole), np.flatnonzero(whole)
        columns = {name: column.take(kept) for name, column in columns.items()}
    weight: Ids = np.full(len(hits.places), BILL, dtype=np.int32)
    if "Disposition" in table.outputs:
        given = table.outputs["Disposition"].values(hits.by_output["Disposition"], hits.view)
        weight = disposition_weights(given, hits.view, BILL)
    why = table.reasons.why(hits.rule, hits.view, hits.places, context.because)
    if "Reason" in table.outputs:
        given = table.outputs["Reason"].values(hits.by_output["Reason"], hits.view)
        why = _joined(why, given.data.astype(np.int32), context.view)
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
            facts = np.zeros(len(absent), dtype=np.int32) if column.roots is None else column.roots[absent]
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
    tables = np.concatenate([np.full(len(m.places), m.table) for m in made]) if made else places
    rules = _concatenated([m.rule for m in made], np.int64)
    order = np.lexsort((rules, tables, view.order[places]))
    names = _line_fields(rulebook, made)
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
    return lines.take(order)


def _line_fields(rulebook: Rulebook, made: list[Made]) -> tuple[str, ...]:
    """Name the fields that lines have of their own: built-in and declared ones, and what tables give."""
    own = [
        name
        for name, definition in rulebook.fields.items()
        if definition.level is Level.LINE and definition.origin is Origin.LINE and name not in _NOT_FIELDS
    ]
    given = [name for m in made for name in m.columns]
    return tuple(dict.fromkeys([*own, *given]))


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
    roots = [np.zeros(len(p), dtype=np.int32) if p.roots is None else p.roots for p in parts]
    return Column(kind, data, np.concatenate(roots) if roots else None)


def _concatenated(arrays: list[Any], kind: type) -> Data:
    return np.concatenate(arrays).astype(kind) if arrays else np.zeros(0, dtype=kind)


def change_lines(table: Table, context: Context, lines: Lines) -> Lines:
    """Change lines as one table says, all judged as they stood before it; dropped lines leave."""
    _, hits = table.hits(context)
    given = {name: output.values(hits.by_output[name], hits.view) for name, output in table.outputs.items()}
    why = table.reasons.why(hits.rule, hits.view, hits.places, context.because)
    if "Split off" in given:
        lines, context, hits = split_off(given["Split off"], hits, context, lines)
    for name, values in given.items():
        if name not in _NOT_FIELDS:
            _set_line_field(name, values, hits, table, context, lines)
    _change_modifiers(given, hits, context, lines)
    if "Disposition" in given:
        weights = disposition_weights(given["Disposition"], hits.view, BILL)
        np.maximum.at(lines.weight, hits.places, weights)
    if "Reason" in given:
        reasons = given["Reason"].data
        why = np.where(reasons == MISSING, why, reasons)
    _add_reasons(why, table.addresses_of(hits, context), hits.places, lines, context)
    return _without_dropped(lines, context)


def _set_line_field(
    name: str, values: Column, hits: Hits, table: Table, context: Context, lines: Lines
) -> None:
    """Set a field of the lines hit; several rules that give one line different values go to review."""
    output = table.outputs[name]
    speaks = np.flatnonzero(output.given(hits.by_output[name]))
    if not len(speaks):
        return
    places = hits.places[speaks]
    given = values.take(speaks)
    first_of = np.full(len(lines), -1, dtype=np.int64)
    first_of[places[::-1]] = np.arange(len(places))[::-1]
    same = agree(given, given.take(first_of[places]), hits.view.take(speaks))
    if not same.all():
        table.conflict(context, np.unique(places[~same]), tuple(np.unique(hits.rule[speaks]).tolist()), name)
    column = lines.frame[name].take(np.arange(len(lines)))
    column.data = column.data.copy()
    leads = first_of[places] == np.arange(len(places))
    leads &= ~np.isin(places, places[~same])
    column.data[places[leads]] = given.data[leads]
    if column.roots is not None or given.roots is not None:
        roots = np.zeros(len(column), dtype=np.int32) if column.roots is None else column.roots.copy()
        roots[places[leads]] = 0 if given.roots is None else given.roots[leads]
        column.roots = roots
    context.set_field(context.view.rulebook.fields[name], column)
    if name not in lines.set_names:
        lines.set_names = (*lines.set_names, name)


def _rounds(places: Index) -> list[Index]:
    """Split entries into rounds in which each place occurs once, first entries first."""
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    leads = np.ones(len(ordered), dtype=bool)
    leads[1:] = ordered[1:] != ordered[:-1]
    counted = np.arange(len(ordered))
    turn = counted - np.maximum.accumulate(np.where(leads, counted, 0))
    return [np.sort(order[turn == number]) for number in range(int(turn.max()) + 1 if len(turn) else 0)]


def _change_modifiers(given: dict[str, Column], hits: Hits, context: Context, lines: Lines) -> None:
    """Add and remove modifiers, worked out once for each distinct change of a list."""
    none = all_missing(FieldType.CODE_LIST, len(hits.places))
    add, remove = (given.get(name, none) for name in ("Add modifiers", "Remove modifiers"))
    touched = np.flatnonzero(~(add.missing & remove.missing))
    if not len(touched):
        return
    column = lines.frame["Modifiers"]
    data = column.data.astype(np.int32)
    for entries in _rounds(hits.places[touched]):
        which = touched[entries]
        places = hits.places[which]
        triples = np.stack([data[places], add.data[which], remove.data[which]], axis=1)
        distinct_changes, numbers = np.unique(triples, axis=0, return_inverse=True)
        changed = [_changed(old, more, less, lines) for old, more, less in distinct_changes.tolist()]
        data[places] = lines.frame.vocabulary.ids_of(changed)[numbers.reshape(-1)]
    context.set_field(context.view.rulebook.fields["Modifiers"], Column(column.type, data))


def _changed(old: int, add: int, remove: int, lines: Lines) -> tuple[str, ...] | None:
    had, more, less = (_elements(word, lines) for word in (old, add, remove))
    gone = set(map(fold, less))
    return unique_folded([*(m for m in had if fold(m) not in gone), *more]) or None


def _elements(word_id: int, lines: Lines) -> tuple[str, ...]:
    word = () if word_id == MISSING else lines.frame.vocabulary.words[word_id]
    return word if isinstance(word, tuple) else (word,)


def _add_reasons(why: Ids, addresses: Ids, places: Index, lines: Lines, context: Context) -> None:
    for entries in _rounds(places):
        fresh = _not_yet_told(entries, places, addresses, lines, context.view)
        at = places[fresh]
        lines.why[at] = _joined(lines.why[at], why[fresh], context.view)
        lines.address[at] = _joined(lines.address[at], addresses[fresh], context.view)


def _not_yet_told(entries: Index, places: Index, addresses: Ids, lines: Lines, view: View) -> Index:
    """Leave out the rules that a line names already: a rule that is applied again gives its reason once."""
    if not len(entries):
        return entries
    pairs = [lines.address[places[entries]].astype(np.int64), addresses[entries].astype(np.int64)]
    numbers, leads = distinct(pairs, len(entries))
    words = view.frame.vocabulary.words
    fresh = [
        MISSING in (had, told) or f"; {words[told]}; " not in f"; {words[had]}; "
        for had, told in zip(pairs[0][leads].tolist(), pairs[1][leads].tolist(), strict=True)
    ]
    return entries[np.array(fresh, dtype=bool)[numbers]]


def _joined(first: Ids, second: Ids, view: View) -> Ids:
    """Join texts with a semicolon, unless the second is part of the first already; -1 is no text."""
    numbers, leads = distinct([first.astype(np.int64), second.astype(np.int64)], len(first))
    words = view.frame.vocabulary.words
    texts = []
    for pair in zip(first[leads].tolist(), second[leads].tolist(), strict=True):
        parts = [str(words[i]) for i in pair if i != MISSING]
        told = len(parts) > 1 and f"; {parts[1]}; " in f"; {parts[0]}; "
        texts.append(parts[0] if told else "; ".join(parts) if parts else None)
    return view.frame.vocabulary.ids_of(texts)[numbers] if texts else first


def _without_dropped(lines: Lines, context: Context) -> Lines:
    dropped = lines.weight == DROP
    if not dropped.any():
        return lines
    places = np.flatnonzero(dropped)
    note_dropped(lines, places, context)
    return lines.take(np.flatnonzero(~dropped))


def note_dropped(lines: Lines, places: Index, context: Context) -> None:
    """Say in the visit's edits which lines were dropped, and why."""
    view = lines.frame
    codes = view.vocabulary.words
    texts = []
    for place in places.tolist():
        code = codes[view["Code"].data[place]] if view["Code"].data[place] != MISSING else "a line"
        why = codes[lines.why[place]] if lines.why[place] != MISSING else ""
        texts.append(f"{code} dropped: {why}")
    context.log.add(
        EditKind.DROPPED,
        lines.row[places],
        view.vocabulary.ids_of(texts),
        weight=DROP,
        rule=lines.address[places],
    )


def combine(lines: Lines, view: View) -> Lines:
    """Make lines of a visit one that are alike in every line field but Units, which are added."""
    names = [name for name in lines.set_names if name not in ("Units", "Reason")]
    codes = [exact_codes(lines.frame[name]) for name in names]
    visits = view.visit_ids[lines.row].astype(np.int64)
    fates = [lines.weight.astype(np.int64), lines.denied.astype(np.int64)]
    numbers, first = distinct([visits, *fates, *codes], len(lines))
    kept = lines.take(first)
    kept.joined = numbers[lines.joined[0]], lines.joined[1]
    if len(first) == len(lines):
        return kept
    units = lines.frame["Units"]
    sums = np.bincount(numbers, weights=units.data, minlength=len(first))
    kept.frame.columns["Units"] = Column(units.type, sums)
    kept.why, kept.address = (_united(ids, numbers, view) for ids in (lines.why, lines.address))
    return kept


def _united(ids: Ids, numbers: Index, view: View) -> Ids:
    """Join the texts of the lines made one."""
    united = np.full(int(numbers.max()) + 1, MISSING, dtype=np.int32)
    for entries in _rounds(numbers):
        places = numbers[entries]
        united[places] = _joined(united[places], ids[entries], view)
    return united
