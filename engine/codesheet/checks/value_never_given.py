"""A value that a cell asks for and nothing gives: a rule that waits for what never comes."""

from collections.abc import Iterator

from codesheet.checks.value_not_allowed import texts_tested
from codesheet.issues import Issue, IssueCode
from codesheet.language.formulas import Clear, Literal
from codesheet.language.names import nearest
from codesheet.language.unary_test_logic import covers
from codesheet.language.unary_tests import AnyOf, CodeRange, Equals, Not, UnaryTest, Wildcard
from codesheet.language.values import fold
from codesheet.model import Condition, Field, Origin, Rulebook

_FEW = 12


def value_never_given(rulebook: Rulebook) -> Iterator[Issue]:
    """Compare IF cells with the values that the lookup or decision behind their field can give."""
    known: dict[str, tuple[str, dict[str, str]] | None] = {}
    for condition in _conditions(rulebook):
        field = rulebook.fields.get(condition.field)
        if field is None or not field.type.is_text or field.allowed is not None:
            continue
        if field.name not in known:
            known[field.name] = _given(field, rulebook)
        found = known[field.name]
        if found is None:
            continue
        giver, values = found
        for text in texts_tested(condition.test):
            if fold(text) not in values:
                yield _issue(condition, text, giver, list(values.values()))
        for pattern in _patterns(condition.test):
            if all(covers(pattern, Equals(value)) is False for value in values.values()):
                yield _issue(condition, condition.text, giver, list(values.values()))


def _issue(condition: Condition, text: str, giver: str, values: list[str]) -> Issue:
    remedy = f"it can be {', '.join(values)}" if len(values) <= _FEW else "write one of those it gives"
    facts = {
        "text": text,
        "field": condition.field,
        "giver": giver,
        "did_you_mean": nearest(text, values),
        "remedy": remedy,
    }
    return IssueCode.VALUE_NEVER_GIVEN.issue(condition.at, **facts)


def _conditions(rulebook: Rulebook) -> Iterator[Condition]:
    for table in rulebook.decisions.values():
        yield from dict.fromkeys((*table.only_when, *(c for rule in table.rules for c in rule.conditions)))
    for lookup in rulebook.lookups.values():
        yield from dict.fromkeys(c for row in lookup.rows for c in row.conditions)


def _patterns(test: UnaryTest) -> Iterator[UnaryTest]:
    match test:
        case Wildcard() | CodeRange():
            yield test
        case AnyOf(tests):
            for inner in tests:
                yield from _patterns(inner)
        case Not(inner):
            yield from _patterns(inner)
        case _:
            return


def _given(field: Field, rulebook: Rulebook) -> tuple[str, dict[str, str]] | None:
    """Give who sets a field and the values it can get, by folded text; None where cells compute them."""
    if field.origin is Origin.LOOKUP:
        lookup = next((one for one in rulebook.lookups.values() if field.name in one.values), None)
        if lookup is None:
            return None
        place = lookup.values.index(field.name)
        cells = [row.values[place] for row in lookup.rows]
        texts = [
            text
            for cell in cells
            for text in (cell if isinstance(cell, tuple) else (cell,))
            if text is not None
        ]
        return f'lookup "{lookup.name}"', {fold(str(text)): str(text) for text in texts}
    if field.origin is Origin.DECISION:
        table = next((one for one in rulebook.decisions.values() if field.name in one.outputs), None)
        outputs = [output for rule in table.rules if (output := rule.output(field.name))] if table else []
        outputs += [output for output in table.otherwise if output.field == field.name] if table else []
        formulas = [output.formula for output in outputs if not isinstance(output.formula, Clear)]
        if table is not None and formulas and all(isinstance(formula, Literal) for formula in formulas):
            values = [formula.value for formula in formulas if isinstance(formula, Literal)]
            texts = [text for value in values for text in (value if isinstance(value, tuple) else (value,))]
            return f'decision "{table.name}"', {fold(str(text)): str(text) for text in texts}
    return None
