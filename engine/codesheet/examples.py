"""Worked visits inside workbooks: each is coded, and compared with what its author expects (DESIGN §3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd

from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.coder import Coder
from codesheet.coding.columns import Frame, column_of
from codesheet.compiling.ruleset import Ruleset
from codesheet.example_coverage import untried
from codesheet.issues import Issue, IssueCode
from codesheet.language.values import (
    CellValue,
    FieldType,
    Scalar,
    ValueProblem,
    fold,
    read_value,
    show_value,
)
from codesheet.language.written_values import how_to_write
from codesheet.location import CellRef
from codesheet.model import ExampleRow, Examples, Field, Level, Origin, Rulebook

_NONE = "none"


@dataclass(frozen=True, slots=True)
class _Visit:
    """One example: its rows as written, and the key that keeps it apart from the other sheets'."""

    key: str
    rows: tuple[ExampleRow, ...]

    @property
    def at(self) -> CellRef:
        """Give the row where the example begins."""
        return self.rows[0].at.whole_row

    @property
    def name(self) -> str:
        """Give the visit as the author calls it."""
        return self.rows[0].visit


def run_examples(ruleset: Ruleset) -> list[Issue]:
    """Code every example of a rulebook; an issue for each that comes out differently, and what is untried."""
    visits = [visit for sheet in ruleset.rulebook.examples for visit in _visits(sheet)]
    given = [(visit, row) for visit in visits for row in visit.rows if _has_given(row)]
    encounters, issues = _encounters(given, ruleset.rulebook)
    batch = Coder(ruleset).code(encounters)
    faulty = {issue.at.whole_row for issue in issues}
    rows_by_visit: dict[str, list[int]] = {}
    for place, (visit, _) in enumerate(given):
        rows_by_visit.setdefault(visit.key, []).append(place)
    for visit in visits:
        if not faulty & {row.at.whole_row for row in visit.rows}:
            issues += _compare(visit, batch, rows_by_visit.get(visit.key, []), given, ruleset.rulebook)
    return [*issues, *untried(ruleset.rulebook, encounters, batch)]


def _visits(sheet: Examples) -> Iterator[_Visit]:
    by_visit: dict[str, list[ExampleRow]] = {}
    for row in sheet.rows:
        by_visit.setdefault(row.visit, []).append(row)
    for visit, rows in by_visit.items():
        yield _Visit(f"{sheet.at.workbook}!{sheet.at.sheet}!{visit}", tuple(rows))


def _has_given(row: ExampleRow) -> bool:
    return any(value is not None and str(value).strip() for value in row.given.values())


def _encounters(
    given: Sequence[tuple[_Visit, ExampleRow]], rulebook: Rulebook
) -> tuple[Encounters, list[Issue]]:
    """Make encounter rows of the GIVEN halves; the visit key is the example's own."""
    issues: list[Issue] = []
    frame = Frame(len(given), {})
    for definition in rulebook.fields.values():
        if definition.origin is not Origin.READ or definition.level is not Level.ROW:
            continue
        values = [_value(visit, row, definition, rulebook, issues) for visit, row in given]
        column = column_of(values, definition.type, frame.vocabulary)
        own = frame.roots.id_of([definition.name])
        column.roots = np.where(column.missing, own, 0).astype(np.int32)
        frame.columns[definition.name] = column
    _number_rows(frame, given, rulebook)
    nothing = pd.Series([""] * len(given), dtype=object)
    rejected = pd.DataFrame(columns=["File", "Row", "Visit ID", "Column", "Value", "Why"])
    places = pd.Series(np.arange(len(given)))
    carried = pd.DataFrame(index=range(len(given)))
    return Encounters(frame, nothing, places, carried, rejected, 0, len(given)), issues


def _value(
    visit: _Visit, row: ExampleRow, definition: Field, rulebook: Rulebook, issues: list[Issue]
) -> Scalar | None:
    if definition.name == rulebook.visit_key:
        return visit.key
    if definition.name == rulebook.columns_present:
        return tuple(name for name in rulebook.fields if name in row.given)
    cell: CellValue = row.given.get(definition.name)  # type: ignore[assignment]
    try:
        return read_value(cell, definition.type, rulebook.date_forms)
    except ValueProblem as problem:
        facts = {"value": cell, "why": problem, "remedy": how_to_write(definition.type)}
        issues.append(IssueCode.EXAMPLE_VALUE.issue(row.at, field=definition.name, **facts))
        return None


def _number_rows(frame: Frame, given: Sequence[tuple[_Visit, ExampleRow]], rulebook: Rulebook) -> None:
    """Give numbers to the rows of a visit where the examples leave the Row order out."""
    column = frame.columns.get(rulebook.row_order)
    if column is None or column.type.is_text or not column.missing.all():
        return
    counts: dict[str, int] = {}
    for place, (visit, _) in enumerate(given):
        counts[visit.key] = counts.get(visit.key, 0) + 1
        column.data[place] = counts[visit.key]
    column.roots = None


