"""When two rows are in force on the same day."""

from codesheet.model import Period


def overlap(one: Period, other: Period) -> bool:
    """Say whether two periods share a day."""
    return _starts_by_the_end_of(one, other) and _starts_by_the_end_of(other, one)


def _starts_by_the_end_of(one: Period, other: Period) -> bool:
    return one.first is None or other.last is None or one.first <= other.last
