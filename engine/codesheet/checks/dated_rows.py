"""Rows that are one rule (or one key) at different times: what their dates leave out or say twice."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from codesheet.checks.geometry import Geometry
from codesheet.checks.periods import first_day, holes, last_day, overlap, shown_day
from codesheet.checks.rule_pairs import named
from codesheet.issues import Issue, IssueCode
from codesheet.language.values import fold
from codesheet.location import CellRef
from codesheet.model import HitPolicy, LookupRow, LookupTable, Rule

_TOP_DOWN = (HitPolicy.FIRST, HitPolicy.FIRST_IN_GROUP)
_GATHERING = (HitPolicy.COLLECT, HitPolicy.RULE_ORDER)
_MOST_NAMED = 5


def dated_rules(geometry: Geometry, today: date) -> Iterator[Issue]:
    """Judge the rules of a table that have the same conditions."""
    table = geometry.table
    groups: dict[Hashable, list[Rule]] = {}
    for place, rule in enumerate(table.rules):
        others = geometry.dimensions[:-1]
        key = (*(dimension.cell_of[place] for dimension in others), fold(rule.id) if table.scope else "")
        groups.setdefault(key, []).append(rule)
    for rules in groups.values():
        yield from _holes(rules, "a rule with these conditions")
        if table.hit_policy in (*_TOP_DOWN, *_GATHERING):
            yield from _staggered(rules, gathering=table.hit_policy in _GATHERING)
    yield from _over(groups.values(), table.at, today)


def dated_keys(lookup: LookupTable, today: date) -> Iterator[Issue]:
    """Judge the rows of a lookup that have the same key."""
    groups: dict[Hashable, list[LookupRow]] = {}
    for row in lookup.rows:
        key = (*map(fold, row.key_texts), *((c.field, fold(c.text)) for c in row.conditions))
        groups.setdefault(key, []).append(row)
    if lookup.code_table_for:  # codes may end, and come back
        return
    for rows in groups.values():
        yield from _holes(rows, f'the key "{", ".join(rows[0].key_texts)}"')
    yield from _over(groups.values(), lookup.at, today)


def _holes(rows: Sequence[Rule | LookupRow], what: str) -> Iterator[Issue]:
    for first, last in holes(row.period for row in rows) if len(rows) > 1 else ():
        before = next(row for row in rows if last_day(row.period) == first - 1)
        after = next(row for row in rows if first_day(row.period) == last + 1)
        facts = {"what": what, "first": shown_day(first), "last": shown_day(last)}
        yield IssueCode.HOLE_IN_TIME.issue(after.at, before.at, others=_named(before, after.at), **facts)


def _named(row: Rule | LookupRow, beside: CellRef) -> str:
    here = (row.at.workbook, row.at.sheet) == (beside.workbook, beside.sheet)
    return f"row {row.at.row}" if here else str(row.at)


def _staggered(rules: Sequence[Rule], *, gathering: bool) -> Iterator[Issue]:
    """Find a rule that begins before the one it seems to replace has ended."""
    ordered = sorted(rules, key=lambda rule: first_day(rule.period))
    for earlier, later in pairwise(ordered):
        begins_later = first_day(earlier.period) < first_day(later.period)
        ends_later = last_day(earlier.period) < last_day(later.period)
        if gathering and not _same_first_cell(earlier, later):
            continue
        if begins_later and ends_later and overlap(earlier.period, later.period):
            facts = {
                "others": named([earlier], later.at),
                "first": shown_day(first_day(later.period)),
                "last": shown_day(last_day(earlier.period)),
            }
            yield IssueCode.PERIODS_OVERLAP.issue(later.at, earlier.at, **facts)


def _same_first_cell(one: Rule, other: Rule) -> bool:
    first, second = one.outputs[:1], other.outputs[:1]
    return bool(first) and [o.formula for o in first] == [o.formula for o in second]


@dataclass(frozen=True, slots=True)
class _Span:
    """Rows of one rule, by the day on which the last of them ends and the first begins."""

    rows: Sequence[Rule | LookupRow]

    @property
    def last(self) -> float:
        return max(last_day(row.period) for row in self.rows)

    @property
    def first(self) -> float:
        return min(first_day(row.period) for row in self.rows)


def _over(groups: Iterable[Sequence[Rule | LookupRow]], at: CellRef, today: date) -> Iterator[Issue]:
    """Say which rules have ended for good, and which begin later: one note of each kind a table."""
    spans = [_Span(rows) for rows in groups]
    now = today.toordinal()
    ended = [span.rows[-1] for span in spans if span.last < now]
    if ended:
        facts = {"rows": _listed(ended), "day": today.isoformat()}
        yield IssueCode.ROWS_ENDED.issue(at, *(row.at for row in ended[:_MOST_NAMED]), **facts)
    coming = [row for span in spans for row in span.rows if first_day(row.period) > now]
    if coming:
        first = shown_day(min(first_day(row.period) for row in coming))
        facts = {"rows": _listed(coming), "day": today.isoformat(), "first": first}
        yield IssueCode.ROWS_BEGIN_LATER.issue(at, *(row.at for row in coming[:_MOST_NAMED]), **facts)


def _listed(rows: Sequence[Rule | LookupRow]) -> str:
    shown = ", ".join(str(row.at.row) for row in rows[:_MOST_NAMED])
    more = f" and {len(rows) - _MOST_NAMED} more" if len(rows) > _MOST_NAMED else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {shown}{more}"
