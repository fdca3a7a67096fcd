"""Sample visits, their history and the compiled rules, each damaged in one place: that issue and no other."""

import shutil
from pathlib import Path

import pytest
from damaged_copies.exports import EXPORTS, HISTORY, RULES, VISITS, Damage

from codesheet.commands.batches import CodeOutcome, Past, code_visits

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "workbooks" / "samples" / "visits_2026-05.csv"

FEW = 4
"""Lines of the sample month that are coded: the headings, and three visits."""


def coded(visits: list[Path], rules: Path, folder: Path) -> CodeOutcome:
    past = Past(folder / HISTORY)
    return code_visits(visits, rules, folder / "coded", "csv", lambda _: None, past=past)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a few visits, the rules, and the history of a run that says nothing of them."""
    folder = tmp_path_factory.mktemp("sound")
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / VISITS).write_text("".join(lines[:FEW]), encoding="utf-8")
    shutil.copytree(ROOT / "rules", folder / "rules")
    assert coded([folder / VISITS], folder / "rules", folder).issues == []
    assert (folder / HISTORY).is_file()
    shutil.rmtree(folder / "coded")
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sound, tmp_path / "copy")


def found(damage: Damage, folder: Path) -> tuple[str, list[tuple[str, str]]]:
    """Give where the issue must be, and those of coding; nothing is written unless they are warnings."""
    where, visits = damage(folder)
    outcome = coded(visits, folder / "rules", folder)
    assert any(issue.is_error for issue in outcome.issues) is not (folder / "coded").exists()
    return where, [(issue.kind.code, str(issue.at)) for issue in outcome.issues]


@pytest.mark.parametrize("name", EXPORTS)
def test_one_damage_to_an_export_is_one_issue(name: str, folder: Path) -> None:
    code, damage = EXPORTS[name]
    where, issues = found(damage, folder)
    assert issues == [(code, where)]


@pytest.mark.parametrize("name", RULES)
def test_one_damage_to_compiled_rules_is_one_issue(name: str, folder: Path) -> None:
    code, damage = RULES[name]
    where, issues = found(damage, folder)
    assert issues == [(code, where)]
