"""Ranges in IF cells: of numbers, dates and times with brackets or without, and of codes."""

import re

from codesheet.issues import IssueCode
from codesheet.language.names import CellProblem
from codesheet.language.unary_tests import CodeRange, Interval
from codesheet.language.values import SAME_NUMBER, FieldType, fold
from codesheet.language.written_values import code_shape, read_written

_RANGE = re.compile(
    r"([\[(]?)\s*(.*?)\s*(?:\.\.|(?<!\S)to(?!\S))\s*(.*?)\s*([\])]?)", re.IGNORECASE | re.DOTALL
)
_CODE = re.compile(r"\w[\w.]*")


def read_range(text: str, kind: FieldType) -> Interval | CodeRange | None:
    """Read `16..90`, `[16..90)`, `16 to 90` or `A10..A19`; None where the text is no range.

    Raises:
        CellProblem: it is meant as a range but is none of this type.

    """
    found = _RANGE.fullmatch(text)
    if found is None or (kind.is_text and ".." not in text and not _joins_codes(found, kind)):
        return None
    if kind in (FieldType.TEXT, FieldType.YES_NO):
        raise CellProblem(IssueCode.RANGE_OF_TEXT, text=text, type=kind.value)
    before, low, high, after = found.groups()
    if not low or not high or "..." in text:
        raise CellProblem(IssueCode.INCOMPLETE_RANGE, text=text)
    if kind.is_text:
        return _code_range(text, low, high, brackets=before + after)
    if (before == "") != (after == ""):
        raise CellProblem(IssueCode.INCOMPLETE_RANGE, text=text)
    return _interval(text, kind, (low, high), low_open=before == "(", high_open=after == ")")


def _joins_codes(found: re.Match[str], kind: FieldType) -> bool:
    """Say whether `to` joins two codes here, rather than being a word of a text."""
    ends = found[2], found[3]
    return kind is not FieldType.TEXT and all(
        _CODE.fullmatch(end) and any(c.isdigit() for c in end) for end in ends
    )


def _interval(
    text: str, kind: FieldType, ends: tuple[str, str], *, low_open: bool, high_open: bool
) -> Interval:
    bound = FieldType.NUMBER if kind.is_number else kind
    low, high = (float(read_written(end, bound)) for end in ends)
    if low > high + SAME_NUMBER or ((low_open or high_open) and high - low <= SAME_NUMBER):
        raise CellProblem(IssueCode.EMPTY_RANGE, text=text)
    return Interval(low, high, low_open, high_open)


def _code_range(text: str, low: str, high: str, *, brackets: str) -> CodeRange:
    if brackets or not (_CODE.fullmatch(low) and _CODE.fullmatch(high)):
        raise CellProblem(IssueCode.CODE_RANGE_ENDS, text=text)
    first, last = fold(low).replace(".", ""), fold(high).replace(".", "")
    if first[:1].isdigit() != last[:1].isdigit():
        raise CellProblem(IssueCode.CODE_RANGE_ENDS, text=text)
    if first[:1].isdigit() and code_shape(first) != code_shape(last):
        raise CellProblem(IssueCode.CODE_RANGE_ENDS, text=text)
    if first > last and not first.startswith(last):
        raise CellProblem(IssueCode.EMPTY_RANGE, text=text)
    return CodeRange(low, high)
