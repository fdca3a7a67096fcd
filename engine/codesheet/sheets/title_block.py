"""What a sheet says of itself: its kind, its name, and the labels above its table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from codesheet.issues import Issue, IssueCode
from codesheet.language.names import nearest
from codesheet.language.values import fold, tidy
from codesheet.sheets.cells import Cell, text_of
from codesheet.sheets.workbook import Sheet

_LABEL_COLUMNS = 2


class Kind(Enum):
    """The kinds of sheets: the word in A1."""

    ABOUT = "About"
    FIELDS = "Fields"
    LOOKUP = "Lookup"
    VALUE_SETS = "Value sets"
    DECISION = "Decision"
    EXAMPLES = "Examples"
    CODE_PAIRS = "Code pairs"
    UNIT_LIMITS = "Unit limits"
    ADD_ON_CODES = "Add-on codes"


CLAIM_EDITS = (Kind.CODE_PAIRS, Kind.UNIT_LIMITS, Kind.ADD_ON_CODES)
"""The kinds that hold claim edits in the shape CMS publishes them."""

NAMED = (Kind.DECISION, Kind.LOOKUP, *CLAIM_EDITS)
"""The kinds whose sheets hold a table with a name, in B1."""

ROLES: Mapping[Kind, tuple[str, ...]] = {
    Kind.LOOKUP: ("KEY", "VALUE", "FROM", "TO", "NOTE"),
    Kind.DECISION: ("RULE", "IF", "THEN", "FROM", "TO", "NOTE"),
    Kind.EXAMPLES: ("GIVEN", "EXPECT", "NOTE"),
}
"""The words of the row above the headings, for the kinds that have one."""

HEADINGS: Mapping[Kind, tuple[str, ...]] = {
    Kind.FIELDS: (
        "Field",
        "Type",
        "Level",
        "Headings",
        "Required",
        "Allowed values",
        "Formula",
        "Per",
        "Queue",
        "Description",
    ),
    Kind.VALUE_SETS: ("Set", "Member", "Effective from", "Effective to", "Note"),
    Kind.CODE_PAIRS: (
        "Column 1",
        "Column 2",
        "Modifier indicator",
        "Effective",
        "Deletion",
        "Rationale",
        "Source",
        "Note",
    ),
    Kind.UNIT_LIMITS: (
        "Code",
        "Limit",
        "Per",
        "Adjudication",
        "Action",
        "Effective",
        "Deletion",
        "Rationale",
        "Source",
        "Note",
    ),
    Kind.ADD_ON_CODES: ("Primary", "Add-on", "Type", "Effective", "Deletion", "Source", "Note"),
}
"""The columns of the kinds whose headings are fixed; the first two begin the table.

A claim-edit sheet may have further columns, headed by fields: each is a condition (Payer, Plan, Setting).
"""

NOT_READ = ("Note", "Source")
"""Headings of columns that are for people."""

LABELS: Mapping[Kind, tuple[str, ...]] = {
    Kind.ABOUT: ("Title", "Owner", "Source", "Effective from", "Effective to", "Applies to", "Note"),
    Kind.FIELDS: (
        "Visit key",
        "Date of service",
        "Row order",
        "Date forms",
        "On claim lines",
        "Columns present",
        "Queues",
        "Queue otherwise",
        "Note",
    ),
    Kind.LOOKUP: ("If not found", "Code table for", "Applies to", "Source", "Note"),
    Kind.VALUE_SETS: ("Source", "Note"),
    Kind.DECISION: (
        "Result",
        "Hit policy",
        "Only when",
        "If no rule matches",
        "Applies to",
        "Per",
        "Otherwise",
        "Scope",
        "Order",
        "Source",
        "Note",
    ),
    Kind.EXAMPLES: ("Source", "Note"),
    Kind.CODE_PAIRS: ("Version", "Per", "Applies to", "Source", "Note"),
    Kind.UNIT_LIMITS: (
        "Version",
        "Per",
        "Units before",
        "Months since start",
        "Applies to",
        "Source",
        "Note",
    ),
    Kind.ADD_ON_CODES: ("Version", "Per", "Applies to", "Source", "Note"),
}
"""The words that may stand in column A above the table, for each kind."""


@dataclass(frozen=True, slots=True)
class TitledSheet:
    """A sheet with its title block read; `table_row` is where its table begins, 0 where it has none."""

    sheet: Sheet
    kind: Kind
    name: str
    labels: Mapping[str, Cell]
    table_row: int

    def label(self, name: str) -> Cell | None:
        """Give the cell beside a label, None where it is not said or blank."""
        cell = self.labels.get(name)
        return None if cell is None or cell.is_blank else cell


def read_title_blocks(sheets: list[Sheet], issues: list[Issue]) -> list[TitledSheet]:
    """Keep the sheets that are part of the rulebook, each with its title block; notes are left out."""
    titled = [read_title_block(sheet, issues) for sheet in sheets]
    return [sheet for sheet in titled if sheet is not None]


def read_title_block(sheet: Sheet, issues: list[Issue]) -> TitledSheet | None:
    """Read one sheet's title block; None for notes."""
    kind = _kind(sheet, issues)
    if kind is None:
        return None
    name = tidy(text_of(sheet.value(1, 2)))
    if merged := list(_merged(sheet, kind)):
        issues += merged
        return None
    if not name and kind in NAMED:
        issues.append(IssueCode.TABLE_WITHOUT_NAME.issue(sheet.ref(1, 2), kind=kind.value))
        return None
    table_row = 0 if kind is Kind.ABOUT else _table_row(sheet, kind)
    if table_row == 0 and kind is not Kind.ABOUT:
        issues.append(IssueCode.NO_TABLE.issue(sheet.at, kind=kind.value, beginning=_beginning(kind)))
        return None
    labels = _labels(sheet, kind, table_row, issues)
    return TitledSheet(sheet, kind, name, labels, table_row)


