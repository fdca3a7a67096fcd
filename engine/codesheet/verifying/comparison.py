"""Where a coded batch and the plain evaluator's differ: rows, visits, claim lines, edits and counts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import pandas as pd

from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.columns import Index
from codesheet.language.values import SAME_NUMBER, FieldType, show_value
from codesheet.model import Rulebook
from codesheet.oracle.answers import Answer
from codesheet.oracle.visits import PlainBatch, PlainEdit, PlainLine

_ASKED = re.compile(
    r"(.* not recorded: ask for (?:it|them)); without (?:it|them) (.*) cannot be decided", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the engine and the plain evaluator differ.

    `place` names a table of results and its column, `rule` what the engine gives for it; neither holds
    patient data. `visit` and `detail` do.
    """

    place: str
    rule: str
    visit: str
    detail: str

    def __str__(self) -> str:
        """Print it whole, for whoever may see the data."""
        return f"visit {self.visit}: {self.place}: {self.detail} ({self.rule})"


def compare(
    plain: PlainBatch, rulebook: Rulebook, encounters: Encounters, batch: CodedBatch, picked: Index
) -> list[Difference]:
    """Give every difference between a coded batch and what the plain evaluator made of its picked rows."""
    found = [
        *_row_differences(plain, rulebook, batch, picked),
        *_visit_differences(plain, batch),
        *_line_differences(plain, rulebook, batch),
        *_edit_differences(plain, batch),
    ]
    if len(picked) == encounters.frame.rows:
        found += _count_differences(plain, encounters, batch)
    return found


def _row_differences(
    plain: PlainBatch, rulebook: Rulebook, batch: CodedBatch, picked: Index
) -> Iterator[Difference]:
    rows = batch.rows.iloc[picked]
    names = [name for name in plain.fields[0] if name in rows.columns] if plain.fields else []
    for name in names:
        rule = str(rulebook.fields[name].at)
        for place, value in enumerate(rows[name].tolist()):
            answer = plain.fields[place][name]
            if not _same(value, answer):
                yield Difference(
                    f"Rows, {name}", rule, plain.visit_of_row[place], f"{value!r} is {_shown(answer)!r}"
                )
    for place, value in enumerate(rows["No line because"].tolist()):
        if _parts(str(value)) != _parts(plain.no_line_because[place]):
            detail = f"{value!r} is {plain.no_line_because[place]!r}"
            yield Difference("Rows, No line because", "", plain.visit_of_row[place], detail)


def _visit_differences(plain: PlainBatch, batch: CodedBatch) -> Iterator[Difference]:
    statuses = dict(zip(map(str, batch.visits["Visit ID"]), batch.visits["Status"], strict=True))
    for visit, coded in plain.visits.items():
        if statuses.get(visit) != coded.status:
            yield Difference("Visits, Status", "", visit, f"{statuses.get(visit)} is {coded.status}")


def _by_visit(table: pd.DataFrame, plain: PlainBatch) -> dict[str, list[dict[str, object]]]:
    """Give a table's rows by visit, of the visits that were coded again."""
    keys = table["Visit ID"].map(str)
    found: dict[str, list[dict[str, object]]] = {visit: [] for visit in plain.visits}
    part = table[keys.isin(found.keys())]
    for record in part.to_dict(orient="records"):
        found[str(record["Visit ID"])].append({str(name): value for name, value in record.items()})
    return found


def _line_differences(plain: PlainBatch, rulebook: Rulebook, batch: CodedBatch) -> Iterator[Difference]:
    coded = _by_visit(batch.claim_lines, plain)
    names = [name for name in batch.claim_lines.columns if name in rulebook.fields]
    names = [name for name in names if name not in ("Visit ID", "Disposition", "Reason")]
    for visit, lines in coded.items():
        expected = plain.visits[visit].lines
        if len(lines) != len(expected):
            rules = [*(str(line["Rule"]) for line in lines), *(line.rule for line in expected)]
            detail = f"{_jotted(lines)} is {[_shown(line.fields['Code']) for line in expected]}"
            yield Difference("Claim lines", "; ".join(sorted(set(rules))), visit, detail)
            continue
        for line, other in zip(lines, expected, strict=True):
            yield from _differences_of_line(visit, line, other, names)


def _jotted(lines: list[dict[str, object]]) -> list[object]:
    return [line["Code"] for line in lines]


