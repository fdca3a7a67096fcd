"""HCPCS level II: `HCPC2026_OCT_ANWEB` as csv, xlsx or the fixed-width text."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from codesheet.importing.dates import iso_dates
from codesheet.importing.imported import Imported, ImportedSheet
from codesheet.importing.options import Options, release_of
from codesheet.importing.published_files import ImportProblem, Published, Wanted, read_published

_WANTED = (
    Wanted("Code", ("HCPC", "HCPCS", "HCPCS Code")),
    Wanted("Record", ("RECID",)),
    Wanted("Description", ("SHORT DESCRIPTION",)),
    Wanted("Added", ("ADD DT",)),
    Wanted("Ends", ("TERM DT",)),
)
_FIXED = {
    "Code": (0, 5),
    "Record": (10, 11),
    "Description": (91, 119),
    "Added": (268, 276),
    "Ends": (284, 292),
}
"""Where CMS's record layout puts them: places from 0, the last not included."""

_FIXED_LENGTH = 293
_PROCEDURE, _MODIFIER = "3", "7"
"""First records of a code; further ones go on with its description."""


def import_hcpcs(files: Sequence[Path], options: Options) -> Imported:
    """Read codes of one release as a lookup by code, and modifiers as a value set.

    Raises:
        ImportProblem: a file is not what CMS publishes.

    """
    release = release_of(files, options)
    parts = [_records(file) for file in files]
    columns = pa.concat_tables(parts)
    source = f"CMS HCPCS level II {release.name}: {', '.join(file.name for file in files)}"
    codes = columns.filter(pc.equal(columns["Record"], _PROCEDURE))
    lookup = pa.table(
        {
            options.key: codes["Code"],
            f"{options.key} description": codes["Description"],
            "Effective from": codes["Added"],
            "Effective to": codes["Ends"],
        }
    )
    modifiers = columns.filter(pc.equal(columns["Record"], _MODIFIER))
    members = pa.table(
        {
            "Set": pa.array(["HCPCS modifiers"] * len(modifiers), pa.string()),
            "Member": modifiers["Code"],
            "Effective from": modifiers["Added"],
            "Effective to": modifiers["Ends"],
        }
    )
    sheets = [
        ImportedSheet(
            "Lookup", "HCPCS codes", lookup, (("If not found", "nothing"), ("Source", source)), _ROLES
        ),
        ImportedSheet("Value sets", "HCPCS modifiers", members, (("Source", source),)),
    ]
    about = (
        ("Title", "HCPCS level II"),
        ("Source", source),
        ("Effective from", release.first_day.isoformat()),
    )
    return Imported(about, tuple(sheet for sheet in sheets if sheet.columns.num_rows))


_ROLES = ("KEY", "VALUE", "FROM", "TO")


def _records(file: Path) -> pa.Table:
    published = _fixed_width(file) if _is_fixed_width(file) else _table(file)
    columns = published.columns
    return pa.table(
        {
            "Code": columns["Code"].combine_chunks(),
            "Record": columns["Record"].combine_chunks(),
            "Description": columns["Description"].combine_chunks(),
            "Added": iso_dates(columns["Added"], file.name),
            "Ends": iso_dates(columns["Ends"], file.name),
        }
    )


def _table(file: Path) -> Published:
    return read_published(file, _WANTED, key="Code", pattern=r"^[A-Z0-9]{2}([A-Z0-9]{3})?$")


def _is_fixed_width(file: Path) -> bool:
    if file.suffix.lower() in (".xlsx", ".xlsm", ".csv"):
        return False
    with file.open(encoding="latin-1") as lines:
        first = lines.readline().rstrip("\r\n")
    return "\t" not in first and len(first) >= _FIXED_LENGTH


def _fixed_width(file: Path) -> Published:
    rows: dict[str, list[str]] = {name: [] for name in _FIXED}
    numbers = []
    with file.open(encoding="latin-1") as lines:
        for number, line in enumerate(lines, start=1):
            text = line.rstrip("\r\n")
            if not text.strip():
                continue
            if len(text) < _FIXED_LENGTH:
                msg = f"{file.name}, line {number}: {len(text)} characters where {_FIXED_LENGTH} belong"
                raise ImportProblem(msg)
            numbers.append(number)
            for name, (start, end) in _FIXED.items():
                rows[name].append(text[start:end].strip())
    columns = pa.table(
        {name: pa.chunked_array([pa.array(cells, pa.string())]) for name, cells in rows.items()}
    )
    return Published(file.name, columns, pa.array(numbers, pa.int64()))
