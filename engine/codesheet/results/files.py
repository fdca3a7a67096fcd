"""Results as csv or parquet: a folder with a file for each table, and run.json.

Parquet keeps text exactly. In csv, text that a spreadsheet would take for a formula gets an apostrophe before
it (`'=1+1`, `'-`), and so does text that already has apostrophes there. Who reads csv with a program takes
one apostrophe off text that begins with apostrophes and then one of these signs: nothing is lost.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
from pyarrow import csv, parquet

from codesheet.results.arrow_tables import map_text
from codesheet.results.tables import SpooledTable

_FORMULA_LIKE = "^('*[=+\\-@\t\r\n＝＋－＠])"  # noqa: RUF001 - full-width signs begin formulas as well
RUN = "run.json"


def file_name(table: str, form: str) -> str:
    """Name a table's file: `Claim lines` is in claim_lines.csv."""
    return f"{table.lower().replace(' ', '_')}.{form}"


def write_folder(folder: Path, tables: Mapping[str, SpooledTable], run_json: str, form: str) -> list[str]:
    """Write each table in a form (csv, parquet) and the run; give the names of the files."""
    names = []
    for name, table in tables.items():
        file = folder / file_name(name, form)
        with _WRITERS[form](file, table.schema) as writer:
            for chunk in table.tables():
                writer.write_table(map_text(chunk, _safe_text) if form == "csv" else chunk)
        names.append(file.name)
    (folder / RUN).write_text(run_json, encoding="utf-8")
    return [*names, RUN]


_WRITERS: dict[str, Callable[[Path, Any], Any]] = {
    "csv": lambda path, schema: csv.CSVWriter(
        path, _safe_names(schema), write_options=csv.WriteOptions(quoting_style="needed")
    ),
    "parquet": lambda path, schema: parquet.ParquetWriter(path, schema, compression="zstd"),
}


def _safe_names(schema: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    return map_text(schema.empty_table(), _safe_text).schema


def _safe_text(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    if not pc.any(pc.match_substring_regex(column, _FORMULA_LIKE)).as_py():
        return column
    return pc.replace_substring_regex(column, _FORMULA_LIKE, "'\\1")
