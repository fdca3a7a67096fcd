"""What Excel, or a hand in Excel, does to a table without anyone noticing.

Rows that are hidden, filtered or struck out count as any other: the check says so. Codes that became numbers
or dates are found where the cell still shows it; a number that merely looks short is `eaten_zeros`' part.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time

from codesheet.issues import Issue, IssueCode
from codesheet.language.names import Names
from codesheet.language.values import FieldType, fold
from codesheet.sheets.cells import Cell
from codesheet.sheets.look_alikes import confusing_character, look
from codesheet.sheets.table import Column, Row, Table
from codesheet.sheets.title_block import Kind, TitledSheet

_ROLES_OF_VALUES = ("KEY", "VALUE", "IF", "THEN", "GIVEN", "EXPECT")
_MOST_NAMED = 8
_TOP_TO_BOTTOM = ("first", "first in group")


def hidden_parts(table: Table) -> Iterator[Issue]:
    """Say of a sheet once that it, some rows or columns cannot be seen, and which rows are struck out."""
    sheet, layout = table.titled.sheet, table.titled.sheet.layout
    if layout.is_hidden:
        yield IssueCode.HIDDEN_SHEET.issue(sheet.at)
    hidden = [row for row in table.rows if row.number in layout.hidden_rows]
    if hidden:
        how = "filtered out" if layout.is_filtered else "hidden"
        yield IssueCode.HIDDEN_ROWS.issue(hidden[0].at, rows=_rows(hidden), how=how)
    used = [column.number for column in table.columns if column.role != "NOTE"]
    for column in table.columns:
        is_hidden = any(first <= column.number <= last for first, last in layout.hidden_columns)
        if is_hidden and column.number in used and any(row.value(column) is not None for row in table.rows):
            said = f"column {column.at.column} ({column.heading or column.role})"
            yield IssueCode.HIDDEN_ROWS.issue(column.at, rows=said, how="hidden")
    for row in table.rows if layout.struck else ():
        filled = [number for number in used if number in row.held]
        if all((row.number, number) in layout.struck for number in filled):
            yield IssueCode.STRUCK_ROW.issue(row.at)


def sorted_rows(table: Table) -> Iterator[Issue]:
    """Find rules that Excel has sorted though their order decides; numbered ones show it by their numbers."""
    policy = table.titled.label("Hit policy")
    if policy is None or fold(policy.text) not in _TOP_TO_BOTTOM or len(table.rows) <= 1:
        return
    ids = [row.cell(column).text for column in table.with_role("RULE") for row in table.rows]
    if ids and all(text.isdecimal() for text in ids):
        return
    first, last = table.rows[0].number, table.rows[-1].number
    for top, bottom in table.titled.sheet.layout.sorted_rows:
        if top < last and bottom > first:
            at = table.titled.sheet.ref(max(top, first), 1).whole_row
            yield IssueCode.SORTED_ROWS.issue(at, last=min(bottom, last), policy=policy.text)
            return


def hidden_about(titled: TitledSheet) -> Iterator[Issue]:
    """Say that an About sheet cannot be seen: what it says counts."""
    if titled.kind is Kind.ABOUT and titled.sheet.layout.is_hidden:
        yield IssueCode.HIDDEN_SHEET.issue(titled.sheet.at)


def _rows(rows: list[Row]) -> str:
    numbers = [str(row.number) for row in rows]
    more = f" and {len(numbers) - _MOST_NAMED} more" if len(numbers) > _MOST_NAMED else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {', '.join(numbers[:_MOST_NAMED])}{more}"


def changed_codes(table: Table, names: Names) -> Iterator[Issue]:
    """Find codes that Excel turned into numbers with powers of ten or decimals, or into dates."""
    layout = table.titled.sheet.layout
    for column, kind in _value_columns(table, names):
        if kind not in (FieldType.CODE, FieldType.CODE_LIST):
            continue
        tested = column.role in ("IF", "KEY", "THEN")  # the languages of cells say it there
        for row in table.rows:
            value, place = row.value(column), (row.number, column.number)
            if value is None or isinstance(value, str):
                continue
            cell = row.cell(column)
            if isinstance(value, (datetime, date, time)) and not tested and column.heading:
                yield IssueCode.CODE_BECAME_DATE.issue(cell.at, text=cell.text, field=column.heading)
            elif isinstance(value, bool) or not isinstance(value, (int, float)):
                continue
            elif place in layout.padded and len(cell.text) < layout.padded[place]:
                shown = cell.text.zfill(layout.padded[place])
                yield IssueCode.ZERO_ONLY_SHOWN.issue(cell.at, text=cell.text, shown=shown)
            elif place in layout.scientific:
                yield IssueCode.POWER_OF_TEN.issue(cell.at, text=cell.text, field=column.heading)
            elif not float(value).is_integer():
                yield IssueCode.CODE_WITH_DECIMALS.issue(cell.at, text=cell.text, field=column.heading)


def deceptive_characters(table: Table, names: Names) -> Iterator[Issue]:
    """Find characters that cannot be told from others by eye: the value is another one, and never matches."""
    columns = {column.number: column for column, _ in _value_columns(table, names)}
    for row in table.rows:
        for number in row.held.keys() & columns.keys():  # most cells of a wide table are blank
            value = row.held[number]
            found = confusing_character(value.strip()) if isinstance(value, str) else None
            if found is not None:
                cell, (character, plain) = row.cell(columns[number]), found
                name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
                meant = f'write "{plain}" instead' if plain else "delete it"
                facts = {"text": cell.text, "name": name, "remedy": meant}
                yield IssueCode.DECEPTIVE_CHARACTER.issue(cell.at, **facts)


def near_twins(tables: list[Table], names: Names) -> Iterator[Issue]:
    """Find values of one field that look alike but are not the same: CAR-T with a hyphen and with a dash.

    Two keys of one lookup may: it lists the spellings that come.
    """
    seen: dict[tuple[str, str], Cell] = {}
    told: set[tuple[str, str]] = set()
    for table in tables:
        for column, kind in _value_columns(table, names):
            field = names.find_field(column.heading) or ""
            if not kind.is_text or column.role in ("THEN", "GIVEN", "EXPECT"):
                continue
            for row in table.rows:
                if not isinstance(row.value(column), str):
                    continue
                cell = row.cell(column)
                first = seen.setdefault((field, look(cell.text)), cell)
                key = (field, fold(cell.text))
                spellings = column.role == "KEY" and _same_sheet(first, cell)
                if fold(first.text) != fold(cell.text) and key not in told and not spellings:
                    told.add(key)
                    facts = {"text": cell.text, "other": first.text}
                    yield IssueCode.NEAR_TWIN.issue(cell.at, first.at, **facts)


def _same_sheet(one: Cell, other: Cell) -> bool:
    return (one.at.workbook, one.at.sheet) == (other.at.workbook, other.at.sheet)


def _value_columns(table: Table, names: Names) -> Iterator[tuple[Column, FieldType]]:
    for column in table.columns:
        field = names.find_field(column.heading) if column.role in _ROLES_OF_VALUES else None
        if field is not None:
            yield column, names.fields[field]
        elif table.titled.kind is Kind.VALUE_SETS and column.heading == "Member":
            yield column, FieldType.CODE
