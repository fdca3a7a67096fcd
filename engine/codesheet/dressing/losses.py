"""What saving a workbook through openpyxl would lose: a workbook that holds any of it must be left alone.

Parts and elements that are known to be kept are listed; whatever is not is taken to be lost.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError, fromstring
from zipfile import ZipFile

_KEPT_PARTS = re.compile(
    r"""
    \[Content_Types\]\.xml | (?:xl/)?_rels/[^/]*\.rels | .*/
    | docProps/(?:core|app|custom)\.xml
    | docProps/thumbnail\..*  # how the first sheet looked
    | xl/workbook\.xml | xl/styles\.xml | xl/sharedStrings\.xml | xl/theme/theme\d*\.xml
    | xl/worksheets/sheet\d*\.xml | xl/worksheets/_rels/sheet\d*\.xml\.rels
    | xl/(?:comments/)?comment[^/]*\.xml | xl/drawings/[^/]*\.vml | xl/tables/table\d*\.xml
    | xl/externalLinks/(?:_rels/)?externalLink\d*\.xml(?:\.rels)?
    | customXml/.* | docMetadata/.*  # carried over as they are
    | xl/calcChain\.xml       # Excel makes it anew
    | xl/printerSettings/.*   # a printer's own; paper and margins stand in the sheet
    | xl/persons/.*           # names for threaded comments; without these they say nothing
    """,
    re.VERBOSE,
)
_KEPT_WITH_MACROS = re.compile(r"xl/vbaProject\.bin|customUI/.*")

_PARTS_IN_WORDS = (
    (r"xl/charts/|xl/chartsheets/|xl/chartex", "a chart"),
    (r"xl/media/", "a picture"),
    (r"xl/drawings/", "a shape, picture or chart"),
    (r"xl/threadedComments/", "comments with replies (notes are kept)"),
    (r"xl/pivot", "a pivot table"),
    (r"xl/slicer|xl/timeline", "a slicer"),
    (r"xl/ctrlProps|xl/activeX", "a button or form field"),
    (r"xl/embeddings", "an embedded object"),
    (r"xl/connections|xl/queryTables|xl/model", "a data connection"),
    (r"xl/metadata|xl/richData", "dynamic arrays or data types"),
    (r"_xmlsignatures|xl/vbaProjectSignature", "a digital signature"),
)

_KEPT_IN_WORKBOOK = frozenset(
    [
        "fileVersion",
        "workbookPr",
        "AlternateContent",
        "revisionPtr",
        "workbookProtection",
        "bookViews",
        "sheets",
        "externalReferences",
        "definedNames",
        "calcPr",
        "fileRecoveryPr",
        "extLst",
    ]
)
_KEPT_IN_SHEET = frozenset(
    [
        "sheetPr",
        "dimension",
        "sheetViews",
        "sheetFormatPr",
        "cols",
        "sheetData",
        "sheetProtection",
        "autoFilter",
        "mergeCells",
        "phoneticPr",
        "conditionalFormatting",
        "dataValidations",
        "hyperlinks",
        "printOptions",
        "pageMargins",
        "pageSetup",
        "headerFooter",
        "rowBreaks",
        "colBreaks",
        "ignoredErrors",
        "drawing",  # judged by its part
        "legacyDrawing",
        "tableParts",
    ]
)
_ELEMENTS_IN_WORDS = {
    "customWorkbookViews": "custom views",
    "customSheetViews": "custom views",
    "fileSharing": "a password for writing",
    "scenarios": "scenarios",
    "protectedRanges": "ranges that some may edit",
    "sortState": "a sort order",
    "picture": "a background picture",
    "legacyDrawingHF": "a picture in the header or footer",
    "extLst": "a newer kind of conditional format, drop-down or sparkline",
}
_DRAWING = re.compile(r"xl/drawings/drawing\d*\.xml")
_SHEET = re.compile(r"xl/worksheets/sheet\d*\.xml")


def what_would_be_lost(data: bytes, *, macros: bool) -> list[str]:
    """Give in words, with the part of the file, what the bytes of a workbook hold that would be lost."""
    with ZipFile(BytesIO(data)) as archive:
        found = dict.fromkeys([*_parts(archive, macros=macros), *_elements(archive)])
    return list(found)


def _parts(archive: ZipFile, *, macros: bool) -> Iterator[str]:
    for name in archive.namelist():
        if _KEPT_PARTS.fullmatch(name) or (macros and _KEPT_WITH_MACROS.fullmatch(name)):
            continue
        if _DRAWING.fullmatch(name) and not _children(archive, name):
            continue  # LibreOffice writes an empty one for each sheet with notes
        in_words = next((text for form, text in _PARTS_IN_WORDS if re.match(form, name)), "")
        yield f"{in_words} ({name})" if in_words else name


def _elements(archive: ZipFile) -> Iterator[str]:
    for name in archive.namelist():
        kept = _KEPT_IN_SHEET if _SHEET.fullmatch(name) else None
        if name == "xl/workbook.xml":
            kept = _KEPT_IN_WORKBOOK
        for child in _children(archive, name) if kept else ():
            tag = child.tag.rpartition("}")[2]
            if kept is not None and tag not in kept:
                yield f"{_ELEMENTS_IN_WORDS.get(tag, tag)} ({name})"


def _children(archive: ZipFile, name: str) -> list[Element]:
    try:
        return list(fromstring(archive.read(name)))  # noqa: S314 - a workbook its owner edits; bounded when read
    except ParseError:
        return []
