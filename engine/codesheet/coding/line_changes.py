"""Line changes: what rules set, add and take away on claim lines that are already made (DESIGN §3, Lines)."""

import numpy as np

from codesheet.coding.columns import MISSING, Column, Ids, Index
from codesheet.coding.comparisons import agree
from codesheet.coding.context import Context
from codesheet.coding.edits import BILL, DROP, EditKind
from codesheet.coding.evaluate import all_missing
from codesheet.coding.hits import Hits
from codesheet.coding.lines import NOT_FIELDS, Lines, without_dropped
from codesheet.coding.reasons import in_rounds, join_reasons
from codesheet.coding.splitting import split_off
from codesheet.coding.tables import Table, disposition_weights
from codesheet.coding.text_functions import unique_folded
from codesheet.coding.view import View, distinct
from codesheet.language.values import FieldType, fold

_REQUIRED = ("Code", "Units")


def change_lines(table: Table, context: Context, lines: Lines) -> Lines:
    """Change lines as one table says, all judged as they stood before it; dropped lines leave."""
    _, hits = table.hits(context, counted=False)
    given = {name: output.values(hits.by_output[name], hits.view) for name, output in table.outputs.items()}
    why = table.why(hits, context)
    own = np.arange(len(lines))
    if "Split off" in given:
        lines, context, hits, own = split_off(given["Split off"], hits, context, lines)
    for name, values in given.items():
        if name not in NOT_FIELDS:
            _set_line_field(name, values, hits, table, context, lines)
    _change_modifiers(given, hits, context, lines)
    if "Disposition" in given:
        weights = disposition_weights(given["Disposition"], hits.view, BILL)
        np.maximum.at(lines.weight, hits.places, weights)
    if "Reason" in given:
        reasons = given["Reason"].data
        why = np.where(reasons == MISSING, why, reasons)
    addresses = table.addresses_of(hits, context)
    fresh = _not_yet_told(np.arange(len(hits.places)), hits.places, addresses, lines, context.view)
    table.counts.count(hits.keep(np.isin(np.arange(len(hits.places)), fresh)))
    _add_reasons(why, addresses, hits.places, lines, context)
    context.count_fired(lines.weight[own] == DROP)
    return without_dropped(lines, context)


def _set_line_field(
    name: str, values: Column, hits: Hits, table: Table, context: Context, lines: Lines
) -> None:
    """Set a field of the lines hit; several rules that give one line different values go to review."""
    speaks = np.flatnonzero(table.outputs[name].given(hits.by_output[name]))
    if not len(speaks):
        return
    places, given = hits.places[speaks], values.take(speaks)
    first_of = np.full(len(lines), -1, dtype=np.int64)
    first_of[places[::-1]] = np.arange(len(places))[::-1]
    same = agree(given, given.take(first_of[places]), hits.view.take(speaks))
    disputed = np.isin(places, places[~same])
    _object_to_disputes(name, places[disputed], hits.by_output[name][speaks][disputed], table, context)
    leads = (first_of[places] == np.arange(len(places))) & ~disputed
    column = lines.frame[name].take(np.arange(len(lines)))
    column.data = column.data.copy()
    column.data[places[leads]] = given.data[leads]
    if column.roots is not None or given.roots is not None:
        roots = column.all_roots.copy()
        roots[places[leads]] = 0 if given.roots is None else given.roots[leads]
        column.roots = roots
    lost = speaks[leads & given.missing]
    if name in _REQUIRED and len(lost):
        context.raise_edit(
            EditKind.MISSING,
            hits.places[lost],
            f"{table.definition.name}: {name} cannot be worked out",
            rule=table.addresses_of(hits, context)[lost],
            facts=None if values.roots is None else values.roots[lost],
            table=table.definition.name,
        )
    context.set_field(context.view.rulebook.fields[name], column)


def _object_to_disputes(name: str, places: Index, rules: Index, table: Table, context: Context) -> None:
    """Send lines to review whose own rules disagree, naming those."""
    by_rules: dict[tuple[int, ...], list[int]] = {}
    for place in np.unique(places).tolist():
        by_rules.setdefault(tuple(rules[places == place].tolist()), []).append(place)
    for disagreeing, where in by_rules.items():
        table.conflict(context, np.array(where, dtype=np.int64), disagreeing, name)


def _change_modifiers(given: dict[str, Column], hits: Hits, context: Context, lines: Lines) -> None:
    """Take away what any rule removes, then add what any adds: the order of rules does not matter."""
    none = all_missing(FieldType.CODE_LIST, len(hits.places))
    add, remove = (given.get(name, none) for name in ("Add modifiers", "Remove modifiers"))
    if add.missing.all() and remove.missing.all():
        return
    column = lines.frame["Modifiers"]
    data = column.data.astype(np.int32)
    for change, work in ((remove, _without), (add, _with)):
        touched = np.flatnonzero(~change.missing)
        for entries in in_rounds(hits.places[touched]):
            which = touched[entries]
            places = hits.places[which]
            pairs = np.stack([data[places], change.data[which]], axis=1)
            distinct_changes, numbers = np.unique(pairs, axis=0, return_inverse=True)
            changed = [work(_elements(old, lines), _elements(more, lines)) for old, more in distinct_changes]
            ids = lines.frame.vocabulary.ids_of(codes or None for codes in changed)
            data[places] = ids[numbers.reshape(-1)]
    context.set_field(context.view.rulebook.fields["Modifiers"], Column(column.type, data, column.roots))


def _without(had: tuple[str, ...], less: tuple[str, ...]) -> tuple[str, ...]:
    gone = set(map(fold, less))
    return tuple(code for code in had if fold(code) not in gone)


def _with(had: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return unique_folded([*had, *more])


def _elements(word_id: int, lines: Lines) -> tuple[str, ...]:
    word = () if word_id == MISSING else lines.frame.vocabulary.words[word_id]
    return word if isinstance(word, tuple) else (word,)


def _add_reasons(why: Ids, addresses: Ids, places: Index, lines: Lines, context: Context) -> None:
    for entries in in_rounds(places):
        fresh = _not_yet_told(entries, places, addresses, lines, context.view)
        at = places[fresh]
        lines.why[at] = join_reasons(lines.why[at], why[fresh], context.view, each_part_once=True)
        lines.address[at] = join_reasons(lines.address[at], addresses[fresh], context.view)


def _parts(addresses: str) -> frozenset[str]:
    return frozenset(addresses.split("; "))


def _not_yet_told(entries: Index, places: Index, addresses: Ids, lines: Lines, view: View) -> Index:
    """Leave out the rules that a line names already: a rule that is applied again gives its reason once."""
    if not len(entries):
        return entries
    pairs = [lines.address[places[entries]].astype(np.int64), addresses[entries].astype(np.int64)]
    numbers, leads = distinct(pairs, len(entries))
    words = view.frame.vocabulary.words
    fresh = [
        MISSING in (had, told) or not _parts(str(words[told])) <= _parts(str(words[had]))
        for had, told in zip(pairs[0][leads].tolist(), pairs[1][leads].tolist(), strict=True)
    ]
    return entries[np.array(fresh, dtype=bool)[numbers]]
