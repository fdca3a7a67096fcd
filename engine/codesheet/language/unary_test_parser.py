"""What an IF cell says, read from its text: the grammar of cells that test (and of Only when, Applies to)."""

import re
from dataclasses import dataclass, replace

from codesheet.issues import IssueCode
from codesheet.language.formula_lexer import longest_name
from codesheet.language.names import CellProblem, Names, nearest
from codesheet.language.quotes import MARKS, is_quoted, quote, quote_end, split_outside_quotes, unquote
from codesheet.language.unary_test_printer import show_unary_test
from codesheet.language.unary_test_ranges import read_range
from codesheet.language.unary_tests import (
    AnyOf,
    Anything,
    Blank,
    Compare,
    Equals,
    InSet,
    Interval,
    Not,
    NotBlank,
    UnaryTest,
    Wildcard,
)
from codesheet.language.values import CellValue, FieldType, fold, tidy
from codesheet.language.written_values import (
    is_blank,
    read_typed,
    read_written,
    refuse_dash_between_codes,
    refuse_excel_error,
)

__all__ = ["parse_condition", "parse_unary_test", "show_unary_test", "split_conditions"]

_ANYTHING = {"-", "any"}
_BLANK_WORDS = {
    "blank",
    "is blank",
    "is not blank",
    "not blank",
    "is empty",
    "is not empty",
    "empty",
    "is missing",
}
_OPERATOR = re.compile(r"(>=|<=|<>|=>|=<|!=|==|[><=≥≤≠])\s*")
_SAME_OPERATOR = {"≥": ">=", "≤": "<=", "≠": "<>"}
_MISSPELT_OPERATOR = {"=>": ">=", "=<": "<=", "!=": "<>", "==": "="}
_LEADING_NOT = re.compile(r"not\s+", re.IGNORECASE)
_LEADING_IN = re.compile(r"in\s+", re.IGNORECASE)
_LEADING_IS = re.compile(r"is(?!\w)", re.IGNORECASE)
_LEADING_NOT_IN = re.compile(r"not\s+in\s+", re.IGNORECASE)
_FIELD_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_THOUSANDS = re.compile(r'(?<![\d."])\d{1,3}(?:,\d{3})+(?![\d])')
_CONDITION_TEST = re.compile(r"[><=≥≤≠!]|(?:in|not|is)(?!\w)", re.IGNORECASE)
_CONDITION_NAME_END = re.compile(r"\s*(?:[><=≥≤≠!]|(?<!\w)(?:in|not|is)(?!\w))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the cell's items are read for: the field's type, and the names in use."""

    kind: FieldType
    names: Names


def parse_unary_test(cell: CellValue, kind: FieldType, names: Names) -> UnaryTest:
    """Read an IF cell of a column whose field has this type.

    Raises:
        CellProblem: the cell is no test of such a field.

    """
    if is_blank(cell):
        return Anything()
    if not isinstance(cell, str):
        return Equals(read_typed(cell, kind))
    refuse_excel_error(cell)
    text, reader = cell.strip(), _Reader(kind, names)
    if fold(text) in _ANYTHING:
        return Anything()
    if fold(text) == "is not blank" or not (leading := _LEADING_NOT.match(text)):
        return _alternatives(text, reader)
    return _negated(text[leading.end() :], reader)


def parse_condition(text: str, names: Names) -> tuple[str, UnaryTest]:
    """Read one term of Only when or Applies to: the field it begins with, and what is said of it.

    Raises:
        CellProblem: it begins with no field, or says nothing of it that can be tested.

    """
    text = text.strip()
    found = longest_name(text, 0, names.fields)
    field = names.find_field(found[0]) if found else None
    if found is None or field is None:
        name = _CONDITION_NAME_END.split(text, maxsplit=1)[0].strip()
        meant = nearest(name, names.fields)
        example = f"{next(iter(names.fields), 'Payer')} is not blank"
        raise CellProblem(IssueCode.CONDITION_WITHOUT_FIELD, text=text, did_you_mean=meant, example=example)
    kind, test = names.fields[field], text[found[1] :].strip()
    if not _CONDITION_TEST.match(test):
        example = f" ({field} = yes)" if kind is FieldType.YES_NO else ""
        raise CellProblem(IssueCode.CONDITION_WITHOUT_TEST, field=field, text=text, example=example)
    return field, parse_unary_test(test, kind, names)


def split_conditions(text: str) -> list[str]:
    """Give the terms of Only when or Applies to: they stand on lines of their own or between semicolons."""
    return [piece.strip() for piece in split_outside_quotes(text, ";\n") if piece.strip()]


def _negated(text: str, reader: _Reader) -> UnaryTest:
    """Read what stands after a leading `not`, which speaks for the whole list."""
    test = _alternatives(text, reader)
    for part in test.tests if isinstance(test, AnyOf) else (test,):
        match part:
            case Blank() | NotBlank() | Not():
                meant = "is not blank" if isinstance(part, Blank) else "the test without not"
                raise CellProblem(IssueCode.CANNOT_BE_NEGATED, text=f'"{text}"', meant=meant)
            case Compare(operator, field):  # a missing other value must not make `not` true
                meant = f"{_OPPOSITE[operator]} {{{field}}}"
                raise CellProblem(IssueCode.CANNOT_BE_NEGATED, text=f'"{text}"', meant=meant)
            case _:
                pass
    return Not(test)


_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _alternatives(text: str, reader: _Reader) -> UnaryTest:
    if reader.kind.is_number and (found := _THOUSANDS.search(text)):
        number, listed = found[0].replace(",", ""), found[0].replace(",", ", ")
        raise CellProblem(IssueCode.THOUSANDS_COMMA, text=found[0], number=number, listed=listed)
    if (leading := _LEADING_IN.match(text)) and not is_quoted(text):
        return _any_of(_in_list(text[leading.end() :], reader), reader)
    return _any_of([_item(item, reader) for item in _items(text)], reader)


def _items(text: str) -> list[str]:
    """Split a list at commas and line ends; a comma before a line end is no more than the line end."""
    lines = [line.strip() for line in split_outside_quotes(text, "\r\n") if line.strip()]
    ended = [line.removesuffix(",") for line in lines[:-1]] + lines[-1:]
    items = [item.strip() for line in ended for item in split_outside_quotes(line, ",")]
    if not all(items):
        raise CellProblem(IssueCode.EMPTY_ALTERNATIVE, text=tidy(text))
    return items


def _any_of(tests: list[UnaryTest], reader: _Reader) -> UnaryTest:
    distinct = tuple(dict.fromkeys(tests))
    if len(distinct) == 1:
        return distinct[0]
    for test in distinct:
        if not isinstance(test, Not) or isinstance(test.test, InSet):
            continue
        if any(other != test and not isinstance(other, Blank) for other in distinct):
            shown = f"<> {show_unary_test(test.test, reader.kind)}"
            raise CellProblem(IssueCode.NOT_EQUAL_AMONG_ALTERNATIVES, text=shown)
    return AnyOf(distinct)


def _in_list(text: str, reader: _Reader) -> list[UnaryTest]:
    """Read what stands after a leading `in`: value sets, or (where none has such a name) plain values."""
    if reader.names.find_set(text) is not None:
        return [_value_set(text, reader)]
    items = _items(text)
    bare = [item for item in items if _is_bare(item)]
    sets = [name for item in bare if (name := reader.names.find_set(item))]
    if sets and len(sets) < len(bare):
        other = next(item for item in bare if not reader.names.find_set(item))
        meant = nearest(other, reader.names.sets)
        raise CellProblem(IssueCode.SETS_AND_VALUES_MIXED, set=sets[0], text=other, did_you_mean=meant)
    if len(items) == 1 and bare and not sets:
        return [_value_set(text, reader)]
    named = {item for item in bare if reader.names.find_set(item)}
    return [_value_set(item, reader) if item in named else _item(item, reader) for item in items]


def _is_bare(item: str) -> bool:
    """Say whether an item is just words: what can be the name of a value set."""
    special = any(mark in item for mark in (*MARKS, "*", "{", "..")) or _OPERATOR.match(item)
    return not special and fold(item) not in _BLANK_WORDS and not _LEADING_IN.match(item)


def _value_set(text: str, reader: _Reader) -> InSet:
    name = reader.names.find_set(text)
    if name is None:
        meant = nearest(text, reader.names.sets)
        raise CellProblem(IssueCode.UNKNOWN_VALUE_SET, text=text, did_you_mean=meant)
    if not reader.kind.is_text:  # members of value sets are texts and codes
        raise CellProblem(IssueCode.VALUE_SET_OF_NO_CODES, type=reader.kind.value)
    return InSet(name)


def _item(text: str, reader: _Reader) -> UnaryTest:
    """Read one test of a list."""
    words = fold(text)
    if words == "is blank":
        return Blank()
    if words == "is not blank":
        return NotBlank()
    if found := _OPERATOR.match(text):
        return _comparison(found[1], text[found.end() :], reader)
    if found := _LEADING_NOT_IN.match(text):
        return Not(_value_set(text[found.end() :], reader))
    if _LEADING_NOT.match(text) and words not in _BLANK_WORDS:
        raise CellProblem(IssueCode.NOT_AMONG_ALTERNATIVES, text=text)
    if found := _LEADING_IN.match(text):
        return _value_set(text[found.end() :], reader)
    return _value(text, reader)


def _value(text: str, reader: _Reader) -> UnaryTest:
    """Read a value, a wildcard or a range: what stands alone, or after `=` and `<>`."""
    if text[:1] in MARKS:
        return Equals(read_written(_unquoted(text), reader.kind))
    _refuse_what_needs_quotes(text)
    if (test := read_range(text, reader.kind)) is not None:
        return test
    if text.count("(") != text.count(")"):
        raise CellProblem(IssueCode.COMMA_IN_PARENTHESES, text=text)
    if reader.kind.is_text and ("*" in text or "?" in text):
        return Wildcard(tidy(text))
    if reader.kind in (FieldType.CODE, FieldType.CODE_LIST):
        refuse_dash_between_codes(text)
    return Equals(read_written(text, reader.kind))


def _unquoted(text: str) -> str:
    end = quote_end(text, 0)
    if end is None:
        raise CellProblem(IssueCode.UNCLOSED_QUOTE, text=text)
    if end != len(text):
        raise CellProblem(IssueCode.QUOTE_INSIDE_VALUE, text=text, meant=quote(text))
    return unquote(text)


def _refuse_what_needs_quotes(text: str) -> None:
    words = fold(text)
    if words in _ANYTHING:
        raise CellProblem(IssueCode.ANY_AMONG_ALTERNATIVES, text=text)
    if words in _BLANK_WORDS:
        raise CellProblem(IssueCode.BLANK_WORD, text=text)
    if any(mark in text for mark in MARKS):
        raise CellProblem(IssueCode.QUOTE_INSIDE_VALUE, text=text, meant=quote(text))
    if "{" in text or "}" in text:
        raise CellProblem(IssueCode.FIELD_WITHOUT_OPERATOR, text=text)
    if _LEADING_IS.match(text):
        raise CellProblem(IssueCode.UNKNOWN_OPERATOR, text="is", did_you_mean="=")
    if ";" in text:
        raise CellProblem(IssueCode.SEMICOLON_IN_LIST, text=text)


def _comparison(operator: str, text: str, reader: _Reader) -> UnaryTest:
    """Read what stands after `>=`, `<>` and their like."""
    if operator in _MISSPELT_OPERATOR:
        raise CellProblem(
            IssueCode.UNKNOWN_OPERATOR, text=operator, did_you_mean=_MISSPELT_OPERATOR[operator]
        )
    operator = _SAME_OPERATOR.get(operator, operator)
    if not text:
        raise CellProblem(IssueCode.NOTHING_TO_COMPARE, operator=operator)
    if found := _FIELD_IN_BRACES.fullmatch(text):
        return _compared_with_field(operator, found[1], reader)
    if found := _OPERATOR.match(text):
        raise CellProblem(IssueCode.UNKNOWN_OPERATOR, text=f"{operator} {found[1]}", did_you_mean=operator)
    if operator in ("=", "<>"):
        test = _value(text, reader)
        return test if operator == "=" else Not(test)
    if reader.kind.is_text or reader.kind is FieldType.YES_NO:
        also = ", or write a range of codes (A10..A19)" if "code" in reader.kind.value else ""
        raise CellProblem(
            IssueCode.ORDER_OF_TEXT_FIELD, text=f"{operator} {text}", type=reader.kind.value, also=also
        )
    return _half_open(operator, text, reader)


def _half_open(operator: str, text: str, reader: _Reader) -> Interval:
    kind = FieldType.NUMBER if reader.kind.is_number else reader.kind
    end = read_written(_unquoted(text) if text[0] in MARKS else text, kind)
    bounds = Interval(float(end), None) if operator[0] == ">" else Interval(None, float(end))
    return replace(bounds, low_open=operator == ">", high_open=operator == "<")


def _compared_with_field(operator: str, name: str, reader: _Reader) -> Compare:
    field = reader.names.find_field(name)
    if field is None:
        meant = nearest(name, reader.names.fields)
        raise CellProblem(IssueCode.UNKNOWN_FIELD_COMPARED, text=name.strip(), did_you_mean=meant)
    other = reader.names.fields[field]
    alike = _comparable_as(other) == _comparable_as(reader.kind)
    ordered = not other.is_text and other is not FieldType.YES_NO
    if FieldType.CODE_LIST in (other, reader.kind) or not alike or not (ordered or operator in ("=", "<>")):
        raise CellProblem(
            IssueCode.FIELD_NOT_COMPARABLE,
            field=field,
            other=other.value,
            operator=operator,
            type=reader.kind.value,
        )
    return Compare(operator, field)


def _comparable_as(kind: FieldType) -> FieldType:
    if kind.is_number:
        return FieldType.NUMBER
    return FieldType.TEXT if kind.is_text else kind
