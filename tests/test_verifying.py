"""`codesheet code --verify N`: a sample of the rows is coded a second time, and no fault gets past it."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from codesheet import cli
from codesheet.coding import evaluate, hit_policies
from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.coder import Coder
from codesheet.coding.columns import Column, Index
from codesheet.coding.view import View
from codesheet.compiling.compiler import compile_rulebook
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.reader import read_encounters
from codesheet.language.formulas import FieldRef, Formula
from codesheet.model import HitPolicy
from codesheet.verifying.verification import verify
from grid import rulebook_of, write_workbooks

ROOT = Path(__file__).parent.parent

SHEETS = """
    ## core.xlsx
    # Fields
    | Fields          |                 |
    | Visit key       | Visit ID        |
    | Date of service | Date of service |
    | Row order       | Item            |
    | Field           | Type         | Level | Required  | Formula       | Per                         |
    | Visit ID        | text         |       | yes       |               |                             |
    | Patient ID      | text         |       |           |               |                             |
    | Item            | whole number |       |           |               |                             |
    | Date of service | date         |       | yes       |               |                             |
    | Service         | text         |       | when used |               |                             |
    | Dose            | number       |       | when used |               |                             |
    | Dose that day   | number       |       |           | sum(Dose)     | Patient ID, Date of service |
    # Codes
    | Decision   | Codes       |
    | Result     | claim lines |
    | Hit policy | First       |
    | IF      | IF            | THEN | THEN          |
    | Service | Dose that day | Code | Units         |
    | drug    | > 10          | none |               |
    | drug    |               | J1   | ceiling(Dose) |
    | shot    |               | S1   | 1             |
"""


def export(folder: Path, patients: int) -> Path:
    """Write visits: each patient comes twice on one day, once for a drug and once for a shot."""
    lines = ["Visit ID,Patient ID,Item,Date of service,Service,Dose"]
    for number in range(patients):
        dose = "" if number % 7 == 0 else f"{number % 13}.5"
        lines.append(f"drug visit {number},person {number},1,2026-05-04,drug,{dose}")
    lines += [f"shot visit {number},person {number},1,2026-05-04,shot,1" for number in range(patients)]
    path = folder / "visits.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def coded(tmp_path: Path) -> tuple[Ruleset, Encounters, CodedBatch]:
    ruleset, issues = compile_rulebook(rulebook_of(SHEETS))
    assert issues == []
    encounters, issues = read_encounters([export(tmp_path, 500)], ruleset.rulebook)
    assert encounters is not None, issues
    return ruleset, encounters, Coder(ruleset).code(encounters)


def test_a_sample_is_closed_over_visits_and_groups(coded: tuple[Ruleset, Encounters, CodedBatch]) -> None:
    found = verify(*coded, 20)
    assert found.differences == ()
    assert (found.rows, found.visits) == (20, 20)
    assert found.outcome == "verified 20 rows (20 visits) against the plain evaluator: no difference"
    assert verify(*coded, 1).rows == 2  # a row comes with the rows of its group


def test_more_rows_than_there_are_is_all_of_them(coded: tuple[Ruleset, Encounters, CodedBatch]) -> None:
    assert verify(*coded, 5_000).rows == 1_000


def test_the_same_file_gives_the_same_sample(coded: tuple[Ruleset, Encounters, CodedBatch]) -> None:
    batch = coded[2]
    batch.rows["Dose that day"] = np.nan
    first, second = verify(*coded, 30), verify(*coded, 30)
    assert first == second
    numbers = [int(one.visit.split()[-1]) for one in first.differences if one.visit.startswith("drug")]
    assert len(numbers) > 5
    assert min(numbers) < 150
    assert max(numbers) > 250


def floor_for_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(evaluate._NUMERIC, "ceiling", np.floor)  # noqa: SLF001 - a planted fault


def last_for_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def last(judge: hit_policies.Judge, fired: tuple[int, ...], undecided: tuple[int, ...]) -> object:
        del judge, undecided
        return hit_policies.Decision(hits=fired[-1:])

    policies = {**hit_policies._POLICIES, HitPolicy.FIRST: last}  # noqa: SLF001 - a planted fault
    monkeypatch.setattr(hit_policies, "_POLICIES", policies)


def missing_counts_as_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = evaluate.evaluate

    def blank_as_zero(formula: Formula, view: View, groups: Index | None = None) -> Column:
        column = real(formula, view, groups)
        return Column(column.type, np.nan_to_num(column.data)) if formula == FieldRef("Dose") else column

    monkeypatch.setattr(evaluate, "evaluate", blank_as_zero)


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        (floor_for_ceiling, "Claim lines, Units (core.xlsx!Codes!7)"),
        (last_for_first, "Claim lines (core.xlsx!Codes!7)"),
        (missing_counts_as_nothing, "Rows, Dose that day (core.xlsx!Fields!A12)"),
    ],
)
def test_a_fault_of_the_engine_stops_the_run_before_anything_is_written(
    fault: Callable[[pytest.MonkeyPatch], None], place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rulebook = write_workbooks(SHEETS, tmp_path / "workbooks")
    visits, target = export(tmp_path, 50), tmp_path / "coded.xlsx"
    words = ["code", str(visits), "--rulebook", str(rulebook), "-o", str(target), "--verify", "40"]
    sound = CliRunner().invoke(cli.app, words)
    assert sound.exit_code == 0
    assert "verified 40 rows (40 visits) against the plain evaluator: no difference" in sound.stderr
    target.unlink()

    fault(monkeypatch)
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 1
    assert "visits differ, in" in result.stderr
    assert place in result.stderr
    assert "nothing was written" in result.stderr
    assert "report it" in result.stderr
    assert not target.exists()
    for patient in ("person", "drug", "shot", "2026-05-04"):
        assert patient not in result.stderr
    without = CliRunner().invoke(cli.app, words[:-2])
    assert without.exit_code == 0  # only --verify sees it


def test_the_run_sheet_says_what_was_verified(tmp_path: Path) -> None:
    sample = next((ROOT / "workbooks" / "samples").glob("*.csv"))
    visits = tmp_path / "visits.csv"
    with sample.open(encoding="utf-8", newline="") as file:
        visits.write_text("".join(islice(file, 200)), encoding="utf-8", newline="")
    words = ["code", str(visits), "--rulebook", str(ROOT / "workbooks"), "-o", str(tmp_path / "coded")]
    assert CliRunner().invoke(cli.app, [*words, "--format", "csv", "--verify", "25"]).exit_code == 0
    run = (tmp_path / "coded" / "run.csv").read_text(encoding="utf-8")
    assert "against the plain evaluator: no difference" in run
    assert CliRunner().invoke(cli.app, [*words, "--format", "csv"]).exit_code == 0
    run = (tmp_path / "coded" / "run.csv").read_text(encoding="utf-8")
    assert '"Run","Verified","not asked for (--verify)"' in run
