"""Importing: published files of one kind to one workbook or reference file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from codesheet.importing.add_on_codes import import_add_on_codes
from codesheet.importing.code_pairs import import_code_pairs
from codesheet.importing.hcpcs import import_hcpcs
from codesheet.importing.icd10 import import_icd10
from codesheet.importing.imported import Imported
from codesheet.importing.options import Options
from codesheet.importing.unit_limits import import_unit_limits
from codesheet.sheets.reference_files import CODE_COLUMNS, NamedCodes
from codesheet.sheets.workbook import read_workbooks

FORMATS: Mapping[str, Callable[[Sequence[Path], Options], Imported]] = {
    "ncci": import_code_pairs,
    "mue": import_unit_limits,
    "add-on": import_add_on_codes,
    "hcpcs": import_hcpcs,
    "icd10": import_icd10,
}
"""What can be imported, by the word on the command line."""


def read_files(kind: str, files: Sequence[Path], options: Options, codes_of: Path | None) -> Imported:
    """Read published files; with a rulebook, only rows of codes that its workbooks name are kept.

    Raises:
        ImportProblem: a file is not what CMS publishes.

    """
    imported = FORMATS[kind](files, options)
    if codes_of is None:
        return imported
    named = NamedCodes(read_workbooks(codes_of)[0])
    sheets = []
    for sheet in imported.sheets:
        columns = CODE_COLUMNS.get(sheet.kind, sheet.columns.column_names[:1] if sheet.roles else [])
        keep, _ = named.of_table(sheet.columns, columns)
        sheets.append(replace(sheet, columns=sheet.columns.take(keep)))
    return replace(imported, sheets=tuple(sheets))
