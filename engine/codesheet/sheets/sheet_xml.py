"""One sheet's XML, read in one pass: what its cells hold, their formulas, and what the eye sees of it.

openpyxl's reader of sheets takes several times as long, passes over each sheet twice where there are
formulas, and tells nothing of hidden rows.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import IO, Any
from xml.parsers import expat

from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries

from codesheet.language.values import CellValue
from codesheet.sheets.excel_days import day_as_written, day_of_number
from codesheet.sheets.plain_rows import NotPlain, Piece, attributes_of, plain_sheet, unescaped
from codesheet.sheets.sheet_layout import Layout, Position, Styles

_TRUE = ("1", "true")
_DIGITS = "0123456789"
_LAST_ROW = 1_048_576
_LARGEST_AT_ONCE = 16_000_000
"""Bytes of a sheet's XML: above it is read piece by piece, which takes longer and no memory."""
_SHOWN_FOR_NO_NUMBER = "#NUM!"
_LARGEST_NUMBER = 1e308
"""From here on Excel has no numbers."""


class HostileXml(Exception):  # noqa: N818 - not a bug of ours: the user's file
    """A sheet declares a document type, as Excel never does: entities read files, or grow without end."""


class _Enough(Exception):  # noqa: N818 - no error
    """The rest of the sheet is of no use."""


