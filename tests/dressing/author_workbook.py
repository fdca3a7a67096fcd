"""A workbook as an author leaves it: own notes, drop-downs, formats, a formula with its result, and more."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.packaging.relationship import Relationship
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.external_link.external import ExternalBook, ExternalLink
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from grid import workbooks
from rulebook_grids import with_fields

SHEETS = """
# Visit code
| Decision           | Visit code                           |
| Result             | claim lines                          |
| Hit policy         | Collect                              |
| Only when          | Service in Services                  |
|                    |                                      |
| IF      | IF       | THEN  | THEN  | FROM       | NOTE     |
| Service | Minutes  | Code  | Units | From       | Source   |
| push    | >= 16    | X0100 | 1     | 2026-01-01 | policy 1 |
| drip    | 0, 1..15 | X0200 | 2     |            |          |
# Sets
| Value sets |       |
| Set      | Member |
| Services | push   |
| Services | drip   |
# Remarks
| What we agreed on |
| Nothing of this is read |
"""


def author_workbook() -> bytes:
    """Give the bytes of the workbook `book.xlsx`."""
    book = workbooks(with_fields(SHEETS))["book.xlsx"]
    sheet = book["Visit code"]
    sheet["A7"].comment = Comment("ask Ann before changing", "Ann", height=200, width=320)
    sheet["F8"].hyperlink = "https://example.org/policy"
    sheet["D8"].value = "=1+1"
    sheet["B9"].value = CellRichText("0, ", TextBlock(InlineFont(b=True), "1..15"))
    sheet["C8"].number_format = "00000"
    sheet["C9"].fill = PatternFill("solid", start_color="FFEE00")
    sheet.column_dimensions["C"].width = 31
    sheet.column_dimensions["E"].width = 17
    sheet.column_dimensions["E"].min, sheet.column_dimensions["E"].max = 5, 7
    sheet.row_dimensions[9].height = 40
    sheet.freeze_panes = "B8"
    sheet.auto_filter.ref = "A7:D9"
    own = DataValidation(type="list", formula1='"X0100,X0200"', sqref="C8:C9")
    sheet.add_data_validation(own)
    large = CellIsRule("greaterThan", ["1"], fill=PatternFill(bgColor="FF0000"))  # type: ignore[no-untyped-call]
    sheet.conditional_formatting.add("D8:D9", large)
    book["Remarks"].add_table(Table(displayName="Agreed", ref="A1:A2"))
    link = ExternalLink(ExternalBook())
    link.file_link = Relationship(
        Id="rId1", type="externalLinkPath", Target="prices.xlsx", TargetMode="External"
    )
    book._external_links.append(link)  # type: ignore[attr-defined]  # noqa: SLF001 - openpyxl has no other way
    book.defined_names["agreed"] = DefinedName("agreed", attr_text="Remarks!$A$1")
    stream = BytesIO()
    book.save(stream)
    return changed_parts(stream.getvalue(), _as_excel_saves)


def changed_parts(data: bytes, change: Callable[[str, bytes], bytes], **added: bytes) -> bytes:
    """Give a workbook with each part changed, and some added, by name."""
    stream = BytesIO()
    with ZipFile(BytesIO(data)) as before, ZipFile(stream, "w") as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
        for name, content in added.items():
            after.writestr(name, content)
    return stream.getvalue()


def _as_excel_saves(name: str, part: bytes) -> bytes:
    """Give the formula its result, the row its own height, and let Excel not mark numbers as text."""
    if not name.startswith("xl/worksheets/sheet") or b"<f>" not in part:
        return part
    part, count = re.subn(rb"<f>1\+1</f><v ?/>|<f>1\+1</f><v></v>", b"<f>1+1</f><v>2</v>", part)
    assert count == 1
    part = part.replace(b' customHeight="1"', b"")
    return part.replace(
        b"<legacyDrawing",
        b'<ignoredErrors><ignoredError sqref="C8:C9" numberStoredAsText="1"/></ignoredErrors><legacyDrawing',
    )


def write(folder: Path, data: bytes, name: str = "book.xlsx") -> Path:
    """Write a workbook into a folder of its own, and give the file."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name
