"""The invented month of the shipped samples, coded with the shipped rules and written in every form."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from invented import results_of

from codesheet.coding.batch import CodedBatch
from codesheet.coding.coder import Coder
from codesheet.commands.loading import load_ruleset
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.reader import read_encounters
from codesheet.results.run_record import InputFile, RunRecord
from codesheet.results.writer import write_results

ROOT = Path(__file__).parent.parent.parent
VISITS = 500


@dataclass(frozen=True)
class Written:
    """A coded batch with its results: one workbook, and folders of csv and parquet files."""

    batch: CodedBatch
    ruleset: Ruleset
    workbook: Path
    csv: Path
    parquet: Path


def write_sample(folder: Path) -> Written:
    """Write the sample's results into a folder, in every form."""
    ruleset, _ = load_ruleset(ROOT / "rules", lambda _: None)
    assert ruleset is not None
    export = folder / "visits.csv"
    sample = (ROOT / "workbooks" / "samples" / "visits_2026-05.csv").read_text(encoding="utf-8")
    export.write_text("\n".join(sample.splitlines()[: VISITS + 1]) + "\n", encoding="utf-8")
    encounters, _ = read_encounters([export], ruleset.rulebook)
    assert encounters is not None
    batch = Coder(ruleset).code(encounters)
    run = RunRecord(
        program_version="1",
        python_version="3",
        libraries={"numpy": "2"},
        sources=ruleset.rulebook.sources,
        ruleset_digest=ruleset.digest,
        inputs=(InputFile(export.name, "ab" * 32, encounters.row_count),),
        started_at=datetime(2026, 6, 1, 7, 30, tzinfo=UTC),
    )
    result = Written(batch, ruleset, folder / "coded.xlsx", folder / "csv", folder / "parquet")
    write_results(results_of(batch), ruleset, run, result.workbook)
    write_results(results_of(batch), ruleset, run, result.csv, "csv")
    write_results(results_of(batch), ruleset, run, result.parquet, "parquet")
    return result