def _merged(sheet: Sheet, kind: Kind) -> Iterator[Issue]:
    """Find labels merged with the cells that held their values, as a title is centred: the value is lost."""
    for top, left, bottom, right in sheet.layout.merged:
        needs_value = kind in NAMED if top == 1 else _known_label(kind, text_of(sheet.value(top, 1)))
        if needs_value and left == 1 and right > 1:
            cells = f"{sheet.ref(top, left).column}{top}:{sheet.ref(bottom, right).column}{bottom}"
            yield IssueCode.MERGED_CELLS.issue(sheet.ref(top, left), cells=cells)


def _kind(sheet: Sheet, issues: list[Issue]) -> Kind | None:
    text = text_of(sheet.value(1, 1))
    found = next((kind for kind in Kind if fold(kind.value) == fold(text)), None)
    if found is None:
        meant, moved = _near_kind(text), _moved_kind(sheet)
        if meant or moved or _looks_like_a_table(sheet):
            remedy = moved or f"it must be one of {', '.join(kind.value for kind in Kind)}"
            facts = {"text": text, "did_you_mean": meant, "remedy": remedy}
            issues.append(IssueCode.UNKNOWN_KIND.issue(sheet.ref(1, 1), **facts))
    return found


def _moved_kind(sheet: Sheet) -> str:
    """Say what to do where a sheet begins with a kind, but not in A1: rows or columns were put before it."""
    row = next(iter(sorted(sheet.rows)), 0)
    column = min(sheet.rows[row]) if row else 0
    text = text_of(sheet.value(row, column)) if (row, column) != (1, 1) else ""
    if not any(fold(kind.value) == fold(text) for kind in Kind):
        return ""
    place = sheet.ref(row, column)
    return f'"{text}" stands in {place.column}{place.row}: delete the rows above it and the columns before it'


def _near_kind(text: str) -> str:
    """Suggest a kind only for a slip of the pen: most sheets of other kinds are notes."""
    meant = nearest(text, (kind.value for kind in Kind))
    return meant if abs(len(meant) - len(tidy(text))) <= _SLIP else ""


_SLIP = 2


def _looks_like_a_table(sheet: Sheet) -> bool:
    """Say whether a sheet without a kind has a row of roles: to ignore it would lose its rules."""
    pairs = ({"IF", "THEN"}, {"KEY", "VALUE"}, {"GIVEN", "EXPECT"})
    for row in sorted(sheet.rows)[:30]:
        words = {text_of(value) for value in sheet.rows[row].values()}
        if any(pair <= words for pair in pairs):
            return True
    return False


def _table_row(sheet: Sheet, kind: Kind) -> int:
    """Find where the table begins: the row of roles (or headings), or what stands in its place.

    A row in its place is one after a blank row or with more than two cells that is no label: its
    cells are then wrong roles, and named as such.
    """
    previous = 1
    for row in sorted(sheet.rows):
        if row == 1:
            continue
        after_gap, previous = row > previous + 1, row
        if _begins_table(sheet, kind, row):
            return row
        known = _known_label(kind, text_of(sheet.value(row, 1))) is not None
        if not known and (after_gap or max(sheet.rows[row]) > _LABEL_COLUMNS):
            return row
    return 0


def _begins_table(sheet: Sheet, kind: Kind, row: int) -> bool:
    words = {fold(text_of(value)) for value in sheet.rows[row].values()}
    if kind in ROLES:
        return bool(words - {"note"}) and words <= {fold(role) for role in ROLES[kind]}
    first, second, *_ = HEADINGS[kind]
    return {fold(first), fold(second)} <= words


def _beginning(kind: Kind) -> str:
    if kind in ROLES:
        return f"a row of roles ({', '.join(ROLES[kind])}) right above the headings"
    return f"the headings {', '.join(HEADINGS[kind])}"


def _known_label(kind: Kind, text: str) -> str | None:
    return next((label for label in LABELS[kind] if fold(label) == fold(text)), None)


def _labels(sheet: Sheet, kind: Kind, table_row: int, issues: list[Issue]) -> dict[str, Cell]:
    labels: dict[str, Cell] = {}
    for row in sorted(sheet.rows):
        if row == 1 or (table_row and row >= table_row):
            continue
        text = text_of(sheet.value(row, 1))
        known = _known_label(kind, text)
        at = sheet.ref(row, 1)
        if known is None and kind is Kind.ABOUT and not text:
            continue  # a longer text beside a label may go on below it
        if known is None:
            meant = nearest(text, LABELS[kind]) if text else ""
            facts = {
                "label": text,
                "kind": kind.value,
                "did_you_mean": meant,
                "labels": ", ".join(LABELS[kind]),
            }
            issues.append(IssueCode.UNKNOWN_LABEL.issue(at, **facts))
        elif known in labels:
            if known != "Note":
                issues.append(IssueCode.REPEATED_LABEL.issue(at, labels[known].at, label=known))
        else:
            _check_fault(sheet, row, issues)
            labels[known] = Cell(sheet.value(row, 2), sheet.ref(row, 2))
    return labels


def _check_fault(sheet: Sheet, row: int, issues: list[Issue]) -> None:
    if fault := sheet.faults.get((row, 2)):
        issues.append(fault.issue(sheet.ref(row, 2), text=text_of(sheet.value(row, 2))))
