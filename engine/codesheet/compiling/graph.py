"""The order in which formulas, lookups and decisions are computed: each after what it reads.

Where nothing decides, things stand in order of declaration: formulas, then lookups, then decisions.
"""

import dataclasses
import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from codesheet.compiling.ruleset import Step
from codesheet.issues import Issue, IssueCode
from codesheet.language.formulas import Call, FieldRef, InValueSet, Literal
from codesheet.language.unary_tests import Compare, InSet
from codesheet.language.values import FieldType
from codesheet.location import CellRef
from codesheet.model import (
    AddOnCodes,
    CodePairs,
    Condition,
    DecisionTable,
    Field,
    Level,
    LookupTable,
    Period,
    Result,
    Rulebook,
    UnitLimits,
)
from codesheet.sheets.edit_fields import EDIT_FIELDS
from codesheet.sheets.title_block import Kind


@dataclass(frozen=True, slots=True)
class _Node:
    """A step, the fields it sets, and the fields it reads with the first cell that reads each."""

    step: Step
    sets: tuple[str, ...]
    reads: dict[str, CellRef]


def order_steps(rulebook: Rulebook) -> tuple[tuple[Step, ...], tuple[Step, ...], list[Issue]]:
    """Give the steps on encounter rows, those on claim lines, and an issue for each circle.

    Row steps end with the tables that make claim lines and those that raise edits on rows. Line changes and
    edits on lines are no steps: they have an order of their own.
    """
    row_steps, row_issues = _sort(list(_nodes(rulebook, Level.ROW)))
    line_steps, line_issues = _sort(list(_nodes(rulebook, Level.LINE)))
    last = (*_tables(rulebook, Result.CLAIM_LINES), *_tables(rulebook, Result.EDITS))
    return (*row_steps, *last), tuple(line_steps), [*row_issues, *line_issues]


def _tables(rulebook: Rulebook, result: Result) -> Iterator[Step]:
    for table in rulebook.decisions.values():
        if table.result is result and table.level is Level.ROW:
            yield Step("decision", table.name)


def claim_edit_tables(rulebook: Rulebook) -> dict[Kind, CodePairs | UnitLimits | AddOnCodes]:
    """Give the claim-edit tables a rulebook has, by the kind of their sheets."""
    tables = {
        Kind.UNIT_LIMITS: rulebook.unit_limits,
        Kind.ADD_ON_CODES: rulebook.add_on_codes,
        Kind.CODE_PAIRS: rulebook.code_pairs,
    }
    return {kind: table for kind, table in tables.items() if table is not None}


def after_claim_edits(rulebook: Rulebook) -> frozenset[str]:
    """Name the tables on lines that turn on a claim edit, directly or by what they have a column for."""
    reached = {name for node in _after_claim_edits(rulebook) for name in node.sets}
    reading = _Reading(rulebook)
    return frozenset(
        table.name
        for table in rulebook.decisions.values()
        if table.result in (Result.LINE_CHANGES, Result.EDITS)
        and reached & {*table.inputs, *reading.by_decision(table)}
    )


def steps_after_claim_edits(rulebook: Rulebook) -> frozenset[Step]:
    """Give the joins of claim edits, and the steps on lines that turn on them."""
    return frozenset(node.step for node in _after_claim_edits(rulebook))


def _after_claim_edits(rulebook: Rulebook) -> list[_Node]:
    nodes = list(_nodes(rulebook, Level.LINE))
    found: list[_Node] = []
    reached: set[str] = set()
    count = -1
    while count != (count := len(found)):
        found = [node for node in nodes if node.step.kind == "join" or reached & node.reads.keys()]
        reached = {name for node in found for name in node.sets}
    return found


