"""Add-on codes: codes that are paid only beside one of their primaries."""

from collections.abc import Iterable, Mapping

from codesheet.model import AddOnCode, AddOnCodes
from codesheet.sheets.about import About
from codesheet.sheets.applies_to import AppliesTo
from codesheet.sheets.cells import CellReader
from codesheet.sheets.claim_edits import EditRow, edit_rows, edit_sheets, label_fields, left_out, read_code
from codesheet.sheets.table import Table

_ANY_PRIMARY = "CCCCC"
"""What CMS writes where the payer says which codes are primaries."""


def read_add_on_codes(
    tables: list[Table], abouts: Mapping[str, About], applies_to: AppliesTo, reader: CellReader
) -> AddOnCodes | None:
    """Read all Add-on codes sheets as one table; None where there is none."""
    if not tables:
        return None
    sheets = edit_sheets(tables, ("Primary", "Add-on"), abouts, applies_to, reader)
    rows = tuple(_add_ons(edit_rows(sheets, reader), reader))
    return AddOnCodes(
        rows, label_fields(sheets, "Per", reader), left_out(sheets), at=tables[0].titled.sheet.at
    )


def _add_ons(rows: Iterable[EditRow], reader: CellReader) -> Iterable[AddOnCode]:
    for row in rows:
        open_primary = row.text("Primary") in ("", _ANY_PRIMARY)
        primary = "" if open_primary else read_code(row, "Primary", reader)
        add_on = read_code(row, "Add-on", reader)
        if primary is not None and add_on is not None:
            yield AddOnCode(
                primary,
                add_on,
                row.text("Type"),
                row.sheet.version,
                row.conditions,
                row.period,
                row.row.at,
            )
