"""Workbooks saved by Excel as "Strict Open XML Spreadsheet": the same XML, in namespaces of other names.

Nothing but the names differs that matters here, and openpyxl knows only those of the ordinary form.
"""

import re
import zipfile
from io import BytesIO

_STRICT = b"http://purl.oclc.org/ooxml/"
_TELLING = ("_rels/.rels", "xl/workbook.xml")
"""Small parts that every workbook has."""

_NAME = re.compile(
    rb"""(?P<before>\b(?:xmlns(?::[\w.-]+)?|Type)\s*=\s*["'])http://purl\.oclc\.org/ooxml/(?P<of>\w+)/(?P<rest>[^"']*)"""
)
_SPELT_OTHERWISE = (
    (b"extendedProperties", b"extended-properties"),
    (b"customProperties", b"custom-properties"),
)


def is_strict(data: bytes) -> bool:
    """Say whether a workbook is in the strict form.

    Raises:
        zipfile.BadZipFile: the bytes are no workbook.

    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        there = set(archive.namelist())
        return any(_STRICT in archive.read(part) for part in _TELLING if part in there)


def in_ordinary_form(data: bytes) -> bytes:
    """Give a workbook's bytes with the namespaces of the ordinary form, whatever form it is in.

    Raises:
        zipfile.BadZipFile: the bytes are no workbook.

    """
    if not is_strict(data):
        return data
    stream = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for part in source.infolist():
            target.writestr(part, _NAME.sub(_ordinary_name, source.read(part)))
    return stream.getvalue()


def _ordinary_name(name: re.Match[bytes]) -> bytes:
    rest = name["rest"]
    for strict, ordinary in _SPELT_OTHERWISE:
        rest = rest.replace(strict, ordinary)
    return b"%bhttp://schemas.openxmlformats.org/%b/2006/%b" % (name["before"], name["of"], rest)
