"""Texts in order, so that the ones a pattern may accept are found without trying them all."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from codesheet.language.unary_test_acceptance import bare_code, code_range_contains, wildcard_regex
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

    def steps(self, pattern: Pattern) -> int:
        """Give how many texts a pattern must be tried on."""
        return len(self._near(pattern))

    def accepted(self, pattern: Pattern) -> Iterator[int]:
        """Give the places of the texts that a pattern accepts."""
        near = self._near(pattern)
        if isinstance(pattern, Wildcard):
            whole = wildcard_regex(pattern.pattern)
            return (place for text, place in near if whole.fullmatch(text))
        low, high = pattern.low, pattern.high
        return (place for _, place in near if code_range_contains(low, high, self._texts[place]))

    def _near(self, pattern: Pattern) -> list[tuple[str, int]]:
        if isinstance(pattern, Wildcard):
            stem = _FIRST_JOKER.split(fold(pattern.pattern), maxsplit=1)[0]
            return _between(self._folded, stem, stem + _AFTER_ALL)
        return _between(self._bare, bare_code(pattern.low), bare_code(pattern.high) + _AFTER_ALL)


def _between(ordered: list[tuple[str, int]], low: str, high: str) -> list[tuple[str, int]]:
    return ordered[bisect_left(ordered, (low, -1)) : bisect_left(ordered, (high, -1))]
