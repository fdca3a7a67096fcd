"""Coding encounter rows the plain way: every row by itself, every visit closed by what was objected to."""

import dataclasses
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from codesheet.language.values import Scalar
from codesheet.location import CellRef
from codesheet.model import DecisionTable, Disposition, Level, Origin, Result, Rulebook
from codesheet.oracle.answers import Answer, Record
from codesheet.oracle.claim_edits import ADD_ONS, LIMITS, PAIRS, object_to_left_out
from codesheet.oracle.decisions import raise_edits
from codesheet.oracle.edit_rows import ClaimState
from codesheet.oracle.edits import WEIGHTS, Edit, Log
from codesheet.oracle.lines import (
    ClaimLine,
    change_lines,
    combine,
    make_lines,
    settle_lines,
    without_dropped,
)
from codesheet.oracle.reading import edit_fields, turns_on
from codesheet.oracle.settling import settle
from codesheet.oracle.world import World

_FALLEN = (Disposition.DENY, Disposition.DROP)
_DEEPEST = 20_000
"""How deep fields may stand on fields: each is worked out where it is asked for."""


@dataclass(slots=True)
class PlainLine:
    """A claim line as results show it; `fields` holds the fields of its own."""

    row: int
    fields: dict[str, Answer]
    disposition: Disposition
    why: str
    rule: str


@dataclass(slots=True)
class PlainEdit:
    """An edit as results show it."""

    row: int
    disposition: Disposition
    queue: str
    message: str
    rule: str
    facts: frozenset[str]


@dataclass(slots=True)
class PlainVisit:
    """What a visit comes to: its status, its lines in order, and its edits, equal ones more than once."""

    status: str
    lines: list[PlainLine]
    edits: list[PlainEdit]


@dataclass(slots=True)
class PlainBatch:
    """What rows come to: visits by key, the derived fields of each row, and why a row has no line."""

    visits: dict[str, PlainVisit]
    visit_of_row: list[str]
    fields: list[dict[str, Answer]]
    no_line_because: list[str]


def code_rows(
    rulebook: Rulebook,
    rows: Sequence[Mapping[str, Scalar | None]],
    broken_visits: Mapping[str, Sequence[str]],
    history: ClaimState | None = None,
) -> PlainBatch:
    """Code encounter rows, given by field in the order they came.

    `broken_visits` are visits of which some row could not be read, with the columns at fault. `history` holds
    what was used in earlier runs.
    """
    with _deep_recursion():
        return _Coding(rulebook, rows, history or ClaimState()).code(broken_visits)


