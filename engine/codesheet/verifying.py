"""Proving a coded batch: rows of it coded again by the plain evaluator, and every difference.

A sample is spread over the file, chosen by the file's own content, and closed over visits and Per groups,
so that each of its rows is coded beside the rows it depends on.
"""

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np
import pandas as pd

from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.coder import Coder, broken_visits
from codesheet.coding.columns import Index, values_of
from codesheet.compiling.ruleset import Ruleset
from codesheet.language.values import SAME_NUMBER, FieldType, Scalar, fold, show_value
from codesheet.model import HitPolicy, Level, Origin, Rulebook
from codesheet.oracle.answers import Answer
from codesheet.oracle.visits import PlainBatch, PlainEdit, PlainLine, code_rows

_ASKED = re.compile(r"(.*) not recorded: ask for it; (.*) cannot be decided without", re.DOTALL)


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


@dataclass(frozen=True, slots=True)
class Verification:
    """What was coded again, and what came out otherwise."""

    rows: int
    visits: int
    differences: tuple[Difference, ...]

    @property
    def outcome(self) -> str:
        """Say it in a sentence without patient data."""
        checked = f"{self.rows:,} rows ({self.visits:,} visits) against the plain evaluator"
        if not self.differences:
            return f"verified {checked}: no difference"
        visits = len({difference.visit for difference in self.differences})
        places = sorted({f"{d.place} ({d.rule})" if d.rule else d.place for d in self.differences})
        more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
        return f"verified {checked}: {visits:,} visits differ, in {'; '.join(places[:_MOST_NAMED])}{more}"


_MOST_NAMED = 10


def verify(ruleset: Ruleset, encounters: Encounters, batch: CodedBatch, rows: int) -> Verification:
    """Compare about so many rows of a coded batch with what the plain evaluator makes of them."""
    picked = _sample(ruleset, encounters, batch, rows)
    return _compared(ruleset.rulebook, encounters, batch, picked)


def differences(ruleset: Ruleset, encounters: Encounters) -> list[str]:
    """Code all rows both ways; give every difference."""
    batch = Coder(ruleset).code(encounters)
    everything = np.arange(encounters.frame.rows)
    return [str(one) for one in _compared(ruleset.rulebook, encounters, batch, everything).differences]


# --- which rows ------------------------------------------------------------------------------------------


def _sample(ruleset: Ruleset, encounters: Encounters, batch: CodedBatch, rows: int) -> Index:
    """Choose rows evenly over the file, each with its visit and Per groups, until there are enough."""
    count = encounters.frame.rows
    if rows >= count:
        return np.arange(count)
    groupings = [_Grouping(codes) for codes in _group_codes(ruleset.rulebook, encounters, batch)]
    chance = random.Random(_seed(ruleset, encounters))  # noqa: S311 - a sample, not a secret
    strata = [(count * part // rows, count * (part + 1) // rows) for part in range(rows)]
    chance.shuffle(strata)
    picked: set[int] = set()
    for first, end in strata:
        if len(picked) >= rows:
            break
        _add_with_groups(chance.randrange(first, end), groupings, picked)
    return np.array(sorted(picked), dtype=np.int64)


def _seed(ruleset: Ruleset, encounters: Encounters) -> bytes:
    content = hashlib.sha256(ruleset.digest.encode())
    for name in sorted(encounters.frame.columns):
        content.update(encounters.frame[name].data.tobytes())
    return content.digest()


class _Grouping:
    """Rows by the number of their group."""

    def __init__(self, codes: Index) -> None:
        self.codes = codes
        self._ranked = np.argsort(codes, kind="stable")
        self._sorted = codes[self._ranked]

    def rows_of(self, code: int) -> list[int]:
        first, end = np.searchsorted(self._sorted, [code, code + 1])
        return self._ranked[first:end].tolist()


def _add_with_groups(row: int, groupings: Sequence[_Grouping], picked: set[int]) -> None:
    waiting = [] if row in picked else [row]
    picked.add(row)
    seen: set[tuple[int, int]] = set()
    while waiting:
        one = waiting.pop()
        for number, grouping in enumerate(groupings):
            code = int(grouping.codes[one])
            if (number, code) not in seen:
                seen.add((number, code))
                found = [other for other in grouping.rows_of(code) if other not in picked]
                picked.update(found)
                waiting += found


def _group_codes(rulebook: Rulebook, encounters: Encounters, batch: CodedBatch) -> Iterator[Index]:
    """Give the rows numbers by visit, then by each Per of the rulebook."""
    yield pd.factorize(encounters.frame[rulebook.visit_key].data)[0].astype(np.int64)
    for per in dict.fromkeys(_pers(rulebook)):
        codes = np.zeros(encounters.frame.rows, dtype=np.int64)
        blank = np.zeros(encounters.frame.rows, dtype=bool)
        for name in per:
            words = _comparable(name, rulebook, encounters, batch)
            own, values = pd.factorize(words)
            blank |= own < 0
            codes = pd.factorize(codes * (len(values) + 1) + own)[0].astype(np.int64)
        codes[blank] = codes.max(initial=0) + 1 + np.arange(int(blank.sum()))
        yield codes


def _pers(rulebook: Rulebook) -> Iterator[tuple[str, ...]]:
    """Give every Per by its row fields: lines of one group are of rows alike in those."""
    grouped = [field.per for field in rulebook.fields.values() if field.formula is not None and field.per]
    grouped += [t.per for t in rulebook.decisions.values() if t.hit_policy is HitPolicy.FIRST_IN_GROUP]
    for per in grouped:
        yield tuple(sorted(name for name in per if rulebook.fields[name].level is Level.ROW))


def _comparable(name: str, rulebook: Rulebook, encounters: Encounters, batch: CodedBatch) -> pd.Series:
    """Give a field in the form in which Per groups compare it; missing where it is blank."""
    if rulebook.fields[name].origin is Origin.READ:
        values = values_of(encounters.frame[name], encounters.frame.vocabulary)
    else:
        values = [None if _is_missing(value) else value for value in batch.rows[name].tolist()]
    folded: dict[object, object] = {}
    return pd.Series([folded.setdefault(value, _folded(value)) for value in values], dtype="object")


def _folded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 9)
    return fold(value) if isinstance(value, str) else value if value is None else str(value)


# --- what differs ----------------------------------------------------------------------------------------


def _compared(rulebook: Rulebook, encounters: Encounters, batch: CodedBatch, picked: Index) -> Verification:
    plain = code_rows(rulebook, _plain_rows(rulebook, encounters, picked), broken_visits(encounters))
    found = [
        *_row_differences(plain, rulebook, batch, picked),
        *_visit_differences(plain, batch),
        *_line_differences(plain, rulebook, batch),
        *_edit_differences(plain, batch),
    ]
    if len(picked) == encounters.frame.rows:
        found += _count_differences(plain, encounters, batch)
    return Verification(len(picked), len(plain.visits), tuple(found))


def _plain_rows(rulebook: Rulebook, encounters: Encounters, picked: Index) -> list[dict[str, Scalar | None]]:
    read = [name for name, field in rulebook.fields.items() if field.origin is Origin.READ]
    columns = {
        name: values_of(encounters.frame[name].take(picked), encounters.frame.vocabulary)
        for name in read
        if name in encounters.frame
    }
    return [{name: column[place] for name, column in columns.items()} for place in range(len(picked))]


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


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NaT or value == "" or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN


def _same(value: object, answer: Answer) -> bool:
    """Say whether a result's cell shows an answer."""
    if _is_missing(value) or answer.value is None:
        return _is_missing(value) and answer.value is None
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
