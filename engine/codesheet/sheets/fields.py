"""The data dictionary: every declared field, and what claim lines have anyway."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from codesheet.issues import Issue, IssueCode
from codesheet.language.names import Names, nearest
from codesheet.language.values import FieldType, ValueProblem, fold, read_value, tidy
from codesheet.language.written_values import how_to_write
from codesheet.location import CellRef
from codesheet.model import AllowedValues, Field, Level, Origin, Required
from codesheet.sheets.cells import Cell, CellReader, find_word, split_list
from codesheet.sheets.table import Row, Table

BUILT_IN: Mapping[str, FieldType] = {
    "Code": FieldType.CODE,
    "Units": FieldType.WHOLE,
    "Modifiers": FieldType.CODE_LIST,
    "Diagnosis pointer": FieldType.CODE_LIST,
    "Place of service": FieldType.CODE,
    "Disposition": FieldType.TEXT,
    "Reason": FieldType.TEXT,
}
"""What every claim line has without being declared."""

ON_ROWS_TOO = "Place of service"
"""The one of these that encounter rows may have themselves; lines then carry the row's."""

_AT_MOST = re.compile(r"(?:^|,)\s*at most (\d+)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared field, with the cells that can only be read once every field is known."""

    field: Field
    formula: Cell | None = None
    per: Cell | None = None
    queue: Cell | None = None
    says_heading: bool = False
    says_required: bool = False
    says_type: bool = True


def read_declared(
    tables: Iterable[Table], sets: frozenset[str], types: Mapping[str, FieldType], issues: list[Issue]
) -> dict[str, Declared]:
    """Read the rows of all Fields sheets, by field name; `types` are those of fields whose row says none."""
    declared: dict[str, Declared] = {}
    by_folded: dict[str, CellRef] = {}
    for table in tables:
        for row in table.rows:
            found = _declared(row, table, Names({}, sets), types, issues)
            if found is None:
                continue
            first = by_folded.setdefault(fold(found.field.name), found.field.at)
            if first != found.field.at:
                facts = {"field": found.field.name}
                issues.append(IssueCode.REPEATED_FIELD.issue(found.field.at, first, **facts))
            else:
                declared[found.field.name] = found
    return declared


def untyped_fields(tables: Iterable[Table]) -> list[str]:
    """Name the fields whose Type is blank, or no type nor like one."""
    declared = read_declared(tables, frozenset(), {}, [])
    return [name for name, one in declared.items() if not one.says_type]


def _declared(
    row: Row, table: Table, names: Names, types: Mapping[str, FieldType], issues: list[Issue]
) -> Declared | None:
    def is_faulty(heading: str) -> bool:
        column = table.heading(heading)
        return column is not None and row.is_faulty(column)

    def cell(heading: str) -> Cell | None:
        column = table.heading(heading)
        found = row.cell(column) if column and not row.is_faulty(column) else None
        return None if found is None or found.is_blank else found

    name_cell = cell("Field")
    if name_cell is None and is_faulty("Field"):
        return None
    if name_cell is None:
        issues.append(IssueCode.BLANK_CELL.issue(row.at, column="Field", remedy="name the field"))
        return None
    name = next((name for name in BUILT_IN if fold(name) == fold(name_cell.text)), tidy(name_cell.text))
    said = None if is_faulty("Type") else _field_type(cell("Type"), row, table, issues)
    kind = said or types.get(name, FieldType.TEXT)
    level = _level(cell("Level"), name, name_cell.at, cell("Formula"), issues)
    headings = _lines(cell("Headings"))
    required = _word(cell("Required"), Required, "requirement", issues)
    built = Field(
        name=name,
        type=kind,
        level=level,
        origin=Origin.LINE if level is Level.LINE else Origin.READ,
        required=Required(required) if required else Required.NO,
        headings=headings or (name,),
        allowed=_allowed(cell("Allowed values"), kind, names, issues),
        description=_text(cell("Description")),
        queue=tidy(_text(cell("Queue"))),
        at=name_cell.at,
    )
    says = (bool(headings), required is not None, said is not None)
    per = None if is_faulty("Formula") else cell("Per")
    return Declared(built, cell("Formula"), per, cell("Queue"), *says)


def _field_type(cell: Cell | None, row: Row, table: Table, issues: list[Issue]) -> FieldType | None:
    """Give the declared type, or the one that seems meant; None, with an issue, where neither is known."""
    if cell is None:
        column = table.heading("Type")
        if column is not None:
            remedy = f"it can be {', '.join(kind.value for kind in FieldType)}"
            issues.append(IssueCode.BLANK_CELL.issue(row.cell(column).at, column="Type", remedy=remedy))
        return None
    words = [kind.value for kind in FieldType]
    word = find_word(words, cell, "type", issues) or nearest(cell.text, words)
    return FieldType(word) if word else None


def _level(cell: Cell | None, name: str, at: CellRef, formula: Cell | None, issues: list[Issue]) -> Level:
    word = _word(cell, Level, "level", issues)
    level = Level(word) if word else Level.ROW
    if name not in BUILT_IN:
        return level
    if formula is not None or (level is Level.ROW and name != ON_ROWS_TOO):
        issues.append(IssueCode.BUILT_IN_FIELD.issue(at, field=name))
        return Level.LINE
    return level


def _word(cell: Cell | None, words: type[Level | Required], what: str, issues: list[Issue]) -> str | None:
    return find_word([word.value for word in words], cell, what, issues) if cell else None


def _lines(cell: Cell | None) -> tuple[str, ...]:
    lines = (tidy(line) for line in cell.text.splitlines()) if cell else ()
    return tuple(line for line in lines if line)


def _text(cell: Cell | None) -> str:
    return cell.text if cell else ""


def _allowed(cell: Cell | None, kind: FieldType, names: Names, issues: list[Issue]) -> AllowedValues | None:
    """Read `Modifiers order, at most 4`: a value set or a list, and how many values a code list may have."""
    if cell is None:
        return None
    bound = _AT_MOST.search(cell.text)
    at_most = int(bound[1]) if bound else None
    if at_most is not None and kind is not FieldType.CODE_LIST:
        facts = {"why": "bounds the length of a code list", "remedy": "drop it, or make the type code list"}
        issues.append(IssueCode.BAD_ALLOWED_VALUES.issue(cell.at, text=f"at most {at_most}", **facts))
    text = tidy(cell.text[: bound.start()] if bound else cell.text)
    named = names.find_set(text) or names.find_set(text.removeprefix("in "))
    if named is not None or not text:
        return AllowedValues((), named, at_most)
    values = split_list(cell.text[: bound.start()] if bound else cell.text)
    values = [value.strip('"') for value in values]
    if len(values) == 1:
        meant = nearest(text, names.sets)
        why, remedy = "is neither a value set nor a list of several values", "name a set, or list the values"
        facts = {"text": text, "why": why, "remedy": remedy, "did_you_mean": meant}
        issues.append(IssueCode.BAD_ALLOWED_VALUES.issue(cell.at, **facts))
        return None
    return AllowedValues(_readable(values, kind, cell, issues), None, at_most)


def _readable(values: list[str], kind: FieldType, cell: Cell, issues: list[Issue]) -> tuple[str, ...]:
    readable = []
    for value in values:
        try:
            read_value(value, kind)
        except ValueProblem as problem:
            facts = {"text": value, "why": problem, "remedy": how_to_write(kind)}
            issues.append(IssueCode.BAD_ALLOWED_VALUES.issue(cell.at, **facts))
        else:
            readable.append(value)
    return tuple(readable)


def require(name: str, declared: dict[str, Declared]) -> None:
    """Make a field required whatever its row says: without a visit key a row belongs to no visit."""
    if name in declared:
        field = replace(declared[name].field, required=Required.YES)
        declared[name] = replace(declared[name], field=field)


def built_in_fields(declared: Mapping[str, Declared]) -> dict[str, Field]:
    """Give the fields of claim lines that no Fields sheet declares."""
    return {
        name: Field(name, kind, Level.LINE, Origin.LINE, headings=(name,))
        for name, kind in BUILT_IN.items()
        if name not in declared
    }


def complete(declared: Declared, reader: CellReader) -> Field:
    """Read a declared field's Formula and Per, now that every field is known."""
    per = reader.fields(declared.per.text, declared.per.at) if declared.per else ()
    if declared.formula is None:
        if declared.per is not None:
            where = "a Formula with aggregates"
            reader.report(IssueCode.LABEL_NOT_FOR_TABLE, declared.per.at, label="Per", where=where)
        return declared.field
    if declared.says_required and declared.field.required is not Required.NO:
        reader.report(IssueCode.REQUIRED_NOT_READ, declared.field.at, field=declared.field.name)
    formula = reader.expression(declared.formula, declared.field.type, aggregates=bool(per))
    return replace(
        declared.field,
        origin=Origin.FORMULA,
        required=Required.NO,
        formula=formula,
        formula_text=declared.formula.text,
        per=per,
    )
