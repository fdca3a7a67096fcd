"""The table of a sheet: columns with role and heading, and rows whose cells know their address."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from codesheet.issues import Issue, IssueCode
from codesheet.language.names import nearest
from codesheet.language.values import CellValue, fold, tidy
from codesheet.location import CellRef
from codesheet.sheets.cells import Cell, text_of
from codesheet.sheets.title_block import CLAIM_EDITS, HEADINGS, NOT_READ, ROLES, Kind, TitledSheet
from codesheet.sheets.workbook import Sheet


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its role (or blank, where headings are fixed), its heading, and where."""

    role: str
    heading: str
    number: int
    at: CellRef


class Row(NamedTuple):
    """One row of a table: what it holds by the number of the column."""

    sheet: Sheet
    number: int
    held: Mapping[int, CellValue]

    def value(self, column: Column) -> CellValue:
        """Give what this row holds in a column, None where it is blank."""
        return self.held.get(column.number)

    def cell(self, column: Column) -> Cell:
        """Give this row's cell of a column."""
        at = CellRef(self.sheet.workbook, self.sheet.name, self.number, column.at.column)
        return Cell(self.held.get(column.number), at)

    def is_faulty(self, column: Column) -> bool:
        """Say whether this row's cell of a column holds an error of Excel, or a result not to be trusted."""
        return (self.number, column.number) in self.sheet.faults

    @property
    def at(self) -> CellRef:
        """Give the address of the whole row: how results name a rule."""
        return CellRef(self.sheet.workbook, self.sheet.name, self.number)


@dataclass(frozen=True)
class Table:
    """The columns of a sheet's table in sheet order, and its rows that hold something."""

    titled: TitledSheet
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def with_role(self, role: str) -> list[Column]:
        """Give the columns of a role."""
        return [column for column in self.columns if column.role == role]

    def heading(self, text: str) -> Column | None:
        """Give the column of a heading, None where the table has none."""
        return self._by_heading.get(fold(text))

    @cached_property
    def _by_heading(self) -> dict[str, Column]:
        """The columns by folded heading, the first of several."""
        return {fold(column.heading): column for column in reversed(self.columns)}

    @cached_property
    def period_columns(self) -> tuple[Column | None, Column | None]:
        """Give the columns that say from when and until when a row is in force."""
        if self.titled.kind in ROLES:
            froms, tos = self.with_role("FROM"), self.with_role("TO")
            return froms[0] if froms else None, tos[0] if tos else None
        if self.titled.kind in CLAIM_EDITS:
            return self.heading("Effective"), self.heading("Deletion")
        return self.heading("Effective from"), self.heading("Effective to")


def read_table(titled: TitledSheet, issues: list[Issue]) -> Table:
    """Read a sheet's table; each error cell is an issue.

    Rows with such cells are left out, but on Fields sheets: a field is declared, whatever else of it is lost.
    """
    has_roles = titled.kind in ROLES
    columns = tuple(_columns_with_roles(titled, issues) if has_roles else _fixed_columns(titled, issues))
    first = titled.table_row + (2 if has_roles else 1)
    rows = [
        Row(titled.sheet, number, held)
        for number, held in sorted(titled.sheet.rows.items())
        if number >= first
    ]
    issues += _merged(titled)
    issues += _stray_cells(titled.sheet, columns, rows)
    used = {column.number for column in columns if column.role != "NOTE"}
    kept = [row for row in rows if _is_sound(row, used, issues) or titled.kind is Kind.FIELDS]
    if titled.kind is Kind.DECISION:
        issues += (_only_notes(row) for row in kept if not used & row.held.keys())
    return Table(titled, columns, tuple(row for row in kept if used & row.held.keys()))


def _only_notes(row: Row) -> Issue:
    """Tell of a row whose cells may have been deleted: it is no rule, and what it gave would be missed."""
    facts = {"and_so": ", since its row holds only notes"}
    return IssueCode.RULE_WITHOUT_RESULT.issue(
        row.at, **facts, remedy="fill a THEN cell, or write the remark beside a rule"
    )


def _columns_with_roles(titled: TitledSheet, issues: list[Issue]) -> Iterator[Column]:
    """Pair each role with the heading below it; half a pair is an issue, for it would be ignored."""
    sheet, row, roles = titled.sheet, titled.table_row, ROLES[titled.kind]
    seen: dict[tuple[str, str], Column] = {}
    numbers = sorted(sheet.rows[row].keys() | sheet.rows.get(row + 1, {}).keys())
    if len(numbers) > 1 and not any(_role(sheet, row, number, roles) for number in numbers):
        remedy = f"put a row above the headings that says what each column is: {', '.join(roles)}"
        issues.append(_no_role(sheet, row, min(sheet.rows[row]), roles, titled.kind.value, remedy))
        return
    for number in numbers:
        heading = tidy(text_of(sheet.value(row + 1, number)))
        role = _role(sheet, row, number, roles)
        if role is None:
            issues.append(_role_issue(sheet, row, number, roles, titled.kind.value))
            continue
        column = Column(role, heading, number, sheet.ref(row + 1, number))
        if not heading and role in ("KEY", "VALUE", "IF", "THEN", "GIVEN", "EXPECT"):
            issues.append(IssueCode.COLUMN_WITHOUT_HEADING.issue(sheet.ref(row, number), role=role))
            continue
        key = (role, fold(heading) if heading else "")
        if role in ("FROM", "TO", "RULE"):
            key = (role, "")
        if key in seen and role != "NOTE":
            facts = {"heading": heading or role}
            issues.append(IssueCode.REPEATED_COLUMN.issue(column.at, seen[key].at, **facts))
            continue
        seen[key] = column
        yield column


