"""What the eye sees of a sheet and its cells do not say: hidden, filtered and struck-out rows, formats.

Read from the sheet's XML, since openpyxl does not tell it of sheets it streams.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from openpyxl.utils import coordinate_to_tuple, range_boundaries

_MERGED = re.compile(rb'mergeCell ref="([A-Z]+\d+:[A-Z]+\d+)"')
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>")
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_FILTER = re.compile(rb"<(?:\w+:)?autoFilter\b")
_NUMBER = re.compile(rb'\br="(\d+)"')
_PLACE = re.compile(rb'\br="([A-Z]{1,3}\d{1,7})"')
_STYLE = re.compile(rb'\bs="(\d+)"')
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
    """Which of a workbook's cell styles strike out, pad with zeros, or show powers of ten."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - openpyxl's private lists have no type
        self.struck: set[int] = set()
        self.padded: dict[int, int] = {}
        self.scientific: set[int] = set()
        formats = {number: book._number_formats[number - 164] for number in _custom(book)}  # noqa: SLF001
        for place, style in enumerate(book._cell_styles):  # noqa: SLF001 - as above
            if book._fonts[style.fontId].strike:  # noqa: SLF001
                self.struck.add(place)
            form = formats.get(style.numFmtId, "")
            if _PADDED.fullmatch(form):
                self.padded[place] = len(form)
            if style.numFmtId in (11, 48) or _SCIENTIFIC.fullmatch(form):
                self.scientific.add(place)

    @property
    def is_plain(self) -> bool:
        """Say whether no style matters."""
        return not (self.struck or self.padded or self.scientific)


def _custom(book: Any) -> range:  # noqa: ANN401 - as above
    return range(164, 164 + len(book._number_formats))  # noqa: SLF001 - as above


def read_layout(part: bytes, styles: Styles, *, is_hidden: bool) -> Layout:
    """Read a sheet's layout from its XML."""
    hidden = {
        int(number[1])
        for row in _ROW.findall(part)
        if _HIDDEN.search(row) and (number := _NUMBER.search(row))
    }
    struck, scientific, padded = set(), set(), {}
    for place, style in () if styles.is_plain else _styled(part):
        if style in styles.struck:
            struck.add(place)
        if style in styles.scientific:
            scientific.add(place)
        if style in styles.padded:
            padded[place] = styles.padded[style]
    return Layout(
        is_hidden=is_hidden,
        is_filtered=_FILTER.search(part) is not None,
        hidden_rows=frozenset(hidden),
        merged=_merged_ranges(part),
        struck=frozenset(struck),
        padded=padded,
        scientific=frozenset(scientific),
    )


def _styled(part: bytes) -> Iterator[tuple[Position, int]]:
    for cell in _CELL.findall(part):
        place, style = _PLACE.search(cell), _STYLE.search(cell)
        if place and style:
            yield coordinate_to_tuple(place[1].decode()), int(style[1])


def _merged_ranges(part: bytes) -> tuple[tuple[int, int, int, int], ...]:
    ranges = []
    for found in _MERGED.findall(part):
        left, top, right, bottom = range_boundaries(found.decode())
        ranges.append((int(top or 1), int(left or 1), int(bottom or 1), int(right or 1)))
    return tuple(ranges)
