"""Cells that are formatted and hold nothing, down to a sheet's last row: taken out before they cost memory.

A format put on whole columns by hand can leave a million of them. They say nothing, and no table needs them.
"""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

MANY = 100_000
"""So many empty cells and rows in one sheet are more than anyone formatted one by one."""

_PIECE = 1 << 20
_SMALL = 2_000_000
"""Bytes of XML below which a sheet cannot hold so many."""

_EMPTY_CELL = re.compile(rb"<c\b[^>]*(?:/>|></c>)")
_EMPTY_ROW = re.compile(rb"<row\b[^>]*(?:/>|></row>)")
_ROW_END = b"</row>"


def without_empty_cells(data: bytes) -> tuple[bytes, int]:
    """Give a workbook's bytes without the empty cells and rows of sheets that have many, and their number.

    Raises:
        zipfile.BadZipFile: the bytes are no workbook.

    """
    with zipfile.ZipFile(BytesIO(data)) as source:
        large = [part for part in source.infolist() if _is_large_sheet(part)]
        counts = {part.filename: _count(source, part) for part in large}
        thinned = {name for name, count in counts.items() if count > MANY}
        if not thinned:
            return data, 0
        stream = BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
            for part in source.infolist():
                if part.filename in thinned:
                    with target.open(part.filename, "w") as file:
                        file.writelines(piece for piece, _ in _pieces(source, part))
                else:
                    target.writestr(part, source.read(part))
        return stream.getvalue(), sum(counts[name] for name in thinned)


def _is_large_sheet(part: zipfile.ZipInfo) -> bool:
    return part.filename.startswith("xl/worksheets/") and part.file_size > _SMALL


def _count(source: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    return sum(count for _, count in _pieces(source, part))


def _pieces(source: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """Give a sheet's XML piece by piece without empty cells and rows, and how many each piece had."""
    rest = b""
    with source.open(part) as file:
        while read := file.read(_PIECE):
            whole, end, rest = (rest + read).rpartition(_ROW_END)  # a piece ends with a row
            yield _thinned(whole + end)
    yield _thinned(rest)


def _thinned(xml: bytes) -> tuple[bytes, int]:
    xml, cells = _EMPTY_CELL.subn(b"", xml)
    xml, rows = _EMPTY_ROW.subn(b"", xml)
    return xml, cells + rows
