"""Encounter rows for a random rulebook: its own values and those beside them, often blank, oddly written."""

from datetime import date, timedelta

from hypothesis import strategies as st

from random_rulebooks.draft import Draft
from random_rulebooks.pools import DAY, ITEM, NUMERIC, VISIT, Known

Row = dict[str, str]
"""A row of an export: cells by heading."""


def draw_rows(draft: Draft) -> list[Row]:
    """Draw the rows of a few visits, not always together nor in the order of Item."""
    read = [one for one in draft.fields if one.name in draft.read_names]
    rows: list[Row] = []
    for visit in draft.some(VISIT.values, 1, 4):
        usual = {one.name: _value(draft, one) for one in read}
        day = _day(draft)
        for number in range(1, draft.count(1, 3) + 1):
            row = {VISIT.name: visit, ITEM.name: _item(draft, number), DAY.name: day}
            if draft.chance(15):
                row[DAY.name] = _day(draft)
            if draft.day_required != "yes" and draft.chance(10):
                row[DAY.name] = ""
            for one in read:
                row[one.name] = usual[one.name] if draft.chance(45) else _value(draft, one)
            rows.append(row)
    if draft.chance(40):
        rows = draft.draw(st.permutations(rows))
    if draft.chance(6):
        _spoil(draft, rows)
    absent = draft.pick([one.name for one in read]) if draft.chance(8) else ""
    if absent in draft.optional_names:
        rows = [{name: cell for name, cell in row.items() if name != absent} for row in rows]
    return rows


def _item(draft: Draft, number: int) -> str:
    return draft.pick([str(number), str(number), str(4 - number), "", "1"])


def _day(draft: Draft) -> str:
    day = date.fromisoformat(draft.pick(DAY.values))
    return (day + timedelta(days=draft.pick([0, 0, 1, -1]))).isoformat()


def _spoil(draft: Draft, rows: list[Row]) -> None:
    """Make a cell unreadable, so that its row is rejected."""
    faults = [(VISIT.name, ""), (DAY.name, "5/4/2026"), ("Minutes", "many"), (ITEM.name, "x")]
    heading, text = draft.pick(faults)
    rows[draft.count(0, len(rows) - 1)][heading] = text


def _value(draft: Draft, known: Known) -> str:
    if draft.chance(20 if known.name in draft.optional_names else 3):
        return ""
    value = draft.pick(known.values)
    match known.type:
        case "text" | "code":
            return _odd(draft, "other" if draft.chance(4) else value)
        case "code list":
            return draft.pick([", ", ",", "; "]).join(draft.some([*known.values, "Z99"], 1, 3))
        case kind if kind in NUMERIC:
            return _number(draft, float(value), whole=kind == "whole number")
        case "date":
            shift = timedelta(days=draft.pick([0, 1, -1]))
            return (date.fromisoformat(value) + shift).isoformat()
        case "time":
            hour, minute = map(int, value.split(":"))
            minutes = hour * 60 + minute + draft.pick([0, 1, -1])
            return f"{minutes // 60:02}:{minutes % 60:02}"
        case _:
            return draft.pick([value, value[0].upper(), value.upper()])


def _odd(draft: Draft, text: str) -> str:
    return draft.pick([text, text, text.upper(), f"  {text.title()} ", text.replace(" ", "  ")])


def _number(draft: Draft, number: float, *, whole: bool) -> str:
    """Give a bound or what lies right beside it."""
    step = 1.0 if whole else draft.pick([0.1, 1.0, 1e-10])
    shown = number + draft.pick([0, 1, -1]) * step
    if whole:
        return draft.pick([f"{shown:.0f}", f"{shown:.1f}"])
    return f"{shown:.12g}"
