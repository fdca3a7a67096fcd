"""Coding a batch of encounter rows with a ruleset: the whole way, in its order."""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

import numpy as np

from codesheet.coding.add_on_codes import AddOnJoin
from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.code_pairs import PairJoin
from codesheet.coding.coded import Coded
from codesheet.coding.columns import MISSING, Column, Frame, Ids, Index
from codesheet.coding.context import Asks, Context
from codesheet.coding.decided_fields import decide_fields
from codesheet.coding.deciders import Deciders
from codesheet.coding.denials import say_why_denied
from codesheet.coding.edits import DROP, EditLog
from codesheet.coding.evaluate import evaluate
from codesheet.coding.first_in_group import decide_first_in_group
from codesheet.coding.history import History
from codesheet.coding.line_changes import change_lines
from codesheet.coding.lines import Lines, combine, note_dropped, without_dropped
from codesheet.coding.lookups import Join
from codesheet.coding.made_lines import Made, NoLines, gather, make_lines
from codesheet.coding.report import history_lines, report
from codesheet.coding.settling import Settling, still_changing
from codesheet.coding.tables import Table
from codesheet.coding.unit_limits import LimitJoin
from codesheet.coding.verdict import BrokenVisits, reach_verdict
from codesheet.coding.view import Sets, View, distinct
from codesheet.compiling.line_steps import LineSteps
from codesheet.compiling.ruleset import Ruleset, Step
from codesheet.language.values import FieldType
from codesheet.model import HitPolicy, Level, Origin, Result, Rulebook
from codesheet.sheets.title_block import Kind


