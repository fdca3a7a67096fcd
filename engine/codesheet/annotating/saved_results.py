"""The results that Excel saved with formulas, kept in a copy: openpyxl writes formulas without them."""

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import load_workbook
from openpyxl.utils.datetime import to_excel

_CELL = re.compile(
    rb'<c r="([A-Z]+\d+)"([^>]*)>(<f\b[^>]*/>|<f\b(?:(?!</f>).)*</f>)<v(?:\s*/>|></v>)', re.DOTALL
)
_TYPE = re.compile(rb'\s+t="\w+"')

Results = Mapping[str, tuple[str, str]]
"""Type and written value of the formula cells of a sheet, by address."""


def with_results(original: bytes, copy: bytes) -> bytes:
    """Give a copy of a workbook with the results of the original's formulas, by sheets of one name."""
    found = _results(original)
    if not any(found.values()):
        return copy
    paths = _paths(copy)
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(copy)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item.filename)
            results = found.get(paths.get(item.filename, ""), {})
            target.writestr(item, _filled(data, results) if results else data)
    return out.getvalue()


def _paths(data: bytes) -> dict[str, str]:
    book = load_workbook(BytesIO(data), read_only=True)
    return {sheet._worksheet_path: sheet.title for sheet in book.worksheets}  # type: ignore[attr-defined]  # noqa: SLF001


def _results(data: bytes) -> dict[str, dict[str, tuple[str, str]]]:
    formulas = load_workbook(BytesIO(data), read_only=True)
    values = load_workbook(BytesIO(data), read_only=True, data_only=True)
    found: dict[str, dict[str, tuple[str, str]]] = {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for sheet in formulas.worksheets:
            part = archive.read(sheet._worksheet_path)  # type: ignore[attr-defined]  # noqa: SLF001
            if re.search(rb"<(\w+:)?f[ >/]", part):
                found[sheet.title] = _of_sheet(sheet, values[sheet.title])
    return found


def _of_sheet(sheet: Any, values: Any) -> dict[str, tuple[str, str]]:  # noqa: ANN401 - read-only sheets have no type
    found = {}
    for row, value_row in zip(sheet.iter_rows(), values.iter_rows(), strict=False):
        for cell, value in zip(row, value_row, strict=False):
            if cell.data_type == "f" and value.value is not None:
                found[cell.coordinate] = _written(value)
    return found


def _written(cell: Any) -> tuple[str, str]:  # noqa: ANN401 - as above
    raw = cell._value  # noqa: SLF001 - the number behind a date
    if isinstance(raw, bool):
        return "b", str(int(raw))
    if isinstance(raw, (int, float)):
        return "n", repr(raw)
    if cell.data_type == "e":
        return "e", str(raw)
    if cell.is_date:
        return "n", repr(to_excel(cell.value))  # type: ignore[no-untyped-call]
    return "str", str(raw)


def _filled(part: bytes, results: Results) -> bytes:
    def fill(found: re.Match[bytes]) -> bytes:
        address, rest, formula = found.groups()
        kind, value = results.get(address.decode(), ("", ""))
        if not kind:
            return found[0]
        rest = _TYPE.sub(b"", rest)
        return b'<c r="%s"%s t="%s">%s<v>%s</v>' % (
            address,
            rest,
            kind.encode(),
            formula,
            escape(value).encode(),
        )

    return _CELL.sub(fill, part)
