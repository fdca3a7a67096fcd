"""The words of a formula: field names first, longest first, since they may hold spaces, signs and digits."""

import re
from collections.abc import Collection
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from codesheet.issues import IssueCode
from codesheet.language.functions import AGGREGATES, FUNCTIONS
from codesheet.language.names import CellProblem, Names
from codesheet.language.quotes import MARKS, quote_end, unquote
from codesheet.language.values import fold, tidy
from codesheet.language.written_values import refuse_us_date


class TokenKind(Enum):
    """What a word of a formula is."""

    FIELD = auto()
    TEXT = auto()
    NUMBER = auto()
    DATE = auto()
    TIME = auto()
    FUNCTION = auto()
    WORD = auto()
    SYMBOL = auto()
    UNKNOWN = auto()
    END = auto()


class Token(NamedTuple):
    """One word: `text` is the declared name, the unquoted text, or the word in its usual spelling."""

    kind: TokenKind
    text: str
    at: int
    end: int


_SAME_SYMBOL = {"≥": ">=", "≤": "<=", "≠": "<>", "−": "-", "×": "*", "÷": "/"}  # noqa: RUF001 - as pasted
_SPACE = re.compile(r"\s*")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?![\w.])")
_US_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{4}(?![\w.])")
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*[AaPp][Mm])?(?!\w)")
_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])", re.ASCII)
_OPERAND_SYMBOL = re.compile(r"[-−(),}]")  # noqa: RUF001 - as pasted
_OPERAND_WORD = re.compile(r"(?:if|not|yes|y|true|no|n|false|where)(?!\w)", re.IGNORECASE)
_OPERATOR = re.compile(
    r"(?:or\s+else|or|and|then|else|where|is\s+not\s+blank|is\s+blank|not\s+in|in)(?!\w)"
    r"|<=|>=|<>|[-+*/(),}<>=≥≤≠−×÷]",  # noqa: RUF001 - as pasted
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"\w[\w?#.'%]*(?:[ \t]+(?!(?:or|and|then|else|is|in|not|where|if)(?!\w))\w[\w?#.'%]*)*", re.IGNORECASE
)
_FUNCTION = re.compile(
    "("
    + "|".join(
        r"\s+".join(name.split()) for name in sorted({*FUNCTIONS, *AGGREGATES}, key=lambda name: -len(name))
    )
    + r")\s*\(",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def _pattern(declared: tuple[str, ...]) -> re.Pattern[str]:
    """Match any declared name, the longest that fits, however it is spaced and cased."""
    names = sorted(map(tidy, declared), key=lambda name: -len(name))
    spaced = [r"\s+".join(map(re.escape, name.split())) for name in names if name]
    return re.compile(f"(?:{'|'.join(spaced) or '(?!)'})(?!\\w)", re.IGNORECASE)


def longest_name(text: str, at: int, declared: Collection[str]) -> tuple[str, int] | None:
    """Find the longest declared name that stands at an offset: the name as written, and where it ends."""
    found = _pattern(tuple(declared)).match(text, at)
    return (found[0], found.end()) if found else None


def operand_token(text: str, at: int, names: Names) -> Token:
    """Read the word at an offset where a value is expected."""
    at = _skip_space(text, at)
    if at == len(text):
        return Token(TokenKind.END, "", at, at)
    return (
        _field(text, at, names)
        or _quotation(text, at)
        or _literal(text, at)
        or _word_or_symbol(text, at)
        or _unknown(text, at)
    )


def operator_token(text: str, at: int) -> Token:
    """Read the word at an offset where a value has just ended."""
    at = _skip_space(text, at)
    if at == len(text):
        return Token(TokenKind.END, "", at, at)
    if found := _OPERATOR.match(text, at):
        word = fold(found[0])
        return Token(TokenKind.SYMBOL, _SAME_SYMBOL.get(word, word), at, found.end())
    return _unknown(text, at)


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _field(text: str, at: int, names: Names) -> Token | None:
    function = _FUNCTION.match(text, at)
    found = longest_name(text, at, names.fields)
    if found is None or (function and found[1] < function.end()):
        return None  # `list(` is the function even where a field is named List
    declared = names.find_field(found[0])
    return Token(TokenKind.FIELD, declared, at, found[1]) if declared else None


def _quotation(text: str, at: int) -> Token | None:
    if text[at] not in MARKS:
        return None
    end = quote_end(text, at)
    if end is None:
        raise CellProblem(IssueCode.UNCLOSED_TEXT, text=text[at:])
    return Token(TokenKind.TEXT, unquote(text[at:end]), at, end)


def _literal(text: str, at: int) -> Token | None:
    if found := _US_DATE.match(text, at):
        refuse_us_date(found[0])
    for kind, pattern in ((TokenKind.DATE, _DATE), (TokenKind.TIME, _TIME), (TokenKind.NUMBER, _NUMBER)):
        if found := pattern.match(text, at):
            return Token(kind, found[0], at, found.end())
    return None


def _word_or_symbol(text: str, at: int) -> Token | None:
    if found := _FUNCTION.match(text, at):
        return Token(TokenKind.FUNCTION, fold(found[1]), at, found.end())
    if found := _OPERAND_WORD.match(text, at):
        return Token(TokenKind.WORD, found[0].lower(), at, found.end())
    if found := _OPERAND_SYMBOL.match(text, at):
        return Token(TokenKind.SYMBOL, _SAME_SYMBOL.get(found[0], found[0]), at, found.end())
    return None


def _unknown(text: str, at: int) -> Token:
    found = _UNKNOWN.match(text, at)
    end = found.end() if found else at + 1
    return Token(TokenKind.UNKNOWN, text[at:end], at, end)