class SheetXml:
    """Reads one sheet: `rows` holds its cells that are not blank, `formulas` what stands behind results.

    `is_enough` is told the cells of row 1, and says whether the rest of the sheet need not be read.
    """

    def __init__(
        self,
        strings: Sequence[str],
        styles: Styles,
        epoch: datetime,
        is_enough: Callable[[dict[int, CellValue]], bool],
    ) -> None:
        self._strings = strings
        self._styles = styles
        self._seen = styles.struck | styles.scientific | styles.padded.keys()
        self._epoch = epoch
        self._is_enough = is_enough
        self._columns: dict[str, int] = {}
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.rows: dict[int, dict[int, CellValue]] = {}
        self.formulas: dict[Position, str] = {}
        self.errors: set[Position] = set()
        self._row = self._column = 0
        self._kind = self._style = self._value = self._inline = ""
        self._formula: dict[str, str] | None = None
        self._masters: dict[str, Translator] = {}
        self._is_phonetic = False
        self._text: list[str] = []
        self._hidden_rows: set[int] = set()
        self._hidden_columns: list[tuple[int, int]] = []
        self._merged: list[tuple[int, int, int, int]] = []
        self._is_filtered = False
        self._sorted_rows: list[tuple[int, int]] = []
        self._struck: set[Position] = set()
        self._scientific: set[Position] = set()
        self._padded: dict[Position, int] = {}

    def read(self, part: IO[bytes]) -> None:
        """Read the sheet's part of a workbook.

        Raises:
            expat.ExpatError, ValueError, LookupError: it is damaged.
            HostileXml: it declares a document type.

        """
        try:
            xml = part.read(_LARGEST_AT_ONCE + 1)
            if len(xml) > _LARGEST_AT_ONCE:
                part.seek(0)
                self._parse(part)
            else:
                self._read_at_once(xml)
        except _Enough:
            return
        self.rows = dict(sorted(self.rows.items()))

    def _read_at_once(self, xml: bytes) -> None:
        try:
            sheet = plain_sheet(xml)
            self._read_plain(sheet.pieces)
        except NotPlain:
            self._begin_anew()
            self._parse(BytesIO(xml))
        else:
            self._parse(BytesIO(sheet.around), has_rows=False)

    def _read_plain(self, pieces: Iterable[Piece]) -> None:
        """Read rows and cells; a row ends before the next begins, and what it holds stands within."""
        is_open = False
        for letters, style, written, kind, value, number, others, ends_in_itself in pieces:
            if is_open is (others is not None):
                raise NotPlain
            if letters is not None:
                self._column = self._columns.get(letters) or self._column_of(letters)
                text = value if written is None else written
                if text and "&" in text:
                    text = unescaped(text)
                self._keep("inlineStr" if written else kind or "n", style or "0", text)
            elif others is not None:
                self._start_row(attributes_of(number, others))
                is_open = ends_in_itself is None
            else:
                self._end_row()
                is_open = False
        if is_open:
            raise NotPlain

    def _parse(self, xml: IO[bytes], *, has_rows: bool = True) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = lambda name, _: self._begin(parser, name, has_rows=has_rows)
        parser.ParseFile(xml)

    def layout(self, *, is_hidden: bool) -> Layout:
        """Tell how the sheet looks."""
        return Layout(
            is_hidden=is_hidden,
            is_filtered=self._is_filtered,
            hidden_rows=frozenset(self._hidden_rows),
            hidden_columns=tuple(self._hidden_columns),
            merged=tuple(self._merged),
            sorted_rows=tuple(self._sorted_rows),
            struck=frozenset(self._struck),
            padded=self._padded,
            scientific=frozenset(self._scientific),
        )

    def _begin(self, parser: Any, root: str, *, has_rows: bool) -> None:  # noqa: ANN401 - a parser of expat has no name
        """Take the prefix of the sheet's own elements from the root: most programs write none."""
        prefix = root[: root.rfind(":") + 1]
        starts: dict[str, Callable[[dict[str, str]], None]] = {
            f"{prefix}col": self._start_columns,
            f"{prefix}row": self._start_row,
            f"{prefix}c": self._start_cell,
            f"{prefix}f": self._start_formula,
            f"{prefix}v": self._start_text,
            f"{prefix}t": self._start_text,
            f"{prefix}rPh": self._start_phonetic,
            f"{prefix}mergeCell": self._merge,
            f"{prefix}autoFilter": self._filter,
            f"{prefix}sortState": self._sort,
        }
        ends: dict[str, Callable[[], None]] = {
            f"{prefix}row": self._end_row,
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

    def _start_columns(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in _TRUE:
            self._hidden_columns.append((int(attributes["min"]), int(attributes["max"])))

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        self._row = self._row + 1 if number is None else int(number)
        self._column = 0
        if attributes.get("hidden") in _TRUE:
            self._hidden_rows.add(self._row)

    def _end_row(self) -> None:
        if self._row == 1 and self._is_enough(self.rows.get(1, {})):
            raise _Enough

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        if place:
            letters = place.rstrip(_DIGITS)
            self._column = self._columns.get(letters) or self._column_of(letters)
        else:
            self._column += 1
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._value = self._inline = ""
        self._formula = None

    def _column_of(self, letters: str) -> int:
        column = self._columns[letters] = column_index_from_string(letters)
        return column

    def _end_cell(self) -> None:
        if self._formula is not None:
            self.formulas[self._row, self._column] = self._written_formula(self._formula)
        self._keep(self._kind, self._style, self._inline if self._kind == "inlineStr" else self._value)

    def _keep(self, kind: str, style: str, text: str | None) -> None:
        """Keep what the cell looks like, and what it holds where that is not blank."""
        if style in self._seen:
            self._see(style)
        if not text:
            return
        value = text if kind == "inlineStr" else self._read(kind, style, text)
        if not isinstance(value, str) or (value and not value.isspace()):
            self.rows.setdefault(self._row, {})[self._column] = value

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

    def _merge(self, attributes: dict[str, str]) -> None:
        left, top, right, bottom = range_boundaries(attributes["ref"])
        self._merged.append((int(top or 1), int(left or 1), int(bottom or 1), int(right or 1)))

    def _filter(self, _: dict[str, str]) -> None:
        self._is_filtered = True

    def _sort(self, attributes: dict[str, str]) -> None:
        self._sorted_rows.append(rows_of_range(attributes["ref"]))

    def _see(self, style: str) -> None:
        position = self._row, self._column
        if style in self._styles.struck:
            self._struck.add(position)
        if style in self._styles.scientific:
            self._scientific.add(position)
        if style in self._styles.padded:
            self._padded[position] = self._styles.padded[style]

    def _read(self, kind: str, style: str, text: str) -> CellValue:
        match kind:
            case "s":
                return self._strings[int(text)]
            case "b":
                return bool(int(text))
            case "e":
                self.errors.add((self._row, self._column))
                return text
            case "d":
                return day_as_written(text)
            case "n":
                return self._number(style, text)
            case _:
                return text

    def _number(self, style: str, text: str) -> CellValue:
        number = float(text) if "." in text or "e" in text or "E" in text else int(text)
        if not -_LARGEST_NUMBER < number < _LARGEST_NUMBER:
            return _SHOWN_FOR_NO_NUMBER
        if style not in self._styles.dates:
            return number
        is_duration = style in self._styles.durations
        return day_of_number(number, self._epoch, is_duration=is_duration)

    def _written_formula(self, formula: dict[str, str]) -> str:
        """Give a cell's formula; nothing where it is of an array or a data table, and not this cell's own."""
        text = f"={formula.get('text', '')}"
        kind = formula.get("t")
        if kind in ("array", "dataTable"):
            return "="
        if kind == "shared":
            place = f"{get_column_letter(self._column)}{self._row}"
            master = self._masters.get(formula.get("si", ""))
            if master is not None:
                return master.translate_formula(place)
            if text != "=":
                self._masters[formula.get("si", "")] = Translator(text, place)
        return text


def rows_of_range(cells: str) -> tuple[int, int]:
    """Give the first and last row of a range of cells."""
    _, top, _, bottom = range_boundaries(cells)
    return int(top or 1), int(bottom or _LAST_ROW)


def _refuse(*_: object) -> None:
    raise HostileXml