@dataclass
class Coder:
    """A ruleset ready to code batch after batch; it remembers what it has matched.

    `history` holds the lines of earlier runs, for limits that count over months.
    """

    ruleset: Ruleset
    history: History | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rulebook = self.ruleset.rulebook
        matchings = self.ruleset.matchings
        self._sets = Sets(rulebook)
        self._joins = {name: Join(table) for name, table in rulebook.lookups.items()}
        self._tables = {
            name: Table(table, matchings[name], rulebook) for name, table in rulebook.decisions.items()
        }
        self._edit_joins = _edit_joins(rulebook, self.history)
        line_steps = LineSteps(rulebook)
        changes = [t for t in self._tables.values() if t.definition.result is Result.LINE_CHANGES]
        changes = sorted(changes, key=lambda t: (t.definition.order or 0.0, t.definition.name))
        self._changes = [table for table in changes if table.definition.name not in line_steps.last_tables]
        self._last_changes = [table for table in changes if table.definition.name in line_steps.last_tables]
        line_edits = [
            table
            for table in self._tables.values()
            if table.definition.result is Result.EDITS and table.definition.level is Level.LINE
        ]
        self._line_edits, self._last_edits = ([], line_edits) if self._edit_joins else (line_edits, [])
        self._steps_before = [
            self._in_order(line_steps.read_by([table.definition]) - line_steps.after_claim_edits)
            for table in self._changes
        ]
        settling = [table.definition for table in (*self._last_changes, *self._last_edits)]
        self._settling_steps = self._in_order(line_steps.read_by(settling))

    def _in_order(self, steps: frozenset[Step]) -> list[Step]:
        return [step for step in self.ruleset.line_steps if step in steps]

    def code(self, encounters: Encounters, deciders: Deciders | None = None) -> CodedBatch:
        """Code encounter rows; the result tables are ready to be written.

        `deciders`, where given, are told which cells gave the rows' fields.
        """
        self.seconds.clear()
        for table in self._tables.values():
            table.counts.by_rule[:] = 0
        coded = self.code_frame(encounters.frame, broken_visits(encounters), deciders)
        with self._timed("report"):
            batch = report(coded, encounters, self.ruleset, self.rule_counts())
            if self.ruleset.rulebook.unit_limits is not None:
                batch.history_lines = history_lines(coded, self.ruleset.rulebook.unit_limits.per)
        batch.seconds = dict(self.seconds)
        return batch

    def rule_counts(self) -> dict[str, int]:
        """Give how often each rule fired, by its address."""
        return {
            str(rule.at): int(count)
            for table in self._tables.values()
            for rule, count in zip(table.definition.rules, table.counts.by_rule.tolist(), strict=True)
        }

    def code_frame(
        self, frame: Frame, broken_visits: BrokenVisits, deciders: Deciders | None = None
    ) -> Coded:
        """Code typed columns, before any table of results is made."""
        frame = dataclasses.replace(frame, columns=dict(frame.columns))  # what was read stays as it was
        view = self._view_of(frame)
        log, asks = EditLog(frame), Asks()
        context = Context(view, log, asks, {}, deciders=deciders)
        nothing = NoLines()
        self._check_read_fields(context)
        made = self._run_rows(context, nothing)
        with self._timed("lines"):
            lines = gather(made, context)
        lines = self._run_lines(lines, context)
        with self._timed("verdict"):
            verdict = reach_verdict(lines, context, nothing, self.ruleset.rulebook, broken_visits)
        dropped = np.flatnonzero(verdict.line_weight == DROP)
        note_dropped(lines, dropped, context)
        lines = say_why_denied(lines, verdict.line_weight, log, view)
        return Coded(view, lines, log, nothing, verdict)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + perf_counter() - start

    def _view_of(self, frame: Frame) -> View:
        rulebook = self.ruleset.rulebook
        visits = _visit_ids(frame[rulebook.visit_key])
        days = frame[rulebook.date_of_service].data
        order = _order(visits, rulebook.row_order, frame)
        return View(frame, self._sets, rulebook, {"days": days, "order": order, "visit_ids": visits})

    def _check_read_fields(self, context: Context) -> None:
        frame = context.view.frame
        for definition in self.ruleset.rulebook.fields.values():
            if definition.origin is Origin.READ and definition.name in frame:
                kept = context.keep_allowed(definition, frame[definition.name])
                frame.columns[definition.name] = context.own_roots(definition.name, kept)

    def _run_rows(self, context: Context, nothing: NoLines) -> list[Made]:
        """Compute row fields, make lines and raise the rows' edits, in the order of the ruleset."""
        made: list[Made] = []
        for step in self.ruleset.row_steps:
            table = self._tables.get(step.name) if step.kind == "decision" else None
            if table is None or table.definition.result is Result.FIELDS:
                self._run_step(step, context)
            elif table.definition.result is Result.CLAIM_LINES:
                with self._timed("decisions"):
                    made.append(make_lines(table, context, nothing))
            else:
                with self._timed("decisions"):
                    table.raise_all_edits(context)
        return made

    def _run_step(self, step: Step, context: Context) -> None:
        match step.kind:
            case "formula":
                with self._timed("formulas"):
                    self._run_formula(step.name, context)
            case "lookup":
                with self._timed("lookups"):
                    self._joins[step.name].join(context)
            case "join":
                with self._timed("claim edits"):
                    self._edit_joins[step.name].join(context)
            case _:
                with self._timed("decisions"):
                    self._decide(self._tables[step.name], context)

    def _run_formula(self, name: str, context: Context) -> None:
        definition = self.ruleset.rulebook.fields[name]
        if definition.formula is None:
            msg = f"{name} has no formula"
            raise TypeError(msg)
        groups = context.view.groups(definition.per) if definition.per else None
        column = evaluate(definition.formula, context.view, groups)
        context.set_field(definition, Column(definition.type, column.data, column.roots))

    @staticmethod
    def _decide(table: Table, context: Context) -> None:
        if table.definition.hit_policy is HitPolicy.FIRST_IN_GROUP:
            decide_first_in_group(table, context)
        else:
            decide_fields(table, context)

    def _run_lines(self, lines: Lines, rows: Context) -> Lines:
        """Change the lines table by table, make those alike one, then raise the lines' edits.

        Tables that turn on claim edits come last, again and again until they change nothing.
        """
        lines = without_dropped(lines, rows)
        for table, steps in zip(self._changes, self._steps_before, strict=True):
            context = self._line_context(lines, rows.apart())
            self._run_steps(steps, context)
            context = still_changing(context, rows)
            with self._timed("decisions"):
                lines = change_lines(table, context, lines)
        with self._timed("lines"):
            lines = combine(lines, rows.view)
        if self._edit_joins:
            prepare = partial(self._prepare, self._settling_steps)
            lines = Settling(self._last_changes, self._last_edits, prepare, rows).settle(lines)
            context, _ = self._prepare(self.ruleset.line_steps, lines, rows.apart())  # weightiest limits
            context = dataclasses.replace(context, log=rows.log, asks=rows.asks)
        else:
            context, _ = self._prepare(self.ruleset.line_steps, lines, rows)
        context.count_fired()
        for join in self._edit_joins.values():
            join.say_left_out(context)
        with self._timed("decisions"):
            for table in self._line_edits:
                table.raise_all_edits(context)
        return lines

    def _prepare(
        self, steps: Sequence[Step], lines: Lines, rows: Context, turn: int = 0
    ) -> tuple[Context, Index]:
        """Compute line fields, each line's limits in their turn; say how many turns each line has."""
        limits = self._edit_joins.get(Kind.UNIT_LIMITS.value)
        if isinstance(limits, LimitJoin):
            limits.turn = turn
        context = self._line_context(lines, rows)
        context.lines_stand = True
        self._run_steps(steps, context)
        if not isinstance(limits, LimitJoin):
            return context, np.ones(len(lines), dtype=np.int64)
        context.judged = limits.turns > turn if turn else None
        return context, limits.turns

    def _run_steps(self, steps: Sequence[Step], context: Context) -> None:
        for step in steps:
            self._run_step(step, context)

    @staticmethod
    def _line_context(lines: Lines, rows: Context) -> Context:
        because = {name: words[lines.row] for name, words in rows.because.items()}
        view = lines.view(rows.view)
        return Context(view, rows.log, rows.asks, because, lines.row, standing=lines.standing)


