"""NCCI procedure-to-procedure edits: `ccipra-v322r0-f1.txt` and such, xlsx, and excerpts in csv."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from codesheet.importing.dates import iso_dates
from codesheet.importing.imported import Imported, ImportedSheet
from codesheet.importing.options import Options, release_of
from codesheet.importing.published_files import ImportProblem, Published, Wanted, read_published
from codesheet.importing.versions import setting_of

_WANTED = (
    Wanted("Column 1", ("Column 1", "Column1", "col1", "comprehensive code")),
    Wanted("Column 2", ("Column 2", "Column2", "col2", "component code")),
    Wanted("Effective", ("Effective", "Effective date"), required=False),
    Wanted("Deletion", ("Deletion", "Deletion date"), required=False),
    Wanted("Modifier indicator", ("Modifier", "Modifier indicator")),
    Wanted("Rationale", ("PTP Edit Rationale", "Rationale"), required=False),
    Wanted("Prior", ("*=in existence", "*=in existence prior to 1996"), required=False),
    Wanted("Setting", ("Setting",), required=False),
)
_CODE = r"^[A-Z0-9]{5}$"
_BEFORE_1996 = "1996-01-01"


def import_code_pairs(files: Sequence[Path], options: Options) -> Imported:
    """Read pairs of one release as a Code pairs sheet.

    Raises:
        ImportProblem: a file is not what CMS publishes.

    """
    release = release_of(files, options)
    parts, notes = [], []
    for file in files:
        published = read_published(file, _WANTED, key="Column 1", pattern=_CODE)
        parts.append(_pairs(published, file, options))
        if not _has(published.columns["Effective"]):
            notes.append(
                f"{file.name}: gives no effective dates; a row holds from the end of the row before it of the"
                f" same pair, a first row from {_BEFORE_1996}"
            )
    columns = pa.concat_tables(parts)
    source = f"CMS NCCI procedure-to-procedure edits {release.name}: {', '.join(f.name for f in files)}"
    if notes:
        source += "; no effective dates in it: taken from the end of the row before, or 1996"
    sheet = ImportedSheet(
        "Code pairs", "NCCI pairs", columns, (("Version", f"NCCI {release.name}"), ("Source", source))
    )
    about = (
        ("Title", f"NCCI procedure-to-procedure edits{_for(options)}"),
        ("Source", source),
        ("Effective from", release.first_day.isoformat()),
        ("Applies to", options.applies_to),
    )
    return Imported(about, (sheet,), tuple(notes))


def _for(options: Options) -> str:
    return f" ({options.applies_to})" if options.applies_to else ""


def _has(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.not_equal(column, "")).as_py())


def _pairs(published: Published, file: Path, options: Options) -> pa.Table:
    columns = published.columns
    _check_indicators(published)
    effective = iso_dates(columns["Effective"], file.name)
    prior = pc.equal(columns["Prior"], "*").combine_chunks()
    effective = pc.if_else(pc.and_(prior, pc.equal(effective, "")), _BEFORE_1996, effective)
    deletion = iso_dates(columns["Deletion"], file.name)
    if not _has(columns["Effective"]):
        effective = _after_one_another(columns, deletion)
    setting = columns["Setting"]
    if not _has(setting):
        setting = pa.array([options.setting or setting_of(file.name)] * len(columns), pa.string())
    else:
        setting = pc.replace_substring(setting, "_", " ")
    return pa.table(
        {
            "Column 1": columns["Column 1"].combine_chunks(),
            "Column 2": columns["Column 2"].combine_chunks(),
            "Modifier indicator": columns["Modifier indicator"].combine_chunks(),
            "Effective": effective,
            "Deletion": deletion,
            "Setting": setting.combine_chunks() if isinstance(setting, pa.ChunkedArray) else setting,
            "Rationale": columns["Rationale"].combine_chunks(),
        }
    )


def _check_indicators(published: Published) -> None:
    for name, pattern in (("Modifier indicator", "^[019]$"), ("Column 2", _CODE)):
        column = published.columns[name]
        wrong = pc.index(pc.match_substring_regex(column, pattern), False).as_py()
        if wrong >= 0:
            line, text = published.lines[wrong].as_py(), column[wrong].as_py()
            msg = f'{published.file}, line {line}: {name} is "{text[:20]}"; get the file again'
            raise ImportProblem(msg)


def _after_one_another(columns: pa.Table, deletion: pa.Array) -> pa.Array:
    """Let each row of a pair begin the day after the row before it ended, where a file gives no beginnings.

    CMS never has two rows of one pair in force at once.
    """
    ends = deletion.to_pylist()
    keys = list(
        zip(*(columns[name].to_pylist() for name in ("Setting", "Column 1", "Column 2")), strict=True)
    )
    order = sorted(range(len(keys)), key=lambda place: (keys[place], ends[place] or "9999"))
    effective = [_BEFORE_1996] * len(keys)
    for before, place in pairwise(order):
        if keys[before] == keys[place] and ends[before]:
            effective[place] = (date.fromisoformat(ends[before]) + timedelta(days=1)).isoformat()
    return pa.array(effective, pa.string())
