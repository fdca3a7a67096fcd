"""ICD-10-CM: `icd10cm_order_2026.txt`, fixed width: order, code without its point, 1 for billable codes."""

import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from codesheet.importing.imported import Imported, ImportedSheet
from codesheet.importing.options import Options, release_of
from codesheet.importing.published_files import ImportProblem

_LINE = re.compile(r"\d{5} ([A-Z][A-Z0-9]{2,6}) +([01]) .*")
_BEFORE_POINT = 3


def import_icd10(files: Sequence[Path], options: Options) -> Imported:
    """Read the billable codes of a year as a value set.

    Raises:
        ImportProblem: a file is not what CMS publishes.

    """
    release = release_of(files, options)
    codes = [code for file in files for code in _billable(file)]
    source = f"CMS ICD-10-CM {release.name}: {', '.join(file.name for file in files)}"
    columns = pa.table(
        {
            "Set": pa.array(["ICD-10-CM codes"] * len(codes), pa.string()),
            "Member": pa.array(codes, pa.string()),
        }
    )
    sheet = ImportedSheet("Value sets", "ICD-10-CM codes", columns, (("Source", source),))
    about = (
        ("Title", "ICD-10-CM"),
        ("Source", source),
        ("Effective from", release.first_day.isoformat()),
    )
    return Imported(about, (sheet,))


def _billable(file: Path) -> list[str]:
    codes = []
    try:
        lines = file.read_text(encoding="latin-1").splitlines()
    except OSError as problem:
        msg = f"{file}: {problem.strerror or problem}"
        raise ImportProblem(msg) from problem
    for number, line in enumerate(lines, start=1):
        found = _LINE.fullmatch(line.rstrip())
        if found is None and line.strip():
            msg = f"{file.name}, line {number}: is no line of the order file; get icd10cm_order_YYYY.txt"
            raise ImportProblem(msg)
        if found and found[2] == "1":
            code = found[1]
            codes.append(
                code if len(code) == _BEFORE_POINT else f"{code[:_BEFORE_POINT]}.{code[_BEFORE_POINT:]}"
            )
    if not codes:
        msg = f"{file.name}: holds no billable code; is it the order file?"
        raise ImportProblem(msg)
    return codes
