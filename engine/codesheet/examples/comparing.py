"""One example compared with what its author expects: expected beside got, and the cells that decided it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from codesheet.examples.nearest_rules import NearestRules
from codesheet.examples.visits import Coded, Visit
from codesheet.examples.who_decided import Givers, who_gave
from codesheet.issues import Issue, IssueCode
from codesheet.language.values import FieldType, ValueProblem, fold, read_value, show_value
from codesheet.location import CellRef
from codesheet.model import ExampleRow, Field, Level

_NONE = "none"

_Record = dict[str, Any]
"""One row of a result table, by column."""

_Line = tuple[str, ...]
"""What an example says of a line, the code first."""


def compare(visit: Visit, coded: Coded, givers: Givers, nearest: NearestRules) -> Iterator[Issue]:
    """Give an issue for each expectation of an example that is not met."""
    lines, edits = coded.lines.get(visit.key, []), coded.edits.get(visit.key, [])
    yield from _compare_lines(visit, lines, coded, givers, nearest)
    for row in visit.rows:
        yield from _compare_edit(visit, row, edits, givers)
        yield from _compare_status(visit, row, coded, edits, givers)
    for place in coded.rows_of.get(visit.key, []):
        yield from _compare_fields(place, coded, givers)


def _compare_lines(
    visit: Visit, lines: list[_Record], coded: Coded, givers: Givers, nearest: NearestRules
) -> Iterator[Issue]:
    expecting = [row for row in visit.rows if _cell(row, "Code")]
    if not expecting:
        return
    fields = coded.rulebook.fields
    names = _line_names(visit, coded)
    expected = sorted(
        tuple(_comparable(row.expect.get(name), fields[name]) for name in names)
        for row in expecting
        if fold(_cell(row, "Code")) != _NONE
    )
    got = [tuple(_comparable(line[name], fields[name]) for name in names) for line in lines]
    if expected == sorted(got):
        return
    because, cells = _reasons(
        visit, expected, [(one, line["Rule"]) for one, line in zip(got, lines, strict=True)], givers, nearest
    )
    facts = {
        "expected": _listed(expected),
        "got": _listed(sorted(got)),
        "because": "".join(f"; {one}" for one in because),
    }
    yield IssueCode.EXAMPLE_LINES.issue(visit.at, *dict.fromkeys(cells), visit=visit.name, **facts)


def _reasons(
    visit: Visit, expected: list[_Line], got: list[tuple[_Line, str]], givers: Givers, nearest: NearestRules
) -> tuple[list[str], list[CellRef]]:
    """Say where each line that is too many comes from, and why each that is missing was not made."""
    missing = list((Counter(expected) - Counter(line for line, _ in got)).elements())
    left = Counter(expected)
    reasons: list[str] = []
    cells: list[CellRef] = []
    for line, rule in got:
        if left[line]:
            left[line] -= 1
            continue
        reasons.append(f"{_listed([line])} is from {givers.names(rule)}")
        cells += givers.cells(rule)
    made = {fold(line[0]) for line, _ in got}
    for code in dict.fromkeys(line[0] for line in missing if fold(line[0]) not in made):
        why, near = nearest.why_not(code, visit)
        reasons += [why] if why else []
        cells += near
    return reasons, cells


def _line_names(visit: Visit, coded: Coded) -> list[str]:
    """Name the line fields the example speaks of; Modifiers always: beside a Code, blank means none."""
    spoken = {name for row in visit.rows for name, value in row.expect.items() if value is not None}
    lines = [name for name in coded.line_fields if name in spoken]
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


def _listed(lines: Sequence[_Line]) -> str:
    return "; ".join(" ".join(part for part in line if part) for line in lines) or "no line"


def _cell(row: ExampleRow, name: str) -> str:
    value = row.expect.get(name)
    return "" if value is None else show_value(read_value(value, FieldType.TEXT), FieldType.TEXT)  # type: ignore[arg-type]


def _compare_edit(visit: Visit, row: ExampleRow, edits: list[_Record], givers: Givers) -> Iterator[Issue]:
    """Look for an edit as expected: `deny: *over the cap*`, or `none`."""
    wanted = _cell(row, "Edit")
    if not wanted:
        return
    got = [f"{edit['Disposition']}: {edit['Message']}" for edit in edits]
    found = not got if fold(wanted) == _NONE else any(_fits(fold(g), fold(wanted)) for g in got)
    if not found:
        because, cells = _raised_by(edits, givers)
        facts = {"expected": wanted, "got": "; ".join(got) or "no edit", "because": because}
        yield IssueCode.EXAMPLE_EDIT.issue(row.at, *cells, visit=visit.name, **facts)


def _fits(text: str, wanted: str) -> bool:
    """Say whether a text is as wanted, where `*` stands for any words."""
    first, *rest = wanted.split("*")
    if not rest:
        return text == wanted
    *between, last = rest
    place, end = len(first), len(text) - len(last)
    for part in between:
        found = text.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return text.startswith(first) and text.endswith(last) and place <= end


def _raised_by(edits: list[_Record], givers: Givers) -> tuple[str, list[CellRef]]:
    rules = [rule for rule in dict.fromkeys(edit["Rule"] for edit in edits) if isinstance(rule, str) and rule]
    cells = list(dict.fromkeys(cell for rule in rules for cell in givers.cells(rule)))
    return f" (raised by {', '.join(map(givers.name, cells))})" if cells else "", cells


def _compare_status(
    visit: Visit, row: ExampleRow, coded: Coded, edits: list[_Record], givers: Givers
) -> Iterator[Issue]:
    wanted = _cell(row, "Status")
    got = coded.status.get(visit.key, "not coded")
    if not wanted or fold(wanted) == got:
        return
    because, cells = "", list[CellRef]()
    if got == "review":
        holding = [edit for edit in edits if edit["Disposition"] == "review"]
        raised, cells = _raised_by(holding, givers)
        because = f", held by {'; '.join(dict.fromkeys(edit['Message'] for edit in holding))}{raised}"
    elif fold(wanted) == "review":
        because = ", since no edit holds it"
    facts = {"expected": wanted, "got": got, "because": because}
    yield IssueCode.EXAMPLE_STATUS.issue(row.at, *cells, visit=visit.name, **facts)


def _compare_fields(place: int, coded: Coded, givers: Givers) -> Iterator[Issue]:
    """Compare row fields expected beside the row that gives them."""
    row = coded.given[place][1]
    for name, value in row.expect.items():
        definition = coded.rulebook.fields.get(name)
        if value is None or definition is None or definition.level is Level.LINE or name not in coded.fields:
            continue
        expected, got = _comparable(value, definition), _comparable(coded.fields[name][place], definition)
        if fold(expected) != (_NONE if not got and fold(expected) == _NONE else fold(got)):
            giver, cells = who_gave(name, place, coded, givers)
            facts = {"expected": expected, "got": got or "nothing", "giver": giver}
            yield IssueCode.EXAMPLE_FIELD.issue(row.at, *cells, field=name, **facts)