def _role(sheet: Sheet, row: int, number: int, roles: tuple[str, ...]) -> str | None:
    written = text_of(sheet.value(row, number))
    return next((role for role in roles if fold(role) == fold(written)), None)


def _role_issue(sheet: Sheet, row: int, number: int, roles: tuple[str, ...], kind: str) -> Issue:
    written, at = text_of(sheet.value(row, number)), sheet.ref(row, number)
    words = ", ".join(roles)
    if not written:
        heading = tidy(text_of(sheet.value(row + 1, number)))
        return IssueCode.COLUMN_WITHOUT_ROLE.issue(at, heading=heading, roles=words)
    return _no_role(sheet, row, number, roles, kind, f"it can be {words}")


def _no_role(sheet: Sheet, row: int, number: int, roles: tuple[str, ...], kind: str, remedy: str) -> Issue:
    text = text_of(sheet.value(row, number))
    facts = {"text": text, "kind": kind, "did_you_mean": nearest(text, roles), "remedy": remedy}
    return IssueCode.UNKNOWN_ROLE.issue(sheet.ref(row, number), **facts)


def _fixed_columns(titled: TitledSheet, issues: list[Issue]) -> Iterator[Column]:
    sheet, row, headings = titled.sheet, titled.table_row, HEADINGS[titled.kind]
    seen: dict[str, Column] = {}
    for number, value in sorted(sheet.rows[row].items()):
        cell = Cell(value, sheet.ref(row, number))
        heading = next((heading for heading in headings if fold(heading) == fold(cell.text)), None)
        if heading is None and titled.kind in CLAIM_EDITS:  # a condition, headed by a field
            heading, role = tidy(cell.text), "IF"
        else:
            role = "NOTE" if heading in NOT_READ else ""
        if heading is None:
            meant = nearest(cell.text, headings)
            facts = {
                "text": cell.text,
                "what": f"column of a {titled.kind.value} sheet",
                "did_you_mean": meant,
            }
            issues.append(IssueCode.UNKNOWN_WORD.issue(cell.at, words=", ".join(headings), **facts))
        elif heading in seen:
            issues.append(IssueCode.REPEATED_COLUMN.issue(cell.at, seen[heading].at, heading=heading))
        else:
            seen[heading] = Column(role, heading, number, cell.at)
            yield seen[heading]
    missing = [heading for heading in headings[:2] if heading not in seen]
    issues += [IssueCode.MISSING_COLUMN.issue(sheet.ref(row, 1), column=heading) for heading in missing]


def _merged(titled: TitledSheet) -> Iterator[Issue]:
    """Find merged cells in a table: all but the first are blank, and a blank IF cell means any."""
    for top, left, bottom, right in titled.sheet.layout.merged:
        if bottom >= titled.table_row:
            first, last = titled.sheet.ref(top, left), titled.sheet.ref(bottom, right)
            cells = f"{first.column}{first.row}:{last.column}{last.row}"
            yield IssueCode.MERGED_CELLS.issue(first, cells=cells)


def _stray_cells(sheet: Sheet, columns: Iterable[Column], rows: list[Row]) -> Iterator[Issue]:
    """Find cells under no heading, one issue a column: perhaps a condition that would not be read."""
    seen = {column.number for column in columns}
    seen |= {number for row in rows[:1] for number in _header_numbers(sheet, row.number)}
    for row in rows:
        for number in row.held.keys() - seen:
            seen.add(number)
            text = text_of(row.held[number])
            yield IssueCode.STRAY_CELL.issue(sheet.ref(row.number, number), text=text)


def _header_numbers(sheet: Sheet, before: int) -> set[int]:
    """Give the columns with a role or heading, wrong ones too: those have an issue already."""
    above = [row for row in sorted(sheet.rows) if row < before][-2:]
    return {number for row in above for number in sheet.rows[row]}


def _is_sound(row: Row, used: set[int], issues: list[Issue]) -> bool:
    if not row.sheet.faults:
        return True
    faults = [number for number in sorted(used) if (row.number, number) in row.sheet.faults]
    for number in faults:
        fault = row.sheet.faults[row.number, number]
        text = text_of(row.held.get(number))
        issues.append(fault.issue(row.sheet.ref(row.number, number), text=text))
    return not faults
