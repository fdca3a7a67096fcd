"""THEN cells, column by column: a rule for each row gives a value for each row."""

import numpy as np

from codesheet.coding.columns import MISSING, Column, Index, Mask, present
from codesheet.coding.evaluate import all_missing, evaluate, message
from codesheet.coding.ragged import by_number
from codesheet.coding.text_functions import as_list
from codesheet.coding.view import View
from codesheet.language.formulas import Clear, CodeListOf, Formula, Literal, Template
from codesheet.language.values import FieldType
from codesheet.model import DecisionTable, Output

NO_RULE = -1
_BLANK = -1


class OutputColumn:
    """One THEN column of a table: which cell each rule has there."""

    def __init__(self, cells: list[Output | None], kind: FieldType, *, is_message: bool = False) -> None:
        self.kind = kind
        self._is_message = is_message
        numbers: dict[Formula, int] = {}
        cell_of_rule = [_BLANK if c is None else numbers.setdefault(c.formula, len(numbers)) for c in cells]
        self._cell_of_rule = np.array([*cell_of_rule, _BLANK], dtype=np.int64)
        self._formulas = list(numbers)
        self._constant = np.array([_is_constant(f) for f in self._formulas], dtype=bool)
        self._clear = np.array([*(isinstance(f, Clear) for f in self._formulas), False], dtype=bool)
        self._reads = ~np.array([*self._constant, True], dtype=bool) & ~self._clear

    @property
    def is_empty(self) -> bool:
        """Say whether no rule has a cell here."""
        return not self._formulas

    @property
    def is_constant(self) -> bool:
        """Say whether no cell reads anything of a row."""
        return not self._reads.any()

    def given(self, rules: Index) -> Mask:
        """Say for which rows the rule's cell is not blank (`none` is not blank)."""
        return self._cell_of_rule[rules] != _BLANK

    def cleared(self, rules: Index) -> Mask:
        """Say for which rows the rule's cell is `none`."""
        return self._clear[self._cell_of_rule[rules]]

    def values(self, rules: Index, view: View) -> Column:
        """Give each row the value of its rule's cell; blank and `none` cells are missing, without roots."""
        cells = self._cell_of_rule[rules]
        result = all_missing(self.kind, len(rules))
        self._fill_constants(result, cells, view)
        roots = np.zeros(len(rules), dtype=np.int32)
        reading = np.flatnonzero(self._reads[cells])
        for cell, places in by_number(cells[reading]):
            rows = reading[places]
            part = view if len(rows) == len(rules) else view.take(rows)
            column = self._evaluate(self._formulas[cell], part)
            result.data[rows] = column.data
            if column.roots is not None:
                roots[rows] = column.roots
        result.roots = roots if roots.any() else None
        return result

    def _fill_constants(self, result: Column, cells: Index, view: View) -> None:
        if not self._constant.any():
            return
        vocabulary = view.frame.vocabulary
        blank: float = MISSING if self.kind.is_text else np.nan
        table = np.full(len(self._formulas) + 1, blank)
        one_row = view.take(np.zeros(1, dtype=np.int64)) if len(cells) else view
        for cell in present(cells).tolist():
            if not self._constant[cell]:
                continue
            formula = self._formulas[cell]
            if not isinstance(formula, Literal):
                table[cell] = self._evaluate(formula, one_row).data[0]
                continue
            value = formula.value
            if self.kind is FieldType.CODE_LIST and isinstance(value, str):
                value = (value,)
            table[cell] = vocabulary.id_of(value) if isinstance(value, (str, tuple)) else value
        result.data[:] = table[cells].astype(result.data.dtype)

    def _evaluate(self, formula: Formula, view: View) -> Column:
        if self._is_message:
            return message(formula, view)
        return coerced(evaluate(formula, view), self.kind, view)


def _is_constant(formula: Formula) -> bool:
    """Say whether a cell's formula reads nothing."""
    match formula:
        case Literal():
            return True
        case CodeListOf(parts):
            return all(isinstance(part, Literal) for part in parts)
        case Template(parts):
            return all(isinstance(part, str) for part in parts)
        case _:
            return False


def coerced(column: Column, kind: FieldType, view: View) -> Column:
    """Give a formula's column the type its field declares."""
    if kind is FieldType.CODE_LIST:
        column = as_list(column, view)
    return Column(kind, column.data, column.roots)


def output_columns(table: DecisionTable, types: dict[str, FieldType]) -> dict[str, OutputColumn]:
    """Give a table's THEN columns by name."""
    return {
        name: OutputColumn(
            [rule.output(name) for rule in table.rules],
            types.get(name, FieldType.TEXT),
            is_message=name in ("Message", "Reason"),
        )
        for name in table.outputs
    }
