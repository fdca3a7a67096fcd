"""Lookups on one record: the row of a code table that its keys find on its day (DESIGN §3, Lookups)."""

from datetime import date
from typing import TYPE_CHECKING

from codesheet.language.unary_tests import AnyOf, Equals, UnaryTest
from codesheet.language.values import show_value
from codesheet.model import LookupRow, LookupTable
from codesheet.oracle.answers import NO_ROOTS, Answer, Record
from codesheet.oracle.formulas import message
from codesheet.oracle.truth import Truth, all_of
from codesheet.oracle.unary_tests import accepts, in_force

if TYPE_CHECKING:
    from codesheet.oracle.world import World


def look_up(table: LookupTable, record: Record, world: "World") -> None:
    """Set the VALUE fields of a record, and object to a key that is not there, or there twice."""
    keys = [world.value(record, name) for name in table.keys]
    hits: list[LookupRow] = []
    waiting: list[tuple[LookupRow, bool, frozenset[str]]] = []
    for row in table.rows:
        if not in_force(row.period, record.day):
            continue
        key_truth, key_roots = _judge_keys(row, keys, record, world)
        truth, roots = _judge_conditions(row, record, world)
        both = all_of([key_truth, truth])
        if both is Truth.YES:
            hits.append(row)
        elif both is Truth.UNDECIDED:
            waiting.append((row, key_truth is Truth.UNDECIDED, key_roots | roots))
    best = [row for row in hits if not any(_beats(other, row) for other in hits)]
    open_rows = [one for one in waiting if not any(_beats(hit, one[0]) for hit in hits)]
    roots = NO_ROOTS.union(*(one[2] for one in open_rows))
    found: LookupRow | None = None
    if open_rows:
        if not any(of_key for _, of_key, _ in open_rows):
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
        kind = world.rulebook.fields[name].type
        value = None if found is None else found.values[place]
        world.settle(world.rulebook.fields[name], Answer(value, kind, roots), record)


def _judge_keys(
    row: LookupRow, keys: list[Answer], record: Record, world: "World"
) -> tuple[Truth, frozenset[str]]:
    """Judge a row's keys: one that is missing, and recorded `when used`, is undecided where it is asked."""
    truths: list[Truth] = []
    roots = NO_ROOTS
    for test, key in zip(row.keys, keys, strict=True):
        if _accepts(test, key, record, world):
            truths.append(Truth.YES)
        elif world.is_undecided(key):
            truths.append(Truth.UNDECIDED)
            roots |= key.roots
        else:
            truths.append(Truth.NO)
    return all_of(truths), roots


def _accepts(test: UnaryTest, key: Answer, record: Record, world: "World") -> bool:
    return accepts(test, key, record.day, lambda name: world.value(record, name), world.rulebook)


def _judge_conditions(row: LookupRow, record: Record, world: "World") -> tuple[Truth, frozenset[str]]:
    truths = [world.judge(condition, record) for condition in row.conditions]
    waiting = [c for c, truth in zip(row.conditions, truths, strict=True) if truth is Truth.UNDECIDED]
    return all_of(truths), NO_ROOTS.union(*(world.roots_of(condition, record) for condition in waiting))


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
            world.log.object_to(record, text, disposition=said.disposition, rule=str(table.at))
        return
    shown = ", ".join(show_value(key.value, key.type) for key in keys)
    text = f"{shown} is not in {table.name} on {_day(record.day)}"
    known = [
        row.period
        for row in table.rows
        if all(_accepts(test, key, record, world) for test, key in zip(row.keys, keys, strict=True))
    ]
    if record.day is not None:
        ended = [period.last for period in known if period.last is not None and period.last < record.day]
        begins = [period.first for period in known if period.first is not None and period.first > record.day]
        if ended:
            text += f": it ended on {_day(max(ended))}"
        elif begins:
            text += f": it begins on {_day(min(begins))}"
    world.log.object_to(record, text, rule=str(table.at))


def _day(day: float | None) -> str:
    return "" if day is None else date.fromordinal(int(day)).isoformat()
