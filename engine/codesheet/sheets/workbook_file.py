"""One workbook's file: where its sheets are, and what they share: texts, styles, days, ways to calculate.

openpyxl finds this out as well, with all else that a workbook holds, at ten times the cost.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

from openpyxl.reader.strings import read_string_table
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.xml.functions import fromstring

from codesheet.sheets.sheet_layout import Styles, read_styles

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CONTENT_TYPES = "[Content_Types].xml"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class _Relation:
    kind: str
    part: str


class WorkbookFile:
    """A workbook opened from its bytes.

    Raises:
        zipfile.BadZipFile, KeyError, ValueError, xml.etree.ElementTree.ParseError: it is damaged.

    """

    def __init__(self, data: bytes) -> None:
        self.archive = ZipFile(BytesIO(data))
        self.archive.getinfo(_CONTENT_TYPES)  # Excel opens nothing without it
        part = {one.kind: one.part for one in self._relations("").values()}["officeDocument"]
        self._root = fromstring(self.archive.read(part))
        if not self._root.tag.endswith("}workbook"):
            msg = f"{part} is no workbook"
            raise ValueError(msg)
        self._by_id = self._relations(part)

    @property
    def sheets(self) -> Iterator[tuple[str, str, bool]]:
        """Give the sheets: name, part of the file, and whether it is hidden."""
        for sheet in self._root.iterfind("{*}sheets/{*}sheet"):
            identifier = sheet.get(_ID)
            if not identifier:
                continue  # old files hold such entries, and Excel passes over them
            relation = self._by_id[identifier]
            if relation.kind != "chartsheet":
                yield sheet.attrib["name"], relation.part, sheet.get("state", "visible") != "visible"

    @property
    def strings(self) -> list[str]:
        """Give the texts that cells name by their numbers."""
        for part in self._parts("sharedStrings"):
            with self.archive.open(part) as file:
                return read_string_table(file)
        return []

    @property
    def styles(self) -> Styles:
        """Give what the styles of its cells show."""
        for part in self._parts("styles"):
            return read_styles(self.archive.read(part))
        return Styles()

    @property
    def epoch(self) -> datetime:
        """Give the day from which it counts its days."""
        return CALENDAR_MAC_1904 if self._says("workbookPr", "date1904") else CALENDAR_WINDOWS_1900

    @property
    def counts_from_1904(self) -> bool:
        """Say whether its days are those of old Macs."""
        return self.epoch == CALENDAR_MAC_1904

    @property
    def is_calculated_by_hand(self) -> bool:
        """Say whether Excel calculates its formulas only when asked to."""
        return self._setting("calcPr", "calcMode") == "manual"

    @property
    def calculates_as_shown(self) -> bool:
        """Say whether Excel calculates with numbers as they are shown."""
        return self._setting("calcPr", "fullPrecision") in ("0", "false")

    def _says(self, element: str, attribute: str) -> bool:
        return self._setting(element, attribute) in ("1", "true")

    def _setting(self, element: str, attribute: str) -> str:
        found = self._root.find(f"{{*}}{element}")
        return "" if found is None else found.get(attribute, "")

    def _parts(self, kind: str) -> Iterator[str]:
        return (one.part for one in self._by_id.values() if one.kind == kind)

    def _relations(self, part: str) -> dict[str, _Relation]:
        """Give the parts that a part (blank: the file) is related to, by identifier."""
        folder, name = posixpath.split(part)
        root = fromstring(self.archive.read(posixpath.join(folder, "_rels", f"{name}.rels")))
        return {
            one.attrib["Id"]: _Relation(posixpath.basename(one.attrib["Type"]), _target(folder, one))
            for one in root
            if one.get("TargetMode") != "External"
        }


def _target(folder: str, relation: "Element") -> str:
    target = relation.attrib["Target"]
    return (
        target.removeprefix("/")
        if target.startswith("/")
        else posixpath.normpath(posixpath.join(folder, target))
    )