def steps_read_by(rulebook: Rulebook, groups: Iterable[Sequence[DecisionTable]]) -> Iterator[frozenset[Step]]:
    """Give for each group of tables the steps on lines that they read, and those that can ask or object.

    Other steps only show values.
    """
    nodes = list(_nodes(rulebook, Level.LINE))
    reading = _Reading(rulebook)
    for tables in groups:
        read = {name for table in tables for name in (*table.inputs, *reading.by_decision(table))}
        found: list[_Node] = []
        count = -1
        while count != (count := len(found)):
            found = [node for node in nodes if _speaks(node, rulebook) or read & set(node.sets)]
            read.update(name for node in found for name in node.reads)
        yield frozenset(node.step for node in found)


def _speaks(node: _Node, rulebook: Rulebook) -> bool:
    """Say whether a step can do more than set fields: of formulas those whose field demands something."""
    if node.step.kind != "formula":
        return True
    field = rulebook.fields[node.step.name]
    return field.type is FieldType.WHOLE or field.allowed is not None


def _nodes(rulebook: Rulebook, level: Level) -> Iterator[_Node]:
    reading = _Reading(rulebook)
    if level is Level.LINE:
        for kind, edits in claim_edit_tables(rulebook).items():
            yield _Node(Step("join", kind.value), tuple(EDIT_FIELDS[kind]), reading.by_claim_edits(edits))
    for field in rulebook.fields.values():
        if field.level is level and field.formula is not None:
            yield _Node(Step("formula", field.name), (field.name,), reading.by_formula(field))
    for lookup in rulebook.lookups.values():
        if lookup.level is level and lookup.values:
            yield _Node(Step("lookup", lookup.name), lookup.values, reading.by_lookup(lookup))
    for table in rulebook.decisions.values():
        if table.level is level and table.result is Result.FIELDS:
            yield _Node(Step("decision", table.name), table.outputs, reading.by_decision(table))


# --- what each of them reads -----------------------------------------------------------------------------


class _Reading:
    """Finds the fields that formulas, lookups and decisions read, some of them only implied."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._date_of_service = rulebook.date_of_service
        self._row_order = rulebook.row_order
        self._dated_sets = {
            name
            for name, members in rulebook.sets.items()
            if any(member.period != Period() for member in members.members)
        }

    def by_formula(self, field: Field) -> dict[str, CellRef]:
        grouped = (*field.per, self._row_order) if field.per else ()
        return self._first_cells([(field.formula, field.at), *((name, field.at) for name in grouped)])

    def by_lookup(self, lookup: LookupTable) -> dict[str, CellRef]:
        parts: list[tuple[object, CellRef]] = [(key, lookup.at) for key in lookup.keys]
        for row in lookup.rows:
            parts += [(row.keys, row.at), *((part, part.at) for part in row.conditions)]
        if lookup.if_not_found is not None:
            parts.append((lookup.if_not_found.message, lookup.if_not_found.at))
        # the message for a missing key that an author does not write names the date of service
        if lookup.if_not_found is None or any(row.period != Period() for row in lookup.rows):
            parts.append((self._date_of_service, lookup.at))
        return self._first_cells(parts)

    def by_claim_edits(self, table: CodePairs | UnitLimits | AddOnCodes) -> dict[str, CellRef]:
        names = ["Code", "Units", *table.per, self._date_of_service]
        if isinstance(table, UnitLimits):
            names += [name for name in (table.units_before, table.months_since_start) if name]
        parts: list[tuple[object, CellRef]] = [(name, table.at) for name in names]
        conditions = {condition: None for row in table.rows for condition in row.conditions}
        parts += [(condition, condition.at) for condition in conditions]
        return self._first_cells(parts)

    def by_decision(self, table: DecisionTable) -> dict[str, CellRef]:
        parts: list[tuple[object, CellRef]] = [(part, part.at) for part in table.only_when]
        for rule in table.rules:
            parts += [(condition, condition.at) for condition in rule.conditions]
            parts += [(output, output.at) for output in rule.outputs]
            if rule.because is not None:
                parts.append((rule.because, rule.because.at))
            if rule.period != Period():
                parts.append((self._date_of_service, rule.at))
        parts += [(name, table.at) for chain in (*table.scope, table.per) for name in chain]
        parts += [(self._row_order, table.at)] if table.per else []
        parts += [(output, output.at) for output in table.otherwise]
        if table.if_no_rule is not None:
            parts.append((table.if_no_rule.message, table.if_no_rule.at))
        return self._first_cells(parts)

    def _first_cells(self, parts: Iterable[tuple[object, CellRef]]) -> dict[str, CellRef]:
        first: dict[str, CellRef] = {}
        for part, at in parts:
            for name in (part,) if isinstance(part, str) else self._fields_in(part):
                first.setdefault(name, at)
        return first

    def _fields_in(self, part: object) -> Iterator[str]:
        for node in _walk(part):
            match node:
                case FieldRef(name) | Compare(_, name) | Condition(name):
                    yield name
                case InSet(name) | InValueSet(_, name) if name in self._dated_sets:
                    yield self._date_of_service
                case Call(_, arguments):
                    literals = {a.value for a in arguments if isinstance(a, Literal)}
                    if literals & self._dated_sets:
                        yield self._date_of_service


def _walk(part: object) -> Iterator[object]:
    """Give a cell's meaning and every part of it, in the order of writing."""
    if isinstance(part, tuple):
        for item in part:
            yield from _walk(item)
    elif dataclasses.is_dataclass(part) and not isinstance(part, CellRef):
        yield part
        for field in dataclasses.fields(part):
            yield from _walk(getattr(part, field.name))


