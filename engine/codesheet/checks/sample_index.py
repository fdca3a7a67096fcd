"""Texts in order, so that the ones a pattern may accept are found without trying them all."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from codesheet.language.unary_test_acceptance import accepts, bare_code
from codesheet.language.unary_tests import CodeRange, Wildcard
from codesheet.language.values import fold

_AFTER_ALL = "\U0010ffff"
_FIRST_JOKER = re.compile(r"[*?]")

Pattern = Wildcard | CodeRange


class SampleIndex:
    """Texts by their folded form, and by the form in which codes are ordered."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = list(texts)
        self._folded = sorted((fold(text), place) for place, text in enumerate(self._texts))
        self._bare = sorted((bare_code(text), place) for place, text in enumerate(self._texts))

    def accepted(self, pattern: Pattern) -> Iterator[int]:
        """Give the places of the texts that a pattern accepts."""
        if isinstance(pattern, Wildcard):
            stem = _FIRST_JOKER.split(fold(pattern.pattern), maxsplit=1)[0]
            near = _between(self._folded, stem, stem + _AFTER_ALL)
        else:
            near = _between(self._bare, bare_code(pattern.low), bare_code(pattern.high) + _AFTER_ALL)
        return (place for place in near if accepts(pattern, self._texts[place], _never))


def _between(ordered: list[tuple[str, int]], low: str, high: str) -> Iterator[int]:
    first, last = bisect_left(ordered, (low, -1)), bisect_left(ordered, (high, -1))
    return (place for _, place in ordered[first:last])


def _never(name: str, value: str | float) -> bool:
    msg = f"no pattern asks whether {value} is in {name}"
    raise LookupError(msg)
