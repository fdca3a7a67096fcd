"""What the contenders share: names as identifiers, rows as records, formulas and answers."""

import operator
import re
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa

from codesheet.language.formulas import Binary, Call, FieldRef, Formula, Literal
from codesheet.language.unary_tests import AnyOf, Equals, UnaryTest
from tasks import PlainRule

JOINT = "; "
_OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def identifier(field: str) -> str:
    """Name a field as programming languages do: `Place of service` is place_of_service."""
    return re.sub(r"\W+", "_", field.strip().lower()).strip("_")


def number(value: float) -> str:
    """Write a number as short as can be: 91, 0.5."""
    return f"{value:g}" if value != int(value) else str(int(value))


def records(rows: pa.Table) -> list[dict[str, Any]]:
    """Give rows as dictionaries by identifier; null is None."""
    return rows.rename_columns([identifier(name) for name in rows.column_names]).to_pylist()


def listed(test: UnaryTest) -> list[str | float] | None:
    """Give the values of a test that is a plain list of values, else None."""
    parts = test.tests if isinstance(test, AnyOf) else (test,)
    values = [part.value for part in parts if isinstance(part, Equals)]
    return values if len(values) == len(parts) else None


def prefix(pattern: str) -> str:
    """Give what a wildcard like `J30*` begins with; the tables here have no others."""
    start = pattern.removesuffix("*")
    if "*" in start or "?" in start:
        raise NotImplementedError(pattern)
    return start


def infix(formula: Formula, name: Callable[[str], str]) -> str:
    """Write a formula of units in the notation that most languages share."""
    match formula:
        case Literal(value) if isinstance(value, float):
            return number(value)
        case FieldRef(field):
            return name(field)
        case Binary(sign, left, right):
            return f"({infix(left, name)} {sign} {infix(right, name)})"
        case Call("floor", (inner,)):
            return f"floor({infix(inner, name)})"
    raise NotImplementedError(formula)


def computed(formula: Formula, value: Callable[[str], Any], floor: Callable[[Any], Any]) -> Any:  # noqa: ANN401
    """Compute a formula of units over anything that has arithmetic."""
    match formula:
        case Literal(number):
            return number
        case FieldRef(field):
            return value(field)
        case Binary(sign, left, right):
            return _OPERATORS[sign](computed(left, value, floor), computed(right, value, floor))
        case Call("floor", (inner,)):
            return floor(computed(inner, value, floor))
    raise NotImplementedError(formula)


def spoken(rule: PlainRule, row: dict[str, Any]) -> str:
    """Give what a rule that fired says of a row."""
    if rule.units is None:
        return rule.code
    units = computed(rule.units, lambda field: row[identifier(field)], lambda value: value // 1)
    return f"{rule.code} x {int(units)}"


def joined(texts: Iterable[str]) -> str:
    """Join what the rules that count say; those that say nothing are left out."""
    return JOINT.join(filter(None, texts))
