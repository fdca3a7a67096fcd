"""What one sheet of a rulebook gets: a description of drop-downs, notes, colours and formats."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from codesheet.dressing import help_texts
from codesheet.dressing.choices import Choices, Vocabulary, words
from codesheet.language.values import DateForm, FieldType, fold, tidy
from codesheet.model import HitPolicy, Level, Required, Result
from codesheet.sheets.cells import text_of
from codesheet.sheets.title_block import CLAIM_EDITS, HEADINGS, LABELS, ROLES, Kind, TitledSheet

LAST_ROW = 1_048_576
"""Excel's last row: drop-downs reach down to it, so that new rows have them too."""

TEXT_FORMAT, DATE_FORMAT, TIME_FORMAT = "@", "yyyy-mm-dd", "hh:mm"

_LONGEST_LIST = 1000

_SPARE_COLUMNS = 5
"""Columns right of a table that have drop-downs for a role and a heading, to add one there."""

_TEXT_COLUMNS = (
    *("Field", "Headings", "Allowed values", "Formula", "Per", "Set", "Member"),
    *("Column 1", "Column 2", "Modifier indicator", "Code", "Adjudication", "Primary", "Add-on"),
)
_DATE_COLUMNS = ("Effective from", "Effective to", "Effective", "Deletion")
_SAID_COLUMNS = ("Limit", "Action", "Type", "Rationale")
"""Columns of claim edits that say what follows."""


class Tone(Enum):
    """What a coloured cell belongs to."""

    TITLE = "title block"
    TEST = "what is tested or given"
    RESULT = "what comes out"
    PERIOD = "effective dates"
    NOTE = "notes and ids"


