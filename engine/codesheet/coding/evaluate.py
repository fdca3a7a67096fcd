"""Formulas, column by column: a parsed formula and a view give a column.

Every column carries why its values are missing: roots flow from operands to results (decisions, note 3).
"""

from collections.abc import Callable
from typing import assert_never

import numpy as np

from codesheet.coding import text_functions
from codesheet.coding.aggregates import aggregate
from codesheet.coding.columns import MISSING, Column, Floats, Ids, Index, Mask
from codesheet.coding.comparisons import compare, keep_roots
from codesheet.coding.truth import member_mask
from codesheet.coding.view import View
from codesheet.language.formulas import (
    Aggregate,
    Binary,
    Call,
    Clear,
    CodeListOf,
    FieldRef,
    Formula,
    IfThenElse,
    InValueSet,
    IsBlank,
    Literal,
    OrElse,
    Template,
    Unary,
)
from codesheet.language.values import SAME_NUMBER, FieldType


def evaluate(  # noqa: C901, PLR0912 - one case for each kind of formula
    formula: Formula, view: View, groups: Index | None = None
) -> Column:
    """Give a formula's value for each row of the view; `groups` number the rows for its aggregates."""
    match formula:
        case Literal(value, kind):
            return _constant(value, kind, view)
        case FieldRef(name):
            return view.frame[name]
        case Unary(operator, operand):
            return _unary(operator, evaluate(operand, view, groups))
        case Binary(operator, left, right):
            sides = evaluate(left, view, groups), evaluate(right, view, groups)
            return _binary(operator, *sides, view)
        case IfThenElse(condition, then, otherwise):
            parts_of_if = [evaluate(part, view, groups) for part in (condition, then, otherwise)]
            return _if(parts_of_if[0], parts_of_if[1], parts_of_if[2], view)
        case OrElse(first, second):
            return _or_else(evaluate(first, view, groups), evaluate(second, view, groups), view)
        case IsBlank(operand, negated):
            missing = evaluate(operand, view, groups).missing
            return yes_no(~missing if negated else missing)
        case InValueSet(operand, set_name, negated):
            return _in_set(evaluate(operand, view, groups), set_name, view, negated=negated)
        case Call(function, arguments):
            columns = [evaluate(argument, view, groups) for argument in arguments]
            return _call(function, columns, formula, view)
        case Aggregate(function, operand, where):
            values = None if operand is None else evaluate(operand, view, groups)
            counted = None if where is None else evaluate(where, view, groups)
            if groups is None:
                msg = f"{function} has no groups"
                raise TypeError(msg)
            return aggregate(function, values, counted, groups, view)
        case Template(parts):
            pieces = [part if isinstance(part, str) else evaluate(part, view, groups) for part in parts]
            return text_functions.join_text(pieces, view)
        case CodeListOf(parts):
            return text_functions.flatten([evaluate(part, view, groups) for part in parts], view)
        case Clear():
            return all_missing(FieldType.TEXT, view.frame.rows)
        case _:
            assert_never(formula)


def message(formula: Formula, view: View, groups: Index | None = None) -> Column:
    """Give a message's text for each row; a missing field prints as `(Drug not recorded)`."""
    parts = formula.parts if isinstance(formula, Template) else (formula,)
    pieces: list[str | Column] = []
    names: list[str] = []
    for part in parts:
        pieces.append(part if isinstance(part, str) else evaluate(part, view, groups))
        names.append(part.name if isinstance(part, FieldRef) else "value")
    return text_functions.join_text(pieces, view, missing_as=names)


def all_missing(kind: FieldType, rows: int) -> Column:
    """Give a column without any value, and without roots."""
    if kind.is_text:
        return Column(kind, np.full(rows, MISSING, dtype=np.int32))
    return Column(kind, np.full(rows, np.nan))


def yes_no(mask: Mask) -> Column:
    """Give a yes/no column that is never missing."""
    return Column(FieldType.YES_NO, mask.astype(np.float64))


def _constant(value: object, kind: FieldType, view: View) -> Column:
    rows = view.frame.rows
    if isinstance(value, (str, tuple)):
        return Column(kind, np.full(rows, view.frame.vocabulary.id_of(value), dtype=np.int32))
    return Column(kind, np.full(rows, value, dtype=np.float64))


def _numbers(data: Floats, roots: Ids | None, kind: FieldType = FieldType.NUMBER) -> Column:
    data = np.where(np.isfinite(data), data, np.nan)
    return Column(kind, data, keep_roots(roots, np.isnan(data)))


def _unary(operator: str, operand: Column) -> Column:
    if operator == "-":
        return Column(operand.type, -operand.data, operand.roots)
    return Column(FieldType.YES_NO, 1.0 - operand.data, operand.roots)


