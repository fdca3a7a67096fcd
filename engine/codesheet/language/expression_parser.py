"""One expression of the formula language, read by how tightly its operators bind; it knows no types yet."""

import re

from codesheet.issues import IssueCode
from codesheet.language.formula_lexer import Token, TokenKind, longest_name, operand_token, operator_token
from codesheet.language.formula_printer import (
    ATOM,
    COMPARISON,
    IF,
    NEGATIVE,
    NOT,
    PRECEDENCE,
)
from codesheet.language.formulas import (
    Aggregate,
    Binary,
    Call,
    FieldRef,
    Formula,
    IfThenElse,
    InValueSet,
    IsBlank,
    Literal,
    OrElse,
    Unary,
)
from codesheet.language.functions import AGGREGATES, FUNCTIONS
from codesheet.language.names import CellProblem, Names, nearest
from codesheet.language.quotes import MARKS, quote_end, unquote
from codesheet.language.values import FieldType, tidy
from codesheet.language.written_values import read_written

_MOST_WORDS = 200
_DEEPEST = 40
"""Bounds on one formula: whatever walks its tree may then recurse."""

_YES = ("yes", "y", "true")
_NO = ("no", "n", "false")
_NAME_BEFORE = re.compile(r"[^-+*/=<>(),{}]+$")
_NAME_AFTER = re.compile(r"\w[^-+*/=<>(),{}]*")
_SLIP_OF_THE_PEN = 0.85
"""How alike a name must be to one that exists, from 0 to 1, where part of it is a field already."""

_ARGUMENTS = "correct what stands in its parentheses"
_HINTS = {
    ",": "numbers are written without thousands commas",
    "=": "a formula begins without =",
    "&": "text is joined in braces, as in {First} {Second}",
    ")": "no parenthesis is open",
    "{": "fields have no braces in a formula",
}


