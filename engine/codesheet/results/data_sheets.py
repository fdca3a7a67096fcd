"""How the sheets after the summary look: widths, wrapping, colours of statuses, notes and filters."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from codesheet.model import Rulebook
from codesheet.results import palette
from codesheet.results.column_help import column_help
from codesheet.results.excel import Look, Sheet, fit_for_cells, sheets_of

DECORATED_ROWS = 50_000
"""Above it text is not wrapped and cells carry no style of their own: files open and are written faster."""

_TABS = {
    "Claim lines": palette.GREEN,
    "Visits": palette.BLUE,
    "Rows": palette.BLUE,
    "Review": palette.AMBER,
    "Rejected": palette.RED,
}

_PROSE = {"Why": 80.0, "Message": 70.0, "Edits": 70.0, "When": 60.0, "Then": 48.0, "Facts": 32.0, "Value": 90.0}
_PROSE |= {"No line because": 44.0, "Codes": 44.0}

_HEADER = Look(bold=True, color=palette.WHITE, fill=palette.NAVY, align=("left", "vcenter"), wrap=True)


def data_sheets(name: str, table: pa.Table, rulebook: Rulebook) -> Iterator[Sheet]:
    """Give the sheet, or the sheets, of a result table."""
    options = _options(name, table, rulebook)
    for title, part in sheets_of(name, fit_for_cells(table)):
        heights = {"row_heights": {0: 30.0}} if part.num_rows else {}
        yield Sheet(title, part, options | heights, freeze=(1, 1))


def _options(name: str, table: pa.Table, rulebook: Rulebook) -> dict[str, Any]:
    texts = [c for c in table.column_names if pa.types.is_large_string(table.schema.field(c).type)]
    return {
        "header_format": _HEADER,
        "column_widths": [_width(column, table) for column in table.column_names],
        "column_formats": [_look(column, table) for column in table.column_names],
        "autofilter": True,
        "ignore_errors": texts,
        "notes": dict(_notes(name, table.column_names, rulebook)),
        "conditional_formats": dict(_conditional_looks(table.column_names)),
        "sheet_view": {"tab_color": _TABS.get(name, palette.GREY)},
        "page_setup": {
            "landscape": True,
            "fit_to_pages": (1, 0),
            "repeat_rows": 0,
            "footer": "&L&A&RPage &P of &N",
        },
    }


def _look(column: str, table: pa.Table) -> Look | None:
    kind = table.schema.field(column).type
    decorated = table.num_rows <= DECORATED_ROWS
    top = ("top",) if decorated else ()
    if pa.types.is_date(kind):
        return Look(number="yyyy-mm-dd", align=top)
    if pa.types.is_timestamp(kind):
        return Look(number="yyyy-mm-dd hh:mm:ss", align=top)
    if not decorated:
        return None
    return Look(number="@" if pa.types.is_large_string(kind) else "", wrap=column in _PROSE, align=top)


def _width(column: str, table: pa.Table) -> float:
    if column in _PROSE:
        return _PROSE[column]
    kind = table.schema.field(column).type
    if pa.types.is_date(kind):
        return max(13.0, len(column) + 3.0)
    sample = table.column(column).slice(0, 1000)
    longest = pc.max(pc.utf8_length(sample)).as_py() if pa.types.is_large_string(kind) else 9
    return float(min(max(longest or 0, min(len(column), 22)) + 4, 42))


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
