"""Exports saved as parquet by a database or a data frame."""

import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from codesheet.exports.table import ExportCell, RawColumn, RawTable, plain_cell, without_blank_rows
from codesheet.issues import Issue, IssueCode
from codesheet.location import CellRef


def read_parquet(path: Path, progress: Callable[[int], None]) -> RawTable | Issue:
    """Read a parquet file; its rows count from 2, as if it had a row of headings."""
    try:
        table = parquet.read_table(path)
        nested = [field for field in table.schema if pa.types.is_nested(field.type)]
        if nested:
            why = f'its column "{nested[0].name}" holds several values a row ({nested[0].type}): leave it out'
            return IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), why=why)
        columns = tuple(_column(column) for column in table.columns)
    except (pa.ArrowException, OSError):
        why = "it is no parquet file of plain columns, or it is damaged"
        return IssueCode.UNREADABLE_EXPORT.issue(CellRef(path.name), why=why)
    progress(table.num_rows)
    columns, rows = without_blank_rows(columns, np.arange(2, 2 + table.num_rows))
    return RawTable(path.name, tuple(table.column_names), 1, columns, rows)


def _column(column: pa.ChunkedArray) -> RawColumn:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    distinct = tuple(plain_cell(_value(cell)) for cell in encoded.dictionary.to_pylist())
    return RawColumn(encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32), distinct)


def _value(cell: ExportCell | Decimal) -> ExportCell:
    """Give what the other files could hold as well; a long decimal as text, whose digits stay.

    What is no number is a blank, and what has no end is a text that no field of numbers takes.
    """
    if isinstance(cell, float) and not math.isfinite(cell):
        return None if math.isnan(cell) else str(cell)
    if isinstance(cell, Decimal):
        return float(cell) if len(cell.as_tuple().digits) < 16 else str(cell)  # noqa: PLR2004 - a float's digits
    return cell
