"""What `codesheet check` prints: rows shown, notes when asked for, pages, other forms."""

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from codesheet.cli import app
from grid import write_workbooks
from rulebook_grids import with_fields

SHEET = """
# A
| Decision | A |
| Result | fields |
| Hit policy | First |
| IF     | IF      | THEN |
| Drug   | Minutes | Size |
| aaa    | >= 16   | 1    |
| aaa    | 20..30  | 2    |
| aaa, bbb | < 16  | 3    |
"""


@pytest.fixture
def rulebook(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    return write_workbooks(with_fields(SHEET), folder)


def check(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def test_text_shows_the_rows_concerned_and_the_rows_to_paste(rulebook: Path) -> None:
    run = check(rulebook)
    lines = run.stderr.splitlines()
    place = next(place for place, line in enumerate(lines) if "[T204]" in line)
    assert lines[place].startswith("book.xlsx!A!7: warning[T204] this rule never fires: row 6, which goes")
    assert lines[place + 1 : place + 4] == [
        "    5 | Drug | Minutes | Size",
        "    6 | aaa  | >= 16   | 1",
        "    7 | aaa  | 20..30  | 2",
    ]
    assert "    paste: bbb\t>= 16" in lines
    assert run.exit_code == 0


def test_a_cell_is_marked(tmp_path: Path) -> None:
    write_workbooks(with_fields(SHEET.replace("20..30", "20-30")), tmp_path)
    run = check(tmp_path)
    assert run.exit_code == 1
    lines = run.stderr.splitlines()
    place = next(place for place, line in enumerate(lines) if "[U113]" in line)
    assert lines[place + 1 : place + 4] == [
        "    5 | Drug | Minutes | Size",
        "    7 | aaa  | 20-30   | 2",
        "               ^^^^^",
    ]


def test_notes_are_shown_when_asked_for(rulebook: Path) -> None:
    assert "note[" not in check(rulebook).stderr
    assert "--notes shows them" in check(rulebook).stderr
    assert "note[F114]" in check(rulebook, "--notes").stderr


def test_other_forms(rulebook: Path) -> None:
    found = json.loads(check(rulebook, "--format", "json", "--notes").stdout)
    assert {"error", "warning", "note"} >= {one["severity"] for one in found} >= {"warning", "note"}
    (gap,) = [one for one in found if one["code"] == "T208"]
    assert ["bbb", ">= 16"] in gap["rows_to_paste"]
    lines = check(rulebook, "--format", "github", "--notes").stdout.splitlines()
    assert {line.split(" ")[0] for line in lines} == {"::warning", "::notice"}


def test_a_page_for_each_code() -> None:
    run = check("--explain", "t204")
    assert (run.exit_code, run.stdout.splitlines()[0]) == (0, "# T204 rule-never-fires")
    assert check("--explain", "rule-never-fires").stdout == run.stdout
    wrong = check("--explain", "rule-never-fire")
    assert wrong.exit_code == 2
    assert "mean" in wrong.stderr


def test_a_workbook_with_a_damaged_part_has_no_annotated_copy_and_the_others_do(
    rulebook: Path, tmp_path: Path
) -> None:
    write_workbooks("## other.xlsx\n# More\n| Fields |\n| Field | Type |\n| Size | number |", rulebook)
    damage(rulebook / "book.xlsx", "docProps/core.xml")
    run = check(rulebook, "--annotate", tmp_path / "marked")
    assert [path.name for path in (tmp_path / "marked").iterdir()] == ["other.xlsx"]
    assert "book.xlsx!A!7: warning[T204]" in run.stderr
    assert "book.xlsx: no annotated copy: a part of it is damaged (ParseError)" in run.stderr
    assert run.exit_code == 1


def test_a_workbook_with_a_damaged_part_is_not_dressed(rulebook: Path) -> None:
    damage(rulebook / "book.xlsx", "docProps/core.xml")
    before = (rulebook / "book.xlsx").read_bytes()
    run = CliRunner().invoke(app, ["dress", str(rulebook)])
    assert "a part of it is damaged (ParseError)" in " ".join(run.output.split())
    assert (rulebook / "book.xlsx").read_bytes() == before


def damage(path: Path, part: str) -> None:
    """Cut a part of a workbook that holds no cells."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data[: len(data) // 2] if name == part else data)