@contextmanager
def _deep_recursion() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class _Coding:
    """One run over some rows."""

    def __init__(
        self, rulebook: Rulebook, rows: Sequence[Mapping[str, Scalar | None]], edits: ClaimState
    ) -> None:
        self.rulebook = rulebook
        self.edits = edits
        self._seen: tuple[object, Log, World] | None = None
        self.log = Log()
        self.came = [_record(rulebook, row) for row in rows]
        self.rows = World(rulebook, _in_order(rulebook, self.came), self.log)
        self.nothing: dict[Record, str] = {}

    def code(self, broken_visits: Mapping[str, Sequence[str]]) -> PlainBatch:
        self._settle_read_fields()
        self.rows.work_out_everything()
        lines = make_lines(self.rows, self.nothing)
        for table in self._edit_tables(Level.ROW):
            for row in self.rows.records:
                raise_edits(table, row, self.rows)
        lines, world = self._line_stages(lines)
        self._ask_for_facts()
        self._object_to_uncoded_rows(lines)
        self._object_to_broken_visits(broken_visits)
        return self._result(lines, world)

    def _settle_read_fields(self) -> None:
        for name, definition in self.rulebook.fields.items():
            if definition.origin is Origin.READ and definition.level is Level.ROW:
                for row in self.rows.records:
                    row.given[name] = self.rows.demanded(definition, row.given[name], row)

    def _edit_tables(self, level: Level) -> list[DecisionTable]:
        tables = self.rulebook.decisions.values()
        return [table for table in tables if table.result is Result.EDITS and table.level is level]

    def _line_stages(self, lines: list[ClaimLine]) -> tuple[list[ClaimLine], World]:
        """Change and edit lines; give those that stay, and their fields as the edits saw them."""
        settle_lines(self._world_of(lines), lines)
        lines = without_dropped(lines, self._world_of(lines))
        changes = [t for t in self.rulebook.decisions.values() if t.result is Result.LINE_CHANGES]
        changes.sort(key=lambda one: (one.order or 0.0, one.name))
        by_edits = edit_fields(self.rulebook)
        late = [table for table in changes if turns_on(table, by_edits)]
        for table in changes:
            if table not in late:
                world = self._world_of(lines, Log())  # what denies by line fields is said of lines that stand
                world.work_out_everything(but=by_edits)
                self.log.take_over_what_holds(world.log, [line.record for line in lines])
                world.log = self.log
                lines = change_lines(table, lines, world)
        lines = combine(lines, self.rulebook)
        edits = self._edit_tables(Level.LINE)
        if by_edits:
            lines = settle(lines, late, edits, self._world_of, self.log)
            world = self._world_of(lines, Log())
            world.work_out_everything()
            world.log = self.log
            self.log.lines_stand = True
        else:
            world = self._world_of(lines)
            self.log.lines_stand = True
            world.work_out_everything()
            for table in edits:
                for line in lines:
                    raise_edits(table, line.record, world)
        object_to_left_out([line.record for line in lines], world)
        for line in lines:
            if line.disposition is Disposition.REVIEW:
                code = world.value(line.record, "Code").value or "a line"
                self.log.object_to(line.record, f"{code}: {line.reason}", rule="; ".join(line.rules))
        return lines, world

    def _world_of(self, lines: list[ClaimLine], log: Log | None = None, turn: int = 0) -> World:
        """See lines anew: what was computed of them, or said for it, no longer holds.

        `log` takes what is objected to meanwhile; `turn` says which of a line's limits are looked at.
        """
        wanted = self.log if log is None else log
        fallen = {line.record for line in lines if line.denied or line.disposition in _FALLEN}
        state = turn, fallen, [(line.record, dict(line.record.given)) for line in lines]
        if self._seen is not None and self._seen[1] is wanted and self._seen[0] == state:
            return self._seen[2]  # nothing has changed since, and what was objected to is kept
        for line in lines:
            line.record.computed.clear()
            line.record.because.clear()
        edits = dataclasses.replace(self.edits, fallen=fallen, turn=turn, turns={}, groups={})
        world = World(self.rulebook, [line.record for line in lines], wanted, self.rows, edits)
        self._seen = state, wanted, world
        return world

    def _ask_for_facts(self) -> None:
        for (row, facts), tables in self.log.asks.items():
            missing = sorted(facts) or ["a fact"]
            it = "it" if len(missing) == 1 else "them"
            said = f"{' and '.join(missing)} not recorded: ask for {it}; without {it} "
            said += f"{', '.join(tables)} cannot be decided"
            sheets = [self._sheet_of(table) for table in tables]
            self.log.object_to(row, said, rule="; ".join(map(str, sheets)), facts=facts)

    def _sheet_of(self, name: str) -> CellRef:
        rulebook = self.rulebook
        edits = {PAIRS: rulebook.code_pairs, LIMITS: rulebook.unit_limits, ADD_ONS: rulebook.add_on_codes}
        found = rulebook.decisions.get(name) or rulebook.lookups.get(name) or edits[name]
        if found is None:
            raise KeyError(name)
        return found.at

    def _object_to_uncoded_rows(self, lines: list[ClaimLine]) -> None:
        """Object to rows that end in no line, no `none` and no review edit."""
        if not any(table.result is Result.CLAIM_LINES for table in self.rulebook.decisions.values()):
            return
        accounted = set(self.nothing) | {row for line in lines for row in line.rows}
        for edit in self.log.edits:
            if edit.is_drop_note or edit.disposition is Disposition.REVIEW:
                accounted.add(edit.row)
        for row in self.rows.records:
            if row not in accounted:
                self.log.object_to(row, "no table codes this row")

    def _object_to_broken_visits(self, broken_visits: Mapping[str, Sequence[str]]) -> None:
        first = {row.visit: row for row in reversed(self.came)}
        for visit, row in first.items():
            if visit in broken_visits:
                named = ", ".join(broken_visits[visit])
                named = f": {named}" if named else ""
                said = f"a row of this visit could not be read{named} (see Rejected): correct it first"
                self.log.object_to(row, said)

    def _result(self, lines: list[ClaimLine], world: World) -> PlainBatch:
        """Show what stands; a line that an edit drops still counts in the fields of the others."""
        held = {edit.row.visit for edit in self.log.edits if edit.disposition is Disposition.REVIEW}
        for line in lines:
            self._weigh(line, held)
        standing = without_dropped(lines, world)
        with_lines = {line.record.visit for line in standing}
        number = {row: place for place, row in enumerate(self.came)}
        visits: dict[str, PlainVisit] = {}
        for row in self.rows.records:
            status = "coded" if row.visit in with_lines else "no lines"
            visits[row.visit] = PlainVisit("review" if row.visit in held else status, [], [])
        for line in standing:
            visits[line.record.visit].lines.append(self._plain_line(line, number, world))
        for edit in self.log.edits:
            visits[edit.row.visit].edits.append(_plain_edit(edit, number, self.rulebook))
        no_line_because = [self.nothing.get(row, "") for row in self.came]
        return PlainBatch(visits, [row.visit for row in self.came], self._derived(), no_line_because)

    def _weigh(self, line: ClaimLine, held: set[str]) -> None:
        """Let the weightiest stand: of the line's own edits, of its rows' denials, and of a visit held."""
        for edit in self.log.edits_of(line.record):
            line.weigh(edit.disposition)
        for row in line.rows:
            for edit in self.log.edits_of(row):
                if WEIGHTS[edit.disposition] >= WEIGHTS[Disposition.DENY] and not edit.is_drop_note:
                    line.weigh(edit.disposition)
        if line.record.visit in held:
            line.weigh(Disposition.REVIEW)

    def _plain_line(self, line: ClaimLine, number: dict[Record, int], world: World) -> PlainLine:
        row = number[line.rows[0]]
        names = world.rulebook.fields
        fields = {name: world.value(line.record, name) for name in names}
        why, rules = self._said_of(line)
        return PlainLine(row, fields, line.disposition, why, rules)

    def _said_of(self, line: ClaimLine) -> tuple[str, str]:
        """Give a line's Why and Rule; a denied line's go on with what denies it."""
        rules = "; ".join(line.rules)
        edits = [edit for one in (line.record, *line.rows) for edit in self.log.edits_of(one)]
        denials = {(e.rule, e.message) for e in edits if e.disposition is Disposition.DENY}
        if line.disposition is not Disposition.DENY or not denials:
            return line.reason, rules
        said = "; ".join([line.reason, *(message for _, message in sorted(denials))])
        by = "; ".join([rules, *(rule for rule, _ in sorted(denials) if rule)])
        return _each_part_once(said), _each_part_once(by)

    def _derived(self) -> list[dict[str, Answer]]:
        names = [
            name
            for name, definition in self.rulebook.fields.items()
            if definition.level is Level.ROW and definition.origin is not Origin.READ
        ]
        return [{name: self.rows.value(row, name) for name in names} for row in self.came]


