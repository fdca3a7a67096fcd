"""Two rows of claim edits for one code, in force on the same day for the same claims, that disagree."""

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeAlias

from codesheet.checks.periods import overlap
from codesheet.issues import Issue, IssueCode
from codesheet.model import CodePair, Rulebook, UnitLimit

_Row: TypeAlias = CodePair | UnitLimit


def overlapping_edit_rows(rulebook: Rulebook) -> Iterator[Issue]:
    """Name both rows; a row with other conditions is an overlay, and speaks where they hold."""
    if rulebook.code_pairs is not None:
        yield from _disagreeing(rulebook.code_pairs.rows)
    if rulebook.unit_limits is not None:
        yield from _disagreeing(rulebook.unit_limits.rows)


def _disagreeing(rows: Iterable[_Row]) -> Iterator[Issue]:
    same: dict[Hashable, list[_Row]] = {}
    for row in rows:
        same.setdefault((_key(row), row.conditions), []).append(row)
    for rivals in same.values():
        yield from _of_one_code(rivals)


def _of_one_code(rows: Iterable[_Row]) -> Iterator[Issue]:
    """Name each row beside the first that says otherwise; rows that agree are not looked at in pairs."""
    before: dict[str, list[_Row]] = {}
    for row in rows:
        said = _says(row)
        others = (one for what, earlier in before.items() if what != said for one in earlier)
        first = next((one for one in others if overlap(one.period, row.period)), None)
        if first is not None:
            facts = {"key": _name(row), "first": _says(first), "second": said}
            yield IssueCode.UNSURE_EDIT_ROWS.issue(row.at, first.at, **facts)
        before.setdefault(said, []).append(row)


def _key(row: _Row) -> Hashable:
    return (row.column_1, row.column_2) if isinstance(row, CodePair) else (row.code, row.per)


def _name(row: _Row) -> str:
    return f"{row.column_1}/{row.column_2}" if isinstance(row, CodePair) else f"{row.code} ({row.per.text})"


def _says(row: _Row) -> str:
    if isinstance(row, CodePair):
        return f"indicator {row.indicator}"
    limit = "none" if row.limit is None else f"{row.limit:g}"
    return " ".join(part for part in (limit, row.action) if part)
