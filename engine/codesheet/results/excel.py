"""The one door to rustpy_xlsxwriter: workbooks of Arrow tables or records, with looks, notes and charts.

Seen by running version 0.8.0, and kept out of here for that reason: a dictionary, duration or pre-1900 date
column is written blank without a word (see `arrow_tables`); text over Excel's limit stops the file; a merged
number becomes text; cells must come in row order or are dropped; a height or format for the last row of a
sheet writes that row twice, which Excel calls corrupt; a full disk under the temporary folder is a Rust
panic, which is no `Exception`.
"""

import dataclasses
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import gettempdir
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
from rustpy_xlsxwriter import FastExcel, Format

from codesheet.results.arrow_tables import map_text
from codesheet.results.charts import Chart, drawn_charts
from codesheet.results.long_rows import Packed, packed_rows
from codesheet.results.packaging import Filling, package

MAX_ROWS = 1_048_575
"""Rows of a sheet, less the header."""

LINE_HEIGHT = 15.0
MAX_TEXT = 32_767
_LETTERS_A_DIGIT = 1.08
"""Widths count digits, and letters are narrower on average: a careful figure."""
_LOST_TO_WRAPPING = 2
"""Letters of a wrapped line's room that its last word leaves empty, on average."""
_CUT = " … (cut here: longer than a cell can hold)"
_STDERR = 2
_UNPRINTABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{FFFE}\x{FFFF}]"

Records: TypeAlias = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Look:
    """How cells look. Colours are `#RRGGBB`; `number` is an Excel number format."""

    bold: bool = False
    size: float = 0
    color: str = ""
    fill: str = ""
    number: str = ""
    align: tuple[str, ...] = ()
    wrap: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True)
class LongRows:
    """The rows of a long sheet: their columns, their number, and the rows chunk by chunk, once."""

    schema: Any
    count: int
    chunks: Iterator[pa.Table]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `options` are those of FastExcel.sheet, with `Look` wherever it takes a format."""

    name: str
    data: pa.Table | Records | LongRows
    options: Mapping[str, Any] = field(default_factory=dict)
    freeze: tuple[int, int] | None = None


def write_workbook(
    path: Path, sheets: Sequence[Sheet], charts: Sequence[Chart] = (), threads: int = 1
) -> None:
    """Write a workbook; what the writer cannot do is an OSError.

    The charts take the places that the sheets' options ask for, in their order.
    """
    made = BytesIO()
    book = FastExcel(made, output_format="xlsx").format(inf_value="inf")
    with _panics_as_errors():
        for sheet in sheets:
            if sheet.freeze:
                book.freeze(row=sheet.freeze[0], col=sheet.freeze[1], sheet=sheet.name)
            book.sheet(sheet.name, _written(sheet.data), **_with_formats(dict(sheet.options), {}))
        book.save()
    filled = {
        f"xl/worksheets/sheet{number}.xml": _filling(sheet.data, threads)
        for number, sheet in enumerate(sheets, start=1)
        if isinstance(sheet.data, LongRows)
    }
    package(made, path, drawn_charts(charts), filled)


def _written(data: pa.Table | Records | LongRows) -> pa.Table | Records:
    """Give what the writer writes: of a long sheet empty rows, by which it knows how far it reaches."""
    if not isinstance(data, LongRows):
        return data
    nothing = pa.nulls(data.count)
    names = fit_for_cells(data.schema.empty_table()).column_names
    return pa.table([nothing] * len(names), names=names)


def _filling(rows: LongRows, threads: int) -> Filling:
    def fill(styles: list[int]) -> Iterator[Packed]:
        return packed_rows(map(fit_for_cells, rows.chunks), styles, 2, threads)

    return Filling(rows.count, len(rows.schema), fill)


@contextmanager
def _panics_as_errors() -> Iterator[None]:
    """Make an OSError of a panic, and keep what Rust prints about it off the screen."""
    sys.stderr.flush()
    screen, nowhere = os.dup(_STDERR), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _STDERR)
        yield
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":
            raise
        reason = re.search(r"code: (\d+)", str(problem))
        why = os.strerror(int(reason[1])) if reason else "the writer failed"
        raise OSError(None, f"{why} (in the folder for temporary files, {gettempdir()})") from problem
    finally:
        os.dup2(screen, _STDERR)
        os.close(screen)
        os.close(nowhere)


def fit_for_cells(table: pa.Table) -> pa.Table:
    """Make text fit for cells: signs that XML forbids become �, text that is too long is cut and says so."""
    return map_text(table, _fit)


def lines_needed(text: str, width: float) -> int:
    """Say how many lines text takes in a wrapped column (not every program finds that out by itself)."""
    room = width * _LETTERS_A_DIGIT
    broken = max(int(room) - _LOST_TO_WRAPPING, 1)
    return sum(1 if len(line) <= room else -(-len(line) // broken) for line in text.split("\n"))


def fit_text(text: str) -> str:
    """Make one text fit for a cell."""
    return str(_fit(pa.array([text], pa.large_string()))[0].as_py())


def _fit(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    if pc.any(pc.match_substring_regex(column, _UNPRINTABLE)).as_py():
        column = pc.replace_substring_regex(column, _UNPRINTABLE, "\ufffd")
    longest = pc.max(pc.binary_length(column)).as_py()
    if longest is not None and longest > MAX_TEXT:
        column = pa.array([_cut(text) for text in column.to_pylist()], pa.large_string())
    return column


def _cut(text: str | None) -> str | None:
    """Cut at Excel's limit, which counts UTF-16 units."""
    if text is None or len(text) + sum(letter > "\uffff" for letter in text) <= MAX_TEXT:
        return text
    units = text.encode("utf-16-le")[: 2 * (MAX_TEXT - len(_CUT))]
    return units.decode("utf-16-le", "ignore") + _CUT


def _with_formats(options: Any, made: dict[Look, Format]) -> Any:  # noqa: ANN401 - nested options
    """Replace every Look within nested options by the writer's own format."""
    match options:
        case Look():
            return made.setdefault(options, _format(options))
        case dict():
            return {key: _with_formats(value, made) for key, value in options.items()}
        case list() | tuple():
            return type(options)(_with_formats(value, made) for value in options)
    return options


def _format(look: Look) -> Format:
    made = Format()
    setters: dict[str, Callable[[Any], object]] = {
        "bold": lambda _: made.set_bold(),
        "size": made.set_font_size,
        "color": made.set_font_color,
        "fill": made.set_background_color,
        "number": made.set_num_format,
        "align": lambda sides: [made.set_align(side) for side in sides],
        "wrap": lambda _: made.set_text_wrap(),
        "indent": made.set_indent,
    }
    for part in dataclasses.fields(look):
        if value := getattr(look, part.name):
            setters[part.name](value)
    return made
