"""`codesheet new`: the starter rulebook works as it comes out: here, in LibreOffice, from a wheel."""

import csv
import os
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner, Result

from codesheet import cli
from codesheet.dressing import rulebook_files
from codesheet.sheets.title_block import Kind

ROOT = Path(__file__).parents[2]
FILES = ["fields.xlsx", "payers/larkspur.xlsx", "samples/visits.csv", "services.xlsx"]


def run(*words: object) -> Result:
    result = CliRunner().invoke(cli.app, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a starter rulebook, to be read only."""
    folder = tmp_path_factory.mktemp("new") / "rulebook"
    assert run("new", folder).exit_code == 0
    return folder


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_it_prints_the_files_and_what_to_type_next(tmp_path: Path) -> None:
    folder = tmp_path / "our rules"
    result = run("new", folder)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [str(folder / name) for name in FILES]
    assert f"codesheet check '{folder}'" in result.stderr
    assert f"codesheet code '{folder}/samples/visits.csv' --rulebook '{folder}' -o" in result.stderr
    assert files(folder) == FILES


def test_its_check_finds_nothing(starter: Path) -> None:
    result = run("check", starter)
    assert result.exit_code == 0
    assert result.stderr.startswith(f"{starter}: no issues")


def test_its_examples_are_coded_and_could_fail(starter: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(starter, tmp_path / "rulebook"))
    workbook = load_workbook(folder / "services.xlsx")
    (cell,) = (
        one for row in workbook["Drug line"].iter_rows(min_row=10) for one in row if one.value == "Drug units"
    )
    cell.value = "Drug units + 1"
    workbook.save(folder / "services.xlsx")
    result = run("check", folder)
    assert result.exit_code == 1
    assert "services.xlsx!Examples!6: error[" in result.stderr
    assert "payers/larkspur.xlsx!Examples!" in result.stderr


def test_its_sample_shows_every_status(starter: Path, tmp_path: Path) -> None:
    coded = tmp_path / "coded"
    result = run("code", starter / "samples" / "visits.csv", "--rulebook", starter, "-o", coded)
    assert result.exit_code == 0
    lines = pd.read_csv(coded / "claim_lines.csv", dtype=str)
    assert set(lines["Disposition"]) == {"bill", "inform", "review", "deny"}
    visits = pd.read_csv(coded / "visits.csv", dtype=str)
    assert {"coded", "review", "rejected"} <= set(visits["Status"])
    review = pd.read_csv(coded / "review.csv", dtype=str)
    assert "Minutes" in set(review["Facts"])
    assert len(pd.read_csv(coded / "rejected.csv")) == 1


def test_it_shows_each_kind_result_and_four_hit_policies(starter: Path) -> None:
    said: dict[str, set[str]] = {}
    for name in ("fields.xlsx", "services.xlsx", "payers/larkspur.xlsx"):
        for sheet in load_workbook(starter / name).worksheets:
            said.setdefault("kind", set()).add(str(sheet["A1"].value))
            for label, value in sheet.iter_rows(min_row=2, max_row=9, max_col=2, values_only=True):
                said.setdefault(str(label), set()).add(str(value))
    kinds = {Kind.ABOUT, Kind.FIELDS, Kind.LOOKUP, Kind.VALUE_SETS, Kind.DECISION, Kind.EXAMPLES}
    assert {kind.value for kind in kinds} <= said["kind"]
    assert said["Result"] == {"fields", "claim lines", "line changes", "edits"}
    assert {"First", "Unique", "Collect", "Override"} <= said["Hit policy"]
    assert said["Applies to"] == {"Payer = Larkspur Health"}


def test_codes_are_text_numbers_are_numbers_and_dates_dates(starter: Path) -> None:
    sheet = load_workbook(starter / "services.xlsx")["Examples"]
    row = {str(heading.value): cell for heading, cell in zip(sheet[5], sheet[6], strict=True)}
    assert [row[name].data_type for name in ("Place of service", "Code", "Dose", "Units")] == [
        "s",
        "s",
        "n",
        "n",
    ]
    assert row["Place of service"].number_format == "@"
    assert isinstance(row["Date of service"].value, datetime)
    places = load_workbook(starter / "fields.xlsx")["Value sets"]
    assert "02" in [cell.value for (cell,) in places.iter_rows(min_col=2, max_col=2)]


def test_every_table_is_dressed(starter: Path) -> None:
    for name in ("fields.xlsx", "services.xlsx", "payers/larkspur.xlsx"):
        workbook = load_workbook(starter / name)
        for sheet in workbook.worksheets:
            if sheet["A1"].value in {kind.value for kind in Kind}:
                assert sheet.data_validations.dataValidation, sheet.title
                assert sheet["A1"].comment is not None
                assert sheet["A1"].fill.fill_type == "solid"
                assert (sheet.freeze_panes is None) == (sheet["A1"].value == Kind.ABOUT.value)
                assert (sheet.auto_filter.ref is None) == (sheet["A1"].value == Kind.ABOUT.value)
    assert run("dress", starter).stderr.count("up to date") == 3


def test_the_first_sheet_says_how_it_works_in_ten_points(starter: Path) -> None:
    workbook = load_workbook(starter / "services.xlsx")
    sheet = workbook.worksheets[0]
    points = [str(cell.value) for (cell,) in sheet.iter_rows(min_row=3, max_col=1)]
    assert sheet.title == sheet["A1"].value == "Start here"
    assert [point.split(".")[0] for point in points] == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("held", ["ours.xlsx", ".hidden"])
def test_a_folder_that_holds_something_is_refused(tmp_path: Path, held: str) -> None:
    (tmp_path / held).write_text("of value")
    result = run("new", tmp_path)
    assert result.exit_code == 1
    assert held in result.stderr
    assert "was left as it" in result.stderr
    assert files(tmp_path) == [held]
    assert (tmp_path / held).read_text() == "of value"


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "rulebook").mkdir()
    assert run("new", tmp_path / "rulebook").exit_code == 0
    assert files(tmp_path / "rulebook") == FILES


def test_files_and_places_that_cannot_be_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    assert "is a file" in run("new", tmp_path / "file").stderr
    assert "cannot be written" in run("new", tmp_path / "nowhere" / "rulebook").stderr
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert "the folder you are in" in run("new", ".").stderr
    assert files(tmp_path) == ["file"]
    assert run("new").exit_code == 2


def test_it_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rulebook_files, "_refuse_changes", stop)
    CliRunner().invoke(cli.app, ["new", str(tmp_path / "rulebook")])
    assert list(tmp_path.iterdir()) == []


def test_a_wheel_holds_its_content(tmp_path: Path) -> None:
    """Built with the project's own backend, unpacked, and run from there instead of from the sources."""
    pytest.importorskip("hatchling", reason="install the dev group: the wheel is built with hatchling")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'installed')!r}); sys.argv[0] = 'codesheet';"
        "import codesheet; print(codesheet.__file__, file=sys.stderr);"
        "from codesheet.__main__ import main; main()"
    )
    command = [sys.executable, "-c", program, "new", str(tmp_path / "rulebook")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert str(tmp_path / "installed") in done.stderr
    assert files(tmp_path / "rulebook") == FILES


@pytest.fixture(scope="session")
def soffice() -> str:
    """Give LibreOffice's command; where it is missing the tests are left out, unless it is required."""
    found = shutil.which("soffice")
    if found is None and os.environ.get("CODESHEET_LIBREOFFICE") == "required":
        pytest.fail("soffice is missing, and CODESHEET_LIBREOFFICE says that it is required")
    return found or pytest.skip("soffice is missing")


@pytest.mark.slow
def test_libreoffice_opens_it_and_keeps_drop_downs_and_rules(
    starter: Path, tmp_path: Path, soffice: str
) -> None:
    """What LibreOffice saves again is the same rulebook, with the drop-downs it understood."""
    folder = Path(shutil.copytree(starter, tmp_path / "rulebook"))
    for name in ("fields.xlsx", "services.xlsx", "payers/larkspur.xlsx"):
        command = [soffice, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
        command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str((folder / name).parent)]
        subprocess.run([*command, str(starter / name)], check=True, capture_output=True, timeout=300)
        ours, theirs = load_workbook(starter / name), load_workbook(folder / name)
        assert theirs.sheetnames == ours.sheetnames
        for sheet in ours.worksheets:
            kept = sheet_lists(theirs[sheet.title])
            assert {cell for cell in sheet_lists(sheet) if cell not in kept} == set(), sheet.title
            assert values(theirs[sheet.title]) == values(sheet)
    assert run("check", folder).stderr.startswith(f"{folder}: no issues")
    assert run("dress", folder).exit_code == 0
    assert run("check", folder).exit_code == 0
    for name in ("fields.xlsx", "services.xlsx"):
        ours, theirs = load_workbook(starter / name), load_workbook(folder / name)
        for sheet in ours.worksheets:
            assert notes(theirs[sheet.title]) == notes(sheet), (
                "replaced, though LibreOffice forgot whose they are"
            )


def notes(sheet: Worksheet) -> dict[str, str]:
    return {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}


def sheet_lists(sheet: Worksheet) -> set[str]:
    """Give the first cell of every drop-down."""
    found = sheet.data_validations.dataValidation
    return {str(one.sqref).split()[0].split(":")[0] for one in found if one.type == "list"}


def values(sheet: Worksheet) -> list[tuple[str, str]]:
    rows = sheet.iter_rows()
    return [(cell.coordinate, str(cell.value)) for row in rows for cell in row if cell.value is not None]


def test_the_sample_has_the_headings_its_fields_name(starter: Path) -> None:
    with (starter / "samples" / "visits.csv").open(encoding="utf-8", newline="") as file:
        headings = next(csv.reader(file))
    sheet = load_workbook(starter / "fields.xlsx")["Fields"]
    named = {
        line
        for (cell,) in sheet.iter_rows(min_col=4, max_col=4)
        for line in str(cell.value or "").splitlines()
    }
    assert set(headings) <= named
