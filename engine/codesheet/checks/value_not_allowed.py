"""A value in a table that the Fields sheet does not allow its field: most often a slip of the pen."""

from collections.abc import Iterable, Iterator

from codesheet.issues import Issue, IssueCode
from codesheet.language.formulas import CodeListOf, Formula, Literal
from codesheet.language.names import nearest
from codesheet.language.unary_test_logic import covers
from codesheet.language.unary_tests import AnyOf, Equals, Not, UnaryTest
from codesheet.language.values import fold
from codesheet.location import CellRef
from codesheet.model import Field, Rulebook, ValueSet

Use = tuple[str, str, CellRef]
"""A field, a text that a cell gives it or asks of it, and where."""

_FEW = 12
"""So many values a message can list."""


def value_not_allowed(rulebook: Rulebook) -> Iterator[Issue]:
    """Compare the values in IF, THEN, KEY and VALUE cells with Allowed values."""
    judged: dict[tuple[str, str], bool] = {}
    for name, text, at in _uses(rulebook):
        field = rulebook.fields.get(name)
        if field is None or field.allowed is None or not field.type.is_text:
            continue
        key = (name, fold(text))
        if key not in judged:
            judged[key] = _is_allowed(text, field, rulebook.sets)
        if not judged[key]:
            known = list(dict.fromkeys(_known(field, rulebook.sets)))
            listed = f"it can be {', '.join(known)}" if len(known) <= _FEW else "correct it"
            facts = {"did_you_mean": nearest(text, known), "remedy": f"{listed}; or add it to Allowed values"}
            yield IssueCode.VALUE_NOT_ALLOWED.issue(at, text=text, field=name, **facts)


def _is_allowed(text: str, field: Field, sets: dict[str, ValueSet]) -> bool:
    allowed = field.allowed
    if allowed is None:
        return True
    if allowed.set_name is not None:
        members = sets[allowed.set_name].members
        return any(covers(member.test, Equals(text)) is not False for member in members)
    return not allowed.values or fold(text) in map(fold, allowed.values)


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
                yield from ((key, text, row.at) for text in texts_tested(test))
            for name, value in zip(lookup.values, row.values, strict=True):
                texts = (value,) if isinstance(value, str) else value
                yield from ((name, text, row.at) for text in (texts if isinstance(texts, tuple) else ()))
    for table in rulebook.decisions.values():
        for rule in table.rules:
            for condition in rule.conditions:
                yield from ((condition.field, t, condition.at) for t in texts_tested(condition.test))
            for output in rule.outputs:
                yield from ((output.field, text, output.at) for text in texts_given(output.formula))


def texts_tested(test: UnaryTest) -> Iterator[str]:
    """Give the texts that a test writes."""
    match test:
        case Equals(str(text)):
            yield text
        case AnyOf(tests):
            for inner in tests:
                yield from texts_tested(inner)
        case Not(inner):
            yield from texts_tested(inner)
        case _:
            return


def texts_given(formula: Formula) -> Iterator[str]:
    """Give the texts that a THEN cell writes."""
    match formula:
        case Literal(str(text)):
            yield text
        case Literal(tuple(texts)):
            yield from texts
        case CodeListOf(parts):
            for part in parts:
                yield from texts_given(part)
        case _:
            return
