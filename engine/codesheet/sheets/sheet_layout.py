"""What the eye sees of a sheet and its cells do not say: hidden, filtered and struck-out rows, formats."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_PADDED = re.compile(r"0{2,}")
_SCIENTIFIC = re.compile(r"0(?:\.0+)?E\+0+", re.IGNORECASE)

Position = tuple[int, int]
"""(row, column), both from 1."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet looks: `padded` gives the digits of cells shown with zeros in front, by position.

    `merged` are ranges as (first row, first column, last row, last column).
    """

    is_hidden: bool = False
    is_filtered: bool = False
    hidden_rows: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    struck: frozenset[Position] = frozenset()
    padded: Mapping[Position, int] = field(default_factory=lambda: MappingProxyType({}))
    scientific: frozenset[Position] = frozenset()


class Styles:
    """Which of a workbook's cell styles strike out, pad with zeros, show powers of ten, dates or durations.

    Styles are named as cells name them: by their place in the workbook's list, as text.
    """

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - openpyxl's private lists have no type
        self.struck: set[str] = set()
        self.padded: dict[str, int] = {}
        self.scientific: set[str] = set()
        self.dates = {str(place) for place in book._date_formats}  # noqa: SLF001
        self.durations = {str(place) for place in book._timedelta_formats}  # noqa: SLF001
        formats = {number: book._number_formats[number - 164] for number in _custom(book)}  # noqa: SLF001
        for place, style in enumerate(book._cell_styles):  # noqa: SLF001 - as above
            if book._fonts[style.fontId].strike:  # noqa: SLF001
                self.struck.add(str(place))
            form = formats.get(style.numFmtId, "")
            if _PADDED.fullmatch(form):
                self.padded[str(place)] = len(form)
            if style.numFmtId in (11, 48) or _SCIENTIFIC.fullmatch(form):
                self.scientific.add(str(place))
        self.seen = self.struck | self.padded.keys() | self.scientific
        """Styles of which the layout of a sheet tells where they are."""


def _custom(book: Any) -> range:  # noqa: ANN401 - as above
    return range(164, 164 + len(book._number_formats))  # noqa: SLF001 - as above
