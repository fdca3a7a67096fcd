"""What formulas, lookups, decisions and joins of claim edits read and set, some of it only implied."""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codesheet.compiling.ruleset import Step
from codesheet.language.formulas import Call, FieldRef, InValueSet, Literal
from codesheet.language.unary_tests import Compare, InSet
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
class Node:
    """A step, the fields it sets, and the fields it reads with the first cell that reads each."""

    step: Step
    sets: tuple[str, ...]
    reads: dict[str, CellRef]


def claim_edit_tables(rulebook: Rulebook) -> dict[Kind, CodePairs | UnitLimits | AddOnCodes]:
    """Give the claim-edit tables a rulebook has, by the kind of their sheets."""
    tables = {
        Kind.UNIT_LIMITS: rulebook.unit_limits,
        Kind.ADD_ON_CODES: rulebook.add_on_codes,
        Kind.CODE_PAIRS: rulebook.code_pairs,
    }
    return {kind: table for kind, table in tables.items() if table is not None}


def nodes_of(rulebook: Rulebook, level: Level, reading: "Reading") -> Iterator[Node]:
    """Give the steps of a level, as they were declared."""
    if level is Level.LINE:
        for kind, edits in claim_edit_tables(rulebook).items():
            yield Node(Step("join", kind.value), tuple(EDIT_FIELDS[kind]), reading.by_claim_edits(edits))
    for field in rulebook.fields.values():
        if field.level is level and field.formula is not None:
            yield Node(Step("formula", field.name), (field.name,), reading.by_formula(field))
    for lookup in rulebook.lookups.values():
        if lookup.level is level and lookup.values:
            yield Node(Step("lookup", lookup.name), lookup.values, reading.by_lookup(lookup))
    for table in rulebook.decisions.values():
        if table.level is level and table.result is Result.FIELDS:
            yield Node(Step("decision", table.name), table.outputs, reading.by_decision(table))


class Reading:
    """Finds the fields that formulas, lookups and decisions read, some of them only implied."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._date_of_service = rulebook.date_of_service
        self._row_order = rulebook.row_order
        self._dated_sets = {
            name
            for name, members in rulebook.sets.items()
            if any(member.period != Period() for member in members.members)
        }
        self._known: dict[int, tuple[object, tuple[str, ...]]] = {}

    def by_formula(self, field: Field) -> dict[str, CellRef]:
        """Give what a field's formula reads."""
        grouped = (*field.per, self._row_order) if field.per else ()
        return self._first_cells([(field.formula, field.at), *((name, field.at) for name in grouped)])

    def by_lookup(self, lookup: LookupTable) -> dict[str, CellRef]:
        """Give what a lookup reads."""
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
        """Give what a claim-edit table reads."""
        names = ["Code", "Units", *table.per, self._date_of_service]
        if isinstance(table, UnitLimits):
            names += [name for name in (table.units_before, table.months_since_start) if name]
        parts: list[tuple[object, CellRef]] = [(name, table.at) for name in names]
        conditions: dict[tuple[str, int], Condition] = {}
        for row in table.rows:  # thousands have few conditions between them
            for condition in row.conditions:
                conditions.setdefault((condition.field, id(condition.test)), condition)
        parts += [(condition, condition.at) for condition in conditions.values()]
        return self._first_cells(parts)

    def by_decision(self, table: DecisionTable) -> dict[str, CellRef]:
        """Give what a decision table reads."""
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
        """Look into each test once: the cells of a rulebook that say the same share it."""
        if not isinstance(part, Condition):
            yield from self._named_in(part)
            return
        known = self._known.get(id(part.test))
        if known is None:
            known = self._known[id(part.test)] = part.test, tuple(self._named_in(part.test))
        yield part.field
        yield from known[1]

    def _named_in(self, part: object) -> Iterator[str]:
        for node in _walk(part):
            match node:
                case FieldRef(name) | Compare(_, name):
                    yield name
                case InSet(name) | InValueSet(_, name) if name in self._dated_sets:
                    yield self._date_of_service
                case Call(_, arguments):
                    literals = {a.value for a in arguments if isinstance(a, Literal)}
                    if literals & self._dated_sets:
                        yield self._date_of_service


def _walk(part: object) -> Iterator[object]:
    """Give a cell's meaning and every part of it, in the order of writing."""
    if isinstance(part, tuple):  # an address is one too, of nothing that reads
        for item in part:
            yield from _walk(item)
    elif dataclasses.is_dataclass(part):
        yield part
        for field in dataclasses.fields(part):
            yield from _walk(getattr(part, field.name))