# --- sorting ---------------------------------------------------------------------------------------------


def _sort(nodes: list[_Node]) -> tuple[list[Step], list[Issue]]:
    """Put each node after those that set what it reads; the earliest declared first where it is free."""
    setter = {name: place for place, node in reversed(list(enumerate(nodes))) for name in node.sets}
    needs = [{setter[name] for name in node.reads if name in setter} for node in nodes]
    needed_by: list[list[int]] = [[] for _ in nodes]
    for place, needed in enumerate(needs):
        for other in needed:
            needed_by[other].append(place)
    waiting = set(range(len(nodes)))
    missing = [len(needed) for needed in needs]
    ready = [place for place, count in enumerate(missing) if not count]
    steps: list[Step] = []
    issues: list[Issue] = []
    while waiting:
        if not ready:
            circle = _find_circle(nodes, setter, waiting)
            issues.append(_circle_issue(nodes, setter, circle))
            ready = [min(circle)]
        place = heapq.heappop(ready)
        waiting.discard(place)
        steps.append(nodes[place].step)
        for other in needed_by[place]:
            missing[other] -= 1
            if not missing[other] and other in waiting:
                heapq.heappush(ready, other)
    return steps, issues


def _find_circle(nodes: list[_Node], setter: dict[str, int], waiting: set[int]) -> list[int]:
    """Go from a waiting node to one that it waits for, until one comes again."""
    trail = [min(waiting)]
    while trail.count(trail[-1]) == 1:
        reads = nodes[trail[-1]].reads
        trail.append(next(setter[name] for name in reads if setter.get(name) in waiting))
    circle = trail[trail.index(trail[-1]) : -1]
    first = circle.index(min(circle))
    return circle[first:] + circle[:first]


def _circle_issue(nodes: list[_Node], setter: dict[str, int], circle: list[int]) -> Issue:
    names, cells = [], []
    for place, needed in zip(circle, [*circle[1:], circle[0]], strict=True):
        read = next(name for name in nodes[place].reads if setter.get(name) == needed)
        names.append(f"{nodes[place].step.name} reads {read}")
        cells.append(nodes[place].reads[read])
    return IssueCode.FIELDS_IN_A_CIRCLE.issue(cells[0], *cells[1:], circle=", ".join(names))
