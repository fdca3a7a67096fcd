"""Formulas written out the way an author would: what is printed reads back as the same formula."""

import re

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
from codesheet.language.quotes import quote
from codesheet.language.unary_test_printer import exact_number
from codesheet.language.values import FieldType, show_value

_PLAIN_CODE = re.compile(r"[A-Za-z0-9.]{1,2}|[A-Za-z0-9.]*\d[A-Za-z0-9.]*")

IF, OR_ELSE, OR, AND, NOT, COMPARISON, SUM, PRODUCT, NEGATIVE, ATOM = range(10)
"""How tightly operators bind, loosest first."""
PRECEDENCE = {
    "or else": OR_ELSE,
    "or": OR,
    "and": AND,
    **dict.fromkeys(
        ("=", "<>", "<", "<=", ">", ">=", "is blank", "is not blank", "in", "not in"), COMPARISON
    ),
    **dict.fromkeys(("+", "-"), SUM),
    **dict.fromkeys(("*", "/"), PRODUCT),
}


def show_formula(formula: Formula) -> str:
    """Write a formula as the cell that gives it."""
    match formula:
        case Clear():
            return "none"
        case Template(parts):
            return "".join(part if isinstance(part, str) else _braced(part) for part in parts)
        case CodeListOf(parts):
            return ", ".join(map(_list_part, parts))
        case Literal(str(code), FieldType.CODE):
            return _code(code)
        case _:
            return show_expression(formula)


def _braced(formula: Formula) -> str:
    return f"{{{show_expression(formula)}}}"


def _code(code: str) -> str:
    """Write a code bare, or in quotes where it looks like words: like none, or the name of a field."""
    return code if _PLAIN_CODE.fullmatch(code) else quote(code)


def _list_part(part: Formula) -> str:
    match part:
        case Literal(str(code)):
            return _code(code)
        case Template():
            return show_formula(part)
        case _:
            return _braced(part)


def show_expression(formula: Formula, least: int = IF) -> str:
    """Write an expression, in parentheses where its surroundings bind more tightly than `least`."""
    binding, text = _expression(formula)
    return text if binding >= least else f"({text})"


def _expression(formula: Formula) -> tuple[int, str]:  # noqa: PLR0912 - a case for each kind of formula
    show = show_expression
    match formula:
        case Literal():
            return _literal(formula)
        case FieldRef(name):
            return ATOM, name
        case Unary("-", operand):
            return NEGATIVE, f"-{show(operand, NEGATIVE)}"
        case Unary(operator, operand):
            return NOT, f"{operator} {show(operand, NOT)}"
        case Binary(operator, left, right):
            binding = PRECEDENCE[operator]
            first = binding + 1 if binding == COMPARISON else binding
            return binding, f"{show(left, first)} {operator} {show(right, binding + 1)}"
        case IfThenElse(condition, then, otherwise):
            return IF, f"if {show(condition)} then {show(then)} else {show(otherwise)}"
        case OrElse(first_choice, second):
            return OR_ELSE, f"{show(first_choice, OR)} or else {show(second)}"
        case IsBlank(operand, negated):
            return COMPARISON, f"{show(operand, SUM)} is {'not ' if negated else ''}blank"
        case InValueSet(operand, name, negated):
            return COMPARISON, f"{show(operand, SUM)} {'not ' if negated else ''}in {quote(name)}"
        case Call(function, arguments):
            return ATOM, f"{function}({', '.join(map(show, arguments))})"
        case Aggregate(function, operand_or_none, where):
            inside = [] if operand_or_none is None else [show(operand_or_none)]
            inside += [] if where is None else [f"where {show(where)}"]
            return ATOM, f"{function}({' '.join(inside)})"
        case Template((part,)) if not isinstance(part, str):  # a number where text stands beside it
            return _expression(part)
        case Template() | CodeListOf() | Clear():
            return ATOM, show_formula(formula)
    msg = f"{formula!r} is no formula"
    raise TypeError(msg)


def _literal(literal: Literal) -> tuple[int, str]:
    if isinstance(literal.value, str):
        return ATOM, quote(literal.value)
    if isinstance(literal.value, tuple):
        return ATOM, ", ".join(literal.value)
    if literal.type.is_number:
        return (NEGATIVE if literal.value < 0 else ATOM), exact_number(literal.value)
    return ATOM, show_value(literal.value, literal.type)
