"""Medically unlikely edits: `MCR_MUE_PractitionerServices_Eff_07-01-2026.csv` and such, and excerpts.

The adjudication indicator says over what a limit counts: 1 the line, 2 and 3 the day. Medicaid publishes no
indicator: its edits count by line.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from codesheet.importing.imported import Imported, ImportedSheet
from codesheet.importing.options import Options, release_of
from codesheet.importing.published_files import ImportProblem, Published, Wanted, read_published
from codesheet.importing.versions import setting_of

_CODE = r"^[A-Z0-9]{5}$"
_RATIONALE = Wanted("Rationale", ("MUE Rationale", "Rationale"), required=False)
_KEY = Wanted("Code", ("HCPCS/CPT Code", "HCPCS Code", "CPT Code", "Code"))
_PUBLISHED = (
    _KEY,
    Wanted(
        "Limit",
        (
            "Practitioner Services MUE Values",
            "Outpatient Hospital Services MUE Values",
            "Facility Outpatient Hospital Services MUE Values",
            "DME Supplier Services MUE Values",
            "MUE Values",
            "MUE Value",
        ),
    ),
    Wanted("Adjudication", ("MUE Adjudication Indicator",), required=False),
    _RATIONALE,
)
_SIDE_BY_SIDE = {
    "medicare": (("prac", "practitioner"), ("oph", "outpatient hospital")),
    "medicaid": (("prac", "practitioner"),),
}
"""Programs of a file that holds several beside each other: their columns' part, and the setting."""


def import_unit_limits(files: Sequence[Path], options: Options) -> Imported:
    """Read limits of one release as a Unit limits sheet.

    Raises:
        ImportProblem: a file is not what CMS publishes.

    """
    release = release_of(files, options)
    parts = []
    for file in files:
        parts += (
            _side_by_side(file, options, release.name) if options.program else [_published(file, options)]
        )
    columns = pa.concat_tables(parts)
    program = options.program.capitalize() or "CMS"
    source = f"{program} medically unlikely edits {release.name}: {', '.join(file.name for file in files)}"
    sheet = ImportedSheet(
        "Unit limits", "MUE", columns, (("Version", f"MUE {release.name}"), ("Source", source))
    )
    about = (
        ("Title", f"{program} medically unlikely edits"),
        ("Source", source),
        ("Effective from", release.first_day.isoformat()),
        ("Applies to", options.applies_to),
    )
    return Imported(about, (sheet,))


def _published(file: Path, options: Options) -> pa.Table:
    published = read_published(file, _PUBLISHED, key="Code", pattern=_CODE)
    setting = options.setting or setting_of(file.name)
    return _limits(published, published.columns, setting)


def _side_by_side(file: Path, options: Options, release: str) -> list[pa.Table]:
    if options.program not in _SIDE_BY_SIDE:
        msg = f'"{options.program}" is no program: it can be {", ".join(_SIDE_BY_SIDE)}'
        raise ImportProblem(msg)
    parts = []
    for part, setting in _SIDE_BY_SIDE[options.program]:
        limit = f"{options.program}_{part}_mue_{release}"
        wanted = (
            _KEY,
            Wanted("Limit", (limit,)),
            Wanted("Adjudication", (f"{options.program}_{part}_mai",), required=False),
            _RATIONALE,
        )
        published = read_published(file, wanted, key="Code", pattern=_CODE)
        there = pc.not_equal(published.columns["Limit"], "")
        some = Published(published.file, published.columns.filter(there), published.lines)
        parts.append(_limits(some, some.columns, setting))
    return parts


def _limits(published: Published, columns: pa.Table, setting: str) -> pa.Table:
    wrong = pc.index(pc.match_substring_regex(columns["Limit"], r"^\d+$"), False).as_py()
    if wrong >= 0:
        line, text = published.lines[wrong].as_py(), columns["Limit"][wrong].as_py()
        msg = f'{published.file}, line {line}: the limit is "{text[:20]}"; get the file again'
        raise ImportProblem(msg)
    indicator = pc.utf8_slice_codeunits(columns["Adjudication"], 0, 1).combine_chunks()
    by_day = pc.is_in(indicator, pa.array(["2", "3"]))
    return pa.table(
        {
            "Code": columns["Code"].combine_chunks(),
            "Limit": columns["Limit"].combine_chunks(),
            "Per": pc.if_else(by_day, "day", "line"),
            "Setting": pa.array([setting] * len(columns), pa.string()),
            "Adjudication": indicator,
            "Rationale": columns["Rationale"].combine_chunks(),
        }
    )
