"""What type a formula gives: every operator and function checked against the types of the fields it reads."""

from dataclasses import replace
from typing import TypeAlias, assert_never

from codesheet.issues import IssueCode
from codesheet.language.formula_printer import show_expression
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
from codesheet.language.functions import AGGREGATES, FUNCTIONS, Function
from codesheet.language.names import CellProblem, Names
from codesheet.language.values import FieldType
from codesheet.language.written_values import TYPE_WORDS, read_written

Typed: TypeAlias = tuple[Formula, FieldType]
"""A formula and the type of what it gives."""

_ORDERINGS = ("<", "<=", ">", ">=")


def type_of(formula: Formula, names: Names) -> FieldType | None:
    """Give the type of a formula's values; None for `none`, which has no value.

    Raises:
        CellProblem: an operator or a function is given what it cannot work on.

    """
    return None if isinstance(formula, Clear) else typed(formula, names)[1]


def typed(formula: Formula, names: Names) -> Typed:  # noqa: PLR0912 - a case for each kind of formula
    """Check a formula, and read its quoted dates, times and yes/no as what they are compared with.

    Raises:
        CellProblem: an operator or a function is given what it cannot work on.

    """
    match formula:
        case Literal(_, kind):
            return formula, kind
        case FieldRef(name):
            return formula, names.fields[name]
        case Unary(operator, operand):
            return _unary(formula, operator, typed(operand, names))
        case Binary(operator, left, right):
            return _binary(formula, operator, typed(left, names), typed(right, names))
        case IfThenElse(condition, then, otherwise):
            asked = _yes_no("if", typed(condition, names))
            first, second, kind = _alike("if … else", typed(then, names), typed(otherwise, names))
            return replace(formula, condition=asked, then=first, otherwise=second), kind
        case OrElse(first_choice, second_choice):
            first, second, kind = _alike("or else", typed(first_choice, names), typed(second_choice, names))
            return replace(formula, first=first, second=second), kind
        case IsBlank(operand):
            return replace(formula, operand=typed(operand, names)[0]), FieldType.YES_NO
        case InValueSet(operand):
            return replace(formula, operand=_of_a_set(typed(operand, names))), FieldType.YES_NO
        case Call(function, arguments):
            return _call(formula, FUNCTIONS[function], [typed(argument, names) for argument in arguments])
        case Aggregate():
            return _aggregate(formula, names)
        case Template(parts):
            checked = tuple(part if isinstance(part, str) else typed(part, names)[0] for part in parts)
            return replace(formula, parts=checked), FieldType.TEXT
        case CodeListOf(parts):
            return replace(formula, parts=tuple(typed(p, names)[0] for p in parts)), FieldType.CODE_LIST
        case Clear():
            return formula, FieldType.TEXT
        case _:
            assert_never(formula)


def expect_type(formula: Formula, kind: FieldType, names: Names) -> Formula:
    """Make a formula give values of a field's type.

    Number and whole number pass for each other (a result that is not whole goes to review), as do text and
    code; a single code becomes a list of one.

    Raises:
        CellProblem: it gives something else.

    """
    if isinstance(formula, Clear):
        return formula
    checked, found = typed(formula, names)
    if found is kind or (found.is_number and kind.is_number and not _is_fraction(checked, kind)):
        return checked
    if kind is FieldType.CODE_LIST and found.is_text:
        return CodeListOf((checked,))
    if found.is_text and kind.is_text and found is not FieldType.CODE_LIST:
        return checked
    if (literal := _as_literal(checked, kind)) is not None:
        return literal
    raise CellProblem(
        IssueCode.WRONG_RESULT,
        piece=show_expression(checked),
        found=TYPE_WORDS[found],
        wanted=TYPE_WORDS[kind],
        remedy=_how_to_give(found, kind),
    )


def _is_fraction(formula: Formula, kind: FieldType) -> bool:
    """Say whether this is a written number that the whole number field can never hold."""
    return kind is FieldType.WHOLE and isinstance(formula, Literal) and formula.type is FieldType.NUMBER


