"""A value that one lookup gives and the next one has no row for."""

from collections.abc import Iterator

from codesheet.checks.value_not_allowed import texts_tested
from codesheet.issues import Issue, IssueCode
from codesheet.language.names import nearest
from codesheet.language.unary_test_logic import covers
from codesheet.language.unary_tests import Equals
from codesheet.model import LookupTable, Origin, Rulebook


def key_missing(rulebook: Rulebook) -> Iterator[Issue]:
    """Judge lookups with one key that another lookup gives, where a miss is not said to be nothing."""
    for lookup in rulebook.lookups.values():
        key = lookup.keys[0]
        field = rulebook.fields.get(key)
        silent = lookup.if_not_found is not None and lookup.if_not_found.message is None
        if len(lookup.keys) != 1 or field is None or field.origin is not Origin.LOOKUP or silent:
            continue
        giver = next((one for one in rulebook.lookups.values() if key in one.values), None)
        if giver is not None and giver is not lookup:
            yield from _missing(lookup, giver, key)


def _missing(lookup: LookupTable, giver: LookupTable, key: str) -> Iterator[Issue]:
    place = giver.values.index(key)
    for row in giver.rows:
        value = row.values[place]
        if not isinstance(value, str):
            continue
        if all(covers(other.keys[0], Equals(value)) is False for other in lookup.rows):
            meant = nearest(value, (text for other in lookup.rows for text in texts_tested(other.keys[0])))
            facts = {"text": value, "field": key, "lookup": lookup.name, "did_you_mean": meant}
            yield IssueCode.KEY_MISSING.issue(row.cell(key), lookup.at, **facts)
