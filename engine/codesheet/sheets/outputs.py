"""THEN columns and cells: fields to set, and the columns with a meaning of their own."""

from collections.abc import Mapping

from codesheet.issues import IssueCode
from codesheet.language.formulas import Clear, Formula, Literal
from codesheet.language.names import nearest
from codesheet.language.values import FieldType, fold
from codesheet.location import CellRef
from codesheet.model import Disposition, HitPolicy, Output, Result
from codesheet.sheets.cells import Cell, CellReader, find_word
from codesheet.sheets.table import Column, Row, Table

BECAUSE = "Because"
PRIORITY = "Priority"
ADD_MODIFIERS = "Add modifiers"
REMOVE_MODIFIERS = "Remove modifiers"
SPLIT_OFF = "Split off"
QUEUE = "Queue"
MESSAGE = "Message"
DISPOSITION = "Disposition"
REASON = "Reason"

SPECIAL = (BECAUSE, PRIORITY, ADD_MODIFIERS, REMOVE_MODIFIERS, SPLIT_OFF, QUEUE, MESSAGE)
"""THEN columns that are no fields, whatever the table."""

_OF_EDITS = (DISPOSITION, QUEUE, MESSAGE)
_ANYWHERE = (BECAUSE, PRIORITY)
_OF_RESULT: Mapping[Result, tuple[str, ...]] = {
    Result.FIELDS: (),
    Result.CLAIM_LINES: (),
    Result.LINE_CHANGES: (ADD_MODIFIERS, REMOVE_MODIFIERS, SPLIT_OFF),
    Result.EDITS: _OF_EDITS,
}
_MODIFIERS = "Modifiers"

_ONE_RULE = (
    HitPolicy.UNIQUE,
    HitPolicy.ANY,
    HitPolicy.FIRST,
    HitPolicy.PRIORITY,
    HitPolicy.FIRST_IN_GROUP,
)
"""Policies by which a rule that gives nothing keeps others from giving something: that can be meant."""

_TO_GIVE = "fill a THEN cell, with none where nothing is to be given, or delete the row"


def special_columns(result: Result) -> tuple[str, ...]:
    """Give the THEN columns with a meaning of their own that a table with this result may have."""
    return (*_OF_RESULT[result], *_ANYWHERE)


def special_name(heading: str) -> str | None:
    """Give the name of a THEN column with a meaning of its own, None for a field."""
    return next((name for name in SPECIAL if fold(name) == fold(heading)), None)


def output_columns(table: Table, result: Result, reader: CellReader) -> dict[str, Column] | None:
    """Give a sheet's THEN columns by name; None, with issues, where one cannot be understood."""
    count = len(reader.issues)
    columns = {}
    for column in table.with_role("THEN"):
        name = special_name(column.heading) or _field_name(column, result, reader)
        if name is not None and _fits(name, column, result, reader):
            columns[name] = column
    return None if reader.errors_since(count) else columns


def _field_name(column: Column, result: Result, reader: CellReader) -> str | None:
    """Give the field of a column; of an edit, which has none but Disposition, whatever name is written."""
    if result is Result.EDITS:
        return reader.names.find_field(column.heading) or column.heading
    return reader.field(column.heading, column.at)


def _fits(name: str, column: Column, result: Result, reader: CellReader) -> bool:
    special = name in SPECIAL or (result is Result.EDITS and name in _OF_EDITS)
    if special and name in (*_ANYWHERE, *_OF_RESULT[result]):
        return True
    if not special and result is not Result.EDITS:
        return True
    words = (*_OF_RESULT[result], *_ANYWHERE)
    listed = ", ".join(words)
    remedy = f"it can be {listed}" if result is Result.EDITS else f"name a field, or one of {listed}"
    facts = {"column": name, "result": result.value, "remedy": remedy, "did_you_mean": nearest(name, words)}
    reader.report(IssueCode.COLUMN_NOT_FOR_RESULT, column.at, **facts)
    return False


def read_output(name: str, cell: Cell, reader: CellReader) -> Output | None:
    """Read one THEN cell; None where it is blank or, with an issue, cannot be read."""
    if cell.is_blank:
        return None
    formula = _formula(name, cell, reader)
    return None if formula is None else Output(name, formula, cell.text, cell.at)


def _formula(name: str, cell: Cell, reader: CellReader) -> Formula | None:
    match name:
        case _ if name == DISPOSITION:
            return _disposition(cell, reader)
        case _ if name in (BECAUSE, MESSAGE, REASON, QUEUE):
            return reader.message(cell)
        case _ if name in (ADD_MODIFIERS, REMOVE_MODIFIERS):
            return reader.formula(cell, reader.names.fields[_MODIFIERS])
        case _ if name == SPLIT_OFF:
            return reader.formula(cell, FieldType.WHOLE)
        case _:
            return reader.formula(cell, reader.names.fields[name])


def _disposition(cell: Cell, reader: CellReader) -> Formula | None:
    if fold(cell.text) == "none":
        return Clear()
    words = [one.value for one in Disposition]
    word = find_word(words, cell, "disposition", reader.issues)
    return Literal(word, FieldType.TEXT) if word else None


def read_priority(row: Row, column: Column | None, reader: CellReader) -> float | None:
    """Read a rule's Priority, a number; None where it has none."""
    value = reader.value(row.cell(column), FieldType.NUMBER) if column else None
    return value if isinstance(value, float) else None


def check_complete(
    outputs: tuple[Output, ...],
    row: Row,
    columns: Mapping[str, Column],
    result: Result,
    policy: HitPolicy,
    reader: CellReader,
) -> None:
    """Report a claim line without Code or Units, an edit without Message, a rule that gives nothing.

    Under Override several rules may give the cells of one line or edit.
    """

    def cell(name: str) -> CellRef:
        return row.cell(columns[name]).at if name in columns else row.sheet.at

    given = {output.field: output.formula for output in outputs}
    if policy is HitPolicy.OVERRIDE:
        if not given:
            facts = {"and_so": ", so what other rules give stands where it matches"}
            reader.report(IssueCode.RULE_WITHOUT_RESULT, row.at, **facts, remedy=_TO_GIVE)
    elif result is Result.CLAIM_LINES and not isinstance(given.get("Code"), Clear):
        for column in ("Code", "Units"):
            if column not in given:
                reader.report(IssueCode.CLAIM_LINE_INCOMPLETE, cell(column), column=column)
    elif result is Result.EDITS and MESSAGE not in given:
        reader.report(IssueCode.EDIT_WITHOUT_MESSAGE, cell(MESSAGE))
    elif not given:
        remedy = _TO_GIVE if policy in _ONE_RULE else "fill a THEN cell, or delete the row"
        reader.report(IssueCode.RULE_WITHOUT_RESULT, row.at, and_so="", remedy=remedy)