def _record(rulebook: Rulebook, row: Mapping[str, Scalar | None]) -> Record:
    given = {
        name: Answer(value, rulebook.fields[name].type, frozenset({name})) for name, value in row.items()
    }
    day = row[rulebook.date_of_service]
    visit = row[rulebook.visit_key]
    return Record("" if visit is None else str(visit), 0, day if isinstance(day, float) else None, given)


def _in_order(rulebook: Rulebook, rows: list[Record]) -> list[Record]:
    """Order rows: visits as they first appear, then Row order (blanks last), then as they came."""
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        first.setdefault(row.visit, place)

    def key(pair: tuple[int, Record]) -> tuple[object, ...]:
        place, row = pair
        turn = row.given[rulebook.row_order].value if rulebook.row_order else 0.0
        return first[row.visit], turn is None, turn if turn is not None else 0.0, place

    ordered = [row for _, row in sorted(enumerate(rows), key=key)]
    for place, row in enumerate(ordered):
        row.place = place
    return ordered


def _each_part_once(text: str) -> str:
    return "; ".join(dict.fromkeys(text.split("; ")))


def _plain_edit(edit: Edit, number: dict[Record, int], rulebook: Rulebook) -> PlainEdit:
    row, queue = number[edit.row], edit.queue
    if not queue and edit.disposition is Disposition.REVIEW:
        queue = rulebook.queue_for(edit.facts)
    return PlainEdit(row, edit.disposition, queue, edit.message, edit.rule, edit.facts)
