"""Results as csv or parquet: a folder with a file for each table, and run.json.

Parquet keeps text exactly. In csv, text that a spreadsheet would take for a formula gets an apostrophe before
it (`'=1+1`, `'-`), and so does text that already has apostrophes there. Who reads csv with a program takes
one apostrophe off text that begins with apostrophes and then one of these signs: nothing is lost.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from codesheet.results.arrow_tables import TEXT, decoded, map_text
from codesheet.results.spooled_table import SpooledTable

_FORMULA_LIKE = "^('*[=+\\-@\t\r\n＝＋－＠])"  # noqa: RUF001 - full-width signs begin formulas as well
RUN = "run.json"
LONG_TABLES = ("Claim lines", "Visits", "Rows")
_ROWS_OF_A_PART, _ROWS_OF_A_BATCH = 30_000, 100_000


def file_name(table: str, form: str) -> str:
    """Name a table's file: `Claim lines` is in claim_lines.csv."""
    return f"{table.lower().replace(' ', '_')}.{form}"


WriteParts: TypeAlias = Callable[[Path, Sequence[SpooledTable]], None]
"""Writes the parts of a table into a folder that stands for it."""


def write_folder(
    folder: Path,
    tables: Mapping[str, SpooledTable],
    run_json: str,
    form: str,
    write_parts: WriteParts | None = None,
    *,
    threads: int = 1,
) -> list[str]:
    """Write each table in a form (csv, parquet) and the run; give the names of the files.

    With `write_parts` a long table is a folder of files instead, which it fills.
    """

    def write(name: str) -> None:
        file, table = folder / file_name(name, form), tables[name]
        if write_parts is not None and name in LONG_TABLES:
            file.mkdir()
            write_parts(file, list(table.parts()))
        else:
            _WRITERS[form](file, table)

    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(write, sorted(tables, key=lambda name: -tables[name].num_rows)):
            pass
    (folder / RUN).write_text(run_json, encoding="utf-8")
    return [*(file_name(name, form) for name in tables), RUN]


def _write_csv(path: Path, table: SpooledTable) -> None:
    options = csv.WriteOptions(quoting_style="needed")
    with csv.CSVWriter(path, _safe_names(table.schema), write_options=options) as writer:
        for chunk in table.encoded_tables():
            writer.write_table(decoded(map_text(chunk, _safe_text)))


def write_parquet(path: Path, table: SpooledTable) -> None:
    """Write a table as one parquet file.

    Texts are written as they are held, each once; the file says that its columns are text, and no more.
    """
    schema = pa.schema([pa.field(f.name, _held(f.type)) for f in table.schema])
    # Least and greatest values are found anew for each batch, among all texts of a column: one batch will do.
    options = {"compression": "zstd", "store_schema": False, "write_batch_size": _ROWS_OF_A_BATCH}
    with parquet.ParquetWriter(path, schema, **options) as writer:
        for chunk in _large_enough(table.encoded_tables()):
            writer.write_table(chunk)


def _held(kind: Any) -> Any:  # noqa: ANN401
    return TEXT if pa.types.is_large_string(kind) else kind


def _large_enough(chunks: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Put short chunks together: each becomes a part of the file that is found by itself."""
    waiting: list[pa.Table] = []
    for chunk in chunks:
        waiting.append(chunk)
        if sum(one.num_rows for one in waiting) >= _ROWS_OF_A_PART:
            yield _together(waiting)
            waiting = []
    if waiting:
        yield _together(waiting)


def _together(chunks: Sequence[pa.Table]) -> pa.Table:
    if len(chunks) == 1:
        return chunks[0]
    return pa.concat_tables(chunks).unify_dictionaries().combine_chunks()


_WRITERS: dict[str, Callable[[Path, SpooledTable], None]] = {"csv": _write_csv, "parquet": write_parquet}


def _safe_names(schema: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    return map_text(schema.empty_table(), _safe_text).schema


def _safe_text(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    if not pc.any(pc.match_substring_regex(column, _FORMULA_LIKE)).as_py():
        return column
    return pc.replace_substring_regex(column, _FORMULA_LIKE, "'\\1")
