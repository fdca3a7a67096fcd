"""The facts of the export that each field is made of: fields with a common root may go together or not."""

from collections.abc import Iterable

from codesheet.language.formula_parts import fields_read
from codesheet.language.unary_test_logic import compare_fields
from codesheet.model import Condition, Origin, Rulebook

Roots = dict[str, frozenset[str]]


def roots_of_fields(rulebook: Rulebook) -> Roots:
    """Give for each field the read fields at its root; a claim line's own field is its own root."""
    made_from = _made_from(rulebook)
    roots: Roots = {}
    for name in rulebook.fields:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += made_from.get(one, ())
        roots[name] = frozenset(one for one in seen if one not in made_from) or frozenset({name})
    return roots


def _made_from(rulebook: Rulebook) -> dict[str, set[str]]:
    made_from: dict[str, set[str]] = {}
    for field in rulebook.fields.values():
        if field.formula is not None:
            made_from[field.name] = {*fields_read(field.formula), *field.per}
    for lookup in rulebook.lookups.values():
        for value in lookup.values:
            made_from.setdefault(value, set()).update(lookup.keys)
    for table in rulebook.decisions.values():
        read = {*table.inputs, *_conditioned(table.only_when), *table.per}
        for rule in table.rules:
            read |= _conditioned(rule.conditions)
        for name in table.outputs:
            field_found = rulebook.fields.get(name)
            if field_found is not None and field_found.origin is Origin.DECISION:
                given = (rule.output(name) for rule in table.rules)
                of_cells = [fields_read(output.formula) for output in given if output is not None]
                made_from.setdefault(name, set()).update(read, *of_cells)
    return made_from


def _conditioned(conditions: Iterable[Condition]) -> set[str]:
    return {name for one in conditions for name in (one.field, *compare_fields(one.test))}
