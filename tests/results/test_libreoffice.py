"""Results opened by LibreOffice, as a stand-in for Excel: it repairs nothing and shows the same values."""

import os
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest
from invented import invented_batch, invented_ruleset, invented_run, results_of
from workbooks import header, opened, rows
from written import Written, write_sample

from codesheet.results import data_sheets
from codesheet.results.writer import write_results

SOFFICE = shutil.which("soffice")
REQUIRED = os.environ.get("CODESHEET_LIBREOFFICE") == "required"
pytestmark = pytest.mark.skipif(SOFFICE is None and not REQUIRED, reason="LibreOffice is not installed")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write_sample(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """LibreOffice refuses to run twice with one profile."""
    return tmp_path_factory.mktemp("profile").as_uri()


def convert(path: Path, form: str, profile: str, folder: Path) -> Path:
    assert SOFFICE is not None, "CODESHEET_LIBREOFFICE is required, and there is no soffice"
    told = subprocess.run(
        [SOFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", form, path],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    (made,) = folder.iterdir()
    assert "repair" not in (told.stdout + told.stderr).lower()
    return made


@pytest.fixture(scope="module")
def saved_again(written: Written, profile: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return convert(written.workbook, "xlsx", profile, tmp_path_factory.mktemp("again"))


def test_saved_again_by_libreoffice_every_value_is_the_same(written: Written, saved_again: Path) -> None:
    ours, theirs = opened(written.workbook), opened(saved_again)
    assert theirs.sheetnames == ours.sheetnames
    for name in ours.sheetnames[1:]:
        assert header(theirs[name]) == header(ours[name])
        width = ours[name].max_column
        found = [row[:width] for row in rows(theirs[name])[: ours[name].max_row - 1]]
        assert found == rows(ours[name])
        assert theirs[name].auto_filter.ref == ours[name].auto_filter.ref
    summary = [cell for row in theirs["Summary"].iter_rows(max_col=7, values_only=True) for cell in row]
    expected = [cell for row in ours["Summary"].iter_rows(max_col=7, values_only=True) for cell in row]
    assert summary[: len(expected)] == pytest.approx(expected)


def test_rows_of_long_sheets_are_read_as_they_were_written(
    profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their cells carry no address."""
    monkeypatch.setattr(data_sheets, "DECORATED_ROWS", 50)
    path = tmp_path / "long.xlsx"
    write_results(results_of(invented_batch(300)), invented_ruleset(), invented_run(), path)
    (tmp_path / "again").mkdir()
    ours, theirs = opened(path), opened(convert(path, "xlsx", profile, tmp_path / "again"))
    for name in ours.sheetnames[1:]:
        assert [row[: ours[name].max_column] for row in rows(theirs[name])] == rows(ours[name])


def test_the_summary_s_charts_are_drawn(saved_again: Path) -> None:
    """A chart that LibreOffice could not draw would be dropped when it saves the workbook."""
    with ZipFile(saved_again) as archive:
        charts = [archive.read(name) for name in archive.namelist() if name.startswith("xl/charts/chart")]
    assert sorted(b"<c:doughnutChart>" in chart for chart in charts) == [False, False, False, True]
    assert sorted(b"<c:barChart>" in chart for chart in charts) == [False, True, True, True]


def test_csv_text_is_no_formula_there(written: Written, profile: str, tmp_path: Path) -> None:
    source = tmp_path / "visits.csv"
    source.write_bytes((written.csv / "claim_lines.csv").read_bytes() + b'"\'=1+1",1\n')
    (tmp_path / "out").mkdir()
    book = opened(convert(source, "xlsx", profile, tmp_path / "out"))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any("=1+1" in str(cell.value) for cell in cells)
