"""Quotation marks in cells: what they protect, and how a value is put in them."""

_CURLY = "“”„‟"
MARKS = '"' + _CURLY
"""Every character that opens a quotation: spreadsheets and mail programs make straight marks curly."""


def quote_end(text: str, start: int) -> int | None:
    """Give the offset behind the quotation that opens at `start`, None where it is never closed.

    Inside straight marks a doubled mark is a mark of the value itself.
    """
    if text[start] in _CURLY:
        return next((i + 1 for i in range(start + 1, len(text)) if text[i] in MARKS), None)
    at = start + 1
    while (at := text.find('"', at)) >= 0:
        if not text.startswith('"', at + 1):
            return at + 1
        at += 2
    return None


def is_quoted(text: str) -> bool:
    """Say whether a text is one quotation from end to end."""
    return text[:1] != "" and text[0] in MARKS and quote_end(text, 0) == len(text)


def unquote(quotation: str) -> str:
    """Give the text inside a quotation."""
    inner = quotation[1:-1]
    return inner.replace('""', '"') if quotation[0] == '"' else inner


def quote(text: str) -> str:
    """Put a text in straight marks."""
    return '"' + text.replace('"', '""') + '"'


def split_outside_quotes(text: str, separators: str, *, keep_braces: bool = False) -> list[str]:
    """Split at any of some characters, but not inside quotations (nor, if asked, inside braces).

    A quotation that is never closed reaches to the end, for whoever reads the piece to complain of.
    """
    pieces, start, at, depth = [], 0, 0, 0
    while at < len(text):
        character = text[at]
        if character in MARKS:
            at = quote_end(text, at) or len(text)
            continue
        if keep_braces:
            depth += (character == "{") - (character == "}")
        if character in separators and depth <= 0:
            pieces.append(text[start:at])
            start = at + 1
        at += 1
    return [*pieces, text[start:]]
