"""The add-on file as text of fixed width, without headings: `96415       96413       12013091`.

In a line stand, in this order, a code and the day it ends, another code and the day it ends, the type, and
the first and last day of the edit; days as year and day of the year, blank where open. Which of the two codes
is the primary is told by `CCCCC`, which stands for primaries that the payer defines, never for an add-on.
"""

import re
from pathlib import Path

import pyarrow as pa

from codesheet.importing.published_files import ImportProblem

_DAY = r"((?:19|20)\d{5})?"
_LINE = re.compile(
    rf"([A-Z0-9]{{5}})\s*{_DAY}\s*([A-Z0-9]{{5}})\s*{_DAY}\s*([123])\s*((?:19|20)\d{{5}})\s*{_DAY}(?:\D.*)?"
)
_PAYERS_OWN = "CCCCC"


def is_fixed_width(file: Path) -> bool:
    """Say whether a file of text begins with such a line."""
    if file.suffix.lower() in (".xlsx", ".xlsm", ".csv"):
        return False
    with file.open(encoding="latin-1") as lines:
        first = next((line for line in lines if line.strip()), "")
    return _LINE.fullmatch(first.rstrip()) is not None


def read_fixed_width(file: Path) -> pa.Table:
    """Read the lines as columns of text.

    Raises:
        ImportProblem: a line is none of these, or nothing tells which code is the primary.

    """
    rows: list[tuple[str, ...]] = []
    with file.open(encoding="latin-1") as lines:
        for number, line in enumerate(lines, start=1):
            found = _LINE.fullmatch(line.rstrip())
            if found is None and line.strip():
                msg = (
                    f"{file.name}, line {number}: no add-on code, primary code, type and first day stand here"
                )
                raise ImportProblem(msg)
            if found is not None:
                rows.append(tuple(part or "" for part in found.groups()))
    first, first_ends, second, second_ends, kind, effective, deletion = zip(*rows, strict=True)
    sides = [_PAYERS_OWN in first, _PAYERS_OWN in second]
    if sum(sides) != 1:
        msg = f"{file.name}: which of two codes is the primary cannot be told; import the .xlsx beside it"
        raise ImportProblem(msg)
    primary, add_on = ((first, first_ends), (second, second_ends))[:: 1 if sides[0] else -1]
    columns = {
        "Primary": primary[0],
        "Add-on": add_on[0],
        "Type": kind,
        "Effective": effective,
        "Deletion": deletion,
        "Add-on ends": add_on[1],
        "Primary ends": primary[1],
    }
    return pa.table(
        {name: pa.chunked_array([pa.array(cells, pa.string())]) for name, cells in columns.items()}
    )
