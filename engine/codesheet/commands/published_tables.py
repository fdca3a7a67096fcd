"""The driver that brings published tables into workbooks: import."""

from collections.abc import Sequence
from pathlib import Path

from codesheet.commands import Report
from codesheet.importing.imported import Imported, write_imported
from codesheet.importing.imports import read_files
from codesheet.importing.options import Options


def import_published(
    kind: str, files: Sequence[Path], options: Options, codes_of: Path | None, target: Path, report: Report
) -> Imported:
    """Make a workbook or a reference file of published code tables.

    Raises ImportProblem where they cannot be read, WriteError where the place cannot be written.
    """
    report("Reading published files")
    imported = read_files(kind, files, options, codes_of)
    report("Writing")
    write_imported(imported, target)
    return imported
