"""What the simplest of Excel's formulas give: references, numbers, texts, + - * / & and SUM.

Whatever else a formula holds, its result cannot be known here, and nothing is said of it: Excel's coercions
(texts as numbers, dates, percents, formats) are not guessed.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from openpyxl.utils import range_boundaries

from codesheet.language.values import CellValue

Cells: TypeAlias = Callable[[str, int, int], CellValue]
"""Gives what a cell holds by sheet (blank: the formula's own), row and column; KeyError for no sheet."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d+)?(?![\d.A-Za-z%]))
      | "(?P<text>(?:[^"]|"")*)"
      | (?P<sum>SUM\()
      | (?:(?P<sheet>'(?:[^']|'')+'|[A-Za-z_][\w.]*)!)?
        (?P<cells>\$?[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})?)(?![\w(.!])
      | (?P<sign>[-+*/&(),])
    )\s*""",
    re.VERBOSE,
)
_SAME = 1e-9


class _Unknown(Exception):  # noqa: N818 - no error: more than is known here
    """The formula holds more than is known here."""


def gives(formula: str, result: CellValue, cells: Cells) -> bool | None:
    """Say whether a formula gives the result that was saved with it; None where that cannot be known."""
    try:
        value = _Reader(formula.removeprefix("="), cells).whole()
    except (_Unknown, KeyError, RecursionError):
        return None
    if isinstance(result, bool) or isinstance(value, bool):
        return None
    if isinstance(value, (int, float)) and isinstance(result, (int, float)):
        return abs(value - result) <= _SAME * max(1.0, abs(value), abs(result))
    if isinstance(value, (str, int, float)) and isinstance(result, (str, int, float)):
        return type(value) is type(result) and value == result
    return True if value == result else None


class _Reader:
    """Reads one formula from left to right."""

    def __init__(self, text: str, cells: Cells) -> None:
        self._tokens = list(_tokens(text))
        self._cells = cells
        self._at = 0

    def whole(self) -> CellValue:
        value = self._joined()
        if self._at < len(self._tokens):
            raise _Unknown
        return value

    def _sign(self) -> str:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return (token["sign"] or "") if token else ""

    def _take(self, signs: str) -> str:
        sign = self._sign()
        if not sign or sign not in signs:
            return ""
        self._at += 1
        return sign

    def _joined(self) -> CellValue:
        value = self._sum()
        while self._take("&"):
            value = _text(value) + _text(self._sum())
        return value

    def _sum(self) -> CellValue:
        value = self._product()
        while sign := self._take("+-"):
            other = _number(self._product())
            value = _number(value) + (other if sign == "+" else -other)
        return value

    def _product(self) -> CellValue:
        value = self._signed()
        while sign := self._take("*/"):
            other = _number(self._signed())
            if sign == "/" and other == 0:
                raise _Unknown
            value = _number(value) * other if sign == "*" else _number(value) / other
        return value

    def _signed(self) -> CellValue:
        if self._take("-"):
            return -_number(self._signed())
        return self._one()

    def _one(self) -> CellValue:
        if self._take("("):
            value = self._joined()
            self._expect(")")
            return value
        token = self._next()
        if token["number"] is not None:
            return float(token["number"])
        if token["text"] is not None:
            return token["text"].replace('""', '"')
        if token["sum"]:
            return self._total()
        if token["cells"] and ":" not in token["cells"]:
            (value,) = self._values(token)
            return 0.0 if value is None else value
        raise _Unknown

    def _total(self) -> float:
        """Add up what stands in the parentheses; of ranges, texts and blanks count nothing."""
        total = 0.0
        while True:
            token = self._tokens[self._at] if self._at < len(self._tokens) else None
            if token and token["cells"] and ":" in token["cells"]:
                self._at += 1
                total += sum(_number(value) for value in self._values(token) if _counts(value))
            else:
                total += _number(self._joined())
            if not self._take(","):
                self._expect(")")
                return total

    def _values(self, token: re.Match[str]) -> list[CellValue]:
        sheet = (token["sheet"] or "").removeprefix("'").removesuffix("'").replace("''", "'")
        left, top, right, bottom = range_boundaries(token["cells"])
        if not (left and top and right and bottom) or (right - left + 1) * (bottom - top + 1) > _MOST_CELLS:
            raise _Unknown
        return [
            self._cells(sheet, row, column)
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        ]

    def _next(self) -> re.Match[str]:
        if self._at >= len(self._tokens):
            raise _Unknown
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise _Unknown


_MOST_CELLS = 100_000


def _tokens(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _Unknown
        yield found
        at = found.end()


def _counts(value: CellValue) -> bool:
    """Say whether SUM counts a cell of a range: texts and blanks it leaves out, errors it passes on."""
    if isinstance(value, str) and value.startswith("#"):
        raise _Unknown
    return value is not None and not isinstance(value, str)


def _number(value: CellValue) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _Unknown
    return float(value)


def _text(value: CellValue) -> str:
    if isinstance(value, str):
        return value
    number = _number(value)
    if not number.is_integer() or abs(number) >= _EXACT:
        raise _Unknown
    return str(int(number))


_EXACT = 1e11
"""From here on Excel joins numbers to texts with powers of ten."""
