"""What openpyxl changes in a workbook that it saves, put back: results of formulas, heights of rows and more.

Formulas lose their results, rows that fit themselves become fixed, Excel's marks on cells are forgotten, and
notes become small.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from posixpath import join, normpath
from xml.etree.ElementTree import Element, SubElement, fromstring, register_namespace, tostring
from zipfile import ZIP_DEFLATED, ZipFile

from codesheet.dressing.carried_parts import carried_parts

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_EXCEL = "urn:schemas-microsoft-com:office:excel"
register_namespace("", _MAIN)
register_namespace("r", _DOCUMENT)

_BEHIND_IGNORED = ("smartTags", "drawing", "legacyDrawing", "tableParts", "extLst")
"""What comes after ignoredErrors in a sheet, of all that may be in one we save."""

_TO_THE_CORNER = ":XFD1048576"
_CHANGES_EACH_TIME = "docProps/core.xml"
_POINT = 96 / 72  # pixels

Size = tuple[int, int]
"""Width and height of a note, in pixels."""


def read_parts(data: bytes) -> dict[str, bytes]:
    """Give the parts of a workbook by name, without the one that holds the time of saving."""
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != _CHANGES_EACH_TIME}


def put_back(saved: bytes, original: bytes, code_tables: Mapping[str, int] | None) -> bytes:
    """Give a saved workbook with what the original's sheets had besides.

    `code_tables` are sheets, each with its table's first row, where text of digits is meant: Excel is told
    not to mark those cells as numbers stored as text. None keeps what the original says of that.
    """
    with ZipFile(BytesIO(original)) as before, ZipFile(BytesIO(saved)) as after:
        old, new = sheet_parts(before), sheet_parts(after)
        changed = carried_parts(before, after)
        for title, name in new.items():
            tree = fromstring(after.read(name))  # noqa: S314 - just written
            source = fromstring(before.read(old[title])) if title in old else None  # noqa: S314 - read before
            if source is not None:
                _formula_results(tree, source)
            _row_heights(tree, source)
            _ignored_errors(tree, source, None if code_tables is None else code_tables.get(title, 0))
            changed[name] = tostring(tree, encoding="utf-8", xml_declaration=True)
        result = BytesIO()
        with ZipFile(result, "w", ZIP_DEFLATED) as archive:
            for name in dict.fromkeys([*after.namelist(), *changed]):
                archive.writestr(name, changed[name] if name in changed else after.read(name))
    return result.getvalue()


def sheet_parts(archive: ZipFile) -> dict[str, str]:
    """Give the part of each sheet by its title, in the order of the sheets."""
    targets = _targets(archive, "xl/workbook.xml")
    book = fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - sheets were read from it before
    sheets = book.iter(f"{{{_MAIN}}}sheet")
    return {sheet.get("name", ""): targets[sheet.get(f"{{{_DOCUMENT}}}id", "")][1] for sheet in sheets}


def _targets(archive: ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Give the kind and the part of each relation of a part, by id."""
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return {}
    found = fromstring(archive.read(relations)).iter(f"{{{_PACKAGE}}}Relationship")  # noqa: S314
    return {
        one.get("Id", ""): (
            one.get("Type", "").rpartition("/")[2],
            normpath(join("/", folder, one.get("Target", ""))).lstrip("/"),
        )
        for one in found
    }


def _formula_results(tree: Element, source: Element) -> None:
    """Put each formula's last result back: without it the program could not read the cell until Excel did."""
    results = {cell.get("r"): cell for cell in _formula_cells(source)}
    for cell in _formula_cells(tree):
        before = results.get(cell.get("r"))
        value = None if before is None else before.find(f"{{{_MAIN}}}v")
        if before is None or value is None:
            continue
        holder = cell.find(f"{{{_MAIN}}}v")
        if holder is None:
            holder = SubElement(cell, f"{{{_MAIN}}}v")
        holder.text = value.text
        cell.attrib.pop("t", None)
        if kind := before.get("t"):
            cell.set("t", kind)


def _formula_cells(tree: Element) -> Iterator[Element]:
    cells = tree.iter(f"{{{_MAIN}}}c")
    return (cell for cell in cells if cell.find(f"{{{_MAIN}}}f") is not None)


def _row_heights(tree: Element, source: Element | None) -> None:
    """Let rows fit themselves to what is in them, but those whose height the author fixed."""
    rows = source.iterfind(f"{{{_MAIN}}}sheetData/{{{_MAIN}}}row") if source is not None else ()
    fixed = {row.get("r") for row in rows if row.get("customHeight") in ("1", "true")}
    for row in tree.iterfind(f"{{{_MAIN}}}sheetData/{{{_MAIN}}}row"):
        if row.get("r") not in fixed:
            row.attrib.pop("customHeight", None)


def _ignored_errors(tree: Element, source: Element | None, first_row: int | None) -> None:
    tag = f"{{{_MAIN}}}ignoredErrors"
    said = list(source.iterfind(f"{tag}/*")) if source is not None else []
    kept = [one for one in said if first_row is None or not _is_ours(one)]
    if not kept and not first_row:
        return
    errors = Element(tag)
    errors.extend(kept)
    if first_row:
        ours = {"sqref": f"A{first_row}{_TO_THE_CORNER}", "numberStoredAsText": "1"}
        SubElement(errors, f"{{{_MAIN}}}ignoredError", ours)
    behind = [place for place, child in enumerate(tree) if child.tag.rpartition("}")[2] in _BEHIND_IGNORED]
    tree.insert(min(behind, default=len(tree)), errors)


def _is_ours(error: Element) -> bool:
    return error.get("sqref", "").endswith(_TO_THE_CORNER)


def note_sizes(data: bytes) -> dict[str, dict[str, Size]]:
    """Give by sheet and cell (`R7C2`) how large each note is drawn."""
    with ZipFile(BytesIO(data)) as archive:
        return {title: dict(_sizes(archive, part)) for title, part in sheet_parts(archive).items()}


def _sizes(archive: ZipFile, sheet: str) -> Iterable[tuple[str, Size]]:
    drawings = (name for kind, name in _targets(archive, sheet).values() if kind == "vmlDrawing")
    for name in drawings:
        shapes = (one for one in fromstring(archive.read(name)).iter() if one.tag.endswith("}shape"))  # noqa: S314
        for shape in shapes:
            row, column = (shape.findtext(f".//{{{_EXCEL}}}{what}") for what in ("Row", "Column"))
            size = [_pixels(shape.get("style", ""), what) for what in ("width", "height")]
            if row and column and size[0] and size[1]:
                yield f"R{int(row) + 1}C{int(column) + 1}", (size[0], size[1])


def _pixels(style: str, what: str) -> int:
    found = re.search(rf"(?:^|;)\s*{what}:\s*([\d.]+)(pt|px)", style)
    return round(float(found[1]) * (_POINT if found[2] == "pt" else 1)) if found else 0
