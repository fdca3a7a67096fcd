"""Claim edits on one line: which codes it is paired with, and whether its primary is there."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from codesheet.language.values import FieldType, Scalar, fold
from codesheet.model import AddOnCodes, CodePairs, UnitLimits
from codesheet.oracle.answers import Answer, Record
from codesheet.oracle.edit_rows import claim_of, code_of, holding, lines_with, most_special, row_text, rows_of
from codesheet.oracle.unit_limits import set_limits

if TYPE_CHECKING:
    from codesheet.oracle.world import World

PAIRS, LIMITS, ADD_ONS = "Code pairs", "Unit limits", "Add-on codes"
_NO_EDIT = "9"


def work_out_edits(kind: str, line: Record, world: "World") -> None:
    """Set the fields of one kind of claim-edit sheets on a line."""
    rulebook = world.rulebook
    if kind == PAIRS and rulebook.code_pairs is not None:
        _set_pairs(rulebook.code_pairs, line, world)
    elif kind == LIMITS and rulebook.unit_limits is not None:
        set_limits(rulebook.unit_limits, line, world)
    elif kind == ADD_ONS and rulebook.add_on_codes is not None:
        _set_add_on(rulebook.add_on_codes, line, world)


def _set_pairs(table: CodePairs, line: Record, world: "World") -> None:
    code = code_of(line, world)
    beside = _codes_beside(PAIRS, table.per, line, world)
    pairs = rows_of(PAIRS, table.rows, lambda row: row.column_2, code, world)
    pairs = [row for row in pairs if fold(row.column_1) in beside]
    pairs = holding(pairs, line, PAIRS, world)
    speaking = []
    for first in dict.fromkeys(fold(row.column_1) for row in pairs):
        rivals = [row for row in pairs if fold(row.column_1) == first]
        one = most_special(rivals, lambda row: row.indicator, line, PAIRS, world)
        if one is not None and one.indicator != _NO_EDIT:
            speaking.append(one)
    speaking.sort(key=table.rows.index)
    strictest = min((row.indicator for row in speaking), default=None)
    speaking = [row for row in speaking if row.indicator == strictest]
    codes = tuple(dict.fromkeys(row.column_1 for row in speaking))
    _settle("Pair with", codes or None, FieldType.CODE_LIST, line, world)
    _settle("Pair indicator", strictest, FieldType.CODE, line, world)
    rows = "; ".join(map(row_text, speaking))
    _settle("Pair row", rows or None, FieldType.TEXT, line, world)


def _codes_beside(kind: str, per: tuple[str, ...], line: Record, world: "World") -> set[str]:
    """Give the codes of the lines that stand on a line's claim."""
    claim = lines_with(kind, lambda one: claim_of(one, per, world), line, world)
    return {code_of(other, world) for other in claim if world.edits.stands(other)}


def _set_add_on(table: AddOnCodes, line: Record, world: "World") -> None:
    code = code_of(line, world)
    rows = holding(rows_of(ADD_ONS, table.rows, lambda row: row.add_on, code, world), line, ADD_ONS, world)
    there = _codes_beside(ADD_ONS, table.per, line, world)
    present: float | None = None
    if any(row.primary and fold(row.primary) in there for row in rows):
        present = 1.0
    elif rows and all(row.primary for row in rows):
        present = 0.0
    primaries = tuple(dict.fromkeys(row.primary for row in rows if row.primary))
    _settle("Primary present", present, FieldType.YES_NO, line, world)
    _settle("Primary codes", primaries or None, FieldType.CODE_LIST, line, world)
    kind = min((row.type for row in rows), default="")
    _settle("Add-on type", kind or None, FieldType.CODE, line, world)
    _settle("Add-on row", row_text(rows[0]) if rows else None, FieldType.TEXT, line, world)


def _settle(name: str, value: Scalar | None, kind: FieldType, line: Record, world: "World") -> None:
    world.settle(world.rulebook.fields[name], Answer(value, kind), line)


def object_to_left_out(lines: Iterable[Record], world: "World") -> None:
    """Object to lines whose codes no workbook names, where rows of them were left in reference files."""
    rulebook = world.rulebook
    tables: list[tuple[str, CodePairs | UnitLimits | AddOnCodes | None]] = [
        (LIMITS, rulebook.unit_limits),
        (ADD_ONS, rulebook.add_on_codes),
        (PAIRS, rulebook.code_pairs),
    ]
    for line in lines:
        code = world.value(line, "Code").value
        for kind, table in tables:
            if table is not None and code_of(line, world) in {fold(one) for one in table.left_out}:
                said = f"{code} is named in no workbook, so its rows of {kind} were left out of the rules"
                said += ": name it in a table or value set, and check this claim by hand"
                world.log.object_to(line, said)
