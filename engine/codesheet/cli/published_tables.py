"""The command that brings published tables into workbooks: import."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from codesheet.cli.app import app
from codesheet.cli.terminal import fail, progress, say
from codesheet.replacing import WriteError


class Published(StrEnum):
    """What can be imported."""

    NCCI = "ncci"
    MUE = "mue"
    ADD_ON = "add-on"
    HCPCS = "hcpcs"
    ICD10 = "icd10"


@app.command(
    name="import",
    epilog="Examples: `codesheet import ncci ccipra-v322r0-f*.txt ccioph-v322r0-f*.txt "
    "-o workbooks/cms/ncci_2026q3.parquet` · "
    "`codesheet import mue MCR_MUE_PractitionerServices_Eff_07-01-2026.csv "
    '--codes-of workbooks --applies-to "Claim form = professional" -o workbooks/cms/mue_2026q3.xlsx`',
)
def import_tables(  # noqa: PLR0913 - one option each
    kind: Annotated[Published, typer.Argument(help="Which of CMS's tables the files are.")],
    files: Annotated[
        list[Path], typer.Argument(help="Files of one release: text, csv or xlsx, as published.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="A workbook (.xlsx), or for large tables a .parquet.")
    ],
    *,
    version: Annotated[str, typer.Option(help="The release, where file names do not say: 2026Q3.")] = "",
    effective_from: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Its first day, where the release does not say."),
    ] = None,
    setting: Annotated[
        str, typer.Option(help="practitioner, outpatient hospital: where names do not say.")
    ] = "",
    applies_to: Annotated[str, typer.Option(help="Whose claims it is for: About's Applies to.")] = "",
    program: Annotated[str, typer.Option(help="mue: medicare or medicaid, in a file with both.")] = "",
    key: Annotated[str, typer.Option(help="hcpcs: the field that is looked up.")] = "HCPCS",
    codes_of: Annotated[
        Path | None, typer.Option(help="Keep only rows whose codes the workbooks of this rulebook name.")
    ] = None,
) -> None:
    """Import CMS's published tables: NCCI pairs, MUE, add-on codes, HCPCS, ICD-10-CM, as they come."""
    from codesheet.commands import published_tables
    from codesheet.importing.options import Options
    from codesheet.importing.published_files import ImportProblem

    first_day = effective_from.date() if effective_from else None
    options = Options(version, first_day, setting, applies_to, program, key)
    try:
        with progress() as report:
            imported = published_tables.import_published(kind.value, files, options, codes_of, output, report)
    except (ImportProblem, WriteError) as problem:
        fail(str(problem))
    for note in imported.notes:
        say(note)
    say(f"{output}: {imported.row_count:,} rows")
