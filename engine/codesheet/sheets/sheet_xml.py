"""One sheet's XML read to its cells: rows written as most are at once, any other by a parser's events.

openpyxl's reader of sheets takes several times as long, passes over each sheet twice where there are
formulas, and tells nothing of hidden rows.
"""

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any
from xml.parsers import expat

from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from codesheet.sheets.plain_rows import NotPlain, read_plain_rows
from codesheet.sheets.sheet_cells import Enough, SheetCells

_DIGITS = "0123456789"
_LARGEST_AT_ONCE = 16_000_000
"""Bytes of a sheet's XML: above it is read piece by piece, which takes longer and no memory."""


class HostileXml(Exception):  # noqa: N818 - not a bug of ours: the user's file
    """A sheet declares a document type, as Excel never does: entities read files, or grow without end."""


def read_sheet(part: IO[bytes], new: Callable[[], SheetCells]) -> SheetCells:
    """Read a sheet's part of a workbook; `new` gives the cells to put what it holds in.

    Raises:
        expat.ExpatError, ValueError, LookupError: it is damaged.
        HostileXml: it declares a document type.

    """
    cells = new()
    try:
        xml = part.read(_LARGEST_AT_ONCE + 1)
        if len(xml) > _LARGEST_AT_ONCE:
            part.seek(0)
            _Events(cells).read(part)
        else:
            try:
                around = read_plain_rows(xml, cells)
            except NotPlain:
                cells = new()
                _Events(cells).read(BytesIO(xml))
            else:
                _Events(cells).read(BytesIO(around), has_rows=False)
    except Enough:
        return cells
    cells.put_in_order()
    return cells


class _Events:
    """What a parser tells of a sheet, element by element."""

    def __init__(self, cells: SheetCells) -> None:
        self._cells = cells
        self._kind = self._style = self._value = self._inline = ""
        self._formula: dict[str, str] | None = None
        self._masters: dict[str, Translator] = {}
        self._is_phonetic = False
        self._text: list[str] = []

    def read(self, xml: IO[bytes], *, has_rows: bool = True) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = lambda name, _: self._begin(parser, name, has_rows=has_rows)
        parser.ParseFile(xml)

    def _begin(self, parser: Any, root: str, *, has_rows: bool) -> None:  # noqa: ANN401 - a parser of expat has no name
        """Take the prefix of the sheet's own elements from the root: most programs write none."""
        prefix = root[: root.rfind(":") + 1]
        starts: dict[str, Callable[[dict[str, str]], None]] = {
            f"{prefix}col": self._cells.hide_columns,
            f"{prefix}row": self._cells.begin_row,
            f"{prefix}c": self._start_cell,
            f"{prefix}f": self._start_formula,
            f"{prefix}v": self._start_text,
            f"{prefix}t": self._start_text,
            f"{prefix}rPh": self._start_phonetic,
            f"{prefix}mergeCell": self._cells.merge,
            f"{prefix}autoFilter": self._cells.filter,
            f"{prefix}sortState": self._cells.sort,
        }
        ends: dict[str, Callable[[], None]] = {
            f"{prefix}row": self._cells.end_row,
            f"{prefix}c": self._end_cell,
            f"{prefix}f": self._end_formula,
            f"{prefix}v": self._end_value,
            f"{prefix}t": self._end_inline,
            f"{prefix}rPh": self._end_phonetic,
        }

        def start(name: str, attributes: dict[str, str]) -> None:
            if (handle := starts.get(name)) is not None:
                handle(attributes)

        def end(name: str) -> None:
            if (handle := ends.get(name)) is not None:
                handle()

        parser.StartElementHandler = start
        if has_rows:
            parser.EndElementHandler = end
            parser.CharacterDataHandler = self._text.append

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cells.begin_cell(attributes.get("r", "").rstrip(_DIGITS))
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._value = self._inline = ""
        self._formula = None

    def _end_cell(self) -> None:
        if self._formula is not None:
            self._cells.keep_formula(self._written_formula(self._formula))
        text = self._inline if self._kind == "inlineStr" else self._value
        self._cells.keep(self._kind, self._style, text)

    def _start_text(self, _: dict[str, str]) -> None:
        self._text.clear()

    def _end_value(self) -> None:
        self._value = "".join(self._text)

    def _end_inline(self) -> None:
        if not self._is_phonetic:
            self._inline += "".join(self._text)

    def _start_phonetic(self, _: dict[str, str]) -> None:
        self._is_phonetic = True

    def _end_phonetic(self) -> None:
        self._is_phonetic = False

    def _start_formula(self, attributes: dict[str, str]) -> None:
        self._text.clear()
        self._formula = attributes

    def _end_formula(self) -> None:
        if self._formula is not None:
            self._formula = self._formula | {"text": "".join(self._text)}

    def _written_formula(self, formula: dict[str, str]) -> str:
        """Give a cell's formula; nothing where it is of an array or a data table, and not this cell's own."""
        text = f"={formula.get('text', '')}"
        kind = formula.get("t")
        if kind in ("array", "dataTable"):
            return "="
        if kind == "shared":
            place = f"{get_column_letter(self._cells.column)}{self._cells.row}"
            master = self._masters.get(formula.get("si", ""))
            if master is not None:
                return master.translate_formula(place)
            if text != "=":
                self._masters[formula.get("si", "")] = Translator(text, place)
        return text


def _refuse(*_: object) -> None:
    raise HostileXml
