"""What a formula consists of: its parts, the fields it reads, the value sets it asks."""

from collections.abc import Iterator
from typing import assert_never

from codesheet.language.formulas import (
    Aggregate,
    Binary,
    Call,
    Clear,
    CodeListOf,
    FieldRef,
    Formula,
    IfThenElse,
    InValueSet,
    IsBlank,
    Literal,
    OrElse,
    Template,
    Unary,
)
from codesheet.language.functions import FUNCTIONS


def walk(formula: Formula) -> Iterator[Formula]:
    """Give a formula and everything in it."""
    yield formula
    for part in _parts(formula):
        yield from walk(part)


def _parts(formula: Formula) -> tuple[Formula, ...]:
    match formula:
        case Literal() | FieldRef() | Clear():
            return ()
        case Unary(_, operand) | IsBlank(operand) | InValueSet(operand):
            return (operand,)
        case Binary(_, left, right) | OrElse(left, right):
            return (left, right)
        case IfThenElse(condition, then, otherwise):
            return (condition, then, otherwise)
        case Call(_, arguments) | CodeListOf(arguments):
            return arguments
        case Aggregate(_, operand_or_none, where):
            return tuple(part for part in (operand_or_none, where) if part is not None)
        case Template(parts):
            return tuple(part for part in parts if not isinstance(part, str))
        case _:
            assert_never(formula)


def fields_read(formula: Formula) -> frozenset[str]:
    """Name the fields a formula reads."""
    return frozenset(part.name for part in walk(formula) if isinstance(part, FieldRef))


def sets_read(formula: Formula) -> frozenset[str]:
    """Name the value sets a formula asks."""
    found = set()
    for part in walk(formula):
        if isinstance(part, InValueSet):
            found.add(part.set_name)
        elif isinstance(part, Call):
            found.update(_set_arguments(part))
    return frozenset(found)


def _set_arguments(call: Call) -> Iterator[str]:
    for place, argument in enumerate(call.arguments):
        parameter = FUNCTIONS[call.function].parameter(place)
        if parameter is not None and parameter.is_set and isinstance(argument, Literal):
            yield str(argument.value)
