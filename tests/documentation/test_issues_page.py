"""`docs/issues.md` shows what the check prints, in each form, and names every key and chapter."""

import json
import re
from pathlib import Path

import pytest
from page import ROOT
from typer.testing import CliRunner

from cases import blocks, texts
from codesheet.cli import app
from codesheet.issues import ISSUE_KINDS
from grid import write_workbooks

PAGE = (ROOT / "docs" / "issues.md").read_text(encoding="utf-8")


@pytest.fixture
def rulebook(tmp_path: Path) -> Path:
    (sheets,) = texts("sheets", blocks(PAGE))
    return write_workbooks(sheets, tmp_path)


def test_the_text_shown(rulebook: Path) -> None:
    (shown,) = texts("text", blocks(PAGE))
    assert shown.strip("\n") in CliRunner().invoke(app, ["check", str(rulebook)]).stderr


def test_the_json_shown(rulebook: Path) -> None:
    (shown,) = texts("json", blocks(PAGE))
    found = json.loads(CliRunner().invoke(app, ["check", str(rulebook), "--format", "json"]).stdout)
    (expected,) = json.loads(shown)
    (got,) = [one for one in found if one["code"] == expected["code"]]
    assert got["message"] == f'{got["reason"]} (did you mean "{got["did_you_mean"]}"?): {got["remedy"]}'
    assert got | {"message": "…"} == expected


def test_every_key_is_described(rulebook: Path) -> None:
    """All keys in their order, with their types, in every object."""
    words = {"str": "string", "list": "array"}
    described = re.findall(r"^\| `(\w+)` \| (string|array) \|", PAGE, re.MULTILINE)
    found = json.loads(
        CliRunner().invoke(app, ["check", str(rulebook), "--format", "json", "--notes"]).stdout
    )
    assert len(found) > 2
    for one in found:
        assert [(key, words[type(value).__name__]) for key, value in one.items()] == described


def test_every_chapter_is_described() -> None:
    described = re.findall(r"^\| ([A-Z]\d?) \|", PAGE, re.MULTILINE)
    for kind in ISSUE_KINDS:
        assert [one for one in described if kind.code.startswith(one)], kind.code
    assert all(any(kind.code.startswith(one) for kind in ISSUE_KINDS) for one in described)
