"""Cells of an export converted to the types that the Fields sheet declares, each distinct cell once."""

from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from codesheet.coding.columns import MISSING, Column, Floats, Frame, Ids, Mask, Vocabulary
from codesheet.exports.headings import is_required
from codesheet.exports.table import EXCEL_ERRORS, RawColumn, RawTable, is_blank, show_cell, visible
from codesheet.language.unary_tests import Equals
from codesheet.language.values import CellValue, DateForm, FieldType, Scalar, ValueProblem, read_value, tidy
from codesheet.model import Field, Rulebook

_SECONDS_A_DAY = 24 * 60 * 60
_PLAIN = r"\A[A-Za-z0-9]+(?:[ ._/-][A-Za-z0-9]+)*\z"
_EXACT_DIGITS = 10**15
"""Excel keeps fifteen digits of a number: a longer identifier stored as one has lost the others."""


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column's values by row, and for each distinct cell what is wrong with it ("" if nothing is)."""

    data: Floats | Ids
    problems: tuple[str, ...]
    faulty: Mask


def type_column(
    raw: RawColumn, field: Field, table: RawTable, rulebook: Rulebook, vocabulary: Vocabulary
) -> TypedColumn:
    """Convert a column to its field's type; rows whose cell cannot be read are faulty."""
    reader = _CellReader(field, table, rulebook, raw)
    values: list[Any] = list(raw.distinct)
    problems = [""] * len(values)
    faulty = np.zeros(len(values), dtype=np.bool_)
    for place in np.flatnonzero(~_are_values_already(raw, field.type)).tolist():
        values[place], problems[place] = reader.read(raw.distinct[place])
        faulty[place] = bool(problems[place])
    return TypedColumn(
        _by_code(values, field.type, vocabulary)[raw.codes], tuple(problems), faulty[raw.codes]
    )


def _are_values_already(raw: RawColumn, kind: FieldType) -> Mask:
    """Say which distinct cells are text just as it is meant: most identifiers and codes are."""
    if kind not in (FieldType.TEXT, FieldType.CODE):
        return np.zeros(len(raw.distinct), dtype=np.bool_)
    try:
        cells = pa.array(raw.distinct, pa.large_string())
    except (
        pa.ArrowTypeError,
        pa.ArrowInvalid,
        UnicodeEncodeError,
    ):  # an Excel file has numbers and dates as well
        return np.zeros(len(raw.distinct), dtype=np.bool_)
    plain = pc.fill_null(pc.match_substring_regex(cells, _PLAIN), fill_value=False)
    return plain.to_numpy(zero_copy_only=False)


def finished_column(field: Field, data: Floats | Ids, frame: Frame) -> Column:
    """Make the frame's column; a value that was not recorded is its own root."""
    column = Column(field.type, data)
    missing = column.missing
    if missing.any():
        column.roots = np.where(missing, frame.roots.id_of([field.name]), 0).astype(np.int32)
    return column


def missing_data(kind: FieldType, count: int) -> Floats | Ids:
    """Give the data of a column that the export does not have."""
    return np.full(count, MISSING, dtype=np.int32) if kind.is_text else np.full(count, np.nan)


def _by_code(values: list[Any], kind: FieldType, vocabulary: Vocabulary) -> Floats | Ids:
    if kind.is_text:
        return vocabulary.ids_of(values)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


class _CellReader:
    """Reads the cells of one column of one file."""

    def __init__(self, field: Field, table: RawTable, rulebook: Rulebook, raw: RawColumn) -> None:
        self._type = field.type
        self._required = is_required(field, rulebook)
        self._name = field.name
        # Visit keys of some systems differ by space alone, so theirs is only trimmed.
        self._exact = field.name == rulebook.visit_key
        self._decimal_comma = table.decimal_comma and field.type.is_number
        self._forms, self._number_forms = _date_forms(table, rulebook.date_forms)
        # In an Excel file a time without a time's format is a part of a day, whatever day days count from.
        self._part_of_day = table.day_numbers is not None
        self._codes = _CodeDigits(field, rulebook, raw)

    def read(self, cell: CellValue) -> tuple[Scalar | None, str]:
        """Give the cell's value, or what is wrong with it."""
        if isinstance(cell, str):
            cell = visible(cell)
        if is_blank(cell):
            return None, f"is blank, and every row needs {self._name}" if self._required else ""
        problem = self._objection(cell)
        if problem:
            return None, problem
        try:
            if self._type is FieldType.TIME and self._part_of_day and _is_number(cell) and 0 <= cell < 1:
                return round(cell * _SECONDS_A_DAY) / 60, ""
            value = read_value(cell, self._type, self._number_forms if _is_number(cell) else self._forms)
        except ValueProblem as fault:
            return None, str(fault)
        if value is None and self._required:
            return None, f"holds no value, and every row needs {self._name}"
        return (tidy(value) if isinstance(value, str) and not self._exact else value), ""

    def _objection(self, cell: CellValue) -> str:
        if isinstance(cell, str):
            if cell.strip() in EXCEL_ERRORS:
                return "is an error of Excel, not a value"
            if self._decimal_comma and "," in cell:
                return "has a comma, which may be a decimal one or a thousands one"
            return ""
        return self._codes.objection(cell) if _is_number(cell) and self._type.is_text else ""


def _is_number(cell: CellValue) -> TypeGuard[float]:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _date_forms(
    table: RawTable, declared: frozenset[DateForm]
) -> tuple[frozenset[DateForm], frozenset[DateForm]]:
    """Give the forms of dates in text cells and in number cells."""
    match table.day_numbers:
        case True:
            return declared, declared | {DateForm.EXCEL_SERIAL}
        case False:
            allowed = declared - {DateForm.EXCEL_SERIAL}
            return allowed, allowed
        case None:
            return declared, declared


class _CodeDigits:
    """Tells whether a code stored as a number may have lost digits.

    It may where longer codes that begin with 0 are known, or where every allowed value is longer.
    """

    def __init__(self, field: Field, rulebook: Rulebook, raw: RawColumn) -> None:
        allowed = _allowed_texts(field, rulebook) if field.type.is_text else ()
        zero_led = [len(text) for text in allowed if text.startswith("0") and text.isdigit()]
        self._longest = max(raw.longest_zero_led, *zero_led, 0)
        self._shortest_allowed = min(map(len, allowed), default=0)

    def objection(self, cell: float) -> str:
        """Say what is wrong with a number in a column of text, "" if nothing is."""
        if abs(cell) >= _EXACT_DIGITS:
            return "is stored as a number, and Excel keeps only fifteen digits of it: store it as text"
        if len(show_cell(cell)) < max(self._longest, self._shortest_allowed):
            return "is stored as a number, so Excel may have removed leading zeros: store it as text"
        return ""


def _allowed_texts(field: Field, rulebook: Rulebook) -> tuple[str, ...]:
    if field.allowed is None:
        return ()
    if field.allowed.set_name is None:
        return field.allowed.values
    members = rulebook.sets[field.allowed.set_name].members
    values = tuple(member.test.value for member in members if isinstance(member.test, Equals))
    texts = tuple(value for value in values if isinstance(value, str))
    return texts if len(texts) == len(members) else ()
