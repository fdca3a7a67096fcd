"""What a formula gives on one record (DESIGN §5): values, and the roots of those that are missing."""

import math
from typing import TYPE_CHECKING, assert_never

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
from codesheet.language.values import FieldType, show_value
from codesheet.oracle.aggregates import Entry, aggregate
from codesheet.oracle.answers import NO_ROOTS, Answer, Record, each_once
from codesheet.oracle.functions import FUNCTIONS
from codesheet.oracle.unary_tests import compare, is_member

if TYPE_CHECKING:
    from codesheet.oracle.world import World


def evaluate(  # noqa: C901, PLR0912 - one case for each kind of formula
    formula: Formula, record: Record, world: "World", per: tuple[str, ...] = ()
) -> Answer:
    """Give a formula's value on one record; `per` names the fields that group records for aggregates."""

    def give(part: Formula) -> Answer:
        return evaluate(part, record, world, per)

    match formula:
        case Literal(value, kind):
            return Answer(value, kind)
        case FieldRef(name):
            return world.value(record, name)
        case Unary(operator, operand):
            return _unary(operator, give(operand))
        case Binary("and" | "or" as operator, left, right):
            return _logic(operator, give(left), give(right))
        case Binary(operator, left, right):
            return _binary(operator, give(left), give(right))
        case IfThenElse(condition, then, otherwise):
            return _if(give(condition), give(then), give(otherwise))
        case OrElse(first, second):
            return _or_else(give(first), give(second))
        case IsBlank(operand, negated):
            return Answer(float(give(operand).missing != negated), FieldType.YES_NO)
        case InValueSet(operand, set_name, negated):
            asked = give(operand)
            is_in = any(is_member(world.rulebook, set_name, one, record.day) for one in asked.elements)
            return Answer(None if asked.missing else float(is_in != negated), FieldType.YES_NO, asked.roots)
        case Call():
            return _call(formula, [give(argument) for argument in formula.arguments], record, world)
        case Aggregate(function, operand_or_none, where):
            entries = [
                Entry(
                    other,
                    None if operand_or_none is None else evaluate(operand_or_none, other, world, per),
                    None if where is None else evaluate(where, other, world, per),
                )
                for other in world.group(record, per)
            ]
            return aggregate(function, entries, record)
        case Template(parts):
            return _text([part if isinstance(part, str) else give(part) for part in parts])
        case CodeListOf(parts):
            return _codes([give(part) for part in parts])
        case Clear():
            return Answer(None, FieldType.TEXT)
        case _:
            assert_never(formula)


def message(formula: Formula, record: Record, world: "World") -> str:
    """Give a text for people; a missing field prints as `(Drug not recorded)`."""
    shown: list[str] = []
    for part in formula.parts if isinstance(formula, Template) else (formula,):
        if isinstance(part, str):
            shown.append(part)
            continue
        answer = evaluate(part, record, world)
        name = part.name if isinstance(part, FieldRef) else "value"
        shown.append(f"({name} not recorded)" if answer.missing else show_value(answer.value, answer.type))
    return "".join(shown)


def _roots(*answers: Answer) -> frozenset[str]:
    return NO_ROOTS.union(*(answer.roots for answer in answers))


def _unary(operator: str, operand: Answer) -> Answer:
    if not isinstance(operand.value, float):
        return Answer(None, operand.type, operand.roots)
    return Answer(-operand.value if operator == "-" else 1.0 - operand.value, operand.type)


def _logic(operator: str, left: Answer, right: Answer) -> Answer:
    """Join two yes/no in three values: one `no` settles `and`, one `yes` settles `or`."""
    settling = 0.0 if operator == "and" else 1.0
    if settling in (left.value, right.value):
        return Answer(settling, FieldType.YES_NO)
    unknown = left.missing or right.missing
    return Answer(None if unknown else 1.0 - settling, FieldType.YES_NO, _roots(left, right))


def _binary(operator: str, left: Answer, right: Answer) -> Answer:
    roots = _roots(left, right)
    arithmetic = operator in ("+", "-", "*", "/")
    kind = FieldType.NUMBER if arithmetic else FieldType.YES_NO
    if left.value is None or right.value is None:
        return Answer(None, kind, roots)
    if not arithmetic:
        return Answer(float(compare(operator, left.value, right.value)), kind)
    first, second = left.value, right.value
    if not isinstance(first, float) or not isinstance(second, float):
        msg = f"{operator} of {left.type.value} and {right.type.value}"
        raise TypeError(msg)
    return _finite(_calculated(operator, first, second), kind)


def _calculated(operator: str, first: float, second: float) -> float:
    match operator:
        case "+":
            return first + second
        case "-":
            return first - second
        case "*":
            return first * second
        case _:
            return first / second if second else math.nan


def _finite(value: float, kind: FieldType) -> Answer:
    """Give a number; one divided by zero or past all bounds is missing, without roots."""
    return Answer(float(value) if math.isfinite(value) else None, kind)


def _if(condition: Answer, then: Answer, otherwise: Answer) -> Answer:
    then, otherwise = _alike(then, otherwise)
    if condition.missing:
        return Answer(None, then.type, condition.roots)
    return then if condition.value == 1.0 else otherwise


def _or_else(first: Answer, second: Answer) -> Answer:
    first, second = _alike(first, second)
    if not first.missing:
        return first
    return Answer(second.value, second.type, _roots(first, second))


def _alike(first: Answer, second: Answer) -> tuple[Answer, Answer]:
    """Make a single code beside a code list a list of one."""
    if first.type is not second.type and FieldType.CODE_LIST in (first.type, second.type):
        return first.as_list(), second.as_list()
    return first, second


def _call(call: Call, arguments: list[Answer], record: Record, world: "World") -> Answer:
    roots = _roots(*arguments)
    if call.function == "only":
        listed, named = arguments[0].as_list(), str(arguments[1].value)
        members = [c for c in listed.elements if is_member(world.rulebook, named, c, record.day)]
        return Answer(tuple(str(code) for code in members), FieldType.CODE_LIST, roots)
    kind, function = FUNCTIONS[call.function]
    if any(argument.missing for argument in arguments):
        return Answer(None, kind, roots)
    value = function(*(argument.value for argument in arguments))
    return _finite(value, kind) if isinstance(value, (int, float)) else Answer(value, kind)


def _text(parts: list[str | Answer]) -> Answer:
    answers = [part for part in parts if isinstance(part, Answer)]
    if any(answer.missing for answer in answers):
        return Answer(None, FieldType.TEXT, _roots(*answers))
    shown = [part if isinstance(part, str) else show_value(part.value, part.type) for part in parts]
    return Answer("".join(shown), FieldType.TEXT)


def _codes(answers: list[Answer]) -> Answer:
    """Gather codes and lists into one list; what is missing is left out."""
    codes: list[str] = []
    for answer in answers:
        if isinstance(answer.value, tuple):
            codes.extend(answer.value)
        elif answer.value is not None:
            codes.append(show_value(answer.value, answer.type))
    return Answer(each_once(codes), FieldType.CODE_LIST, _roots(*answers))
