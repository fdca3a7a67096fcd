"""Periods as stretches of days: when two share a day, and what several cover together."""

import math
from collections.abc import Iterable
from datetime import date

from codesheet.model import Period


def overlap(one: Period, other: Period) -> bool:
    """Say whether two periods share a day."""
    return first_day(one) <= last_day(other) and first_day(other) <= last_day(one)


def first_day(period: Period) -> float:
    """Give the first day, minus infinity where it is open."""
    return -math.inf if period.first is None else period.first


def last_day(period: Period) -> float:
    """Give the last day, infinity where it is open."""
    return math.inf if period.last is None else period.last


def holes(periods: Iterable[Period]) -> list[tuple[int, int]]:
    """Give the stretches of days between the first and the last that none of the periods covers."""
    found = []
    reached = None
    for period in sorted(periods, key=first_day):
        if reached is not None and first_day(period) > reached + 1:
            found.append((int(reached) + 1, int(first_day(period)) - 1))
        reached = last_day(period) if reached is None else max(reached, last_day(period))
    return found


def shown_day(day: float) -> str:
    """Write a day as yyyy-mm-dd."""
    return date.fromordinal(int(day)).isoformat()