class ExpressionParser:
    """Reads one cell's text from left to right; `at` is how far it has come."""

    def __init__(self, text: str, names: Names, *, aggregates: bool, at: int = 0) -> None:
        self.text, self.names, self.aggregates, self.at = text, names, aggregates, at
        self._words = 0
        self._depth = 0

    def whole(self, end: str = "") -> Formula:
        """Read an expression that must reach to the end of the text, or to a closing mark."""
        formula = self._expression()
        token = self._operator()
        if token.text != end:
            raise self._unexpected(token, "the end of the formula" if not end else f"an operator or {end}")
        self.at = token.end
        return formula

    def _operator(self) -> Token:
        return operator_token(self.text, self.at)

    def _operand(self) -> Token:
        return operand_token(self.text, self.at, self.names)

    def _expression(self, least: int = IF) -> Formula:
        """Read operands joined by operators that bind at least so tightly."""
        self._depth += 1
        left = self._prefixed(least)
        compared = False
        while (token := self._operator()).text in PRECEDENCE and PRECEDENCE[token.text] >= least:
            binding = PRECEDENCE[token.text]
            if binding == COMPARISON and compared:
                raise CellProblem(IssueCode.CHAINED_COMPARISON, text=self._rest(token.at))
            compared = binding == COMPARISON
            self.at = token.end
            left = self._joined(left, token, binding)
        self._depth -= 1
        return left

    def _joined(self, left: Formula, token: Token, binding: int) -> Formula:
        self._count()
        match token.text:
            case "or else":
                return OrElse(left, self._expression(), token.at)
            case "is blank" | "is not blank":
                return IsBlank(left, token.text == "is not blank", token.at)
            case "in" | "not in":
                return InValueSet(left, self._set_name(), token.text == "not in", token.at)
            case operator:
                return Binary(operator, left, self._expression(binding + 1), token.at)

    def _count(self) -> None:
        self._words += 1
        if self._words > _MOST_WORDS or self._depth > _DEEPEST:
            raise CellProblem(IssueCode.FORMULA_TOO_DEEP)

    def _prefixed(self, least: int) -> Formula:
        """Read an operand with whatever stands before it: if, not, a minus sign."""
        self._count()
        token = self._operand()
        binding = {"if": IF, "not": NOT, "-": NEGATIVE}.get(token.text, ATOM)
        if token.kind in (TokenKind.FIELD, TokenKind.TEXT) or binding == ATOM:
            self.at = token.end
            return self._primary(token)
        if binding < least and binding != NEGATIVE:
            raise CellProblem(IssueCode.PARENTHESES_NEEDED, word=token.text, text=self._rest(token.at))
        self.at = token.end
        if binding == IF:
            return self._if(token)
        operand = self._expression(binding)
        if token.text == "-" and isinstance(operand, Literal) and isinstance(operand.value, float):
            return Literal(-operand.value, operand.type, token.at)
        return Unary(token.text, operand, token.at)

    def _if(self, token: Token) -> Formula:
        condition = self._expression()
        self._expect("then")
        then = self._expression()
        self._expect("else")
        return IfThenElse(condition, then, self._expression(), token.at)

    def _expect(self, word: str) -> None:
        token = self._operator()
        if token.text != word:
            raise self._unexpected(token, word)
        self.at = token.end

    def _primary(self, token: Token) -> Formula:
        match token.kind:
            case TokenKind.FIELD:
                return FieldRef(token.text, token.at)
            case TokenKind.TEXT:
                return Literal(token.text, FieldType.TEXT, token.at)
            case TokenKind.NUMBER:
                number = float(read_written(token.text, FieldType.NUMBER))
                return number_literal(number, token.at)
            case TokenKind.DATE:
                return Literal(read_written(token.text, FieldType.DATE), FieldType.DATE, token.at)
            case TokenKind.TIME:
                return Literal(read_written(token.text, FieldType.TIME), FieldType.TIME, token.at)
            case TokenKind.FUNCTION:
                return self._called(token)
            case TokenKind.WORD if token.text in (*_YES, *_NO):
                return Literal(float(token.text in _YES), FieldType.YES_NO, token.at)
            case TokenKind.SYMBOL if token.text == "(":
                inner = self._expression()
                self._expect(")")
                return inner
            case TokenKind.UNKNOWN if token.text[0].isalpha():
                raise self._unknown_name(token)
            case _:
                raise self._missing(token)

    def _missing(self, token: Token) -> CellProblem:
        if token.kind is TokenKind.UNKNOWN:
            return self._unexpected(token, "a field, a number or a quoted text")
        before = self.text[: token.at].strip()[-20:]
        where = f'after "{before}"' if before else "at the beginning"
        return CellProblem(IssueCode.MISSING_OPERAND, where=where, text=self.text.strip())

    def _unknown_name(self, token: Token) -> CellProblem:
        if self.text[token.end :].lstrip().startswith("("):
            known = {*FUNCTIONS, *AGGREGATES}
            meant = nearest(token.text, known)
            functions = ", ".join(sorted(known))
            return CellProblem(
                IssueCode.UNKNOWN_FUNCTION, text=token.text, did_you_mean=meant, functions=functions
            )
        meant = nearest(token.text, self.names.fields)
        return CellProblem(IssueCode.UNKNOWN_NAME_IN_FORMULA, text=token.text, did_you_mean=meant)

    def _unexpected(self, token: Token, expected: str) -> CellProblem:
        if token.kind is TokenKind.END:
            return CellProblem(IssueCode.UNFINISHED_FORMULA, text=self.text.strip(), missing=expected)
        self._refuse_misspelt_name(token)
        found = self.text[token.at]
        return CellProblem(
            IssueCode.UNEXPECTED_TEXT,
            text=self._rest(token.at),
            did_you_mean="<>" if found == "!" else "",
            remedy=_HINTS.get(found, f"{expected} should stand there"),
        )

    def _refuse_misspelt_name(self, token: Token) -> None:
        """Raise if what was read as a field, and what follows it, is nearly another: `Minutes runn`."""
        before = _NAME_BEFORE.search(self.text[: token.at])
        after = _NAME_AFTER.match(self.text[token.at :])
        if before is None or after is None:
            return
        written = tidy(before[0] + after[0])
        meant = nearest(written, self.names.fields, _SLIP_OF_THE_PEN)
        if meant and self.names.find_field(before[0]) != meant:
            raise CellProblem(IssueCode.UNKNOWN_NAME_IN_FORMULA, text=written, did_you_mean=meant)

    def _rest(self, at: int) -> str:
        rest = self.text[at:].strip()
        return rest if len(rest) <= 40 else rest[:39] + "…"  # noqa: PLR2004 - enough to find the place

    def _called(self, token: Token) -> Formula:
        """Read a function's arguments and what may follow them, up to the closing parenthesis."""
        name = token.text
        arguments = self._arguments(name)
        where = None
        if self._operand_or_operator_is("where"):
            where = self._expression()
        self._expect(")")
        one_value = len(arguments) == 1 or where is not None
        if name in AGGREGATES and (name not in FUNCTIONS or (one_value and self.aggregates)):
            return self._aggregate(token, arguments, where)
        self._check_call(token, arguments, where)
        return Call(name, tuple(arguments), token.at)

    def _arguments(self, name: str) -> list[Formula]:
        arguments: list[Formula] = []
        if self._operand().text in (")", "where"):
            return arguments
        while True:
            function = FUNCTIONS.get(name)
            parameter = function.parameter(len(arguments)) if function else None
            is_set = parameter is not None and parameter.is_set
            arguments.append(
                Literal(self._set_name(), FieldType.TEXT, self.at) if is_set else self._expression()
            )
            token = self._operator()
            if token.text != ",":
                return arguments
            self.at = token.end

    def _operand_or_operator_is(self, word: str) -> bool:
        token = self._operator()
        if token.text == word:
            self.at = token.end
        return token.text == word

    def _aggregate(self, token: Token, arguments: list[Formula], where: Formula | None) -> Formula:
        name, function = token.text, AGGREGATES[token.text]
        if not self.aggregates:
            piece = self.text[token.at : self.at]
            raise CellProblem(IssueCode.AGGREGATE_NOT_HERE, function=name, piece=piece)
        if not function.required <= len(arguments) <= len(function.parameters):
            raise CellProblem(
                IssueCode.WRONG_ARGUMENT_COUNT,
                function=name,
                wanted=f"{function.wanted}, and perhaps where and a condition",
                count=len(arguments),
                remedy=_ARGUMENTS,
            )
        return Aggregate(name, arguments[0] if arguments else None, where, token.at)

    def _check_call(self, token: Token, arguments: list[Formula], where: Formula | None) -> None:
        name, function = token.text, FUNCTIONS[token.text]
        if where is not None:
            raise CellProblem(IssueCode.WHERE_NOT_HERE, function=name)
        if len(arguments) < function.required or function.parameter(max(len(arguments) - 1, 0)) is None:
            over_rows = name in AGGREGATES and len(arguments) == 1
            remedy = (
                f"{name} over several rows belongs in a Formula of the Fields sheet"
                if over_rows
                else _ARGUMENTS
            )
            raise CellProblem(
                IssueCode.WRONG_ARGUMENT_COUNT,
                function=name,
                wanted=function.wanted,
                count=len(arguments),
                remedy=remedy,
            )

    def _set_name(self) -> str:
        """Read the name of a value set, bare or in quotes."""
        start = len(self.text) - len(self.text[self.at :].lstrip())
        if self.text[start : start + 1] and self.text[start] in MARKS:
            end = quote_end(self.text, start) or len(self.text)
            written = unquote(self.text[start:end])
        else:
            found = longest_name(self.text, start, self.names.sets)
            token = operand_token(self.text, start, Names({}))
            written, end = found or (self.text[start : token.end], token.end)
        name = self.names.find_set(written)
        if name is None:
            meant = nearest(written, self.names.sets)
            raise CellProblem(IssueCode.UNKNOWN_SET_IN_FORMULA, text=written, did_you_mean=meant)
        self.at = end
        return name


def number_literal(number: float, at: int = 0) -> Literal:
    """Give a number as a literal: a whole number where it is one."""
    return Literal(number, FieldType.WHOLE if number.is_integer() else FieldType.NUMBER, at)
