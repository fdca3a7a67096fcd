"""Claim edits settled, plainly: all lines go through changes and edits again until nothing changes."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from codesheet.model import DecisionTable, Disposition
from codesheet.oracle.decisions import raise_edits
from codesheet.oracle.edits import WEIGHTS, Edit, Log
from codesheet.oracle.lines import ClaimLine, change_lines, combine
from codesheet.oracle.world import World

if TYPE_CHECKING:
    from codesheet.oracle.answers import Record

_MOST_ROUNDS = 50

See: TypeAlias = Callable[[list[ClaimLine], Log, int], World]
"""Sees lines anew, in a log, each with the limit whose turn it is."""


def settle(
    lines: list[ClaimLine],
    changes: Sequence[DecisionTable],
    edits: Sequence[DecisionTable],
    see: See,
    log: Log,
) -> list[ClaimLine]:
    """Change and edit lines until a round leaves all as they were; the edits of the last round stand."""
    _mark_fallen(lines, log.edits)
    for _ in range(_MOST_ROUNDS):
        before = _by_visit(lines)
        for table in changes:
            lines = _change_in_turns(table, lines, see, log)
        if changes and lines:
            lines = combine(lines, see(lines, log, 0).rulebook)
        apart = Log(lines_stand=True)
        _edit_in_turns(edits, lines, see, apart)
        _mark_fallen(lines, [*log.edits, *apart.edits])
        after = _by_visit(lines)
        restless = {visit for visit in {*before, *after} if before.get(visit) != after.get(visit)}
        if not restless:
            break
    else:
        _object_to_circles(restless, [*changes, *edits], see(lines, log, 0), log)
    log.take_over(apart)
    return lines


def _by_visit(lines: Sequence[ClaimLine]) -> dict[str, list[object]]:
    """Give what each visit's lines are: what edits can change about them."""
    found: dict[str, list[object]] = {}
    for line in lines:
        values = [(name, answer.value) for name, answer in sorted(line.record.given.items())]
        found.setdefault(line.record.visit, []).append((line.disposition, line.denied, values))
    return found


def _mark_fallen(lines: Sequence[ClaimLine], edits: Iterable[Edit]) -> None:
    """Mark the lines that edits, on them or on one of their rows, deny or drop."""
    heavy = [edit for edit in edits if WEIGHTS[edit.disposition] >= WEIGHTS[Disposition.DENY]]
    on_rows = {edit.row for edit in heavy if edit.line is None and not edit.is_drop_note}
    on_lines = {edit.line for edit in heavy}
    for line in lines:
        line.denied = line.record in on_lines or any(row in on_rows for row in line.rows)


def _change_in_turns(table: DecisionTable, lines: list[ClaimLine], see: See, log: Log) -> list[ClaimLine]:
    """Let a table change lines once for each limit that some line of their visit had to show before it."""
    most: dict[str, int] = {}
    turn = 0
    while True:
        world = see(lines, Log(), turn)  # what denies by line fields is said once lines are edited
        world.work_out_everything()
        turns = {line.record: world.edits.turns.get(line.record, 1) for line in lines}
        if turn == 0:
            for record, count in turns.items():
                most[record.visit] = max(count, most.get(record.visit, 1))
        due = [line for line in lines if min(turns[line.record], most[line.record.visit]) > turn]
        if not due:
            return lines
        log.take_over_what_holds(world.log, [line.record for line in due])
        world.log = log
        lines = change_lines(table, lines, world, due)
        turn += 1


def _edit_in_turns(edits: Sequence[DecisionTable], lines: list[ClaimLine], see: See, log: Log) -> None:
    turn = 0
    while True:
        world = see(lines, log, turn)
        world.work_out_everything()
        due = [line for line in lines if turn == 0 or world.edits.turns.get(line.record, 1) > turn]
        if not due:
            return
        for table in edits:
            for line in due:
                raise_edits(table, line.record, world)
        turn += 1


def _object_to_circles(visits: set[str], tables: Sequence[DecisionTable], world: World, log: Log) -> None:
    names = ", ".join(table.name for table in tables) or "line fields"
    said = f"claim edits undo each other and come to no end ({names}): decide by hand which holds"
    first: dict[str, Record] = {}
    for line in world.records:
        if line.visit in visits and line.row is not None:
            first.setdefault(line.visit, line.row)
    for row in first.values():
        log.object_to(row, said, rule="; ".join(str(table.at) for table in tables))
