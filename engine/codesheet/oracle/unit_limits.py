"""Unit limits on one line: what was used before it, counted line by line, and what is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from codesheet.language.values import FieldType, fold, show_value
from codesheet.model import LimitPer, LimitSpan, Required, UnitLimit, UnitLimits
from codesheet.oracle.answers import Answer, Record
from codesheet.oracle.edit_rows import code_of, holding, lines_with, most_special, row_text, rows_of

if TYPE_CHECKING:
    from codesheet.oracle.world import World

KIND = "Unit limits"
_UNITS_BEFORE = "Units before"
_HEAVIEST_FIRST = ("deny", "split", "review", "inform")
_YEARS = ((12, 0), (0, 365), (0, 366))
"""A year in months and in days."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """One limit of a line: units used before, whether all are known, how many are over, whom to ask."""

    row: UnitLimit
    before: float
    known: bool
    over: float | None
    ask: str

    @property
    def is_over(self) -> bool:
        """Say whether the units that are known are over the limit."""
        return self.over is not None and self.over > 0

    @property
    def order(self) -> tuple[int, int, float]:
        """Put first what is over, then what is not known; heavier actions first, then what is more over."""
        state = 0 if self.is_over else 2 if self.known else 1
        weight = _HEAVIEST_FIRST.index(self.row.action) if self.row.action in _HEAVIEST_FIRST else 9
        return state, weight, -(self.over or 0.0)


def set_limits(table: UnitLimits, line: Record, world: "World") -> None:
    """Set the limit of a line whose turn it is; it has as many turns as limits that are over or not known."""
    limits = sorted(_limits(table, line, world), key=lambda one: one.order)
    open_limits = [one for one in limits if one.is_over or not one.known]
    world.edits.turns[line] = max(len(open_limits), 1)
    shown = limits[min(world.edits.turn, max(len(open_limits) - 1, 0))] if limits else None
    row = shown.row if shown else None
    _settle("Unit limit", row.limit if row else None, FieldType.WHOLE, "Unit limit", line, world)
    texts = {
        "Limit per": row.per.text if row else "",
        "Limit adjudication": row.adjudication if row else "",
        "Limit action": row.action if row else "",
        "Limit row": row_text(row) if row else "",
    }
    for name, text in texts.items():
        _settle(name, text or None, FieldType.TEXT, name, line, world)
    sure = shown is not None and (shown.known or shown.is_over)
    root = shown.ask if shown is not None and not sure else "Unit limit"
    before = shown.before if shown is not None and sure else None
    over = shown.over if shown is not None and sure else None
    _settle(_UNITS_BEFORE, before, FieldType.WHOLE, root, line, world)
    _settle("Units over limit", over, FieldType.WHOLE, root, line, world)


def _settle(
    name: str, value: float | str | None, kind: FieldType, root: str, line: Record, world: "World"
) -> None:
    world.settle(world.rulebook.fields[name], Answer(value, kind, frozenset({root})), line)


def _limits(table: UnitLimits, line: Record, world: "World") -> Iterator[_Judged]:
    code = code_of(line, world)
    rows = holding(rows_of(KIND, table.rows, lambda row: row.code, code, world), line, KIND, world)
    if not rows:
        return
    pers = {row.per for row in rows}
    for per in sorted(pers, key=lambda one: next(n for n, row in enumerate(table.rows) if row.per == one)):
        rivals = [row for row in rows if row.per == per]
        row = most_special(rivals, lambda one: (one.limit, one.action, one.adjudication), line, KIND, world)
        if row is None or row.limit is None:
            continue
        before, known = _used_before(row.per, table, line, world)
        units = world.value(line, "Units").value
        over = before + units - row.limit if isinstance(units, float) else None
        yield _Judged(row, before, known, over, _to_ask(row.per, table, world))


def _to_ask(per: LimitPer, table: UnitLimits, world: "World") -> str:
    """Name the recorded fact to ask for where units are not known, or else those units."""
    name = ""
    if _is_a_year(per):
        name = table.units_before
    elif per.span is LimitSpan.SINCE_START and world.edits.begins is not None:
        name = table.months_since_start
    asked = bool(name) and world.rulebook.fields[name].required is Required.WHEN_USED
    return name if asked else _UNITS_BEFORE


def _is_a_year(per: LimitPer) -> bool:
    return per.span is LimitSpan.ROLLING and (per.months, per.days) in _YEARS


def _used_before(per: LimitPer, table: UnitLimits, line: Record, world: "World") -> tuple[float, bool]:
    """Count the units that stand before a line in its limit's time; say whether they are all."""
    if per.span is LimitSpan.LINE:
        return 0.0, True
    if per.span is LimitSpan.VISIT:
        return _sum(line, [one for one in world.records if one.visit == line.visit], world), True
    whose = _whose(table, line, world)
    day = line.day or 0.0
    first = _first_day(per, table, line, world)
    start = day if first is None else first
    mine = lines_with(KIND, lambda one: _whose(table, one, world), line, world)
    in_time = [one for one in mine if start <= (one.day or 0.0) <= day]
    earlier = (one for one in in_time if _is_before(one, line) and _alike(one, line, world))
    before = sum((_units(one, world) for one in earlier), 0.0)
    past = world.edits.past.get((*whose, code_of(line, world)), []) if _is_somebody(whose) else []
    before += sum(units for then, units in past if start <= then <= day)
    if per.span is LimitSpan.DAY:
        return before, line.day is not None
    begins = world.edits.begins
    known = _is_somebody(whose) and begins is not None and first is not None and first >= begins
    said = world.value(line, table.units_before).value if _is_a_year(per) and table.units_before else None
    if isinstance(said, float):
        own = [one for one in mine if one.visit == line.visit and _is_before_in_visit(one, line)]
        now = sum((_units(one, world) for one in own if _alike(one, line, world)), 0.0)
        return max(before, said + now), True
    return before, known


