"""Which fields a table reads, and which of them claim edits set: found by walking through its cells."""

import dataclasses
from collections.abc import Iterable, Iterator

from codesheet.language.formulas import FieldRef
from codesheet.language.unary_tests import Compare
from codesheet.location import CellRef
from codesheet.model import Condition, DecisionTable, Level, Origin, Result, Rulebook

_ROW_OF = {
    "Pair row": ("Pair with", "Pair indicator"),
    "Limit row": (
        "Unit limit",
        "Limit per",
        "Limit adjudication",
        "Limit action",
        "Units before",
        "Units over limit",
    ),
    "Add-on row": ("Primary present", "Primary codes", "Add-on type"),
}
"""The field that names the row of the claim edit, and those that the same row sets."""


EDITS_THAT_SET = {
    name: kind
    for (row, others), kind in zip(
        _ROW_OF.items(), ("Code pairs", "Unit limits", "Add-on codes"), strict=True
    )
    for name in (row, *others)
}
"""The kind of sheets that sets a field."""


def edit_rows_behind(table: DecisionTable, rulebook: Rulebook) -> list[str]:
    """Name the fields that hold the claim-edit rows behind what a table reads."""
    rules = tuple((rule.conditions, rule.outputs, rule.because) for rule in table.rules)
    parts = (table.only_when, rules, table.otherwise, table.if_no_rule)
    read = {*table.inputs, *table.per, *_named_in(parts)}
    fields = rulebook.fields
    set_by_edits = {name for name in read if name in fields and fields[name].origin is Origin.CLAIM_EDIT}
    return [row for row, others in _ROW_OF.items() if set_by_edits & {row, *others}]


def edit_fields(rulebook: Rulebook) -> set[str]:
    """Name the line fields that claim edits set, and those worked out from them."""
    reached = {name for name, field in rulebook.fields.items() if field.origin is Origin.CLAIM_EDIT}
    setters: list[tuple[Iterable[str], set[str]]] = []
    for name, field in rulebook.fields.items():
        if field.level is Level.LINE and field.formula is not None:
            setters.append(([name], {*field.per, *_named_in(field.formula)}))
    for lookup in rulebook.lookups.values():
        if lookup.level is Level.LINE:
            parts = (lookup.rows, lookup.if_not_found)
            setters.append((lookup.values, {*lookup.keys, *_named_in(parts)}))
    tables = [table for table in rulebook.decisions.values() if table.level is Level.LINE]
    setters += [(table.outputs, read_by(table)) for table in tables if table.result is Result.FIELDS]
    before = -1
    while before != len(reached):
        before = len(reached)
        for names, read in setters:
            reached |= set(names) if reached & read else set()
    return reached


def turns_on(table: DecisionTable, fields: set[str]) -> bool:
    """Say whether a table reads any of some fields."""
    return bool(fields & {*table.inputs, *read_by(table)})


def read_by(table: DecisionTable) -> set[str]:
    """Name the fields that decide what a table does."""
    parts = (table.only_when, table.rules, table.otherwise, table.if_no_rule)
    return {*table.per, *(name for chain in table.scope for name in chain), *_named_in(parts)}


def _named_in(part: object) -> Iterator[str]:
    """Give the fields that a cell, or anything made of cells, reads."""
    match part:
        case FieldRef(name) | Compare(_, name) | Condition(name):
            yield name
    if isinstance(part, tuple):
        for one in part:
            yield from _named_in(one)
    elif dataclasses.is_dataclass(part) and not isinstance(part, CellRef):
        for one in dataclasses.fields(part):
            yield from _named_in(getattr(part, one.name))
