"""Characters that look like others: letters of other alphabets, dashes, marks, and what cannot be seen."""

from codesheet.language.values import fold

_CYRILLIC_AND_GREEK = {
    **dict(zip("АВЕЅІЈКМНОРСТХУаеіјорсухѕ", "ABESIJKMHOPCTXYaeijopcyxs", strict=True)),  # noqa: RUF001
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοιν", "ABEZHIKMNOPTYXoiv", strict=True)),  # noqa: RUF001
}
_FULL_WIDTH = {chr(0xFF01 + place): chr(0x21 + place) for place in range(94)}
_ALIKE = {**_CYRILLIC_AND_GREEK, **_FULL_WIDTH}
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
_MARKS = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201b": "'",
    "\u2032": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2033": '"',
}

_LOOKS = str.maketrans(
    {
        **_ALIKE,
        **dict.fromkeys(_UNSEEN, ""),
        **dict.fromkeys(_DASHES, "-"),
        **_MARKS,
    }
)


def confusing_character(text: str) -> tuple[str, str] | None:
    """Find a character that the eye takes for another (or does not see), and the other one.

    Letters of another alphabet count only in words that are otherwise Latin: a Greek word is meant.
    """
    if text.isascii():
        return None
    unseen = next((c for c in text if c in _UNSEEN), None)
    if unseen is not None:
        return unseen, ""
    for word in text.split():
        found = next((c for c in word if c in _ALIKE), None)
        if found is not None and all(c.isascii() or c in _ALIKE for c in word if c.isalpha()):
            return found, _ALIKE[found]
    return None


def look(text: str) -> str:
    """Give the form that texts share which the eye cannot tell apart."""
    return fold(text if text.isascii() else text.translate(_LOOKS))