def _is_before(one: Record, line: Record) -> bool:
    return (one.day or 0.0, one.visit, one.place) < (line.day or 0.0, line.visit, line.place)


def _is_before_in_visit(one: Record, line: Record) -> bool:
    return one.place < line.place


def _alike(one: Record, line: Record, world: "World") -> bool:
    return code_of(one, world) == code_of(line, world)


def _sum(line: Record, lines: list[Record], world: "World") -> float:
    before = [one for one in lines if one.place < line.place and _alike(one, line, world)]
    return sum((_units(one, world) for one in before), 0.0)


def _units(line: Record, world: "World") -> float:
    units = world.value(line, "Units").value
    return units if isinstance(units, float) and world.edits.stands(line) else 0.0


def _whose(table: UnitLimits, line: Record, world: "World") -> tuple[str, ...]:
    """Say whose units a line's are: folded texts of the fields of Per, or its visit alone."""
    answers = [world.value(line, name) for name in table.per]
    if not answers or any(answer.missing for answer in answers):
        return _NOBODY, line.visit
    return tuple(fold(show_value(answer.value, answer.type)) for answer in answers)


_NOBODY = "\0"


def _is_somebody(whose: tuple[str, ...]) -> bool:
    return whose[0] != _NOBODY


def _first_day(per: LimitPer, table: UnitLimits, line: Record, world: "World") -> float | None:
    """Give the first day a limit counts; None where the months since the start are not known."""
    if line.day is None:
        return None
    day = date.fromordinal(int(line.day))
    months = world.value(line, table.months_since_start).value if table.months_since_start else None
    match per.span:
        case LimitSpan.CALENDAR_YEAR:
            return float(date(day.year, 1, 1).toordinal())
        case LimitSpan.ROLLING if per.days:
            return line.day - per.days + 1
        case LimitSpan.ROLLING:
            return _day_after_months_back(day, per.months)
        case LimitSpan.SINCE_START:
            if not isinstance(months, float):
                return None
            return _day_after_months_back(day, int(months) % per.months + 1)
        case LimitSpan.LIFETIME:
            return _day_after_months_back(day, int(months) + 1) if isinstance(months, float) else 1.0
        case _:
            return line.day


def _day_after_months_back(day: date, months: int) -> float:
    """Go back months, to the last day of a month that is too short, and on to the next day."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    if year < date.min.year:
        return float(date.min.toordinal() + 1)
    days = (date(year + (month == 12), month % 12 + 1, 1) - timedelta(days=1)).day  # noqa: PLR2004 - December
    return float(date(year, month, min(day.day, days)).toordinal() + 1)
