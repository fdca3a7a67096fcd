"""Functions of texts and code lists, worked out once per distinct combination of words."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from codesheet.coding.columns import MISSING, Column, Frame, Ids, Index
from codesheet.coding.truth import member_of
from codesheet.coding.view import View, distinct
from codesheet.language.formulas import Call, Literal
from codesheet.language.values import (
    SAME_NUMBER,
    FieldType,
    Scalar,
    ValueProblem,
    fold,
    read_value,
    show_value,
)


def plain(column: Column, rows: Index, view: View) -> list[Scalar | None]:
    """Give some rows of a column as plain Python values."""
    picked = column.data[rows].tolist()
    if column.type.is_text:
        words = view.frame.vocabulary.words
        return [None if i == MISSING else words[i] for i in picked]
    return [None if v != v else v for v in picked]  # noqa: PLR0124 - NaN


def per_combination(
    columns: Sequence[Column], view: View, extra: Sequence[Index | Ids] = ()
) -> tuple[Index, Index, list[tuple[Scalar | None, ...]]]:
    """Find the distinct combinations of values: number of each row, a row of each, and the values."""
    codes = [exact_codes(column) for column in columns]
    numbers, first = distinct([*codes, *extra], view.frame.rows)
    values = [plain(column, first, view) for column in columns]
    return numbers, first, list(zip(*values, strict=True)) if values else [()] * len(first)


def exact_codes(column: Column) -> Index | Ids:
    """Give small integers that tell a column's exact values apart; -1 where missing."""
    if column.type.is_text:
        ids: Ids = column.data
        return ids
    return column.numbered.places


def _mapped(
    columns: Sequence[Column], kind: FieldType, function: Callable[..., Scalar | None], view: View
) -> Column:
    """Apply a function of plain values to each distinct combination; a missing one gives missing."""
    numbers, _, combinations = per_combination(columns, view)
    results = [None if None in values else function(*values) for values in combinations]
    if kind.is_text:
        texts = [None if isinstance(result, float) else result for result in results]
        return Column(kind, view.frame.vocabulary.ids_of(texts)[numbers])
    data = np.array([np.nan if result is None else result for result in results], dtype=np.float64)
    return Column(kind, data[numbers])


def join_text(pieces: Sequence[str | Column], view: View, missing_as: Sequence[str] | None = None) -> Column:
    """Write texts and values one after another.

    A missing value makes the text missing; with `missing_as` (a name for each piece) it is written out.
    """
    columns = [piece for piece in pieces if isinstance(piece, Column)]
    numbers, _, combinations = per_combination(columns, view)
    texts: list[str | None] = []
    for values in combinations:
        parts = iter(values)
        shown: list[str] = []
        lost = False
        for place, piece in enumerate(pieces):
            if isinstance(piece, str):
                shown.append(piece)
                continue
            value = next(parts)
            lost |= value is None
            name = missing_as[place] if missing_as and value is None else ""
            shown.append(f"({name} not recorded)" if name else show_value(value, piece.type))
        texts.append(None if lost and missing_as is None else "".join(shown))
    ids = view.frame.vocabulary.ids_of(texts)
    roots = None
    if missing_as is None:
        for column in columns:
            roots = view.frame.roots.union(roots, column.roots)
    result = Column(FieldType.TEXT, ids[numbers] if len(ids) else np.zeros(0, dtype=np.int32))
    if roots is not None:
        result.roots = np.where(result.missing, roots, 0).astype(np.int32)
    return result


def join_words(columns: Sequence[Ids], between: str, frame: Frame) -> Ids:
    """Join texts by their word ids, row by row; MISSING is left out."""
    numbers, leads = distinct(columns, len(columns[0]))
    words = frame.vocabulary.words
    texts = []
    for ids in zip(*(column[leads].tolist() for column in columns), strict=True):
        parts = [str(words[i]) for i in ids if i != MISSING]
        texts.append(between.join(parts) if parts else None)
    return frame.vocabulary.ids_of(texts)[numbers].astype(np.int32) if texts else columns[0]


def unique_folded(items: Sequence[str]) -> tuple[str, ...]:
    """Drop what was there already, compared without case; keep the order."""
    first: dict[str, str] = {}
    for item in items:
        first.setdefault(fold(item), item)
    return tuple(first.values())


