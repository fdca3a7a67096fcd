"""The functions of formulas (DESIGN §5), each of plain values that are all there."""

import math
from collections.abc import Callable

from codesheet.language.values import SAME_NUMBER, FieldType, Scalar, ValueProblem, fold, read_value


def nearest_whole(value: float) -> float | None:
    """Give the whole number a value is, within a billionth; None where it is none."""
    nearest = float(round(value))
    return nearest if abs(value - nearest) <= SAME_NUMBER else None


def ceiling(value: float) -> float:
    """Round up; what is a whole number within a billionth stays it."""
    whole = nearest_whole(value)
    return float(math.ceil(value)) if whole is None else whole


def floor(value: float) -> float:
    """Round down; what is a whole number within a billionth stays it."""
    whole = nearest_whole(value)
    return float(math.floor(value)) if whole is None else whole


def round_half_up(value: float, digits: float = 0.0) -> float:
    """Round half away from zero, as Excel does."""
    scale = 10.0**digits
    return math.copysign(floor(abs(value) * scale + 0.5) / scale, value)


def minutes_between(start: float, stop: float) -> float | None:
    """Give minutes; a stop before the start may be past midnight, which nobody can know."""
    return None if stop < start else stop - start


def number(text: str) -> float | None:
    """Read a text as a number; None where it is none."""
    try:
        found = read_value(text, FieldType.NUMBER)
    except ValueProblem:
        return None
    return found if isinstance(found, float) else None


def length(value: str | tuple[str, ...]) -> float:
    """Count the characters of a text, or the codes of a list."""
    return float(len(value))


def contains(value: str | tuple[str, ...], wanted: str) -> float:
    """Say whether a list has a code, or a text has a piece in it."""
    if isinstance(value, tuple):
        return float(any(fold(code) == fold(wanted) for code in value))
    return float(fold(wanted) in fold(value))


def starts_with(value: str, start: str) -> float:
    """Say whether a text begins with another."""
    return float(fold(value).startswith(fold(start)))


def item(codes: tuple[str, ...], place: float) -> str | None:
    """Give the code at a place, from 1; None where the list is shorter."""
    index = int(floor(place))
    return codes[index - 1] if 1 <= index <= len(codes) else None


def join(codes: tuple[str, ...], separator: str) -> str:
    """Write the codes of a list with something between them."""
    return separator.join(codes)


def positions(wanted: str | tuple[str, ...], listed: tuple[str, ...]) -> tuple[str, ...]:
    """Give the places (from 1) in a list of the codes wanted, in the order wanted."""
    folded = [fold(code) for code in listed]
    codes = (wanted,) if isinstance(wanted, str) else wanted
    return tuple(str(folded.index(fold(code)) + 1) for code in codes if fold(code) in folded)


FUNCTIONS: dict[str, tuple[FieldType, Callable[..., Scalar | None]]] = {
    "ceiling": (FieldType.WHOLE, ceiling),
    "floor": (FieldType.WHOLE, floor),
    "round": (FieldType.NUMBER, round_half_up),
    "min": (FieldType.NUMBER, min),
    "max": (FieldType.NUMBER, max),
    "abs": (FieldType.NUMBER, abs),
    "days between": (FieldType.NUMBER, lambda first, second: second - first),
    "minutes between": (FieldType.NUMBER, minutes_between),
    "number": (FieldType.NUMBER, number),
    "length": (FieldType.WHOLE, length),
    "contains": (FieldType.YES_NO, contains),
    "starts with": (FieldType.YES_NO, starts_with),
    "item": (FieldType.CODE, item),
    "join": (FieldType.TEXT, join),
    "positions": (FieldType.CODE_LIST, positions),
}
"""Each function with the type it gives; `only` asks a value set and is not here."""
