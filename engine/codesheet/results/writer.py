"""From results to coded.xlsx, or to a folder of csv or parquet files."""

from collections.abc import Sequence
from pathlib import Path

from codesheet.compiling.ruleset import Ruleset
from codesheet.replacing import WriteError, refuse_file, refuse_folder, replacing_file, replacing_folder
from codesheet.results import files
from codesheet.results.data_sheets import data_sheets
from codesheet.results.excel import write_workbook
from codesheet.results.rules_used import rules_used
from codesheet.results.run_record import RunRecord, run_json, run_sheet
from codesheet.results.spooled_table import SpooledTable, spooled
from codesheet.results.summary import Summary, summarise, summary_frame
from codesheet.results.summary_sheet import summary_sheet
from codesheet.results.tables import Results

__all__ = ["WriteError", "write_results"]

FORMS = ("xlsx", "csv", "parquet")
TABLES = ("Summary", "Claim lines", "Visits", "Rows", "Review", "Rejected", "Rules used", "Run")

_OURS = {files.file_name(name, kind) for name in TABLES for kind in FORMS} | {files.RUN}


def write_results(
    results: Results,
    ruleset: Ruleset,
    run: RunRecord,
    target: Path,
    form: str = "xlsx",
    write_parts: files.WriteParts | None = None,
    *,
    jobs: int = 1,
) -> list[Path]:
    """Write the results of a run in a form of FORMS, whole or not at all; give the files written.

    `jobs` threads write long sheets, or files. With `write_parts` the long tables of a folder are
    folders of files, which it fills.
    """
    refuse_target(target, form, [])
    summary = summarise(results, ruleset, run)
    tables = {
        "Claim lines": results["Claim lines"],
        "Visits": results["Visits"],
        "Rows": results["Rows"],
        "Review": results.worklist(),
        "Rejected": results["Rejected"],
        "Rules used": spooled(rules_used(ruleset, results.counts.fired)),
        "Run": spooled(run_sheet(run, results)),
    }
    match form:
        case "xlsx":
            return _write_workbook(summary, tables, ruleset, target, jobs)
        case "csv" | "parquet":
            everything = {"Summary": spooled(summary_frame(summary)), **tables}
            return _write_folder(everything, run_json(run, results), target, form, write_parts, jobs)
    raise ValueError(f"{form} is none of {', '.join(FORMS)}")


def refuse_target(target: Path, form: str, visits: Sequence[Path]) -> None:
    """Raise WriteError where results cannot go, before a long run; visits are never written over."""
    if form == "xlsx":
        refuse_file(target)
    else:
        refuse_folder(target, _OURS)
    if target.exists() and any(path.exists() and path.samefile(target) for path in visits):
        raise WriteError(f"{target} holds the visits that are to be coded; name another file to write.")


def _write_workbook(
    summary: Summary, tables: dict[str, SpooledTable], ruleset: Ruleset, target: Path, jobs: int
) -> list[Path]:
    first, charts = summary_sheet(summary)
    sheets = [s for name, table in tables.items() for s in data_sheets(name, table, ruleset.rulebook)]
    with replacing_file(target) as new:
        write_workbook(new, [first, *sheets], charts, jobs)
    return [target]


def _write_folder(
    tables: dict[str, SpooledTable],
    run: str,
    target: Path,
    form: str,
    write_parts: files.WriteParts | None,
    jobs: int,
) -> list[Path]:
    with replacing_folder(target, _OURS) as new:
        names = files.write_folder(new, tables, run, form, write_parts, threads=jobs)
    return [target / name for name in names]
