"""Parts beside a workbook's own, such as an organisation's label: carried over with what points to them."""

import re
from html import escape
from posixpath import join, normpath
from xml.etree.ElementTree import Element, fromstring
from zipfile import ZipFile

_CARRIED = re.compile(r"(?:customXml|docMetadata)/.*")
_PROPERTIES, _CARRIED_PROPERTIES = "docProps/app.xml", ("Company", "Manager")
_TYPES = "[Content_Types].xml"
_RELATIONS = {"_rels/.rels": "", "xl/_rels/workbook.xml.rels": "xl"}
"""The parts that say what points where, and the folder their targets start from."""


def carried_parts(before: ZipFile, after: ZipFile) -> dict[str, bytes]:
    """Give the parts to carry over from a workbook to its saved form, and those that point to them."""
    carried = {name: before.read(name) for name in before.namelist() if _CARRIED.fullmatch(name)}
    parts = dict(carried)
    if _PROPERTIES in before.namelist():
        said = [one for one in _children(before, _PROPERTIES) if _tag(one) in _CARRIED_PROPERTIES]
        parts[_PROPERTIES] = _with(after.read(_PROPERTIES), "Properties", said)
    if not carried:
        return parts
    for name, folder in _RELATIONS.items():
        found = [
            one
            for one in _children(before, name)
            if normpath(join("/", folder, one.get("Target", ""))).lstrip("/") in carried
        ]
        for number, one in enumerate(found, start=1):
            one.set("Id", f"carried{number}")
        parts[name] = _with(after.read(name), "Relationships", found)
    types = [one for one in _children(before, _TYPES) if one.get("PartName", "").lstrip("/") in carried]
    return parts | {_TYPES: _with(after.read(_TYPES), "Types", types)}


def _children(archive: ZipFile, name: str) -> list[Element]:
    return list(fromstring(archive.read(name)))  # noqa: S314 - what sheets were read by before


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _with(part: bytes, root: str, elements: list[Element]) -> bytes:
    """Add elements at the end of a part, which was written without prefixes."""
    end = f"</{root}>".encode()
    texts = []
    for one in elements:
        attributes = (f'{key}="{escape(value)}"' for key, value in one.items())
        texts.append(
            f"<{_tag(one)} {' '.join(attributes)}>{escape(one.text or '', quote=False)}</{_tag(one)}>"
        )
    return part.replace(end, "".join(texts).encode() + end)
