"""A workbook put together: what the writer made, charts drawn anew, and the rows of long sheets.

The writer makes a long sheet with empty rows, which it leaves out; the rows take their place.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import IO, TypeAlias
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from codesheet.results.long_rows import Packed, packed

_WHEN = (1980, 1, 1, 0, 0, 0)
_ROOM = struct.pack("<HHH14x", 0xA220, 16, 0xA028)
"""A filling that the format knows, as long as the sizes of a part that turns out to be beyond 2 GB."""
_END = b"\x03\x00"
"""An empty block: what ends packed stretches."""
_LARGE = 0x7FFF_FFFF
_SIZES_FOLLOW = 8
"""Where a part's sizes stand behind it; here they are known before."""
_ROWS = re.compile(rb"(?<=</row>).*(?=</sheetData>)", re.DOTALL)
_LAST_ROW = re.compile(rb'(?<=<dimension ref="A1:)([A-Z]+)\d+')
_COLUMN = re.compile(rb'<col min="(\d+)" max="(\d+)"(?: [^>]*? style="(\d+)"| )')

Fill: TypeAlias = Callable[[list[int]], Iterator[Packed]]
"""Gives the rows of a sheet, told the style of each column's cells."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What stands below the header of a sheet: how many rows and columns, and the rows."""

    rows: int
    columns: int
    fill: Fill


def package(made: BytesIO, target: Path, drawn: Mapping[str, bytes], filled: Mapping[str, Filling]) -> None:
    """Write a workbook of the parts that the writer made, some of them drawn anew, some sheets filled."""
    with ZipFile(made) as parts, ZipFile(target, "w", ZIP_DEFLATED) as book:
        for part in parts.infolist():
            if part.filename in drawn:
                book.writestr(ZipInfo(part.filename, _WHEN), drawn[part.filename], ZIP_DEFLATED)
            elif part.filename in filled:
                _add_packed(book, part.filename, _sheet(parts.read(part), filled[part.filename]))
            else:
                _add_as_it_is(book, part, made)


def _sheet(xml: bytes, filling: Filling) -> Iterator[Packed]:
    rows = _ROWS.search(xml)
    if rows is None:
        msg = "the writer made a sheet without a header row"
        raise ValueError(msg)
    before = _LAST_ROW.sub(rb"\g<1>%d" % (filling.rows + 1), xml[: rows.start()])
    yield packed(before)
    yield from filling.fill(_styles(before, filling.columns))
    yield packed(xml[rows.end() :])


def _styles(xml: bytes, columns: int) -> list[int]:
    """Find the styles of columns."""
    styles = [0] * columns
    for first, last, style in _COLUMN.findall(xml):
        for column in range(int(first), int(last) + 1):
            styles[column - 1] = int(style or 0)
    return styles


def _add_packed(book: ZipFile, name: str, stretches: Iterable[Packed]) -> None:
    """Add a part that comes packed, stretch by stretch; its header is written once more when all is known."""
    part = ZipInfo(name, _WHEN)
    part.compress_type, part.extra, part.CRC = ZIP_DEFLATED, _ROOM, 0
    with _place_of(book, part) as file:
        file.write(part.FileHeader(zip64=False))
        for stretch in stretches:
            file.write(stretch.content)
            part.compress_size += len(stretch.content)
            part.file_size += stretch.size
            part.CRC = zlib.crc32(stretch.xml, part.CRC)
        file.write(_END)
        part.compress_size += len(_END)
        file.seek(part.header_offset)
        large = part.file_size > _LARGE
        part.extra = b"" if large else _ROOM
        file.write(part.FileHeader(zip64=large))
        part.extra = b""
        file.seek(0, SEEK_END)


def _add_as_it_is(book: ZipFile, part: ZipInfo, made: BytesIO) -> None:
    """Add a part of another workbook without unpacking it."""
    own = copy(part)
    own.flag_bits &= ~_SIZES_FOLLOW
    with made.getbuffer() as content, _place_of(book, own) as file:
        name_and_extra = struct.unpack_from("<HH", content, part.header_offset + 26)
        start = part.header_offset + 30 + sum(name_and_extra)
        file.write(own.FileHeader(zip64=False))
        file.write(content[start : start + part.compress_size])


@contextmanager
def _place_of(book: ZipFile, part: ZipInfo) -> Iterator[IO[bytes]]:
    """Let a part be written past the library, which packs every part itself."""
    file = book.fp
    if file is None:
        msg = "the workbook is closed"
        raise ValueError(msg)
    file.seek(book.start_dir)
    part.header_offset = book.start_dir
    yield file
    book.start_dir = file.tell()
    book.filelist.append(part)
    book.NameToInfo[part.filename] = part