def _how_to_give(found: FieldType, kind: FieldType) -> str:
    if kind.is_number and found in (FieldType.TEXT, FieldType.CODE):
        return "number(…) makes a number of a text"
    if kind is FieldType.DATE and found.is_number:
        return "write a date as yyyy-mm-dd"
    return f"write {TYPE_WORDS[kind]}"


def _as_literal(formula: Formula, kind: FieldType) -> Literal | None:
    """Read a quoted date, time or yes/no as a value of that type; None where it is no such thing."""
    quoted = isinstance(formula, Literal) and isinstance(formula.value, str)
    if not quoted or kind.is_text or kind.is_number or not isinstance(formula, Literal):
        return None
    return Literal(read_written(str(formula.value), kind), kind, formula.at)


def _unary(formula: Unary, operator: str, operand: Typed) -> Typed:
    if operator == "not":
        return replace(formula, operand=_yes_no("not", operand)), FieldType.YES_NO
    return replace(formula, operand=_number("-", operand)), operand[1]


def _binary(formula: Binary, operator: str, left: Typed, right: Typed) -> Typed:
    match operator:
        case "and" | "or":
            sides = _yes_no(operator, left), _yes_no(operator, right)
            return replace(formula, left=sides[0], right=sides[1]), FieldType.YES_NO
        case "+" | "-" | "*" | "/":
            sides = _number(operator, left), _number(operator, right)
            whole = operator != "/" and left[1] is right[1] is FieldType.WHOLE
            kind = FieldType.WHOLE if whole else FieldType.NUMBER
            return replace(formula, left=sides[0], right=sides[1]), kind
        case _:
            first, second = _comparable(operator, left, right)
            return replace(formula, left=first, right=second), FieldType.YES_NO


def _yes_no(operator: str, operand: Typed) -> Formula:
    formula, kind = operand
    if kind is FieldType.YES_NO:
        return formula
    remedy = f"ask {show_expression(formula)} is not blank, or compare it with something"
    raise _wrong_operand(operator, "yes/no", operand, remedy)


def _number(operator: str, operand: Typed) -> Formula:
    formula, kind = operand
    if kind.is_number:
        return formula
    remedies = {
        FieldType.DATE: "days between(first, second) counts days",
        FieldType.TIME: "minutes between(first, second) counts minutes",
        FieldType.TEXT: "number(…) makes a number of a text",
        FieldType.CODE: "number(…) makes a number of a code",
    }
    raise _wrong_operand(operator, "numbers", operand, remedies.get(kind, ""))


def _of_a_set(operand: Typed) -> Formula:
    formula, kind = operand
    if kind.is_text:
        return formula
    raise _wrong_operand("in", "codes and texts", operand)


def _wrong_operand(operator: str, wanted: str, operand: Typed, remedy: str = "") -> CellProblem:
    return CellProblem(
        IssueCode.WRONG_OPERAND,
        operator=operator,
        wanted=wanted,
        piece=show_expression(operand[0]),
        found=TYPE_WORDS[operand[1]],
        remedy=remedy or f"put {wanted} there",
    )


def _comparable(operator: str, left: Typed, right: Typed) -> tuple[Formula, Formula]:
    for formula, kind in (left, right):
        if kind is FieldType.CODE_LIST:
            raise CellProblem(IssueCode.LIST_COMPARED, piece=show_expression(formula), operator=operator)
    first, second = _read_literals(left, right)
    if first[1] is not second[1] and not _interchangeable(first[1], second[1]):
        raise _differ(operator, first, second)
    if operator in _ORDERINGS and (first[1].is_text or first[1] is FieldType.YES_NO):
        piece, found = show_expression(first[0]), TYPE_WORDS[first[1]]
        raise CellProblem(IssueCode.ORDER_OF_TEXT, piece=piece, found=found, operator=operator)
    return first[0], second[0]


