"""The data dictionary: every declared field, what claim lines have anyway, and the rulebook's settings."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from codesheet.issues import Issue, IssueCode
from codesheet.language.names import Names, nearest
from codesheet.language.values import DateForm, FieldType, ValueProblem, fold, read_value, tidy
from codesheet.language.written_values import how_to_write
from codesheet.location import CellRef
from codesheet.model import AllowedValues, Field, Level, Origin, Required
from codesheet.sheets.cells import Cell, CellReader, find_field, find_word, split_list
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

_SHOWN_BY_DEFAULT = "Payer"
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


@dataclass(frozen=True, slots=True)
class Settings:
    """What the title blocks of the Fields sheets say of the whole export."""

    visit_key: str = ""
    date_of_service: str = ""
    row_order: str = ""
    shown: tuple[str, ...] = ()
    columns_present: str = ""
    date_forms: frozenset[DateForm] = field(default_factory=frozenset)


def read_declared(tables: Iterable[Table], sets: frozenset[str], issues: list[Issue]) -> dict[str, Declared]:
    """Read the rows of all Fields sheets, by field name."""
    declared: dict[str, Declared] = {}
    by_folded: dict[str, CellRef] = {}
    for table in tables:
        for row in table.rows:
            found = _declared(row, table, Names({}, sets), issues)
            if found is None:
                continue
            first = by_folded.setdefault(fold(found.field.name), found.field.at)
            if first != found.field.at:
                facts = {"field": found.field.name}
                issues.append(IssueCode.REPEATED_FIELD.issue(found.field.at, first, **facts))
            else:
                declared[found.field.name] = found
    return declared


def _declared(row: Row, table: Table, names: Names, issues: list[Issue]) -> Declared | None:
    def cell(heading: str) -> Cell | None:
        column = table.heading(heading)
        found = row.cell(column) if column else None
        return None if found is None or found.is_blank else found

    name_cell = cell("Field")
    if name_cell is None:
        issues.append(IssueCode.BLANK_CELL.issue(row.at, column="Field", remedy="name the field"))
        return None
    name = next((name for name in BUILT_IN if fold(name) == fold(name_cell.text)), tidy(name_cell.text))
    kind = _field_type(cell("Type"), row, table, issues)
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
    says = (bool(headings), required is not None)
    return Declared(built, cell("Formula"), cell("Per"), cell("Queue"), *says)


def _field_type(cell: Cell | None, row: Row, table: Table, issues: list[Issue]) -> FieldType:
    """Give the declared type, or the one that seems meant; else text, so that later cells find the field."""
    if cell is None:
        column = table.heading("Type")
        if column is not None:
            remedy = f"it can be {', '.join(kind.value for kind in FieldType)}"
            issues.append(IssueCode.BLANK_CELL.issue(row.cell(column).at, column="Type", remedy=remedy))
        return FieldType.TEXT
    words = [kind.value for kind in FieldType]
    word = find_word(words, cell, "type", issues) or nearest(cell.text, words)
    return FieldType(word) if word else FieldType.TEXT


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


_NEEDED_SETTINGS = ("Visit key", "Date of service")


def read_settings(tables: list[Table], declared: Mapping[str, Declared], issues: list[Issue]) -> Settings:
    """Read the labels above the Fields tables: what makes a visit, how the export writes dates."""
    names = Names({name: one.field.type for name, one in declared.items()})

    def one_field(label: str, *, required: bool = True, kind: FieldType | None = None) -> str:
        cell = _setting(tables, label, issues)
        if cell is not None:
            name = _row_field(label, cell, names, declared, issues)
            _expect_type(kind, label, name, cell, declared, issues)
            return name
        if required:
            remedy = f"write {label} and, beside it, the field that holds it"
            says_more = (table for table in tables if any(map(table.titled.label, _NEEDED_SETTINGS)))
            sheet = next(says_more, tables[0]).titled.sheet
            issues.append(IssueCode.MISSING_LABEL.issue(sheet.at, label=label, remedy=remedy))
        return ""

    visit_key, date_of_service = _NEEDED_SETTINGS
    return Settings(
        visit_key=one_field(visit_key),
        date_of_service=one_field(date_of_service, kind=FieldType.DATE),
        row_order=one_field("Row order", required=False),
        shown=_shown(_setting(tables, "On claim lines", issues), names, declared, issues),
        columns_present=one_field("Columns present", required=False, kind=FieldType.CODE_LIST),
        date_forms=_date_forms(_setting(tables, "Date forms", issues), issues),
    )


def _setting(tables: Iterable[Table], label: str, issues: list[Issue]) -> Cell | None:
    """Find what the Fields sheets say under a label; two that differ are an issue."""
    said = [cell for table in tables if (cell := table.titled.label(label))]
    for cell in said[1:]:
        if fold(cell.text) != fold(said[0].text):
            facts = {"label": label, "text": cell.text, "other": said[0].text}
            issues.append(IssueCode.LABELS_DISAGREE.issue(cell.at, said[0].at, **facts))
    return said[0] if said else None


def _row_field(
    label: str, cell: Cell, names: Names, declared: Mapping[str, Declared], issues: list[Issue]
) -> str:
    name = find_field(names, cell.text, cell.at, issues)
    if name is None:
        return ""
    if declared[name].field.level is Level.LINE or (declared[name].formula and label != "On claim lines"):
        remedy = "it must be a field that is read from the export"
        issues.append(IssueCode.BAD_SETTING.issue(cell.at, label=label, text=cell.text, remedy=remedy))
    return name


def _expect_type(
    kind: FieldType | None,
    label: str,
    name: str,
    cell: Cell,
    declared: Mapping[str, Declared],
    issues: list[Issue],
) -> None:
    if name and kind is not None and declared[name].field.type is not kind:
        facts = {"label": label, "text": name, "remedy": f"its type must be {kind.value}"}
        issues.append(IssueCode.BAD_SETTING.issue(cell.at, declared[name].field.at, **facts))


def _shown(
    cell: Cell | None, names: Names, declared: Mapping[str, Declared], issues: list[Issue]
) -> tuple[str, ...]:
    if cell is None:
        payer = names.find_field(_SHOWN_BY_DEFAULT)
        return (payer,) if payer and declared[payer].field.level is Level.ROW else ()
    parts = [replace(cell, value=part) for part in split_list(cell.text)]
    found = [_row_field("On claim lines", part, names, declared, issues) for part in parts]
    return tuple(name for name in found if name)


def _date_forms(cell: Cell | None, issues: list[Issue]) -> frozenset[DateForm]:
    parts = [replace(cell, value=part) for part in split_list(cell.text)] if cell else []
    words = [find_word([form.value for form in DateForm], part, "form of dates", issues) for part in parts]
    return frozenset(DateForm(word) for word in words if word)


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
