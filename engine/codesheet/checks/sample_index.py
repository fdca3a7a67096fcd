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

    def accepted(self, pattern: Pattern) -> Iterator[int]:
        """Give the places of the texts that a pattern accepts."""
        if isinstance(pattern, Wildcard):
            stem = _FIRST_JOKER.split(fold(pattern.pattern), maxsplit=1)[0]
            whole = wildcard_regex(pattern.pattern)
            near = _between(self._folded, stem, stem + _AFTER_ALL)
            return (place for text, place in near if whole.fullmatch(text))
        low, high = pattern.low, pattern.high
        near = _between(self._bare, bare_code(low), bare_code(high) + _AFTER_ALL)
        return (place for _, place in near if code_range_contains(low, high, self._texts[place]))


def _between(ordered: list[tuple[str, int]], low: str, high: str) -> list[tuple[str, int]]:
    return ordered[bisect_left(ordered, (low, -1)) : bisect_left(ordered, (high, -1))]