def _binary(operator: str, left: Column, right: Column, view: View) -> Column:
    roots = view.frame.roots.union(left.roots, right.roots)
    match operator:
        case "+" | "-" | "*" | "/":
            with np.errstate(all="ignore"):
                return _numbers(_ARITHMETIC[operator](left.data, right.data), roots)
        case "and" | "or":
            return _logic(operator, left, right, roots)
        case _:
            return compare(operator, left, right, view)


_ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}


def _logic(operator: str, left: Column, right: Column, roots: Ids | None) -> Column:
    decisive = 0.0 if operator == "and" else 1.0
    decided = (left.data == decisive) | (right.data == decisive)
    unknown = np.isnan(left.data) | np.isnan(right.data)
    data = np.where(decided, decisive, np.where(unknown, np.nan, 1.0 - decisive))
    return Column(FieldType.YES_NO, data, keep_roots(roots, np.isnan(data)))


def _if(condition: Column, then: Column, otherwise: Column, view: View) -> Column:
    chosen = _pick(condition.data == 1.0, then, otherwise, view)
    unknown = np.isnan(condition.data)
    if unknown.any():
        blank: float | int = MISSING if chosen.type.is_text else np.nan
        chosen.data = np.where(unknown, blank, chosen.data).astype(chosen.data.dtype)
        chosen.roots = _pick_roots(unknown, condition.roots, chosen.roots)
    return chosen


def _or_else(first: Column, second: Column, view: View) -> Column:
    missing = first.missing
    chosen = _pick(~missing, first, second, view)
    both = view.frame.roots.union(first.roots, second.roots)
    chosen.roots = keep_roots(both, chosen.missing)
    return chosen


def _pick(mask: Mask, first: Column, second: Column, view: View) -> Column:
    """Take the first column where the mask holds, the second elsewhere."""
    if FieldType.CODE_LIST in (first.type, second.type) and first.type != second.type:
        first, second = (text_functions.as_list(side, view) for side in (first, second))
    data = np.where(mask, first.data, second.data)
    kind = second.type if first.missing.all() and not second.missing.all() else first.type
    if kind.is_number and first.type is not second.type:
        kind = FieldType.NUMBER
    return Column(kind, data, _pick_roots(mask, first.roots, second.roots))


def _pick_roots(mask: Mask, first: Ids | None, second: Ids | None) -> Ids | None:
    if first is None and second is None:
        return None
    return np.where(mask, 0 if first is None else first, 0 if second is None else second).astype(np.int32)


def _in_set(operand: Column, set_name: str, view: View, *, negated: bool) -> Column:
    member = member_mask(set_name, operand, view)
    holds = np.where(operand.missing, np.nan, (member ^ negated).astype(np.float64))
    return Column(FieldType.YES_NO, holds, operand.roots)


def _call(function: str, columns: list[Column], formula: Call, view: View) -> Column:
    roots: Ids | None = None
    for column in columns:
        roots = view.frame.roots.union(roots, column.roots)
    if function in _NUMERIC:
        with np.errstate(all="ignore"):
            return _numbers(_NUMERIC[function](*(column.data for column in columns)), roots, _kind(function))
    text = text_functions.apply(function, columns, formula, view)
    text.roots = keep_roots(roots, text.missing)
    return text


def _kind(function: str) -> FieldType:
    return FieldType.WHOLE if function in ("ceiling", "floor") else FieldType.NUMBER


def _ceiling(x: Floats) -> Floats:
    return np.where(np.abs(x - np.rint(x)) <= SAME_NUMBER, np.rint(x), np.ceil(x))


def _floor(x: Floats) -> Floats:
    return np.where(np.abs(x - np.rint(x)) <= SAME_NUMBER, np.rint(x), np.floor(x))


def _round(x: Floats, digits: Floats | None = None) -> Floats:
    """Round half away from zero, as Excel does."""
    scale = 1.0 if digits is None else np.power(10.0, digits)
    return np.sign(x) * _floor(np.abs(x) * scale + 0.5) / scale


def _minutes_between(start: Floats, stop: Floats) -> Floats:
    """Give minutes from start to stop; a stop before the start may be past midnight: unknown."""
    minutes = stop - start
    return np.where(minutes < 0, np.nan, minutes)


def _least(*columns: Floats) -> Floats:
    return np.minimum.reduce(columns)


def _greatest(*columns: Floats) -> Floats:
    return np.maximum.reduce(columns)


_NUMERIC: dict[str, Callable[..., Floats]] = {
    "ceiling": _ceiling,
    "floor": _floor,
    "round": _round,
    "min": _least,
    "max": _greatest,
    "abs": np.abs,
    "days between": lambda first, second: second - first,
    "minutes between": _minutes_between,
}
