"""Lookups on one record: the row of a code table that its keys find on its day (DESIGN §3, Lookups)."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from codesheet.language.unary_tests import AnyOf, Equals, UnaryTest
from codesheet.language.values import show_value
from codesheet.model import LookupRow, LookupTable
from codesheet.oracle.answers import NO_ROOTS, Answer, Record
from codesheet.oracle.formulas import message
from codesheet.oracle.judging import together
from codesheet.oracle.truth import Truth
from codesheet.oracle.unary_tests import accepts, in_force

if TYPE_CHECKING:
    from codesheet.oracle.world import World


@dataclass(slots=True)
class _Waiting:
    """A row of the table that would be hit if facts were known: those, and whether a key is among them."""

    row: LookupRow
    for_key: bool
    roots: frozenset[str]


def look_up(table: LookupTable, record: Record, world: "World") -> None:
    """Set the VALUE fields of a record, and object to a key that is not there, or there twice."""
    keys = [world.value(record, name) for name in table.keys]
    hits, waiting = _rows_found(table, keys, record, world)
    best = [row for row in hits if not any(_beats(other, row) for other in hits)]
    waiting = [one for one in waiting if not any(_beats(hit, one.row) for hit in hits)]
    roots = NO_ROOTS.union(*(one.roots for one in waiting))
    found: LookupRow | None = None
    if waiting:
        if not any(one.for_key for one in waiting):
            world.log.ask(record, roots, table.name)
    elif len(best) > 1:
        said = f"{table.name} has two rows for this {', '.join(table.keys)} on that day"
        world.log.object_to(record, said, rule="; ".join(str(row.at) for row in best))
    elif best:
        found = best[0]
    elif any(key.missing for key in keys):
        roots = NO_ROOTS.union(*(key.roots for key in keys))
    else:
        _object_to_unknown_key(table, keys, record, world)
    for place, name in enumerate(table.values):
        definition = world.rulebook.fields[name]
        value = None if found is None else found.values[place]
        world.settle(definition, Answer(value, definition.type, roots), record)


def _rows_found(
    table: LookupTable, keys: list[Answer], record: Record, world: "World"
) -> tuple[list[LookupRow], list[_Waiting]]:
    """Give the rows in force that the keys and conditions hit, and those that wait for facts."""
    hits: list[LookupRow] = []
    waiting: list[_Waiting] = []
    for row in table.rows:
        if not in_force(row.period, record.day):
            continue
        key_truth, key_roots = _judge_keys(row, keys, record, world)
        if key_truth is Truth.NO:
            continue
        truth, roots = together(row.conditions, record, world)
        if key_truth is Truth.YES and truth is Truth.YES:
            hits.append(row)
        elif truth is not Truth.NO:
            waiting.append(_Waiting(row, key_truth is Truth.UNDECIDED, key_roots | roots))
    return hits, waiting


def _judge_keys(
    row: LookupRow, keys: list[Answer], record: Record, world: "World"
) -> tuple[Truth, frozenset[str]]:
    """Judge a row's keys: one that is missing, and recorded `when used`, is undecided where it is asked."""
    truth, roots = Truth.YES, NO_ROOTS
    for test, key in zip(row.keys, keys, strict=True):
        if _accepts(test, key, record, world):
            continue
        if not world.is_undecided(key):
            return Truth.NO, NO_ROOTS
        truth, roots = Truth.UNDECIDED, roots | key.roots
    return truth, roots


def _accepts(test: UnaryTest, key: Answer, record: Record, world: "World") -> bool:
    return accepts(test, key, record.day, lambda name: world.value(record, name), world.rulebook)


def _beats(row: LookupRow, other: LookupRow) -> bool:
    """Say whether a row is exact wherever another is, and in more keys."""
    mine, theirs = ([_is_exact(test) for test in one.keys] for one in (row, other))
    return mine != theirs and all(m or not t for m, t in zip(mine, theirs, strict=True))


def _is_exact(test: UnaryTest) -> bool:
    return all(isinstance(part, Equals) for part in (test.tests if isinstance(test, AnyOf) else (test,)))


def _object_to_unknown_key(table: LookupTable, keys: list[Answer], record: Record, world: "World") -> None:
    said = table.if_not_found
    if said is not None:
        if said.message is not None:
            text = message(said.message, record, world)
            world.log.object_to(
                record, text, disposition=said.disposition, queue=said.queue, rule=str(table.at)
            )
        return
    shown = ", ".join(show_value(key.value, key.type) for key in keys)
    known = [
        row.period
        for row in table.rows
        if all(_accepts(test, key, record, world) for test, key in zip(row.keys, keys, strict=True))
    ]
    if record.day is None:
        where = (
            f"in {table.name} on some days, and this day is not known" if known else f"not in {table.name}"
        )
        text = f"{shown} is {where}"
    else:
        text = f"{shown} is not in {table.name} on {_day(record.day)}"
        ended = [period.last for period in known if period.last is not None and period.last < record.day]
        begins = [period.first for period in known if period.first is not None and period.first > record.day]
        if ended:
            text += f": it ended on {_day(max(ended))}"
        elif begins:
            text += f": it begins on {_day(min(begins))}"
    world.log.object_to(record, text, rule=str(table.at))


def _day(day: float) -> str:
    return date.fromordinal(int(day)).isoformat()
