"""The rows of a sheet as Excel, LibreOffice and openpyxl write nearly all: read by a regular expression.

A parser of XML that calls back for every element takes three times as long. It has what stands around the
rows, and whole the sheets that hold anything else: formulas, rich text, comments, characters by number.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple, TypeAlias

_BEGIN, _END, _ROW_END = "<sheetData>", "</sheetData>", "</row>"
_ENCODING = re.compile(rb"""<\?xml[^>]*?\bencoding\s*=\s*["']([^"']*)""")
_CONTROLS = bytes({*range(32)} - {*b"\t\n\r"})
_NOT_PLAIN = ("<!", "]]>", "\r", "\ufffe", "\uffff")
"""What a parser reads otherwise than it is written, or refuses: comments, returns, characters not allowed."""
_ROWS_ELSEWHERE = ("<row ", "<row>", "<c ", "<c>")
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
    try:
        text = xml.decode()
    except UnicodeDecodeError as problem:
        raise NotPlain from problem
    before, begin, rest = text.partition(_BEGIN)
    rows, end, after = rest.partition(_END)
    around = f"{before}{begin}{end}{after}"
    is_read_as_written = before.startswith("<") and "<!" not in before and "<?" not in before[1:]
    if not is_read_as_written or not end or any(mark in around for mark in _ROWS_ELSEWHERE):
        raise NotPlain
    if (
        _BEGIN in after
        or any(mark in rows for mark in _NOT_PLAIN)
        or len(xml.translate(None, _CONTROLS)) < len(xml)
    ):
        raise NotPlain
    first, row_end, others = rows.partition(_ROW_END)  # whoever has seen it may have seen enough
    pieces = chain.from_iterable(map(_pieces, (first + row_end, others)))
    return PlainSheet(around.encode(), pieces)


def _pieces(rows: str) -> Iterator[Piece]:
    parts = _PIECE.split(rows)
    if any(parts[::_STEP]):  # what stands between them
        raise NotPlain
    return zip(*(parts[place::_STEP] for place in range(1, _STEP)), strict=True)


def attributes_of(written: str) -> dict[str, str]:
    """Give attributes by name.

    Raises:
        NotPlain: one is there twice.

    """
    named = _NAMED.findall(written)
    attributes = dict(named)
    if len(attributes) < len(named):
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
