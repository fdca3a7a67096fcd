"""The rows of a sheet as Excel, LibreOffice and openpyxl write nearly all: read by a regular expression.

A parser of XML that calls back for every element takes three times as long. It has what stands around the
rows, and whole the sheets that hold anything else: formulas, rich text, comments, characters by number.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple, TypeAlias

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

Piece: TypeAlias = tuple[str | None, ...]
"""A cell's letters, style, text written in it, type, value; a row's number, other attributes, `/` where it
ends in itself. All are None of the end of a row."""


class NotPlain(Exception):  # noqa: N818 - no error
    """A row is written otherwise than most: the parser has to read its sheet."""


class PlainSheet(NamedTuple):
    """The XML of a sheet around its rows, and these piece by piece."""

    around: bytes
    pieces: Iterator[Piece]


def plain_sheet(xml: bytes) -> PlainSheet:
    """Part a sheet's XML into its rows and what stands around them.

    Raises:
        NotPlain: they cannot be told apart; when the pieces are asked for, too.

    """
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
    first, row_end, others = rows.partition(_ROW_END)  # whoever has seen it may have seen enough
    return PlainSheet(around, chain.from_iterable(map(_pieces, (first + row_end, others))))


def _pieces(rows: bytes) -> Iterator[Piece]:
    if any(mark in rows for mark in _NOT_AS_WRITTEN) or len(rows.translate(None, _CONTROLS)) < len(rows):
        raise NotPlain
    try:
        parts = _PIECE.split(rows.decode())
    except UnicodeDecodeError as problem:
        raise NotPlain from problem
    if any(parts[::_STEP]):  # what stands between them
        raise NotPlain
    return zip(*(parts[place::_STEP] for place in range(1, _STEP)), strict=True)


def attributes_of(number: str | None, others: str) -> dict[str, str]:
    """Give the attributes of a row by name.

    Raises:
        NotPlain: one is there twice.

    """
    attributes = {} if number is None else {"r": number}
    if others:
        named = _NAMED.findall(others)
        count = len(attributes) + len(named)
        attributes.update(named)
        if len(attributes) < count:
            raise NotPlain
    return attributes


def unescaped(text: str) -> str:
    """Give a text with the characters that XML has names for.

    Raises:
        NotPlain: it holds others, such as those written by their numbers.

    """
    return _ENTITY.sub(_character, text)


def _character(entity: re.Match[str]) -> str:
    found = _CHARACTERS.get(entity[1])
    if found is None:
        raise NotPlain
    return found