def flatten(columns: Sequence[Column], view: View) -> Column:
    """Make one code list of codes and code lists; missing ones are left out, none at all is missing."""
    numbers, _, combinations = per_combination(columns, view)
    lists: list[tuple[str, ...] | None] = []
    for values in combinations:
        items: list[str] = []
        for value, column in zip(values, columns, strict=True):
            if isinstance(value, tuple):
                items.extend(value)
            elif value is not None:
                items.append(show_value(value, column.type))
        lists.append(unique_folded(items) or None)
    ids = view.frame.vocabulary.ids_of(lists)
    result = Column(FieldType.CODE_LIST, ids[numbers] if len(ids) else np.zeros(0, dtype=np.int32))
    roots = None
    for column in columns:
        roots = view.frame.roots.union(roots, column.roots)
    if roots is not None:
        result.roots = np.where(result.missing, roots, 0).astype(np.int32)
    return result


def as_list(column: Column, view: View) -> Column:
    """Give a column of single codes as code lists of one."""
    return column if column.type is FieldType.CODE_LIST else flatten([column], view)


def apply(function: str, columns: list[Column], formula: Call, view: View) -> Column:
    """Call a function that reads or gives text."""
    if function in ("only", "positions"):
        set_or_list = formula.arguments[1]
        if function == "only" and isinstance(set_or_list, Literal):
            return _only(columns[0], str(set_or_list.value), view)
        return _mapped(columns, FieldType.CODE_LIST, _positions, view)
    kind, call = _FUNCTIONS[function]
    return _mapped(columns, kind, call, view)


def _only(column: Column, set_name: str, view: View) -> Column:
    """Keep the codes of a list that are members of a set on the date of service."""
    listed = as_list(column, view)
    era, is_member = member_of(set_name, view)
    numbers, first, combinations = per_combination([listed], view, [era])
    days = view.days[first]
    kept: list[tuple[str, ...] | None] = []
    for (codes,), day in zip(combinations, days.tolist(), strict=True):
        items = codes if isinstance(codes, tuple) else ()
        kept.append(tuple(code for code in items if is_member(code, day)) or None)
    ids = view.frame.vocabulary.ids_of(kept)
    return Column(FieldType.CODE_LIST, ids[numbers] if len(ids) else np.zeros(0, dtype=np.int32))


def _positions(wanted: Scalar, listed: Scalar) -> tuple[str, ...] | None:
    """Give the places (from 1) in a list of the codes wanted, in the order wanted."""
    items = [wanted] if isinstance(wanted, str) else list(wanted)  # type: ignore[arg-type]
    places = {fold(code): str(place) for place, code in reversed(list(enumerate(listed, 1)))}  # type: ignore[arg-type]
    return tuple(places[fold(code)] for code in items if fold(code) in places) or None


def _number(text: Scalar) -> float | None:
    try:
        value = read_value(text if isinstance(text, str) else str(text), FieldType.NUMBER)
    except ValueProblem:
        return None
    return value if isinstance(value, float) else None


def _length(value: Scalar) -> float:
    return float(len(value)) if isinstance(value, (str, tuple)) else 0.0


def _contains(value: Scalar, wanted: Scalar) -> float:
    needle = fold(str(wanted))
    if isinstance(value, tuple):
        return float(needle in map(fold, value))
    return float(needle in fold(str(value)))


def _starts_with(value: Scalar, start: Scalar) -> float:
    return float(fold(str(value)).startswith(fold(str(start))))


def _item(codes: Scalar, place: Scalar) -> str | None:
    index = math.floor(place + SAME_NUMBER) if isinstance(place, float) else 0
    items = codes if isinstance(codes, tuple) else (str(codes),)
    return items[index - 1] if 1 <= index <= len(items) else None


def _join(codes: Scalar, separator: Scalar) -> str:
    return str(separator).join(codes if isinstance(codes, tuple) else (str(codes),))


_FUNCTIONS: dict[str, tuple[FieldType, Callable[..., Scalar | None]]] = {
    "number": (FieldType.NUMBER, _number),
    "length": (FieldType.WHOLE, _length),
    "contains": (FieldType.YES_NO, _contains),
    "starts with": (FieldType.YES_NO, _starts_with),
    "item": (FieldType.CODE, _item),
    "join": (FieldType.TEXT, _join),
}