def _edit_joins(rulebook: Rulebook, history: History | None) -> dict[str, PairJoin | LimitJoin | AddOnJoin]:
    """Make the joins of the claim-edit tables that a rulebook has, by the kind of their sheets."""
    joins: dict[str, PairJoin | LimitJoin | AddOnJoin] = {}
    if rulebook.unit_limits is not None:
        joins[Kind.UNIT_LIMITS.value] = LimitJoin(rulebook.unit_limits, history)
    if rulebook.add_on_codes is not None:
        joins[Kind.ADD_ON_CODES.value] = AddOnJoin(rulebook.add_on_codes)
    if rulebook.code_pairs is not None:
        joins[Kind.CODE_PAIRS.value] = PairJoin(rulebook.code_pairs)
    return joins


def broken_visits(encounters: Encounters) -> BrokenVisits:
    """Find the visits of which some row was rejected, and the columns at fault."""
    broken: dict[str, dict[str, None]] = {}
    rejected = encounters.rejected
    for visit, column in zip(rejected["Visit ID"], rejected["Column"], strict=True):
        broken.setdefault(str(visit), {})[str(column)] = None
    return {visit: [column for column in columns if column] for visit, columns in broken.items()}


def _visit_ids(column: Column) -> Ids:
    """Give visits numbers by exact text; a missing key (which reading rejects) stands alone."""
    if column.type is FieldType.TEXT or column.type is FieldType.CODE:
        return column.data.astype(np.int32)
    return np.unique(column.data, return_inverse=True)[1].astype(np.int32)


def _order(visits: Ids, row_order: str, frame: Frame) -> Index | range:
    """Rank the rows: visits as they first appear, then Row order, then as they came."""
    in_turn = bool((visits[1:] >= visits[:-1]).all())
    if in_turn and not row_order:
        return range(len(visits))
    rows = np.arange(len(visits))
    visit = visits if in_turn else distinct([visits], len(visits))[0]
    within = _sortable(frame[row_order], frame) if row_order else rows
    later = (visit[1:] > visit[:-1]) | ((visit[1:] == visit[:-1]) & (within[1:] >= within[:-1]))
    if later.all():
        return range(len(visits))
    order = np.empty(len(rows), dtype=np.int64)
    order[np.lexsort((rows, within, visit))] = rows
    return order


def _sortable(column: Column, frame: Frame) -> np.ndarray:
    if not column.type.is_text:
        return np.where(np.isnan(column.data), np.inf, column.data)
    words = frame.vocabulary.words
    present, numbers = np.unique(column.data, return_inverse=True)
    texts = ["" if i == MISSING else str(words[i]) for i in present.tolist()]
    return np.argsort(np.argsort(texts, kind="stable"), kind="stable")[numbers]
