"""Dates and versions as published files write them."""

import re
from datetime import date, timedelta

import pyarrow as pa

from codesheet.importing.published_files import ImportProblem

_OPEN = ("", "*", "99991231", "9999365")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)")
_JULIAN = re.compile(r"(\d{4})(\d{3})")
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def iso_dates(column: pa.ChunkedArray, file: str) -> pa.Array:
    """Write dates as yyyy-mm-dd, each distinct one once; an open one is blank.

    Raises:
        ImportProblem: something is no date.

    """
    encoded = column.combine_chunks().dictionary_encode()
    words = pa.array([iso_date(word, file) for word in encoded.dictionary.to_pylist()], pa.string())
    return words.take(encoded.indices)


def iso_date(text: str, file: str) -> str:
    """Read 20260401, 2026091 (day 91), 2026-04-01 or 04/01/2026 (CMS's files are American)."""
    text = text.strip().removesuffix(".0").removesuffix(" 00:00:00")
    if text in _OPEN:
        return ""
    try:
        if found := (_ISO.fullmatch(text) or _DIGITS.fullmatch(text)):
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        if found := _JULIAN.fullmatch(text):
            return (date(int(found[1]), 1, 1) + timedelta(days=int(found[2]) - 1)).isoformat()
        if found := _US.fullmatch(text):
            return date(int(found[3]), int(found[1]), int(found[2])).isoformat()
    except ValueError:
        pass
    msg = f'{file}: "{text[:20]}" is no date as CMS writes them (20260401, or * where it is open)'
    raise ImportProblem(msg)
