"""A value that a cell asks for and nothing gives: a rule that waits for what never comes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codesheet.checks.value_not_allowed import texts_tested
from codesheet.issues import Issue, IssueCode
from codesheet.language.formulas import Clear, Literal
from codesheet.language.names import nearest
from codesheet.language.unary_test_logic import covers
from codesheet.language.unary_tests import AnyOf, CodeRange, Equals, Not, UnaryTest, Wildcard
from codesheet.language.values import fold
from codesheet.location import CellRef
from codesheet.model import Condition, Field, Origin, Rulebook

_FEW = 12


@dataclass(frozen=True, slots=True)
class _Giver:
    """What gives a field its values: its name for people, the values by folded text, and its sheets."""

    name: str
    values: dict[str, str]
    sheets: tuple[CellRef, ...]


def value_never_given(rulebook: Rulebook) -> Iterator[Issue]:
    """Compare IF cells with the values that the lookup or decision behind their field can give."""
    known: dict[str, _Giver | None] = {}
    for condition in _conditions(rulebook):
        field = rulebook.fields.get(condition.field)
        if field is None or not field.type.is_text or field.allowed is not None:
            continue
        if field.name not in known:
            known[field.name] = _given(field, rulebook)
        giver = known[field.name]
        if giver is None:
            continue
        for text in texts_tested(condition.test):
            if fold(text) not in giver.values:
                yield _issue(condition, text, giver)
        for pattern in _patterns(condition.test):
            if all(covers(pattern, Equals(value)) is False for value in giver.values.values()):
                yield _issue(condition, condition.text, giver)


def _issue(condition: Condition, text: str, giver: _Giver) -> Issue:
    values = list(giver.values.values())
    remedy = f"it can be {', '.join(values)}" if len(values) <= _FEW else "write one of those it gives"
    facts = {
        "text": text,
        "field": condition.field,
        "giver": giver.name,
        "did_you_mean": nearest(text, values),
        "remedy": remedy,
    }
    return IssueCode.VALUE_NEVER_GIVEN.issue(condition.at, *giver.sheets, **facts)


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


def _given(field: Field, rulebook: Rulebook) -> _Giver | None:
    """Give what sets a field; None where cells compute its values."""
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
        sheets = _sheets(row.at for row in lookup.rows)
        return _Giver(f'lookup "{lookup.name}"', {fold(str(text)): str(text) for text in texts}, sheets)
    if field.origin is Origin.DECISION:
        table = next((one for one in rulebook.decisions.values() if field.name in one.outputs), None)
        outputs = [output for rule in table.rules if (output := rule.output(field.name))] if table else []
        outputs += [output for output in table.otherwise if output.field == field.name] if table else []
        formulas = [output.formula for output in outputs if not isinstance(output.formula, Clear)]
        if table is not None and formulas and all(isinstance(formula, Literal) for formula in formulas):
            values = [formula.value for formula in formulas if isinstance(formula, Literal)]
            texts = [text for value in values for text in (value if isinstance(value, tuple) else (value,))]
            sheets = _sheets(rule.at for rule in table.rules)
            return _Giver(f'decision "{table.name}"', {fold(str(text)): str(text) for text in texts}, sheets)
    return None


def _sheets(rows: Iterable[CellRef]) -> tuple[CellRef, ...]:
    return tuple(dict.fromkeys(CellRef(at.workbook, at.sheet) for at in rows))
