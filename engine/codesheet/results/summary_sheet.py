"""The `Summary` sheet: what happened in words, tables with bars beside their shares, and charts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from codesheet.results import palette
from codesheet.results.charts import Chart
from codesheet.results.excel import LINE_HEIGHT, Look, Sheet, fit_text, lines_needed
from codesheet.results.summary import Item, Section, Summary

NAME = "Summary"
MEASURES = 3
BARS_DRAWN = 12

_SWATCH, _LABEL, _FIRST_MEASURE, _SHARE, _BAR = 0, 1, 2, 2 + MEASURES, 3 + MEASURES
_WIDTHS = [3.0, 54.0, 14.0, 14.0, 14.0, 9.0, 20.0, 3.0]
_CHART_COLUMN, _LAST_COLUMN = 8, 15
_CHART_WIDTH, _DOUGHNUT_HEIGHT, _CHART_GAP = 500, 220, 12
_PIXELS_A_POINT = 4 / 3
_TABLE_ROW = 6
"""The row (from 0) of the columns' own header; a hair's breadth, since every section has its headings."""

_BANNER_HEIGHTS = {0: 36.0, 1: 21.0, 2: 9.0, 3: 24.0, 4: 20.0, 5: 9.0, _TABLE_ROW: 3.0}

_COLUMNS = ["\u00a0" * (place + 1) for place in range(len(_WIDTHS))]
_HEADING = "\u2007"
"""An invisible space that ends every heading cell: conditional formats know headings by it."""

_SWATCHES = (palette.GREEN, palette.AMBER, palette.RED, palette.GREY, palette.BLUE)


@dataclass(slots=True)
class _Page:
    """Rows of the sheet as they are laid out, their heights in points, and the charts beside them."""

    records: list[dict[str, object]] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)

    @property
    def next_row(self) -> int:
        """The number of the next row as Excel counts."""
        return _TABLE_ROW + 2 + len(self.records)

    def add(self, cells: dict[int, object]) -> None:
        """Add a row of some cells, high enough for its label."""
        lines = lines_needed(str(cells.get(_LABEL) or ""), _WIDTHS[_LABEL])
        if lines > 1:
            self.heights[self.next_row - 1] = LINE_HEIGHT * lines
        self.records.append({name: cells.get(place) for place, name in enumerate(_COLUMNS)})

    def chart_places(self) -> Iterator[dict[str, Any]]:
        """Ask for a placeholder of each chart, one below the other, however high the rows beside are."""
        row = _TABLE_ROW + 1
        series = [{"values": _COLUMNS[_FIRST_MEASURE]}]
        for chart in self.charts:
            height = _DOUGHNUT_HEIGHT if chart.kind == "doughnut" else 64 + 24 * max(len(chart.labels), 3)
            yield {
                "type": "bar",
                "series": series,
                "row": row,
                "col": _CHART_COLUMN,
                "width": _CHART_WIDTH,
                "height": height,
            }
            below = float(height + _CHART_GAP)
            while below > 0:
                below -= self.heights.get(row, LINE_HEIGHT) * _PIXELS_A_POINT
                row += 1


def summary_sheet(summary: Summary) -> tuple[Sheet, list[Chart]]:
    """Lay out the sheet; the charts replace the placeholders it asks for, in order."""
    page = _Page()
    for section in summary.sections:
        _add_section(page, section)
    options = {
        # The writer then keeps the sheet in memory; else heights of merged rows get lost.
        "dedupe_strings": True,
        "header_row": _TABLE_ROW,
        "header_format": Look(size=1, color=palette.WHITE),
        "column_widths": _WIDTHS,
        "column_formats": _column_looks(summary),
        "merge_ranges": list(_banner(summary)),
        "row_heights": _BANNER_HEIGHTS | page.heights,
        "conditional_formats": _conditional_looks(),
        "charts": list(page.chart_places()),
        "sheet_view": {"tab_color": palette.NAVY, "gridlines": False, "selected": True},
        "page_setup": {"landscape": True, "fit_to_pages": (1, 0), "footer": "&L&A&RPage &P of &N"},
    }
    return Sheet(NAME, page.records, options), page.charts


def _banner(summary: Summary) -> Iterator[tuple[int, int, int, int, str, Look]]:
    """Give the merged lines above the tables, top to bottom."""
    lines = (
        (0, summary.title, Look(bold=True, size=18, color=palette.WHITE, fill=palette.NAVY)),
        (1, summary.subtitle, Look(color="#C9D4E8", fill=palette.NAVY)),
        (3, summary.headline, Look(bold=True, size=13, color=palette.INK)),
        (4, summary.reconciliation, Look(bold=True, color="#2C7A54")),
    )
    for row, words, look in lines:
        placed = Look(look.bold, look.size, look.color, look.fill, align=("left", "vcenter"), indent=1)
        yield (row, 0, row, _LAST_COLUMN, fit_text(words), placed)


def _column_looks(summary: Summary) -> list[Look]:
    counts = [count for section in summary.sections for item in section.items for count in item.counts]
    number = "#,##0" if all(float(count).is_integer() for count in counts) else "#,##0.00"
    measure = Look(number=number, color=palette.INK, align=("right", "top"))
    share = Look(number="0.0%", color=palette.GREY_TEXT, align=("right", "top"))
    label = Look(color=palette.INK, wrap=True, align=("top",))
    return [Look(align=("center", "top")), label, *[measure] * MEASURES, share, Look(), Look()]


def _conditional_looks() -> dict[str, list[dict[str, object]]]:
    heading = {
        "type": "text",
        "criteria": "contains",
        "value": _HEADING,
        "format": Look(bold=True, color=palette.NAVY, fill=palette.BAND),
    }
    rules: dict[str, list[dict[str, object]]] = {name: [heading] for name in _COLUMNS[: _BAR + 1]}
    longest_first = sorted(range(len(_SWATCHES)), reverse=True)
    rules[_COLUMNS[_SWATCH]] = [_swatch_rule(place) for place in longest_first] + [heading]
    bar: dict[str, object] = {"type": "data_bar", "color": palette.BAR, "bar_only": True}
    rules[_COLUMNS[_BAR]] = [bar, heading]
    return rules


def _swatch_rule(place: int) -> dict[str, object]:
    look = Look(color=_SWATCHES[place])
    return {"type": "text", "criteria": "begins_with", "value": _swatch_text(place), "format": look}


def _swatch_text(place: int) -> str:
    """Give the square of a colour: the number of no-break spaces after it tells which."""
    return "■" + "\u00a0" * (place + 1)


def _swatch(name: str) -> str | None:
    color = palette.SOLID.get(name)
    return None if color is None else _swatch_text(_SWATCHES.index(color))


def _add_section(page: _Page, section: Section) -> None:
    if page.records:
        page.add({})
    page.add(_headings(section))
    first = page.next_row
    colored = all(item.name in palette.SOLID for item in section.items)
    for item in section.items:
        page.add(_item_cells(section, item, swatch=colored))
    if not section.items:
        page.add({_LABEL: "none"})
    elif section.chart:
        _add_chart(page, section, first)


def _headings(section: Section) -> dict[int, object]:
    cells: dict[int, object] = dict.fromkeys(range(_BAR + 1), _HEADING)
    cells[_LABEL] = section.title + _HEADING
    for place, (measure, total) in enumerate(zip(section.measures, section.totals, strict=True)):
        cells[_FIRST_MEASURE + place] = f"{total:,.10g} {measure}{_HEADING}"
    cells[_SHARE] = "share" + _HEADING
    return cells


def _item_cells(section: Section, item: Item, *, swatch: bool) -> dict[int, object]:
    cells: dict[int, object] = {_LABEL: fit_text(item.name)}
    if swatch:
        cells[_SWATCH] = _swatch(item.name)
    cells |= {_FIRST_MEASURE + place: count for place, count in enumerate(item.counts)}
    share = section.share(item)
    return cells | {_SHARE: share, _BAR: share}


def _add_chart(page: _Page, section: Section, first: int) -> None:
    items = section.items[:BARS_DRAWN]
    column = "ABCDEFGH"[_FIRST_MEASURE + section.share_of]
    last = first + len(items) - 1
    is_doughnut = section.chart == "doughnut"
    page.charts.append(
        Chart(
            kind=section.chart,
            title=section.title if len(items) == len(section.items) else f"{section.title}: top {len(items)}",
            label_range=f"{NAME}!$B${first}:$B${last}",
            value_range=f"{NAME}!${column}${first}:${column}${last}",
            labels=tuple(fit_text(item.name) for item in items),
            values=tuple(item.counts[section.share_of] for item in items),
            colors=tuple(palette.SOLID[item.name] for item in items) if is_doughnut else (palette.BAR,),
        )
    )