_TONES = {
    "IF": Tone.TEST,
    "KEY": Tone.TEST,
    "GIVEN": Tone.TEST,
    "THEN": Tone.RESULT,
    "VALUE": Tone.RESULT,
    "EXPECT": Tone.RESULT,
    "FROM": Tone.PERIOD,
    "TO": Tone.PERIOD,
}


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of one column, from a first row to a last; all numbers count from 1."""

    column: int
    first: int
    last: int


@dataclass(slots=True)
class SheetMarks:
    """All that a sheet gets. Notes and colours are by (row, column), formats by column.

    `header_row` is the row of headings and `first_row` the one below it, 0 where the sheet has no table;
    `width` counts the table's columns; `last_row` is the last one that holds something.
    """

    drop_downs: list[tuple[Cells, Choices]] = field(default_factory=list)
    notes: dict[tuple[int, int], str] = field(default_factory=dict)
    tones: dict[tuple[int, int], Tone] = field(default_factory=dict)
    strong: set[tuple[int, int]] = field(default_factory=set)
    formats: dict[int, str] = field(default_factory=dict)
    header_row: int = 0
    first_row: int = 0
    last_row: int = 1
    width: int = 2

    def choose(self, cells: Cells, choices: Choices | None) -> None:
        """Add a drop-down, unless there is nothing to choose, or too much to look through."""
        if choices is not None and 0 < len(choices.entries) <= _LONGEST_LIST:
            self.drop_downs.append((cells, choices))

    def note(self, row: int, column: int, *texts: str) -> None:
        """Add a note, unless there is nothing to say."""
        if text := "\n".join(text for text in texts if text):
            self.notes[row, column] = text


def marks_for(titled: TitledSheet, vocabulary: Vocabulary) -> SheetMarks:
    """Say what a sheet gets."""
    marks = SheetMarks(last_row=max(titled.sheet.rows))
    _title_block(titled, vocabulary, marks)
    if titled.kind in ROLES:
        _table_with_roles(titled, vocabulary, marks)
    elif titled.table_row:
        _table_with_headings(titled, vocabulary, marks)
    return marks


def _title_block(titled: TitledSheet, vocabulary: Vocabulary, marks: SheetMarks) -> None:
    kinds = words("kinds", (kind.value for kind in Kind))
    marks.choose(Cells(1, 1, 1), kinds)
    marks.note(1, 1, help_texts.kind_help(titled.kind))
    marks.tones[1, 1] = marks.tones[1, 2] = Tone.TITLE
    marks.strong.add((1, 1))
    labels = LABELS[titled.kind]
    last = titled.table_row - 1 if titled.table_row else max([*titled.sheet.rows, len(labels) + 1])
    if last > 1:
        marks.choose(Cells(1, 2, last), words(f"labels of {titled.kind.value}", labels))
    for row in range(2, last + 1):
        written = text_of(titled.sheet.value(row, 1))
        label = next((label for label in labels if fold(label) == fold(written)), None)
        if label is not None:
            marks.tones[row, 1] = Tone.TITLE
            marks.note(row, 1, help_texts.label_help(label))
            marks.choose(Cells(2, row, row), _beside(label, vocabulary))


def _beside(label: str, vocabulary: Vocabulary) -> Choices | None:
    """Give what can stand beside a label, None where that is free."""
    match label:
        case "Result":
            return words("results", (one.value for one in Result))
        case "Hit policy":
            return words("hit policies", (one.value for one in HitPolicy))
        case "Visit key" | "Date of service" | "Row order" | "Columns present":
            return vocabulary.read_fields()
        case "Per" | "Scope" | "On claim lines":
            return vocabulary.fields()
        case "Queue otherwise":
            return vocabulary.queues()
        case "Date forms":
            return words("date forms", (one.value for one in DateForm), closed=False)
        case _:
            return None


def _table_with_headings(titled: TitledSheet, vocabulary: Vocabulary, marks: SheetMarks) -> None:
    sheet, row, headings = titled.sheet, titled.table_row, HEADINGS[titled.kind]
    numbers = sheet.rows[row].keys()
    marks.header_row, marks.first_row, marks.width = row, row + 1, max(numbers)
    for number in range(1, marks.width + _SPARE_COLUMNS + 1):
        is_open = titled.kind in CLAIM_EDITS  # fields head further columns
        listed = words(f"columns of {titled.kind.value}", headings, closed=not is_open)
        marks.choose(Cells(number, row, row), listed)
    for number in sorted(numbers):
        written = text_of(sheet.value(row, number))
        heading = next((heading for heading in headings if fold(heading) == fold(written)), None)
        if heading is None and titled.kind in CLAIM_EDITS and (known := vocabulary.find_field(written)):
            marks.tones[row, number] = Tone.TEST
            marks.strong.add((row, number))
            marks.note(row, number, help_texts.CONDITION_COLUMN, help_texts.field_help(known))
        if heading is None:
            continue
        marks.tones[row, number] = _heading_tone(heading, titled.kind)
        marks.strong.add((row, number))
        marks.note(row, number, help_texts.column_help(titled.kind, heading))
        if titled.kind not in CLAIM_EDITS:
            marks.choose(Cells(number, row + 1, LAST_ROW), _under(heading, vocabulary))
        if heading in _TEXT_COLUMNS or heading in _DATE_COLUMNS:
            marks.formats[number] = TEXT_FORMAT if heading in _TEXT_COLUMNS else DATE_FORMAT


def _heading_tone(heading: str, kind: Kind) -> Tone:
    if heading in _DATE_COLUMNS:
        return Tone.PERIOD
    if kind in CLAIM_EDITS and heading in _SAID_COLUMNS:
        return Tone.RESULT
    return Tone.NOTE if heading in ("Note", "Source", "Description") else Tone.TEST


def _under(heading: str, vocabulary: Vocabulary) -> Choices | None:
    """Give what can stand under a fixed heading, None where that is free."""
    match heading:
        case "Type":
            return words("types", (one.value for one in FieldType))
        case "Level":
            return words("levels", (one.value for one in Level))
        case "Required":
            return words("requirements", (one.value for one in Required))
        case "Per":
            return vocabulary.fields()
        case "Queue":
            return vocabulary.queues()
        case "Allowed values" | "Set":
            return vocabulary.sets()
        case _:
            return None


def _table_with_roles(titled: TitledSheet, vocabulary: Vocabulary, marks: SheetMarks) -> None:
    sheet, row = titled.sheet, titled.table_row
    numbers = sheet.rows[row].keys() | sheet.rows.get(row + 1, {}).keys()
    marks.header_row, marks.first_row, marks.width = row + 1, row + 2, max(numbers)
    for number in range(1, marks.width + _SPARE_COLUMNS + 1):
        marks.choose(Cells(number, row, row), words(f"roles of {titled.kind.value}", ROLES[titled.kind]))
    for number, role, heading in _columns(titled, marks.width):
        marks.choose(Cells(number, row + 1, row + 1), _headings(role, titled, vocabulary))
        if not role:
            continue
        tone = _TONES.get(role, Tone.NOTE)
        marks.tones[row, number] = marks.tones[row + 1, number] = tone
        marks.strong.add((row, number))
        known = vocabulary.find_field(heading)
        special = help_texts.special_help(heading) if role in ("THEN", "EXPECT") else ""
        described = help_texts.field_help(known) if known and not special and role not in _PLAIN else ""
        marks.note(row + 1, number, help_texts.role_help(titled.kind, role), special, described)
        marks.choose(Cells(number, row + 2, LAST_ROW), _entries(role, heading, vocabulary))
        if form := _format(role, heading, vocabulary):
            marks.formats[number] = form


_PLAIN = ("FROM", "TO", "NOTE", "RULE")


def _columns(titled: TitledSheet, width: int) -> Iterator[tuple[int, str, str]]:
    """Give number, role and heading of each column, roles not known or not said yet as blank."""
    for number in range(1, width + _SPARE_COLUMNS + 1):
        written = text_of(titled.sheet.value(titled.table_row, number))
        role = next((role for role in ROLES[titled.kind] if fold(role) == fold(written)), "")
        yield number, role, tidy(text_of(titled.sheet.value(titled.table_row + 1, number)))


def _headings(role: str, titled: TitledSheet, vocabulary: Vocabulary) -> Choices | None:
    """Give the headings that can stand under a role."""
    match role:
        case "IF" | "KEY":
            return vocabulary.fields(closed=True)
        case "":
            return vocabulary.fields()
        case "GIVEN":
            return vocabulary.read_fields()
        case "VALUE":
            return vocabulary.lookup_fields()
        case "THEN":
            said = titled.label("Result")
            text = fold(said.text) if said else ""
            return vocabulary.then_columns(next((one for one in Result if one.value == text), None))
        case "EXPECT":
            return vocabulary.expected_columns()
        case _:
            return None


def _entries(role: str, heading: str, vocabulary: Vocabulary) -> Choices | None:
    """Give what the cells of a column are likely to say."""
    known = vocabulary.find_field(heading)
    match role:
        case "IF" | "KEY" if known:
            return vocabulary.tested(known)
        case "GIVEN" | "VALUE" if known:
            return vocabulary.recorded(known)
        case "THEN":
            return vocabulary.given(heading)
        case "EXPECT":
            return vocabulary.expected(heading)
        case _:
            return None


def _format(role: str, heading: str, vocabulary: Vocabulary) -> str:
    """Give the format that keeps Excel from changing what is typed: 02 to 2, 1-5 to the first of May."""
    if role in ("FROM", "TO"):
        return DATE_FORMAT
    known = vocabulary.find_field(heading)
    kind = known.type if known and role not in _PLAIN else None
    if kind is FieldType.DATE:
        return DATE_FORMAT
    if kind is FieldType.TIME and role in ("GIVEN", "VALUE", "EXPECT"):
        return TIME_FORMAT
    text = (kind is not None and kind.is_text) or role in ("IF", "KEY", "RULE")
    return TEXT_FORMAT if text else ""
