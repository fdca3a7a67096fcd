"""Fields whose Type cannot be read: with which type their cells make sense, so that no more is told of."""

from collections.abc import Callable, Iterable, Mapping

from codesheet.issues import Issue
from codesheet.language.values import FieldType

MOST = 4
"""So many fields are tried: every type of each is a reading of the whole rulebook."""


def likely_types(
    fields: Iterable[str], read: Callable[[Mapping[str, FieldType]], list[Issue]]
) -> dict[str, FieldType]:
    """Give each field the type with which reading finds the least fault; text where it is all one.

    Nothing is coded with a guess: that the Type is missing is an error whatever comes of it.
    """
    types: dict[str, FieldType] = {}
    for name in fields:
        faults = {kind: _faults(read({**types, name: kind})) for kind in FieldType}
        types[name] = min(faults, key=faults.__getitem__)
    return types


def _faults(issues: list[Issue]) -> tuple[int, int]:
    return sum(issue.is_error for issue in issues), len(issues)
