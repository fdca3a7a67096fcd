"""What About sheets say of their workbooks, and when each row of each workbook is in force.

Workbooks with the same Title are versions of one policy: each holds until the day before the next one's
Effective from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from codesheet.issues import Issue, IssueCode
from codesheet.language.values import FieldType, ValueProblem, fold, read_value
from codesheet.language.written_values import how_to_write
from codesheet.location import CellRef
from codesheet.model import Period, Source
from codesheet.sheets.cells import Cell
from codesheet.sheets.table import Row, Table
from codesheet.sheets.title_block import Kind, TitledSheet

_EARLIEST = date.min.toordinal()


@dataclass(frozen=True, slots=True)
class About:
    """One workbook's About sheet. `period` is the default of its rows; `window` is its turn as a version."""

    workbook: str
    title: str = ""
    owner: str = ""
    source: str = ""
    period: Period = field(default_factory=Period)
    window: Period = field(default_factory=Period)
    applies_to: Cell | None = None
    at: CellRef = field(default=CellRef(""), compare=False, repr=False)


def read_abouts(
    sheets: Iterable[TitledSheet], sources: Iterable[Source], issues: list[Issue]
) -> dict[str, About]:
    """Give what is said of each workbook; one without an About sheet is in force always, for all."""
    abouts = {source.workbook: About(source.workbook) for source in sources}
    seen: dict[str, CellRef] = {}
    for titled in sheets:
        workbook = titled.sheet.workbook
        if titled.kind is not Kind.ABOUT:
            abouts.setdefault(workbook, About(workbook))
        elif workbook in seen:
            issues.append(IssueCode.SECOND_ABOUT.issue(titled.sheet.at, seen[workbook]))
        else:
            seen[workbook] = titled.sheet.at
            abouts[workbook] = _about(titled, issues)
    return _with_windows(abouts, issues)


def _about(titled: TitledSheet, issues: list[Issue]) -> About:
    def text(label: str) -> str:
        cell = titled.label(label)
        return cell.text if cell else ""

    first = titled.label("Effective from")
    last = titled.label("Effective to")
    period = read_period(first, last, Period(), issues)
    return About(
        workbook=titled.sheet.workbook,
        title=text("Title"),
        owner=text("Owner"),
        source=text("Source"),
        period=period or Period(),
        applies_to=titled.label("Applies to"),
        at=first.at if first else titled.sheet.at,
    )


def _with_windows(abouts: Mapping[str, About], issues: list[Issue]) -> dict[str, About]:
    policies: dict[str, list[About]] = {}
    for about in abouts.values():
        policies.setdefault(fold(about.title) or f"\n{about.workbook}", []).append(about)
    windows = {}
    for versions in policies.values():
        versions.sort(key=_start)
        issues += _same_starts(versions)
        for about, following in pairwise(versions):
            until = _start(following) - 1
            first = None if about is versions[0] else about.period.first
            windows[about.workbook] = Period(first, until)
        if len(versions) > 1:
            windows[versions[-1].workbook] = Period(versions[-1].period.first, None)
    return {name: replace(about, window=windows.get(name, Period())) for name, about in abouts.items()}


def _start(about: About) -> int:
    return _EARLIEST if about.period.first is None else about.period.first


def _same_starts(versions: list[About]) -> Iterable[Issue]:
    for earlier, later in pairwise(versions):
        if _start(earlier) == _start(later):
            day = _day(later.period.first) if later.period.first is not None else "blank"
            yield IssueCode.SAME_VERSION.issue(later.at, earlier.at, title=later.title, day=day)


def row_period(row: Row, table: Table, about: About, issues: list[Issue]) -> Period | None:
    """Give when a row is in force by its FROM and TO cells and its workbook; None where it never is.

    A row whose whole period lies outside its version's turn has been superseded: it is no issue.
    """
    first, last = (row.cell(column) if column else None for column in table.period_columns)
    return in_turn(read_period(first, last, about.period, issues, row.at), about)


def in_turn(period: Period | None, about: About) -> Period | None:
    """Give the part of a period that lies in its version's turn; None where there is none."""
    clamped = None if period is None else intersect(period, about.window)
    return None if clamped is None or is_empty(clamped) else clamped


def read_period(
    first: Cell | None, last: Cell | None, default: Period, issues: list[Issue], at: CellRef | None = None
) -> Period | None:
    """Read a first and a last day, each blank as the default; None, with an issue, where that cannot be."""
    count = len(issues)
    start = _read_day(first, issues)
    end = _read_day(last, issues)
    if len(issues) > count:
        return None
    period = Period(default.first if start is None else start, default.last if end is None else end)
    if is_empty(period):
        where = last.at if end is not None and last else at or (first.at if first else CellRef(""))
        facts = {"first": _day(period.first), "last": _day(period.last)}
        issues.append(IssueCode.PERIOD_REVERSED.issue(where, **facts))
        return None
    return period


def _read_day(cell: Cell | None, issues: list[Issue]) -> int | None:
    if cell is None or cell.is_blank:
        return None
    try:
        day = read_value(cell.value, FieldType.DATE)
    except ValueProblem as problem:
        issues.append(
            IssueCode.NOT_A_VALUE.issue(
                cell.at, text=cell.text, why=problem, remedy=how_to_write(FieldType.DATE)
            )
        )
        return None
    return int(day) if isinstance(day, float) else None


def _day(ordinal: int | None) -> str:
    return "" if ordinal is None else date.fromordinal(ordinal).isoformat()


def intersect(one: Period, other: Period) -> Period:
    """Give the days of both periods."""
    firsts = [day for day in (one.first, other.first) if day is not None]
    lasts = [day for day in (one.last, other.last) if day is not None]
    return Period(max(firsts, default=None), min(lasts, default=None))


def is_empty(period: Period) -> bool:
    """Say whether a period has no day."""
    return period.first is not None and period.last is not None and period.first > period.last
