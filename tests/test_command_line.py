"""The commands as a user types them: on the shipped workbooks, or on a copy with one cell changed."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner, Result

from codesheet import cli
from codesheet.__main__ import main
from codesheet.commands import rulebooks

ROOT = Path(__file__).parent.parent
WORKBOOKS = ROOT / "workbooks"
SAMPLE = next((WORKBOOKS / "samples").glob("*.csv"))

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Run a command; nothing but a clean exit may come out of it."""

    def invoke(*words: object) -> Result:
        result = CliRunner().invoke(cli.app, [str(word) for word in words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


@pytest.fixture
def rulebook(tmp_path: Path) -> Path:
    """Give a copy of the shipped workbooks, to change."""
    return Path(shutil.copytree(WORKBOOKS, tmp_path / "workbooks"))


@pytest.fixture(scope="session")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the first rows of the sample month."""
    export = tmp_path_factory.mktemp("export") / "visits.csv"
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        export.write_text("".join(islice(file, 400)), encoding="utf-8", newline="")
    return export


def change(workbook: Path, sheet: str, old: str, new: str) -> str:
    """Change the one cell of a sheet that says `old`; give its address."""
    book = load_workbook(workbook)
    (cell,) = [c for row in book[sheet].iter_rows() for c in row if str(c.value) == old]
    cell.value = new
    book.save(workbook)
    return f"{workbook.name}!{sheet}!{cell.coordinate}"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def claim_lines(coded: Path) -> pd.DataFrame:
    return pd.read_excel(coded, sheet_name="Claim lines", dtype=str, keep_default_na=False, engine="calamine")


def test_check_says_that_the_shipped_workbooks_are_sound(run: Run) -> None:
    result = run("check", WORKBOOKS)
    assert result.exit_code == 0
    assert "no issues" in result.stderr


def test_check_names_the_cell(run: Run, rulebook: Path) -> None:
    at = change(rulebook / "allergy.xlsx", "Allergy injection", "95115", "{Shots given}")
    result = run("check", rulebook)
    assert result.exit_code == 1
    assert f"{at}: error[" in result.stderr
    assert "Shots given" in result.stderr


def test_check_prints_for_programs(run: Run, rulebook: Path) -> None:
    at = change(rulebook / "allergy.xlsx", "Allergy injection", "95115", "{Shots given}")
    (issue, *_) = json.loads(run("check", rulebook, "--format", "json").stdout)
    assert f"{issue['workbook']}!{issue['sheet']}!{issue['cell']}" == at
    file = rulebook / "allergy.xlsx"
    assert run("check", rulebook, "--format", "github").stdout.startswith(f"::error file={file},")


def test_a_faulty_rulebook_codes_nothing(run: Run, rulebook: Path, visits: Path, tmp_path: Path) -> None:
    change(rulebook / "allergy.xlsx", "Allergy injection", "95115", "{Shots given}")
    coded = tmp_path / "coded.xlsx"
    coded.write_text("the result of last month")
    result = run("code", visits, "--rulebook", rulebook, "-o", coded)
    assert result.exit_code == 1
    assert "nothing was written" in result.stderr
    assert coded.read_text() == "the result of last month"
    assert names(tmp_path) == ["coded.xlsx", "workbooks"]


def test_one_cell_changes_its_lines_and_no_others(
    run: Run, rulebook: Path, visits: Path, tmp_path: Path
) -> None:
    rules = tmp_path / "rules"
    before, after = tmp_path / "before.xlsx", tmp_path / "after.xlsx"
    assert run("compile", rulebook, "-o", rules).exit_code == 0
    assert run("compile", rulebook, "-o", rules, "--check").exit_code == 0
    assert run("code", visits, "--rulebook", rulebook, "-o", before).exit_code == 0

    change(rulebook / "allergy.xlsx", "Allergy injection", "95115", "95199")

    behind = run("compile", rulebook, "-o", rules, "--check")
    assert behind.exit_code == 1
    assert "allergy-injection" in behind.stderr
    assert run("code", visits, "--rulebook", rulebook, "-o", after).exit_code == 0
    old, new = claim_lines(before), claim_lines(after)
    changed = old["Code"] == "95115"
    assert changed.sum() > 10
    assert (new.loc[changed, "Code"] == "95199").all()
    elsewhere = ~old["Visit ID"].isin(old.loc[changed, "Visit ID"])
    pd.testing.assert_frame_equal(old[elsewhere], new[elsewhere])


def test_compiled_rules_code_like_their_workbooks(run: Run, visits: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    assert run("compile", WORKBOOKS, "-o", rules).exit_code == 0
    for source in (WORKBOOKS, rules):
        result = run("code", visits, "--rulebook", source, "-o", tmp_path / f"{source.name}.xlsx")
        assert result.exit_code == 0
    pd.testing.assert_frame_equal(
        claim_lines(tmp_path / "workbooks.xlsx"), claim_lines(tmp_path / "rules.xlsx")
    )


def test_a_csv_and_a_workbook_give_the_same_lines(run: Run, visits: Path, tmp_path: Path) -> None:
    book = Workbook()
    (sheet,) = book.worksheets
    with visits.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            sheet.append(row)
    book.save(tmp_path / "visits.xlsx")
    for export in (visits, tmp_path / "visits.xlsx"):
        result = run(
            "code", export, "--rulebook", WORKBOOKS, "-o", tmp_path / f"{export.suffix[1:]}.coded.xlsx"
        )
        assert result.exit_code == 0
    lines = claim_lines(tmp_path / "csv.coded.xlsx")
    assert len(lines) > 300
    pd.testing.assert_frame_equal(lines, claim_lines(tmp_path / "xlsx.coded.xlsx"))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_folders_of_results(run: Run, visits: Path, tmp_path: Path, form: str) -> None:
    result = run("code", visits, "--rulebook", WORKBOOKS, "-o", tmp_path / "coded", "--format", form)
    assert result.exit_code == 0
    assert str(tmp_path / "coded" / f"claim_lines.{form}") in result.stdout.splitlines()
    assert (tmp_path / "coded" / "run.json").is_file()


@pytest.mark.parametrize(
    ("name", "form"), [("coded", "csv"), ("coded.CSV", "csv"), ("coded.parquet", "parquet")]
)
def test_what_the_name_of_results_ends_with(
    run: Run, visits: Path, tmp_path: Path, name: str, form: str
) -> None:
    assert run("code", visits, "--rulebook", WORKBOOKS, "-o", tmp_path / name).exit_code == 0
    assert (tmp_path / name / f"claim_lines.{form}").is_file()


@pytest.mark.parametrize("name", ["coded.xls", "coded.xlsm", "coded.ods"])
def test_other_spreadsheets_are_not_written(run: Run, visits: Path, tmp_path: Path, name: str) -> None:
    result = run("code", visits, "--rulebook", WORKBOOKS, "-o", tmp_path / name)
    assert result.exit_code == 2
    assert "name a workbook (.xlsx)" in result.output
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(("strikes", "exit_code"), [("review", 1), ("rejected", 1), (None, 0)])
def test_fail_on(run: Run, tmp_path: Path, strikes: str | None, exit_code: int) -> None:
    options = ["--fail-on", strikes] if strikes else []
    result = run("code", SAMPLE, "--rulebook", WORKBOOKS, "-o", tmp_path / "coded.xlsx", *options)
    assert result.exit_code == exit_code
    assert (tmp_path / "coded.xlsx").is_file(), "it is written in any case"


def test_messages_hold_no_patient(run: Run, tmp_path: Path) -> None:
    result = run("code", SAMPLE, "--rulebook", WORKBOOKS, "-o", tmp_path / "coded.xlsx")
    sample = pd.read_csv(SAMPLE, dtype=str)
    for column in ("Visit ID", "Patient ID"):
        assert not any(value in result.output for value in sample[column].dropna().unique())
    rows_in = len(sample)
    assert f"{rows_in} rows in = " in result.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["code", "nowhere.csv"], "nowhere.csv"),
        (["code", "{empty}"], "empty.csv"),
        (["code", "{visits}", "--rulebook", "{folder}"], "holds no workbook"),
        (["code", "{visits}", "--rulebook", "nowhere"], "nowhere"),
        (
            ["code", "{visits}", "--rulebook", str(WORKBOOKS), "-o", "{folder}", "--format", "xlsx"],
            "is a folder",
        ),
        (["code", "{visits}", "--rulebook", str(WORKBOOKS), "-o", "{visits}/coded.xlsx"], "not a directory"),
        (["code", "{visits}", "--rulebook", str(WORKBOOKS), "-o", "{folder}/none/coded.xlsx"], "none"),
        (["check", "nowhere"], "nowhere"),
        (["compile", str(WORKBOOKS), "-o", "{visits}"], "visits.csv"),
    ],
)
def test_what_cannot_be_done_is_said(
    run: Run, visits: Path, tmp_path: Path, words: list[str], says: str
) -> None:
    folder, empty = tmp_path / "folder", tmp_path / "empty.csv"
    folder.mkdir()
    empty.touch()
    result = run(*(word.format(visits=visits, folder=folder, empty=empty) for word in words))
    assert result.exit_code == 1
    assert says in result.stderr


@pytest.mark.parametrize("words", [["code"], ["code", "a.csv", "--format", "pdf"], ["chekc"]])
def test_wrong_usage(run: Run, words: list[str]) -> None:
    assert run(*words).exit_code == 2


@pytest.mark.parametrize("command", ["new", "dress", "check", "compile", "code"])
def test_help_has_an_example(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"codesheet {command}" in result.stdout.split("Example")[1]


def test_a_fault_of_the_program_is_told_without_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Jane Doe, born 1970-01-01")

    monkeypatch.setattr(rulebooks, "check_rulebook", fail)
    monkeypatch.setattr(sys, "argv", ["codesheet", "check"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "ValueError in test_command_line.py" in said
    assert "Doe" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_killed_run_leaves_no_half_file(visits: Path, tmp_path: Path, how: signal.Signals) -> None:
    """It is killed at ten moments of its way, a finished result of before at its side."""
    coded = tmp_path / "coded.xlsx"
    coded.write_text("the result of last month")
    command = [sys.executable, "-m", "codesheet", "code", str(visits)]
    command += ["--rulebook", str(WORKBOOKS), "-o", str(coded)]
    began = time.perf_counter()
    subprocess.run([*command[:-1], str(tmp_path / "whole.xlsx")], check=True, capture_output=True)
    whole = time.perf_counter() - began
    for moment in range(1, 11):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            time.sleep(whole * moment / 11)
            process.send_signal(how)
            said = process.communicate()[1].decode()
        assert "Traceback" not in said
        if coded.read_bytes() != b"the result of last month":  # it was quicker than the signal
            assert len(claim_lines(coded)) > 300
            coded.write_text("the result of last month")
        if how is not signal.SIGKILL:
            assert names(tmp_path) == ["coded.xlsx", "whole.xlsx"]
    subprocess.run(command, check=True, capture_output=True)
    assert names(tmp_path) == ["coded.xlsx", "whole.xlsx"], "a later run removes what killed ones left"


def test_a_pipe_gets_no_progress_bar(visits: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "codesheet", "code", str(visits)]
    result = subprocess.run(
        [*command, "--rulebook", str(WORKBOOKS), "-o", str(tmp_path / "coded.xlsx")],
        check=True,
        capture_output=True,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    assert b"\x1b" not in result.stdout + result.stderr
    assert b"Reading" not in result.stderr
