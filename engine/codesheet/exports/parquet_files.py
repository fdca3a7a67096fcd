"""Exports saved as parquet by a database or a data frame."""

import math
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from codesheet.exports.readable_file import ReadableFile
from codesheet.exports.table import (
    ExportCell,
    RawColumn,
    RawTable,
    UnreadableExport,
    plain_cell,
    without_blank_rows,
)
from codesheet.location import CellRef

_ROWS_AT_ONCE = 1 << 16


def read_parquet(source: ReadableFile) -> Iterator[RawTable]:
    """Read a parquet file piece by piece; its rows count from 2, as if it had a row of headings.

    Raises:
        UnreadableExport: the file is damaged, or has columns of parts.

    """
    first = 2
    try:
        with parquet.ParquetFile(source.path) as file:
            _refuse_nested(source, file.schema_arrow)
            names = tuple(file.schema_arrow.names)
            nothing = tuple(RawColumn(np.empty(0, dtype=np.int32), ()) for _ in names)
            yield RawTable(source.name, names, 1, nothing, np.empty(0, dtype=np.int64))
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                numbers = np.arange(first, first + batch.num_rows)
                columns, rows = without_blank_rows(map(_column, batch.columns), numbers)
                yield RawTable(source.name, names, 1, columns, rows)
                first += batch.num_rows
    except (pa.ArrowException, OSError) as problem:
        why = "it is no parquet file of plain columns, or it is damaged"
        raise UnreadableExport.because(CellRef(source.name), why, "write it again") from problem


def _refuse_nested(source: ReadableFile, schema: pa.Schema) -> None:
    for field in schema:
        if pa.types.is_nested(field.type):
            why = f'its column "{field.name}" holds several values a row ({field.type})'
            raise UnreadableExport.because(CellRef(source.name), why, "leave it out")


def _column(column: pa.Array) -> RawColumn:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    encoded = column.dictionary_encode(null_encoding="encode")
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
