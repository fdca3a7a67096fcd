"""NCCI add-on codes: `AOC_V2025Q4…` as xlsx, as text with headings or of fixed width, and excerpts in csv."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from codesheet.importing.dates import iso_dates
from codesheet.importing.fixed_add_ons import is_fixed_width, read_fixed_width
from codesheet.importing.imported import Imported, ImportedSheet
from codesheet.importing.options import Options, release_of
from codesheet.importing.published_files import Wanted, read_published

_WANTED = (
    Wanted("Primary", ("Primary Code", "Primary")),
    Wanted("Add-on", ("Add-on Code", "Add On Code", "Add-on")),
    Wanted("Type", ("AOC Edit Type", "Type", "Edit type"), required=False),
    Wanted("Effective", ("AOC Edit Eff Dt", "AOC Edit Eff Dt (Julian)", "Effective date"), required=False),
    Wanted("Deletion", ("AOC Edit Del Dt", "AOC Edit Del Dt (Julian)", "Deletion date"), required=False),
    Wanted("Add-on ends", ("AOC Del Dt", "AOC Del Dt (Julian)"), required=False),
    Wanted("Primary ends", ("Primary Code Del Dt", "Primary Code Del Dt (Julian)"), required=False),
)


def import_add_on_codes(files: Sequence[Path], options: Options) -> Imported:
    """Read add-on codes of one release as an Add-on codes sheet.

    Raises:
        ImportProblem: a file is not what CMS publishes.

    """
    release = release_of(files, options)
    parts = []
    for file in files:
        columns = _columns(file)
        ends = [iso_dates(columns[name], file.name) for name in ("Deletion", "Add-on ends", "Primary ends")]
        parts.append(
            pa.table(
                {
                    "Primary": columns["Primary"].combine_chunks(),
                    "Add-on": columns["Add-on"].combine_chunks(),
                    "Type": columns["Type"].combine_chunks(),
                    "Effective": iso_dates(columns["Effective"], file.name),
                    "Deletion": _earliest(ends),
                }
            )
        )
    source = f"CMS NCCI add-on code edits {release.name}: {', '.join(file.name for file in files)}"
    labels = (("Version", f"NCCI add-on codes {release.name}"), ("Source", source))
    sheet = ImportedSheet("Add-on codes", "NCCI add-on codes", pa.concat_tables(parts), labels)
    about = (
        ("Title", "NCCI add-on codes"),
        ("Source", source),
        ("Effective from", release.first_day.isoformat()),
        ("Applies to", options.applies_to),
    )
    return Imported(about, (sheet,))


def _columns(file: Path) -> pa.Table:
    if is_fixed_width(file):
        return read_fixed_width(file)
    return read_published(file, _WANTED, key="Add-on", pattern=r"^[A-Z0-9]{5}$").columns


def _earliest(dates: Sequence[pa.Array]) -> pa.Array:
    """Give the first of several dates as text; blank where all are open."""
    given = [pc.if_else(pc.equal(one, ""), pa.scalar(None, pa.string()), one) for one in dates]
    least = given[0]
    for one in given[1:]:
        lower = pc.if_else(pc.less(one, least), one, least)
        least = pc.coalesce(lower, least, one)
    return pc.fill_null(least, "")
