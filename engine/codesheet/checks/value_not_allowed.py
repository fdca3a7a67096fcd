"""A value in a table that the Fields sheet does not allow its field: most often a slip of the pen."""

from collections.abc import Iterable, Iterator

from codesheet.issues import Issue, IssueCode
from codesheet.language.formulas import CodeListOf, Formula, Literal
from codesheet.language.names import nearest
from codesheet.language.unary_test_logic import covers
from codesheet.language.unary_tests import AnyOf, Equals, Not, UnaryTest
from codesheet.language.values import SAME_NUMBER, fold, read_value, show_value
from codesheet.location import CellRef
from codesheet.model import Field, Rulebook, ValueSet

Value = str | float
"""A text, or a number: a day, a time or yes/no is one too."""

Use = tuple[str, Value, CellRef]
"""A field, a value that a cell gives it or asks of it, and where."""

_FEW = 12
"""So many values a message can list."""


def value_not_allowed(rulebook: Rulebook) -> Iterator[Issue]:
    """Compare the values in IF, THEN, KEY and VALUE cells with Allowed values."""
    judged: dict[tuple[str, Value], bool] = {}
    for name, value, at in _uses(rulebook):
        field = rulebook.fields.get(name)
        if field is None or field.allowed is None or isinstance(value, str) is not field.type.is_text:
            continue
        key = (name, fold(value) if isinstance(value, str) else value)
        if key not in judged:
            judged[key] = _is_allowed(value, field, rulebook.sets)
        if not judged[key]:
            text = value if isinstance(value, str) else show_value(value, field.type)
            known = list(dict.fromkeys(_known(field, rulebook.sets)))
            listed = f"it can be {', '.join(known)}" if len(known) <= _FEW else "correct it"
            facts = {
                "did_you_mean": nearest(text, known) if isinstance(value, str) else "",
                "remedy": f"{listed}; or add it to Allowed values",
            }
            yield IssueCode.VALUE_NOT_ALLOWED.issue(at, text=text, field=name, **facts)


def _is_allowed(value: Value, field: Field, sets: dict[str, ValueSet]) -> bool:
    allowed = field.allowed
    if allowed is None:
        return True
    if allowed.set_name is not None:
        members = sets[allowed.set_name].members
        return any(covers(member.test, Equals(value)) is not False for member in members)
    if isinstance(value, str):
        return not allowed.values or fold(value) in map(fold, allowed.values)
    numbers = [read_value(text, field.type) for text in allowed.values]
    return not numbers or any(isinstance(n, float) and abs(n - value) <= SAME_NUMBER for n in numbers)


def _known(field: Field, sets: dict[str, ValueSet]) -> Iterable[str]:
    if field.allowed is None:
        return ()
    if field.allowed.set_name is not None:
        return [member.text for member in sets[field.allowed.set_name].members]
    return field.allowed.values


def _uses(rulebook: Rulebook) -> Iterator[Use]:
    for lookup in rulebook.lookups.values():
        for row in lookup.rows:
            for key, test in zip(lookup.keys, row.keys, strict=True):
                yield from ((key, value, row.cell(key)) for value in values_tested(test))
            for name, value in zip(lookup.values, row.values, strict=True):
                given = value if isinstance(value, tuple) else () if value is None else (value,)
                yield from ((name, one, row.cell(name)) for one in given)
    for table in rulebook.decisions.values():
        for rule in table.rules:
            for condition in rule.conditions:
                yield from ((condition.field, t, condition.at) for t in values_tested(condition.test))
            for output in rule.outputs:
                yield from ((output.field, value, output.at) for value in values_given(output.formula))


def values_tested(test: UnaryTest) -> Iterator[Value]:
    """Give the single values that a test writes."""
    match test:
        case Equals(value):
            yield value
        case AnyOf(tests):
            for inner in tests:
                yield from values_tested(inner)
        case Not(inner):
            yield from values_tested(inner)
        case _:
            return


def texts_tested(test: UnaryTest) -> Iterator[str]:
    """Give the texts that a test writes."""
    return (value for value in values_tested(test) if isinstance(value, str))


def values_given(formula: Formula) -> Iterator[Value]:
    """Give the values that a THEN cell writes."""
    match formula:
        case Literal(str(value) | float(value)):
            yield value
        case Literal(tuple(texts)):
            yield from texts
        case CodeListOf(parts):
            for part in parts:
                yield from values_given(part)
        case _:
            return


def texts_given(formula: Formula) -> Iterator[str]:
    """Give the texts that a THEN cell writes."""
    return (value for value in values_given(formula) if isinstance(value, str))
