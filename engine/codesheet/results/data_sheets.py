"""How the sheets after the summary look: widths, wrapping, colours of statuses, notes and filters."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from codesheet.model import Rulebook
from codesheet.results import palette
from codesheet.results.arrow_tables import decoded
from codesheet.results.column_help import column_help
from codesheet.results.excel import (
    LINE_HEIGHT,
    MAX_ROWS,
    LongRows,
    Look,
    Sheet,
    fit_for_cells,
    lines_needed,
)
from codesheet.results.spooled_table import SpooledTable

DECORATED_ROWS = 50_000
"""Above it text is not wrapped and cells carry no style of their own: files open and are written faster."""

MOST_LINES = 12

_TABS = {
    "Claim lines": palette.GREEN,
    "Visits": palette.BLUE,
    "Rows": palette.BLUE,
    "Review": palette.AMBER,
    "Rejected": palette.RED,
}

_PROSE = {
    "Why": 60.0,
    "Message": 60.0,
    "Edits": 60.0,
    "When": 60.0,
    "Then": 48.0,
    "Facts": 24.0,
    "Value": 90.0,
    "No line because": 44.0,
    "Codes": 44.0,
    "Rule": 38.0,
}
"""Columns of long text, as wide as given (in characters) and wrapped; others take the width they need."""

_WIDEST, _FILTER_BUTTON, _SAMPLE = 42, 4, 1000
_PAGE_WIDTH = 280
"""How many characters fit side by side on a printed page and can still be read."""

_HEADER = Look(bold=True, color=palette.WHITE, fill=palette.NAVY, align=("left", "vcenter"), wrap=True)


def data_sheets(name: str, table: SpooledTable, rulebook: Rulebook) -> Iterator[Sheet]:
    """Give the sheet, or the sheets, of a result table: `Claim lines`, `Claim lines (2)`."""
    options = _options(name, table, rulebook)
    for number, (count, chunks) in enumerate(table.slices(MAX_ROWS), start=1):
        title = name if number == 1 else f"{name} ({number})"
        heights = {0: 30.0} if count else {}
        rows: pa.Table | LongRows = LongRows(table.schema, count, chunks)
        if table.num_rows <= DECORATED_ROWS:
            rows = _together(table.schema, chunks)
            heights |= _heights(rows)
        yield Sheet(title, rows, options | {"row_heights": heights}, freeze=(1, 1))


def _together(schema: Any, chunks: Iterator[pa.Table]) -> pa.Table:  # noqa: ANN401 - pyarrow has no types
    none = fit_for_cells(schema.empty_table())
    return pa.concat_tables([none, *(decoded(fit_for_cells(chunk)) for chunk in chunks)])


def _heights(table: pa.Table) -> dict[int, float]:
    """Give the rows with long prose room; never the last row (see `excel`)."""
    lines = np.ones(table.num_rows, dtype=np.int64)
    for column in _PROSE.keys() & set(table.column_names):
        texts = table.column(column)
        for row in np.flatnonzero(np.asarray(_wraps(texts, _PROSE[column]))).tolist():
            lines[row] = max(lines[row], lines_needed(texts[row].as_py(), _PROSE[column]))
    return {
        row + 1: LINE_HEIGHT * min(int(lines[row]), MOST_LINES)
        for row in np.flatnonzero(lines[:-1] > 1).tolist()
    }


def _wraps(texts: Any, width: float) -> Any:  # noqa: ANN401 - pyarrow has no types
    long = pc.or_(pc.greater(pc.utf8_length(texts), int(width)), pc.match_substring(texts, "\n"))
    return pc.fill_null(long, fill_value=False)


def _options(name: str, table: SpooledTable, rulebook: Rulebook) -> dict[str, Any]:
    sample = table.head(_SAMPLE)
    widths = [_width(column, sample) for column in table.column_names]
    texts = [c for c in table.column_names if pa.types.is_large_string(table.schema.field(c).type)]
    return {
        "header_format": _HEADER,
        "column_widths": widths,
        "column_formats": [_look(column, table) for column in table.column_names],
        "autofilter": True,
        "ignore_errors": texts,
        "notes": dict(_notes(name, table.column_names, rulebook)),
        "conditional_formats": dict(_conditional_looks(table.column_names)),
        "sheet_view": {"tab_color": _TABS.get(name, palette.GREY)},
        "page_setup": _page_setup(sum(widths)),
    }


def _page_setup(width: float) -> dict[str, Any]:
    """Print as many pages side by side as it takes to stay legible."""
    pages = max(1, -(-int(width) // _PAGE_WIDTH))
    setup = {"landscape": True, "fit_to_pages": (pages, 0), "repeat_rows": 0, "footer": "&L&A&RPage &P of &N"}
    return setup | ({"repeat_columns": (0, 1)} if pages > 1 else {})


def _look(column: str, table: SpooledTable) -> Look | None:
    kind = table.schema.field(column).type
    decorated = table.num_rows <= DECORATED_ROWS
    top = ("top",) if decorated else ()
    if pa.types.is_date(kind):
        return Look(number="yyyy-mm-dd", align=("left", *top))
    if pa.types.is_timestamp(kind):
        return Look(number="yyyy-mm-dd hh:mm:ss", align=("left", *top))
    if not pa.types.is_large_string(kind):
        return Look(align=("right", *top), indent=1)
    return Look(number="@", wrap=column in _PROSE, align=top) if decorated else None


def _width(column: str, table: pa.Table) -> float:
    if column in _PROSE:
        return _PROSE[column]
    values = table.column(column)
    if pa.types.is_large_string(values.type):
        longest = pc.max(pc.utf8_length(values)).as_py() or 0
    else:
        longest = max((_shown_length(value) for value in values.unique().to_pylist()), default=0)
    # The heading wraps to two lines, clear of the filter button.
    heading = max(-(-len(column) // 2) + 1, *map(len, column.split() or [""])) + _FILTER_BUTTON
    return float(min(max(longest + 3, heading), _WIDEST))


def _shown_length(value: object) -> int:
    match value:
        case None:
            return 0
        case float():
            return len(f"{value:.10g}")
    return len(str(value))


def _notes(name: str, columns: list[str], rulebook: Rulebook) -> Iterator[tuple[str, dict[str, object]]]:
    for column in columns:
        if text := column_help(name, column, rulebook):
            height = 40 + 18 * (len(text) // 36)
            yield column, {"text": text, "author": "codesheet", "width": 260, "height": height}


def _conditional_looks(columns: list[str]) -> Iterator[tuple[str, list[dict[str, object]]]]:
    for column in columns:
        if column in ("Status", "Disposition"):
            yield column, [_tint(word, color) for word, color in palette.SOLID.items()]
        if column == "Count":
            background, text = palette.TINTS[palette.AMBER]
            look = Look(color=text, fill=background)
            yield column, [{"type": "cell", "criteria": "==", "value": 0, "format": look}]


def _tint(word: str, color: str) -> dict[str, object]:
    background, text = palette.TINTS[color]
    look = Look(color=text, fill=background)
    return {"type": "text", "criteria": "begins_with", "value": word, "format": look}
