"""Code pairs: two codes that are not, or only with a modifier, paid together."""

from collections.abc import Iterable, Mapping

from codesheet.issues import IssueCode
from codesheet.model import CodePair, CodePairs
from codesheet.sheets.about import About
from codesheet.sheets.applies_to import AppliesTo
from codesheet.sheets.cells import CellReader
from codesheet.sheets.claim_edits import EditRow, edit_rows, edit_sheets, label_fields, left_out, read_code
from codesheet.sheets.table import Table

INDICATORS = ("0", "1", "9")


def read_code_pairs(
    tables: list[Table], abouts: Mapping[str, About], applies_to: AppliesTo, reader: CellReader
) -> CodePairs | None:
    """Read all Code pairs sheets as one table; None where there is none."""
    if not tables:
        return None
    needed = ("Column 1", "Column 2", "Modifier indicator")
    sheets = edit_sheets(tables, needed, abouts, applies_to, reader)
    rows = tuple(_pairs(edit_rows(sheets, reader), reader))
    return CodePairs(
        rows, label_fields(sheets, "Per", reader), left_out(sheets), at=tables[0].titled.sheet.at
    )


def _pairs(rows: Iterable[EditRow], reader: CellReader) -> Iterable[CodePair]:
    for row in rows:
        codes = [read_code(row, column, reader) for column in ("Column 1", "Column 2")]
        indicator = row.text("Modifier indicator")
        if indicator not in INDICATORS:
            reader.report(IssueCode.BAD_INDICATOR, row.cell("Modifier indicator").at, text=indicator)
        elif codes[0] and codes[1]:
            yield CodePair(
                codes[0],
                codes[1],
                indicator,
                row.text("Rationale"),
                row.sheet.version,
                row.conditions,
                row.period,
                row.row.at,
            )