def _differences_of_line(
    visit: str, line: dict[str, object], other: PlainLine, names: list[str]
) -> Iterator[Difference]:
    rule = str(line["Rule"])
    for name in names:
        if not _same(line[name], other.fields[name]):
            detail = f"{line[name]!r} is {_shown(other.fields[name])!r}"
            yield Difference(f"Claim lines, {name}", rule, visit, detail)
    for name, plain in (("Disposition", other.disposition.value), ("Why", other.why), ("Rule", other.rule)):
        if _parts(str(line[name])) != _parts(plain):
            yield Difference(f"Claim lines, {name}", rule, visit, f"{line[name]!r} is {plain!r}")


def _edit_differences(plain: PlainBatch, batch: CodedBatch) -> Iterator[Difference]:
    coded, review = _by_visit(batch.edits, plain), _by_visit(batch.review, plain)
    for visit, edits in coded.items():
        expected: dict[_EditKey, list[PlainEdit]] = {}
        for edit in plain.visits[visit].edits:
            key = _edit_key(edit.disposition.value, edit.queue, edit.message)
            expected.setdefault(key, []).append(edit)
        found = {_edit_key(e["Disposition"], e["Queue"], e["Message"]): e for e in edits}
        for key, one in found.items():
            same = expected.get(key, [])
            if not same:
                yield Difference("Edits", str(one["Rule"]), visit, f"{key} is not raised")
            elif _parts(str(one["Rule"])) not in [_parts(edit.rule) for edit in same]:
                detail = f"{key}: {one['Rule']!r} is {[edit.rule for edit in same]}"
                yield Difference("Edits, Rule", str(one["Rule"]), visit, detail)
        for key, same in expected.items():
            if key not in found:
                yield Difference("Edits", same[0].rule, visit, f"{key} is raised")
        for one in review[visit]:
            key = _edit_key("review", one["Queue"], one["Message"])
            facts = [", ".join(sorted(edit.facts)) for edit in expected.get(key, [])]
            if facts and one["Facts"] not in facts:
                detail = f"{key}: {one['Facts']!r} is {facts}"
                yield Difference("Review, Facts", str(one["Rule"]), visit, detail)


_EditKey: TypeAlias = tuple[object, ...]


def _edit_key(disposition: object, queue: object, message: object) -> _EditKey:
    """Tell edits apart; the order in which tables or reasons are named is nobody's matter."""
    text = str(message)
    if asked := _ASKED.fullmatch(text):
        return disposition, queue, asked[1], _parts(asked[2].replace(", ", "; "))
    return disposition, queue, text.partition(": ")[0], _parts(text.partition(": ")[2])


def _count_differences(plain: PlainBatch, encounters: Encounters, batch: CodedBatch) -> Iterator[Difference]:
    """Hold the totals of a whole batch against each other."""
    visits = [str(visit) for visit in batch.visits["Visit ID"]]
    rejected = {visit for visit in map(str, encounters.rejected["Visit ID"]) if visit}
    if set(visits) != {*plain.visits, *rejected} or len(visits) != len(set(visits)):
        yield Difference("Visits", "", "", "not the same visits")
    total = batch.rows_coded + batch.rows_review + batch.rows_rejected
    if batch.rows_in != total or len(batch.rows) != encounters.frame.rows:
        yield Difference("Summary, rows", "", "", f"{batch.rows_in} rows in are {total}")


def _parts(text: str) -> frozenset[str]:
    return frozenset(text.split("; "))


def is_missing(value: object) -> bool:
    """Say whether a cell of a result table shows nothing."""
    return value is None or value is pd.NaT or value == "" or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN


def _same(value: object, answer: Answer) -> bool:
    """Say whether a result's cell shows an answer."""
    if is_missing(value) or answer.value is None:
        return is_missing(value) and answer.value is None
    match answer.type:
        case FieldType.DATE:
            return isinstance(value, datetime) and value.toordinal() == int(float(str(answer.value)))
        case FieldType.NUMBER | FieldType.WHOLE:
            shown, wanted = float(str(value)), float(str(answer.value))
            return abs(shown - wanted) <= SAME_NUMBER * max(1.0, abs(wanted))
        case _:
            return value == show_value(answer.value, answer.type)


def _shown(answer: Answer) -> str:
    return show_value(answer.value, answer.type)
