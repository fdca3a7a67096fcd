"""Scopes that cannot say which rule is the more specific."""

from collections.abc import Iterator
from itertools import pairwise

from codesheet.issues import Issue, IssueCode
from codesheet.language.formula_parts import fields_read
from codesheet.model import DecisionTable, HitPolicy, Rulebook


def scope_not_tested(rulebook: Rulebook) -> Iterator[Issue]:
    """Name the chains of which no field is tested anywhere in the table."""
    for table in rulebook.decisions.values():
        tested = {*table.inputs, *(c.field for rule in table.rules for c in rule.conditions)}
        for chain in table.scope:
            if not tested.intersection(chain):
                yield IssueCode.SCOPE_NOT_TESTED.issue(table.at, fields=" < ".join(chain))


def scope_not_connected(rulebook: Rulebook) -> Iterator[Issue]:
    """Name each `A < B` where B is not found from A: one A could lie in two Bs."""
    for table in rulebook.decisions.values():
        for chain in table.scope:
            for narrow, wide in pairwise(chain):
                if not _gives(rulebook, narrow, wide):
                    yield IssueCode.SCOPE_NOT_CONNECTED.issue(table.at, narrow=narrow, wide=wide)


def _gives(rulebook: Rulebook, narrow: str, wide: str) -> bool:
    """Say whether a lookup gives `wide` from `narrow`, by way of what `narrow` was found from too.

    A formula is taken at its word: what it is made of can say it as well as the narrow field.
    """
    if rulebook.fields[wide].formula is not None:
        return True
    sources = {narrow, *_made_from(rulebook, narrow)}
    return any(
        wide in lookup.values and (sources.intersection(lookup.keys) or narrow in lookup.values)
        for lookup in rulebook.lookups.values()
    )


def _made_from(rulebook: Rulebook, name: str) -> frozenset[str]:
    formula = rulebook.fields[name].formula
    return frozenset() if formula is None else frozenset(fields_read(formula))


def scope_without_id(rulebook: Rulebook) -> Iterator[Issue]:
    """Find rules of a Collect table with a Scope that name no rival: nothing could replace them."""
    for table in rulebook.decisions.values():
        if table.hit_policy is HitPolicy.COLLECT and table.scope:
            yield from _without_id(table)


def _without_id(table: DecisionTable) -> Iterator[Issue]:
    for rule in table.rules:
        if not rule.id:
            yield IssueCode.SCOPE_WITHOUT_ID.issue(rule.at)
