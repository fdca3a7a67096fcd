"""The names a cell may use: fields and value sets, found without regard to case or extra space."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from codesheet.issues import IssueKind
from codesheet.language.values import FieldType, fold


class CellProblem(Exception):  # noqa: N818 - not a bug of ours: what is wrong with a user's cell
    """What is wrong with one cell; whoever knows the cell's address turns it into an issue."""

    def __init__(self, kind: IssueKind, **facts: object) -> None:
        super().__init__(kind.name)
        self.kind = kind
        self.facts = facts


@dataclass(frozen=True)
class Names:
    """The data dictionary as the cell languages see it: each field's type, and the value sets."""

    fields: Mapping[str, FieldType]
    sets: frozenset[str] = frozenset()
    _fields: dict[str, str] = field(init=False, repr=False, compare=False)
    _sets: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_fields", {fold(name): name for name in self.fields})
        object.__setattr__(self, "_sets", {fold(name): name for name in self.sets})

    def find_field(self, text: str) -> str | None:
        """Give the declared name of a field as written here, None if there is none."""
        return self._fields.get(fold(text))

    def find_set(self, text: str) -> str | None:
        """Give the declared name of a value set as written here, None if there is none."""
        return self._sets.get(fold(text))

    @property
    def folded_fields(self) -> dict[str, str]:
        """Give every field's declared name by its folded name (the formula parser tries the longest)."""
        return self._fields


_DIGITS_SEEN = str.maketrans("oilsbz", "011582")
_MARKS = str.maketrans("", "", " .-")


def digits_seen(text: str) -> str:
    """Give a folded text with digits for the letters that look like them in a narrow cell."""
    return fold(text).translate(_DIGITS_SEEN)


def _look(text: str) -> str:
    """Give what the eye sees of a code in a narrow cell."""
    return digits_seen(text).translate(_MARKS)


def nearest(text: str, candidates: Iterable[str], cutoff: float = 0.6) -> str:
    """Give the candidate that a text most resembles, and may have been meant; nothing where none does.

    One that differs but by letters that look like digits, or by marks within, comes before all others.
    `cutoff` is how alike they must be, from 0 to 1.
    """
    by_folded = {fold(candidate): candidate for candidate in candidates}
    look = _look(text)
    same = [candidate for candidate in by_folded.values() if _look(candidate) == look]
    if len(same) == 1:
        return same[0]
    near = get_close_matches(fold(text), by_folded, n=1, cutoff=cutoff)
    return by_folded[near[0]] if near else ""
