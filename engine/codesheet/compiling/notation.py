"""How the parts of a rulebook are written as JSON and read again, by the types of their fields.

A unary test or formula is a list that begins with its kind: ``["Interval", 91, null, false, false]``. A cell
is a list of field, text, meaning and address. Everything else is an object without its empty entries. A
period is ``[from, to]`` in ISO dates; an address is as issues print it, or only its column where the row is
known.
"""

import dataclasses
import functools
import re
import types
import typing
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from codesheet.compiling.ruleset import Test
from codesheet.language import formulas, unary_tests
from codesheet.location import CellRef
from codesheet.model import (
    AddOnCode,
    CodePair,
    Condition,
    LookupRow,
    Member,
    Output,
    Period,
    Rule,
    UnitLimit,
)

T = TypeVar("T")

_KINDS = {
    kind.__name__: kind
    for union in (unary_tests.UnaryTest, formulas.Formula)
    for kind in typing.get_args(union)
}

_LISTS: dict[type, tuple[str, ...]] = {
    Condition: ("field", "text", "test", "at"),
    Output: ("field", "text", "formula", "at"),
    Test: ("name", "field", "test"),
    CodePair: ("at", "column_1", "column_2", "indicator", "period", "conditions", "version", "rationale"),
    AddOnCode: ("at", "primary", "add_on", "type", "period", "conditions", "version"),
}

_ORDERS: dict[type, tuple[str, ...]] = {
    LookupRow: ("at", "key_texts", "values", "period", "conditions", "keys"),
    Member: ("at", "text", "period", "test"),
    UnitLimit: (
        "at",
        "code",
        "limit",
        "per",
        "adjudication",
        "action",
        "period",
        "conditions",
        "version",
        "rationale",
    ),
    Rule: ("at", "id", "conditions", "outputs", "because", "priority", "period"),
}
"""What is written in another order than its class declares, so that people find the words first."""

_ADDRESS = re.compile(r"(.*?\.(?:xls[xm]|parquet))(?:!(.*?))?(?:!([A-Z]*)(\d+))?", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(r"[A-Z]{1,3}")


class NotationProblem(Exception):  # noqa: N818 - not a bug of ours: what is wrong with a user's file
    """A JSON value is not what compiling writes; the message is a clause about it."""


# --- writing ---------------------------------------------------------------------------------------------


def encode(part: object, row: CellRef | None = None) -> Any:  # noqa: ANN401 - JSON has no one type
    """Give a part of a rulebook as plain JSON values; `row` shortens the addresses of its cells."""
    match part:
        case Enum():
            return part.value
        case CellRef():
            return part.column if part.column and part.whole_row == row else str(part)
        case Period():
            return _encode_period(part)
        case bool() | None:
            return part
        case float():
            return int(part) if part.is_integer() else part
        case tuple() | list():
            return [encode(item, row) for item in part]
        case frozenset():
            return sorted(encode(item, row) for item in part)
        case dict():
            return {name: encode(item, row) for name, item in part.items()}
        case _ if dataclasses.is_dataclass(part):
            return _encode_dataclass(part, row)
        case _:
            return part


def _encode_period(period: Period) -> list[str | None]:
    days = (period.first, period.last)
    return (
        [] if days == (None, None) else [None if d is None else date.fromordinal(d).isoformat() for d in days]
    )


def _encode_dataclass(part: Any, row: CellRef | None) -> Any:  # noqa: ANN401 - JSON has no one type
    kind = type(part)
    if kind.__name__ in _KINDS:
        return [kind.__name__, *(encode(getattr(part, name), row) for name in _meaning_fields(kind))]
    if kind in _LISTS:
        return [encode(getattr(part, name), row) for name in _LISTS[kind]]
    inner = part.at.whole_row if hasattr(part, "at") else row
    whole = {name: encode(getattr(part, name), row if name == "at" else inner) for name in _names(kind)}
    return {name: value for name, value in whole.items() if not _is_empty(value)}


def _is_empty(value: object) -> bool:
    return value is None or value in ("", [], {})


def _names(kind: type) -> tuple[str, ...]:
    return _ORDERS.get(kind) or tuple(field.name for field in dataclasses.fields(kind))


def _meaning_fields(kind: type) -> tuple[str, ...]:
    """Give what counts in a test or formula; the offset of a node in its cell does not."""
    return tuple(field.name for field in dataclasses.fields(kind) if field.compare)


# --- reading ---------------------------------------------------------------------------------------------


def decode(kind: type[T], value: object, row: CellRef | None = None) -> T:
    """Read what `encode` wrote for a part of this type.

    Raises:
        NotationProblem: it is something else.

    """
    try:
        return typing.cast("T", _decode(kind, value, row))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError) as problem:
        msg = f"{str(value)[:80]} is no {kind.__name__}"
        raise NotationProblem(msg) from problem


