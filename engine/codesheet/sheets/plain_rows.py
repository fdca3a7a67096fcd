"""The rows of a sheet as Excel, LibreOffice and openpyxl write nearly all: read by a regular expression.

A parser of XML that calls back for every element takes three times as long. It has what stands around the
rows, and whole the sheets that hold anything else: formulas, rich text, comments, characters by number.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeAlias

from codesheet.sheets.sheet_cells import SheetCells

_BEGIN, _END, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"
_ENCODING = re.compile(rb"""<\?xml[^>]*?\bencoding\s*=\s*["']([^"']*)""")
_CONTROLS = bytes({*range(32)} - {*b"\t\n\r"})
_NOT_AS_WRITTEN = (b"\r", b"]]>", "\ufffe".encode(), "\uffff".encode())
"""What a parser reads otherwise, or refuses: returns, characters not allowed."""
_ROWS_ELSEWHERE = (b"<row ", b"<row>", b"<c ", b"<c>")
_ATTRIBUTE = r' [A-Za-z_:][A-Za-z0-9_:.-]*="[^"<&\t\n]*"'
_PIECE = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]+)")?'
    r'(?: t="inlineStr"><is><t(?: xml:space="preserve")?>([^<]*)</t></is></c>'
    r'|(?: t="([a-z]+)")?(?:><v>([^<]*)</v></c>| ?/>))'
    rf'|<row(?: r="([0-9]+)")?((?:{_ATTRIBUTE})*) ?(/)?>'
    r"|</row>"
)
_STEP = _PIECE.groups + 1
_NAMED = re.compile(r' ([^ =]+)="([^"]*)"')
_ENTITY = re.compile(r"&(?:(\w+);)?")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

_Piece: TypeAlias = tuple[str | None, ...]
"""A cell's letters, style, text written in it, type, value; a row's number, other attributes, `/` where it
ends in itself. All are None of the end of a row."""


class NotPlain(Exception):  # noqa: N818 - no error
    """A row is written otherwise than most: the parser has to read its sheet."""


def read_plain_rows(xml: bytes, cells: SheetCells) -> bytes:
    """Read a sheet's rows, and give what stands around them in its XML.

    Raises:
        NotPlain: they hold what only a parser can read; some may have been read by then.
        ValueError, LookupError: a cell is damaged.
        Enough: the rest of the sheet need not be read.

    """
    around, rows = _parted(xml)
    first, row_end, others = rows.partition(_ROW_END)
    pieces = map(_pieces, (first + row_end, others))  # whoever has seen the first row may have seen enough
    _read(chain.from_iterable(pieces), cells)
    return around


def _parted(xml: bytes) -> tuple[bytes, bytes]:
    """Part a sheet's XML into what stands around the rows, and these."""
    encoding = _ENCODING.match(xml)
    if encoding is not None and encoding[1].lower() != b"utf-8":
        raise NotPlain
    before, begin, rest = xml.partition(_BEGIN)
    rows, end, after = rest.partition(_END)
    around = before + begin + end + after
    is_read_as_written = before.startswith(b"<") and b"<!" not in before and b"<?" not in before[1:]
    if not is_read_as_written or not end or any(mark in around for mark in _ROWS_ELSEWHERE):
        raise NotPlain
    if _BEGIN in after:
        raise NotPlain
    return around, rows


def _read(pieces: Iterable[_Piece], cells: SheetCells) -> None:
    """Put pieces in: a row ends before the next begins, and what it holds stands within."""
    is_open = False
    for letters, style, written, kind, value, number, others, ends_in_itself in pieces:
        if is_open is (others is not None):
            raise NotPlain
        if letters is not None:
            cells.begin_cell(letters)
            text = value if written is None else written
            if text and "&" in text:
                text = _ENTITY.sub(_character, text)
            cells.keep("inlineStr" if written else kind or "n", style or "0", text)
        elif others is not None:
            cells.begin_row(_attributes(number, others))
            is_open = ends_in_itself is None
        else:
            cells.end_row()
            is_open = False
    if is_open:
        raise NotPlain


def _pieces(rows: bytes) -> Iterator[_Piece]:
    if any(mark in rows for mark in _NOT_AS_WRITTEN) or len(rows.translate(None, _CONTROLS)) < len(rows):
        raise NotPlain
    try:
        parts = _PIECE.split(rows.decode())
    except UnicodeDecodeError as problem:
        raise NotPlain from problem
    if any(parts[::_STEP]):  # what stands between them
        raise NotPlain
    return zip(*(parts[place::_STEP] for place in range(1, _STEP)), strict=True)


def _attributes(number: str | None, others: str) -> dict[str, str]:
    attributes = {} if number is None else {"r": number}
    if others:
        named = _NAMED.findall(others)
        count = len(attributes) + len(named)
        attributes.update(named)
        if len(attributes) < count:  # one is there twice
            raise NotPlain
    return attributes


def _character(entity: re.Match[str]) -> str:
    found = _CHARACTERS.get(entity[1])
    if found is None:
        raise NotPlain
    return found
