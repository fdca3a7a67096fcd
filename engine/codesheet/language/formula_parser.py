"""What a THEN cell, a Formula cell or a message gives, read from its text and checked against the names."""

from codesheet.issues import IssueCode
from codesheet.language.expression_parser import ExpressionParser, number_literal
from codesheet.language.formula_printer import show_formula
from codesheet.language.formula_types import expect_type, type_of, typed
from codesheet.language.formulas import Clear, CodeListOf, Formula, Literal, Template
from codesheet.language.names import CellProblem, Names
from codesheet.language.quotes import MARKS, is_quoted, split_outside_quotes, unquote
from codesheet.language.values import CellValue, FieldType, fold, tidy
from codesheet.language.written_values import TYPE_WORDS, is_blank, read_typed, refuse_excel_error

__all__ = [
    "expect_type",
    "parse_expression",
    "parse_formula",
    "parse_message",
    "show_formula",
    "type_of",
]


def parse_formula(cell: CellValue, kind: FieldType, names: Names, *, aggregates: bool = False) -> Formula:
    """Read a cell that gives a value of a field of this type.

    Raises:
        CellProblem: the cell gives no such value.

    """
    if is_blank(cell):
        raise CellProblem(IssueCode.EMPTY_FORMULA)
    if not isinstance(cell, str):
        return _stored_by_excel(cell, kind)
    refuse_excel_error(cell)
    text = cell.strip()
    if fold(text) == "none":
        return Clear()
    match kind:
        case FieldType.TEXT | FieldType.CODE:
            return _text_cell(text, kind, names, aggregates=aggregates)
        case FieldType.CODE_LIST:
            return _code_list(text, names, aggregates=aggregates)
        case _:
            return expect_type(parse_expression(text, names, aggregates=aggregates), kind, names)


def parse_expression(text: str, names: Names, *, aggregates: bool = False) -> Formula:
    """Read a Formula cell of the Fields sheet: an expression, whatever its field's type.

    Raises:
        CellProblem: it cannot be read, or works on values of the wrong type.

    """
    refuse_excel_error(text)
    if not text.strip():
        raise CellProblem(IssueCode.EMPTY_FORMULA)
    return typed(ExpressionParser(text, names, aggregates=aggregates).whole(), names)[0]


def parse_message(text: str, names: Names) -> Formula:
    """Read a message: text with expressions in braces.

    Raises:
        CellProblem: something in braces cannot be read.

    """
    refuse_excel_error(text)
    return Template(_parts(text.strip(), names, aggregates=False))


def _stored_by_excel(cell: CellValue, kind: FieldType) -> Formula:
    value = read_typed(cell, kind)
    if kind is FieldType.CODE_LIST:
        return CodeListOf((Literal(value, FieldType.CODE),))
    if kind.is_number and isinstance(value, float):
        return number_literal(value)
    return Literal(value, kind)


def _text_cell(text: str, kind: FieldType, names: Names, *, aggregates: bool) -> Formula:
    if is_quoted(text):
        return Literal(unquote(text), kind)
    if kind is FieldType.CODE or text in names.fields:  # the Role concurrent, beside a field Concurrent
        _refuse_bare_field(text, names)
    parts = _parts(text, names, aggregates=aggregates)
    if all(isinstance(part, str) for part in parts):
        return Literal(text, kind)
    if kind is FieldType.CODE:
        _refuse_lists(parts, names)
    return Template(parts)


def _refuse_bare_field(text: str, names: Names) -> None:
    """Raise if a text is the name of a field: most likely its braces were forgotten."""
    field = names.find_field(text)
    if field is not None:
        raise CellProblem(IssueCode.FIELD_WITHOUT_BRACES, text=text, meant=f"{{{field}}}")


def _refuse_lists(parts: tuple[str | Formula, ...], names: Names) -> None:
    """Raise if a code is to be made of a list of codes."""
    for part in parts:
        if not isinstance(part, str) and type_of(part, names) is FieldType.CODE_LIST:
            found, wanted = TYPE_WORDS[FieldType.CODE_LIST], TYPE_WORDS[FieldType.CODE]
            remedy = "item(List, 1) gives its first code"
            piece = show_formula(part)
            raise CellProblem(IssueCode.WRONG_RESULT, piece=piece, found=found, wanted=wanted, remedy=remedy)


def _parts(text: str, names: Names, *, aggregates: bool) -> tuple[str | Formula, ...]:
    """Split a text into plain text and the expressions in its braces."""
    parts: list[str | Formula] = []
    at = 0
    while at < len(text):
        opened, closed = text.find("{", at), text.find("}", at)
        if (opened < 0) != (closed < 0) or closed < opened:
            raise CellProblem(IssueCode.STRAY_BRACE, text=text)
        if opened < 0:
            parts.append(text[at:])
            break
        if opened > at:
            parts.append(text[at:opened])
        parser = ExpressionParser(text, names, aggregates=aggregates, at=opened + 1)
        parts.append(typed(parser.whole("}"), names)[0])
        at = parser.at
    return tuple(parts)


def _code_list(text: str, names: Names, *, aggregates: bool) -> CodeListOf:
    pieces = [piece.strip() for piece in split_outside_quotes(text, ",;\r\n", keep_braces=True)]
    codes = tuple(_code(piece, names, aggregates=aggregates) for piece in pieces if piece)
    if not codes:
        raise CellProblem(IssueCode.EMPTY_FORMULA)
    return CodeListOf(codes)


def _code(text: str, names: Names, *, aggregates: bool) -> Formula:
    """Read one element of a code list: a code, or a list or code in braces, or a code partly in braces."""
    if text[0] in MARKS:
        if not is_quoted(text):
            raise CellProblem(IssueCode.UNCLOSED_TEXT, text=text)
        return Literal(unquote(text), FieldType.CODE)
    parts = _parts(text, names, aggregates=aggregates)
    if len(parts) == 1 and not isinstance(parts[0], str):
        return parts[0]
    if any(not isinstance(part, str) for part in parts):
        return Template(parts)
    _refuse_bare_field(text, names)
    if fold(text) == "none":
        why = "clears the field only when it is the whole cell"
        raise CellProblem(IssueCode.WRONG_VALUE, value=text, why=why, remedy="write it alone, or in quotes")
    if " " in tidy(text):
        raise CellProblem(IssueCode.SPACE_IN_CODE, text=text, did_you_mean=", ".join(text.split()))
    return Literal(text, FieldType.CODE)