def _decode(hint: Any, value: Any, row: CellRef | None) -> object:  # noqa: ANN401 - hints have no one type
    origin, options = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _decode_union(options, value, row)
    if origin is tuple:
        return tuple(_decode(options[0], item, row) for item in _expect(list, value))
    if origin is frozenset:
        return frozenset(_decode(options[0], item, row) for item in _expect(list, value))
    if hint is CellRef:
        return _decode_address(_expect(str, value), row)
    if hint is Period:
        return Period(*(None if day is None else date.fromisoformat(day).toordinal() for day in value))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint is float:
        return float(_expect((int, float), value))
    if dataclasses.is_dataclass(hint):
        return _decode_dataclass(hint, value, row)
    return _expect(hint, value)


def _expect(kind: Any, value: Any) -> Any:  # noqa: ANN401 - whatever the hint says
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(value)
    return value


def _decode_union(options: tuple[Any, ...], value: Any, row: CellRef | None) -> object:  # noqa: ANN401
    """Tell by the JSON type which of the types it can be is meant."""
    if value is None and types.NoneType in options:
        return None
    if isinstance(value, str) and str in options:
        return value
    if isinstance(value, int | float) and (float in options or int in options):
        return _decode(float if float in options else int, value, row)
    if isinstance(value, list) and value and value[0] in _KINDS and _KINDS[value[0]] in options:
        return _decode_kind(_KINDS[value[0]], value[1:], row)
    (only,) = [one for one in options if not (one in (types.NoneType, str, int, float) or _is_kind(one))]
    return _decode(only, value, row)


def _is_kind(hint: object) -> bool:
    return isinstance(hint, type) and _KINDS.get(hint.__name__) is hint


def _decode_kind(kind: type, values: list[Any], row: CellRef | None) -> object:
    hints = _hints(kind)
    names = _meaning_fields(kind)
    return kind(**{n: _decode(hints[n], v, row) for n, v in zip(names, values, strict=True)})


def _decode_dataclass(kind: Any, value: Any, row: CellRef | None) -> object:  # noqa: ANN401 - any dataclass
    if kind in _LISTS:
        value = dict(zip(_LISTS[kind], _expect(list, value), strict=True))
    hints = _hints(kind)
    if unknown := set(_expect(dict, value)) - set(hints):
        raise KeyError(*unknown)
    parts: dict[str, Any] = {name: _empty(hint) for name, hint in hints.items() if name not in value}
    if "at" in value:
        parts["at"] = _decode_address(value["at"], row)
        row = row if kind in _LISTS else parts["at"].whole_row
    for name in value:
        parts.setdefault(name, _decode(hints[name], value[name], row))
    return kind(**parts)


def _empty(hint: Any) -> object:  # noqa: ANN401 - any hint
    """Give what was left out when written because it says nothing."""
    if types.NoneType in typing.get_args(hint):
        return None
    if hint is Period:
        return Period()
    if hint is CellRef:
        return CellRef("")
    return typing.cast("object", (typing.get_origin(hint) or hint)())


def _decode_address(text: str, row: CellRef | None) -> CellRef:
    if row is not None and _COLUMN.fullmatch(text):
        return row.at(text)
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return CellRef(text)
    return CellRef(found[1], found[2] or "", int(found[4] or 0), found[3] or "")


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