def _compare(
    visit: _Visit,
    batch: CodedBatch,
    places: Sequence[int],
    given: Sequence[tuple[_Visit, ExampleRow]],
    rulebook: Rulebook,
) -> Iterator[Issue]:
    lines = batch.claim_lines[batch.claim_lines["Visit ID"] == visit.key]
    edits = batch.edits[batch.edits["Visit ID"] == visit.key]
    yield from _compare_lines(visit, lines, rulebook)
    for row in visit.rows:
        yield from _compare_edit(visit, row, edits)
        yield from _compare_status(visit, row, batch)
    for place in places:
        yield from _compare_fields(given[place][1], batch.rows.iloc[place], rulebook)


def _compare_lines(visit: _Visit, lines: pd.DataFrame, rulebook: Rulebook) -> Iterator[Issue]:
    expecting = [row for row in visit.rows if _cell(row, "Code")]
    if not expecting:
        return
    names = _line_names(visit, rulebook)
    expected = sorted(
        tuple(_comparable(row.expect.get(name), rulebook.fields[name]) for name in names)
        for row in expecting
        if fold(_cell(row, "Code")) != _NONE
    )
    got = sorted(
        tuple(_comparable(line[name], rulebook.fields[name]) for name in names)
        for _, line in lines.iterrows()
    )
    if expected != got:
        rules = ", ".join(dict.fromkeys(lines["Rule"])) or "no rule made a line"
        yield IssueCode.EXAMPLE_LINES.issue(
            visit.at, visit=visit.name, expected=_listed(expected), got=_listed(got), rules=rules
        )


def _line_names(visit: _Visit, rulebook: Rulebook) -> list[str]:
    """Name the line fields the example speaks of; Modifiers always: beside a Code, blank means none."""
    spoken = {name for row in visit.rows for name, value in row.expect.items() if value is not None}
    lines = [name for name, field in rulebook.fields.items() if field.level is Level.LINE and name in spoken]
    return list(dict.fromkeys(["Code", *lines, "Modifiers"]))


def _comparable(cell: object, definition: Field) -> str:
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    try:
        value = read_value(cell, definition.type)  # type: ignore[arg-type]
    except ValueProblem:
        return str(cell)
    if isinstance(value, tuple):
        return " ".join(sorted(value))
    return show_value(value, definition.type)


def _listed(lines: Sequence[tuple[str, ...]]) -> str:
    return "; ".join(" ".join(part for part in line if part) for line in lines) or "no line"


def _cell(row: ExampleRow, name: str) -> str:
    value = row.expect.get(name)
    return "" if value is None else show_value(read_value(value, FieldType.TEXT), FieldType.TEXT)  # type: ignore[arg-type]


def _compare_edit(visit: _Visit, row: ExampleRow, edits: pd.DataFrame) -> Iterator[Issue]:
    """Look for an edit as expected: `deny: *over the cap*`, or `none`."""
    wanted = _cell(row, "Edit")
    if not wanted:
        return
    got = [f"{d}: {m}" for d, m in zip(edits["Disposition"], edits["Message"], strict=True)]
    found = not got if fold(wanted) == _NONE else any(fnmatchcase(fold(g), fold(wanted)) for g in got)
    if not found:
        shown = "; ".join(got) or "no edit"
        rules = ", ".join(dict.fromkeys(filter(None, edits["Rule"]))) or "no rule"
        yield IssueCode.EXAMPLE_EDIT.issue(row.at, visit=visit.name, expected=wanted, got=shown, rules=rules)


def _compare_status(visit: _Visit, row: ExampleRow, batch: CodedBatch) -> Iterator[Issue]:
    wanted = _cell(row, "Status")
    got = batch.visits.loc[batch.visits["Visit ID"] == visit.key, "Status"].to_list()
    if wanted and fold(wanted) not in got:
        shown = ", ".join(got) or "not coded"
        yield IssueCode.EXAMPLE_STATUS.issue(row.at, visit=visit.name, expected=wanted, got=shown)


def _compare_fields(row: ExampleRow, coded: pd.Series, rulebook: Rulebook) -> Iterator[Issue]:
    """Compare row fields expected beside the row that gives them."""
    for name, value in row.expect.items():
        definition = rulebook.fields.get(name)
        if value is None or definition is None or definition.level is Level.LINE or name not in coded:
            continue
        expected, got = _comparable(value, definition), _comparable(coded[name], definition)
        if fold(expected) != (_NONE if not got and fold(expected) == _NONE else fold(got)):
            yield IssueCode.EXAMPLE_FIELD.issue(row.at, field=name, expected=expected, got=got or "nothing")
