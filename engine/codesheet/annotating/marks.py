"""Marks on cells: a colour and a comment, put on so that a later run can take its own off again."""

import json
import re
from collections.abc import Iterable
from typing import Any

from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.styles.colors import Color

from codesheet.issues import Issue, Severity

AUTHOR = "codesheet"
_FILLS = {Severity.ERROR: "FFFBE0E1", Severity.WARNING: "FFFFF1D2", Severity.NOTE: "FFDFEAF6"}
_ORDER = list(Severity)
_OURS = re.compile(r"(?:error|warning|note) [A-Z]\d{3}: ")
"""How our comments begin: LibreOffice forgets who wrote a comment."""

_ALSO = "\nSee also"
_BEFORE = "\n\n— the comment before: "
_WIDTH, _LINE_HEIGHT, _LINE_LENGTH = 340, 17, 48
_LONGEST = 30_000


def mark(cell: Cell, issues: Iterable[Issue]) -> str:
    """Colour a cell and say its issues in a comment; give what the cell looked like before, as text."""
    found = sorted(issues, key=lambda issue: _ORDER.index(issue.severity))
    before = _fill_as_text(cell.fill)
    text = "\n\n".join(map(_said, found))[:_LONGEST]
    if cell.comment is not None:
        text += f"{_BEFORE}{cell.comment.author}: {cell.comment.text}"
    lines = sum(1 + len(line) // _LINE_LENGTH for line in text.splitlines())
    cell.comment = Comment(text, AUTHOR, height=_LINE_HEIGHT * (lines + 1), width=_WIDTH)
    cell.fill = PatternFill("solid", fgColor=_FILLS[found[0].severity])
    return before


def _said(issue: Issue) -> str:
    also = "".join(f"\n{cell}" for cell in issue.related)
    return f"{issue.severity.value} {issue.kind.code}: {issue.message}{also and f'{_ALSO}{also}'}"


def unmark(cell: Cell, before: str) -> None:
    """Take a mark off: the colour and the comment of before come back."""
    cell.fill = _fill_from_text(before)
    if cell.comment is not None and _OURS.match(cell.comment.text):
        _, found, earlier = cell.comment.text.partition(_BEFORE)
        author, _, text = earlier.partition(": ")
        cell.comment = Comment(text, author) if found else None


def _fill_as_text(fill: Any) -> str:  # noqa: ANN401 - openpyxl's proxies of styles have no type
    if not isinstance(fill.fill_type, str):
        return ""
    colours = [_colour_as_dict(colour) for colour in (fill.fgColor, fill.bgColor)]
    return json.dumps([fill.fill_type, *colours], separators=(",", ":"))


def _colour_as_dict(colour: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    return {"type": colour.type, "value": getattr(colour, colour.type), "tint": colour.tint}


def _fill_from_text(text: str) -> PatternFill:
    if not text:
        return PatternFill()
    kind, *colours = json.loads(text)
    front, back = (Color(**{one["type"]: one["value"], "tint": one["tint"]}) for one in colours)
    return PatternFill(kind, fgColor=front, bgColor=back)
