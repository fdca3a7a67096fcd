"""From a coded batch to coded.xlsx, or to a folder of csv or parquet files."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from codesheet.coding.batch import CodedBatch
from codesheet.compiling.ruleset import Ruleset
from codesheet.replacing import WriteError, refuse_file, refuse_folder, replacing_file, replacing_folder
from codesheet.results import files
from codesheet.results.arrow_tables import as_table
from codesheet.results.charts import draw_charts
from codesheet.results.data_sheets import data_sheets
from codesheet.results.excel import write_workbook
from codesheet.results.rules_used import rules_used
from codesheet.results.run_record import RunRecord, run_json, run_sheet
from codesheet.results.summary import Summary, summarise, summary_frame
from codesheet.results.summary_sheet import summary_sheet

__all__ = ["RowsUnaccountedError", "WriteError", "write_results"]

FORMS = ("xlsx", "csv", "parquet")
TABLES = ("Summary", "Claim lines", "Visits", "Rows", "Review", "Rejected", "Rules used", "Run")

_OURS = {files.file_name(name, kind) for name in TABLES for kind in FORMS} | {files.RUN}


class RowsUnaccountedError(AssertionError):
    """Rows went in that are neither coded, nor in review, nor rejected: a fault of this program."""


def write_results(
    batch: CodedBatch, ruleset: Ruleset, run: RunRecord, target: Path, form: str = "xlsx"
) -> list[Path]:
    """Write a batch's results in a form of FORMS, whole or not at all; give the files written."""
    _account_for_rows(batch)
    refuse_target(target, form, [])
    summary = summarise(batch, ruleset, run)
    tables = _tables(batch, ruleset, run)
    match form:
        case "xlsx":
            return _write_workbook(summary, tables, ruleset, target)
        case "csv" | "parquet":
            everything = {"Summary": as_table(summary_frame(summary)), **tables}
            return _write_folder(everything, run_json(run, batch), target, form)
    raise ValueError(f"{form} is none of {', '.join(FORMS)}")


def refuse_target(target: Path, form: str, visits: Sequence[Path]) -> None:
    """Raise WriteError where results cannot go, before a long run; visits are never written over."""
    if form == "xlsx":
        refuse_file(target)
    else:
        refuse_folder(target, _OURS)
    if target.exists() and any(path.exists() and path.samefile(target) for path in visits):
        raise WriteError(f"{target} holds the visits that are to be coded; name another file to write.")


def _account_for_rows(batch: CodedBatch) -> None:
    """Hold the counts against each other and against the tables that are to be written."""
    out = batch.rows_coded + batch.rows_review + batch.rows_rejected
    if batch.rows_in != out:
        raise RowsUnaccountedError(
            f"{batch.rows_in} rows in, but {batch.rows_coded} coded + {batch.rows_review} in review "
            f"+ {batch.rows_rejected} rejected = {out}"
        )
    held = int((batch.rows["Status"] == "review").sum())
    if (len(batch.rows) - held, held) != (batch.rows_coded, batch.rows_review):
        raise RowsUnaccountedError(
            f"{batch.rows_coded} rows coded and {batch.rows_review} in review, but the table of rows has "
            f"{len(batch.rows) - held} and {held}"
        )


def _tables(batch: CodedBatch, ruleset: Ruleset, run: RunRecord) -> dict[str, pa.Table]:
    """Give the tables after the summary, by sheet name, in order."""
    frames = {
        "Claim lines": batch.claim_lines,
        "Visits": batch.visits,
        "Rows": batch.rows,
        "Review": batch.review,
        "Rejected": batch.rejected,
        "Rules used": rules_used(ruleset, batch.rule_counts),
        "Run": run_sheet(run, batch),
    }
    return {name: as_table(frame) for name, frame in frames.items()}


def _write_workbook(
    summary: Summary, tables: dict[str, pa.Table], ruleset: Ruleset, target: Path
) -> list[Path]:
    first, charts = summary_sheet(summary)
    sheets = [s for name, table in tables.items() for s in data_sheets(name, table, ruleset.rulebook)]
    with replacing_file(target) as new:
        write_workbook(new, [first, *sheets])
        draw_charts(new, charts)
    return [target]


def _write_folder(tables: dict[str, pa.Table], run: str, target: Path, form: str) -> list[Path]:
    with replacing_folder(target, _OURS) as new:
        names = files.write_folder(new, tables, run, form)
    return [target / name for name in names]