def _interchangeable(first: FieldType, second: FieldType) -> bool:
    texts = (FieldType.TEXT, FieldType.CODE)
    return (first.is_number and second.is_number) or (first in texts and second in texts)


def _read_literals(left: Typed, right: Typed) -> tuple[Typed, Typed]:
    """Read a quoted date, time or yes/no on one side as the type of the other."""
    if (literal := _as_literal(left[0], right[1])) is not None:
        return (literal, right[1]), right
    if (literal := _as_literal(right[0], left[1])) is not None:
        return left, (literal, left[1])
    return left, right


def _alike(operator: str, left: Typed, right: Typed) -> tuple[Formula, Formula, FieldType]:
    """Bring two choices to one type; a number beside text is written out as text."""
    left, right = _read_literals(left, right)
    (first, kind), (second, other) = left, right
    if kind is other:
        return first, second, kind
    if kind.is_number and other.is_number:
        return first, second, FieldType.NUMBER
    if kind.is_text and other.is_text:
        lists = FieldType.CODE_LIST in (kind, other)
        return first, second, FieldType.CODE_LIST if lists else FieldType.TEXT
    texts = (FieldType.TEXT, FieldType.CODE)
    if kind.is_number and other in texts:
        return Template((first,)), second, FieldType.TEXT
    if other.is_number and kind in texts:
        return first, Template((second,)), FieldType.TEXT
    raise _differ(operator, left, right)


def _differ(operator: str, left: Typed, right: Typed) -> CellProblem:
    numbers = [formula for formula, kind in (left, right) if kind.is_number and isinstance(formula, Literal)]
    kinds = {left[1], right[1]}
    remedy = "write both as the same"
    if numbers and kinds & {FieldType.TEXT, FieldType.CODE}:
        remedy = (
            f'a text or code goes in quotes, "{show_expression(numbers[0])}", with the zeros it begins with'
        )
    elif kinds & {FieldType.NUMBER, FieldType.WHOLE} and kinds & {FieldType.TEXT, FieldType.CODE}:
        remedy = "number(…) makes a number of a text"
    return CellProblem(
        IssueCode.TYPES_DIFFER,
        operator=operator,
        first=show_expression(left[0]),
        first_type=TYPE_WORDS[left[1]],
        second=show_expression(right[0]),
        second_type=TYPE_WORDS[right[1]],
        remedy=remedy,
    )


def _call(formula: Call, function: Function, arguments: list[Typed]) -> Typed:
    checked = [_argument(formula.function, function, place, a) for place, a in enumerate(arguments)]
    kinds = {kind for _, kind in checked}
    widest = FieldType.WHOLE if kinds == {FieldType.WHOLE} else FieldType.NUMBER
    return replace(formula, arguments=tuple(a for a, _ in checked)), function.result or widest


def _argument(name: str, function: Function, place: int, argument: Typed) -> Typed:
    parameter = function.parameter(place)
    formula, kind = argument
    if parameter is None or parameter.is_set or kind in parameter.types:
        return argument
    if len(parameter.types) == 1:
        (wanted,) = parameter.types
        if (literal := _as_literal(formula, wanted)) is not None:
            return literal, wanted
    raise _wrong_operand(f"{name}(…)", parameter.words, argument)


def _aggregate(formula: Aggregate, names: Names) -> Typed:
    function = AGGREGATES[formula.function]
    where = None if formula.where is None else _yes_no("where", typed(formula.where, names))
    if formula.operand is None:
        return replace(formula, where=where), function.result or FieldType.NUMBER
    operand = typed(formula.operand, names)
    if formula.function == "count" and operand[1] is FieldType.YES_NO:
        raise CellProblem(IssueCode.COUNT_OF_CONDITION, piece=show_expression(operand[0]))
    checked, kind = _argument(formula.function, function, 0, operand)
    return replace(formula, operand=checked, where=where), function.result or kind
