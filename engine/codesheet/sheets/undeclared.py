"""Fields that tables give but no Fields sheet declares: their types, guessed from their cells."""

from collections.abc import Iterable, Mapping

from codesheet.language.formula_parser import parse_formula
from codesheet.language.formulas import Clear
from codesheet.language.names import CellProblem, Names
from codesheet.language.values import CellValue, FieldType, ValueProblem, fold, read_value
from codesheet.model import Field, Level, Origin, Result
from codesheet.sheets.fields import BUILT_IN
from codesheet.sheets.outputs import SPECIAL
from codesheet.sheets.table import Column, Table
from codesheet.sheets.title_block import Kind

_GUESSES = (FieldType.NUMBER, FieldType.YES_NO)


class _Gathered:
    """One undeclared field: its name as first written, where, and its cells in all tables."""

    def __init__(self, column: Column) -> None:
        self.name = column.heading
        self.at = column.at
        self.values: list[CellValue] = []
        self.formulas: list[CellValue] = []


def undeclared_fields(
    tables: Iterable[Table], declared: Mapping[str, FieldType], sets: frozenset[str]
) -> dict[str, Field]:
    """Give a field for each VALUE and THEN column that is declared nowhere.

    A type is a number (or yes/no) where every cell reads as one, and text otherwise. THEN cells may be
    formulas of other such fields, so guessing goes on until nothing new is found.
    """
    open_fields = _gather(tables, Names({**BUILT_IN, **declared}))
    types: dict[str, FieldType] = {}
    found = True
    while found:
        names = Names({**BUILT_IN, **declared, **types}, sets)
        guesses = {name: _guess(field, names) for name, field in open_fields.items() if name not in types}
        fresh = {name: kind for name, kind in guesses.items() if kind is not FieldType.TEXT}
        types |= fresh
        found = bool(fresh)
    return {name: _field(field, types.get(name, FieldType.TEXT)) for name, field in open_fields.items()}


def _field(gathered: _Gathered, kind: FieldType) -> Field:
    return Field(gathered.name, kind, Level.ROW, Origin.DECISION, headings=(gathered.name,), at=gathered.at)


def _gather(tables: Iterable[Table], known: Names) -> dict[str, _Gathered]:
    special = {fold(name) for name in SPECIAL}
    gathered: dict[str, _Gathered] = {}
    for table in tables:
        if _gives_no_fields(table):
            continue
        lookup = table.titled.kind is Kind.LOOKUP
        for column in table.with_role("VALUE" if lookup else "THEN"):
            if known.find_field(column.heading) or (not lookup and fold(column.heading) in special):
                continue
            field = gathered.setdefault(fold(column.heading), _Gathered(column))
            cells = [cell.value for row in table.rows if not (cell := row.cell(column)).is_blank]
            (field.values if lookup else field.formulas).extend(dict.fromkeys(cells))
    return {field.name: field for field in gathered.values()}


def _gives_no_fields(table: Table) -> bool:
    """Say whether a table raises edits: a column of another name is a slip, and no new field."""
    result = table.titled.label("Result")
    return result is not None and fold(result.text) == Result.EDITS.value


def _guess(field: _Gathered, names: Names) -> FieldType:
    for kind in _GUESSES:
        values = all(_is_value(value, kind) for value in field.values)
        if (field.values or field.formulas) and values and _are_formulas(field.formulas, kind, names):
            return kind
    return FieldType.TEXT


def _is_value(value: CellValue, kind: FieldType) -> bool:
    """Say whether a cell reads as this type; 0123 is a code, and to read it as a number would shorten it."""
    if isinstance(value, str) and value.strip().startswith("0") and value.strip().isdigit():
        return value.strip() == "0"
    try:
        read_value(value, kind)
    except ValueProblem:
        return False
    return True


def _are_formulas(cells: list[CellValue], kind: FieldType, names: Names) -> bool:
    try:
        formulas = [parse_formula(value, kind, names) for value in cells]
    except CellProblem:
        return False
    return not formulas or not all(isinstance(formula, Clear) for formula in formulas)
