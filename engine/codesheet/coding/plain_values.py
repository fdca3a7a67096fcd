"""Columns from plain Python values, and back."""

from collections.abc import Mapping, Sequence

import numpy as np

from codesheet.coding.columns import MISSING, Column, Frame, Vocabulary
from codesheet.language.values import FieldType, Scalar


def column_of(values: Sequence[Scalar | None], kind: FieldType, vocabulary: Vocabulary) -> Column:
    """Make a column of plain values; None is missing, with no roots."""
    if kind.is_text:
        words = [None if isinstance(v, float) else v for v in values]
        return Column(kind, vocabulary.ids_of(words))
    data = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return Column(kind, data)


def values_of(column: Column, vocabulary: Vocabulary) -> list[Scalar | None]:
    """Give a column's values as plain Python ones; None is missing."""
    if column.type.is_text:
        words = vocabulary.words
        return [None if i == MISSING else words[i] for i in column.data.tolist()]
    return [None if v != v else v for v in column.data.tolist()]  # noqa: PLR0124 - NaN


def frame_of(
    values: Mapping[str, Sequence[Scalar | None]], types: Mapping[str, FieldType], rows: int
) -> Frame:
    """Make a frame of plain values by field name."""
    frame = Frame(rows, {})
    for name, column in values.items():
        frame.columns[name] = column_of(column, types[name], frame.vocabulary)
    return frame
