"""Texts that cells ask for which are no code, but look like one of a code table: an O for a 0, an l for a 1.

Only fields are judged that hold what exports bring, names as well as codes, so that what is no code is no
fault. Those with a code table, allowed values or tables that give them are judged by what they can hold.
"""

from collections.abc import Iterator

from codesheet.checks.value_not_allowed import texts_tested
from codesheet.issues import Issue, IssueCode
from codesheet.language.names import digits_seen
from codesheet.language.values import fold
from codesheet.location import CellRef
from codesheet.model import Origin, Rulebook

_FROM_EXPORTS = (Origin.READ, Origin.FORMULA)


def codes_alike(rulebook: Rulebook) -> Iterator[Issue]:
    """Name the code that was meant; where two codes look alike themselves, neither is."""
    tables = [table for table in rulebook.lookups.values() if table.code_table_for]
    rows = ((table, row) for table in tables for row in table.rows)
    codes = {fold(code): (code, table) for table, row in rows for code in texts_tested(row.keys[0])}
    by_look: dict[str, list[str]] = {}
    for code in codes:
        by_look.setdefault(_look(code), []).append(code)
    for text, at in _asked(rulebook) if codes else ():
        alike = by_look.get(_look(text), [])
        if fold(text) not in codes and len(alike) == 1:
            code, table = codes[alike[0]]
            yield IssueCode.LOOKS_LIKE_CODE.issue(at, table.at, text=text, code=code, table=table.name)


def _look(text: str) -> str:
    """Give what the eye sees of a code; by its first character, a letter or a digit, whole kinds differ."""
    return fold(text)[:1] + digits_seen(text)[1:]


def _asked(rulebook: Rulebook) -> Iterator[tuple[str, CellRef]]:
    """Give the texts that KEY and IF cells of such fields ask for, with the cell."""
    guarded = {name for table in rulebook.lookups.values() for name in table.code_table_for}
    free = {
        name
        for name, field in rulebook.fields.items()
        if field.origin in _FROM_EXPORTS and field.allowed is None and name not in guarded
    }
    for lookup in rulebook.lookups.values():
        for row in lookup.rows if not lookup.code_table_for else ():
            for name, test in zip(lookup.keys, row.keys, strict=True):
                if name in free:
                    yield from ((text, row.cell(name)) for text in texts_tested(test))
    for decision in rulebook.decisions.values():
        for rule in decision.rules:
            for condition in rule.conditions:
                if condition.field in free:
                    yield from ((text, condition.at) for text in texts_tested(condition.test))
