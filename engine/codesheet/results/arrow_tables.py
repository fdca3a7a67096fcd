"""Result tables as Arrow tables, so that every form of result is written from the same typed columns.

The spreadsheet writer leaves a cell blank, without a word, when a column has a type it does not know (a
category, a duration) or a date that Excel cannot hold. So only text, float64, date, time stamp and boolean
columns leave this module, and every value that does not fit its column is turned into text. Text is held each
once (a month repeats most of its texts in every row) until it is written.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from codesheet.language.values import show_number

FIRST_DAY, LAST_DAY = pd.Timestamp("1900-03-01"), pd.Timestamp("9999-12-31 23:59:59")
"""Days before that differ between spreadsheet programs (1900 was no leap year)."""

TEXT = pa.dictionary(pa.int32(), pa.large_string())

_EXACT_INTEGERS = 2**53


def as_table(frame: pd.DataFrame) -> pa.Table:
    """Give a table of a frame's columns; blank text becomes a missing value."""
    columns = [_as_column(frame.iloc[:, place]) for place in range(frame.shape[1])]
    return pa.table(columns, names=unique_names(str(name) for name in frame.columns))


def unique_names(names: Iterable[str]) -> list[str]:
    """Tell columns of one name (whatever its case) apart: `Payer`, `Payer (2)`."""
    taken: set[str] = set()
    unique = []
    for name in names:
        new, count = name, 1
        while new.casefold() in taken:
            count += 1
            new = f"{name} ({count})"
        taken.add(new.casefold())
        unique.append(new)
    return unique


def map_text(table: pa.Table, change: Any) -> pa.Table:  # noqa: ANN401 - pyarrow has no types
    """Give the table with every column of text and every name changed by a function of Arrow arrays.

    Of a column that holds each text once, each is changed once.
    """
    names = change(pa.array(table.column_names, pa.large_string())).to_pylist()
    return pa.table([_map_column(column, change) for column in table.columns], names=unique_names(names))


def _map_column(column: pa.ChunkedArray, change: Any) -> Any:  # noqa: ANN401
    if pa.types.is_large_string(column.type):
        return change(column)
    if not pa.types.is_dictionary(column.type):
        return column
    chunks = [pa.DictionaryArray.from_arrays(c.indices, change(c.dictionary)) for c in column.chunks]
    return pa.chunked_array(chunks, column.type)


def _as_column(values: pd.Series) -> Any:  # noqa: ANN401 - pyarrow has no types
    if pd.api.types.is_bool_dtype(values.dtype):
        return pa.array(values, pa.bool_(), from_pandas=True)
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _as_dates(values)
    if pd.api.types.is_numeric_dtype(values.dtype):
        return _as_numbers(values)
    return _as_text(values)


def _as_dates(values: pd.Series) -> Any:  # noqa: ANN401
    held = values.between(FIRST_DAY, LAST_DAY) | values.isna()
    if not held.all():
        return _as_text(values.astype(object))
    seconds = pa.array(values.to_numpy("datetime64[s]"), pa.timestamp("s"), from_pandas=True)
    whole_days = (values.dropna() == values.dropna().dt.normalize()).all()
    return seconds.cast(pa.date32()) if whole_days else seconds


def _as_numbers(values: pd.Series) -> Any:  # noqa: ANN401
    if pd.api.types.is_integer_dtype(values.dtype) and not values.dropna().abs().lt(_EXACT_INTEGERS).all():
        return _as_text(values.astype(object))
    return pa.array(values.to_numpy(np.float64, na_value=np.nan), from_pandas=True)


def _as_text(values: pd.Series) -> Any:  # noqa: ANN401
    try:
        column = pa.array(values, from_pandas=True)
        if not _is_text(column.type):
            column = pa.array([_shown(v) for v in values], pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        column = pa.array([_shown(v) for v in values], pa.large_string())
    return encoded(column)


def encoded(column: Any) -> Any:  # noqa: ANN401
    """Give a column of text with each of its texts held once; blank ones are missing."""
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries().combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.large_string()).dictionary_encode()
    column = column.cast(TEXT)
    blank = pc.equal(column.dictionary, "")
    if not pc.any(blank).as_py():
        return column
    indices = pc.if_else(blank.take(column.indices), pa.scalar(None, pa.int32()), column.indices)
    return pa.DictionaryArray.from_arrays(indices, column.dictionary)


def decoded(table: pa.Table) -> pa.Table:
    """Give a table whose columns of text hold a text for each row."""
    columns = [c.cast(pa.large_string()) if pa.types.is_dictionary(c.type) else c for c in table.columns]
    return pa.table(columns, names=table.column_names)


def _is_text(kind: Any) -> bool:  # noqa: ANN401
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _shown(value: object) -> str | None:
    """Write one value of a mixed column as a spreadsheet shows it."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case tuple() | list():
            return ", ".join(_shown(item) or "" for item in value)
        case None:
            return None
        case float() if np.isfinite(value):
            return show_number(value)
        case datetime() if not pd.isna(value):  # NaT is a datetime too
            return value.isoformat(sep=" ").removesuffix(" 00:00:00")
        case date() if not pd.isna(value):
            return value.isoformat()
    return None if pd.isna(value) else str(value)  # type: ignore[call-overload]
