"""Comparing two columns, row by row: numbers within 1e-9, text without case or extra space."""

from collections.abc import Callable

import numpy as np

from codesheet.coding.columns import Column, Floats, Ids, Mask
from codesheet.coding.view import View, comparable_codes
from codesheet.language.values import SAME_NUMBER, FieldType


def same_number(left: Floats, right: Floats) -> Mask:
    """Say where two numbers are the same number."""
    return np.abs(left - right) <= SAME_NUMBER


_COMPARISONS: dict[str, Callable[[Floats, Floats], Mask]] = {
    "=": same_number,
    "<>": lambda a, b: ~same_number(a, b),
    "<": lambda a, b: a < b - SAME_NUMBER,
    "<=": lambda a, b: a <= b + SAME_NUMBER,
    ">": lambda a, b: a > b + SAME_NUMBER,
    ">=": lambda a, b: a >= b - SAME_NUMBER,
}


def compare(operator: str, left: Column, right: Column, view: View) -> Column:
    """Compare two columns of a type (text only for = and <>); missing where either is."""
    missing = left.missing | right.missing
    if left.type.is_text:
        same = comparable_codes(left, view.frame) == comparable_codes(right, view.frame)
        holds = same if operator == "=" else ~same
    else:
        with np.errstate(all="ignore"):
            holds = _COMPARISONS[operator](left.data, right.data)
    roots = keep_roots(view.frame.roots.union(left.roots, right.roots), missing)
    return Column(FieldType.YES_NO, np.where(missing, np.nan, holds.astype(np.float64)), roots)


def keep_roots(roots: Ids | None, missing: Mask) -> Ids | None:
    """Blank the roots of rows that have a value after all."""
    if roots is None or not missing.any():
        return None
    return np.where(missing, roots, 0).astype(np.int32)


def agree(left: Column, right: Column, view: View) -> Mask:
    """Say where two columns hold the same: equal values, or missing both."""
    if left.type.is_text and right.type.is_text:
        codes = (comparable_codes(side, view.frame) for side in (left, right))
        return np.equal(*codes)
    both = np.isnan(left.data) & np.isnan(right.data)
    return both | same_number(left.data, right.data)
