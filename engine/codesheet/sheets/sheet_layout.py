"""What the eye sees of a sheet and its cells do not say: hidden, filtered and struck-out rows, formats."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from xml.etree.ElementTree import Element

from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format
from openpyxl.xml.functions import fromstring

_PADDED = re.compile(r"0{2,}")
_SCIENTIFIC = re.compile(r"(?:##)?0(?:\.0+)?E\+0+", re.IGNORECASE)

Position = tuple[int, int]
"""(row, column), both from 1."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet looks: `padded` gives the digits of cells shown with zeros in front, by position.

    `hidden_columns` are the first and last columns of runs. `merged` are ranges as (first row, first
    column, last row, last column); `sorted_rows` are the first and last rows of what Excel has sorted, as
    far as it still knows.
    """

    is_hidden: bool = False
    is_filtered: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    sorted_rows: tuple[tuple[int, int], ...] = ()
    struck: frozenset[Position] = frozenset()
    padded: Mapping[Position, int] = field(default_factory=lambda: MappingProxyType({}))
    scientific: frozenset[Position] = frozenset()


@dataclass(frozen=True, slots=True)
class Styles:
    """Which of a workbook's cell styles strike out, pad with zeros, show powers of ten, dates or durations.

    Styles are named as cells name them: by their place in the workbook's list, as text. `padded` gives the
    number of digits.
    """

    struck: frozenset[str] = frozenset()
    padded: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    scientific: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    durations: frozenset[str] = frozenset()


@lru_cache(maxsize=64)
def read_styles(part: bytes) -> Styles:
    """Read a workbook's part of styles; workbooks written alike have the same.

    Raises:
        ElementTree.ParseError, ValueError, IndexError: it is damaged.

    """
    root = fromstring(part)
    codes = {int(one.get("numFmtId", "")): one.get("formatCode", "") for one in root.iterfind("{*}numFmts/*")}
    strikes = [_strikes(font) for font in root.iterfind("{*}fonts/*")]
    formats: dict[int, list[str]] = {}
    struck = set()
    for place, style in enumerate(root.iterfind("{*}cellXfs/*")):
        formats.setdefault(int(style.get("numFmtId", "0")), []).append(str(place))
        if strikes and strikes[int(style.get("fontId", "0"))]:
            struck.add(str(place))
    written = {number: codes.get(number) or builtin_format_code(number) or "" for number in formats}

    def having(holds: Callable[[str], object]) -> Iterator[str]:
        return (place for number, places in formats.items() if holds(written[number]) for place in places)

    padded = {place: len(written[number]) for number, places in formats.items() for place in places}
    return Styles(
        struck=frozenset(struck),
        padded={place: padded[place] for place in having(_PADDED.fullmatch)},
        scientific=frozenset(having(_SCIENTIFIC.fullmatch)),
        dates=frozenset(having(is_date_format)),
        durations=frozenset(having(is_timedelta_format)),
    )


def _strikes(font: Element) -> bool:
    strike = font.find("{*}strike")
    return strike is not None and strike.get("val", "1") in ("1", "true", "on")
