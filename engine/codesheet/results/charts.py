"""Charts of the summary, each bound to the rows of its own table.

The spreadsheet writer can bind a chart only to all rows of a sheet, and cannot colour it. So it is asked
for placeholders, which give the charts their places, and each is replaced by one that openpyxl draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import tostring

from openpyxl.chart import BarChart, DoughnutChart
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.legend import Legend
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.series import Series
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun

from codesheet.results import palette

_CHART_PARTS = "xl/charts/chart"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of one column of one table. Ranges are absolute (`Summary!$B$9:$B$12`).

    `kind` is `doughnut` or `bars`; `colors` are by slice, one for all bars.
    """

    kind: str
    title: str
    label_range: str
    value_range: str
    labels: tuple[str, ...]
    values: tuple[float, ...]
    colors: tuple[str, ...]


def drawn_charts(charts: Sequence[Chart]) -> dict[str, bytes]:
    """Draw charts: what stands in a workbook instead of the writer's placeholders, in their order."""
    return {f"{_CHART_PARTS}{n}.xml": _xml(chart) for n, chart in enumerate(charts, start=1)}


def _xml(chart: Chart) -> bytes:
    drawing = _doughnut(chart) if chart.kind == "doughnut" else _bars(chart)
    drawing.title = _title(chart.title)
    drawing.roundedCorners = False
    drawing.graphical_properties = GraphicalProperties(ln=_no_line())
    tree = drawing._write()  # type: ignore[union-attr]  # noqa: SLF001 - what openpyxl itself calls to save a chart
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + tostring(tree, encoding="utf-8")


def _doughnut(chart: Chart) -> DoughnutChart:
    drawing = DoughnutChart(holeSize=62)
    series = _series(chart)
    series.data_points = [
        DataPoint(idx=place, spPr=GraphicalProperties(solidFill=color[1:], ln=_line("FFFFFF", 19050)))
        for place, color in enumerate(chart.colors)
    ]
    drawing.append(series)
    drawing.legend = Legend(legendPos="r")
    drawing.legend.txPr = _text(1100)
    return drawing


def _bars(chart: Chart) -> BarChart:
    """Draw bars from the top down, each with its number: no grid, no value axis."""
    drawing = BarChart(barDir="bar", gapWidth=45, varyColors=False)
    series = _series(chart)
    series.graphicalProperties = GraphicalProperties(solidFill=chart.colors[0][1:], ln=_no_line())
    series.dLbls = DataLabelList(
        numFmt="#,##0",
        showVal=True,
        showSerName=False,
        showCatName=False,
        showLegendKey=False,
        showPercent=False,
    )
    series.dLbls.txPr = _text(900)
    drawing.append(series)
    drawing.legend = None
    drawing.x_axis.scaling.orientation = "maxMin"
    drawing.x_axis.delete = False
    drawing.x_axis.majorTickMark = "none"
    drawing.x_axis.txPr = _text(900)
    drawing.x_axis.graphicalProperties = GraphicalProperties(ln=_line("BFBFBF", 9525))
    drawing.y_axis.delete = True
    drawing.y_axis.scaling.min = 0
    drawing.y_axis.majorGridlines = None
    return drawing


def _series(chart: Chart) -> Series:
    """Bind the ranges, and carry their values too, for programs that show charts without calculating."""
    words = [StrVal(idx=place, v=label) for place, label in enumerate(chart.labels)]
    numbers = [NumVal(idx=place, v=str(value)) for place, value in enumerate(chart.values)]
    labels = StrRef(f=chart.label_range, strCache=StrData(ptCount=len(words), pt=words))
    values = NumRef(
        f=chart.value_range, numCache=NumData(formatCode="#,##0", ptCount=len(numbers), pt=numbers)
    )
    return Series(idx=0, order=0, cat=AxDataSource(strRef=labels), val=NumDataSource(numRef=values))


def _title(words: str) -> Title:
    look = CharacterProperties(sz=1200, b=True, solidFill=palette.NAVY[1:])
    run = RegularTextRun(rPr=look, t=words)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=look), r=[run])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _text(size: int) -> RichText:
    look = CharacterProperties(sz=size, solidFill="404040")
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])


def _line(color: str, width: int) -> LineProperties:
    return LineProperties(solidFill=color, w=width)


def _no_line() -> LineProperties:
    return LineProperties(noFill=True)
