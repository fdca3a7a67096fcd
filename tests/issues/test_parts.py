"""What an issue is made of: value, reason, `did you mean` and remedy apart, on every page's issues."""

import importlib.resources
import json
import re
from pathlib import Path

import pytest
from pages import found_on_page

from codesheet.issue_formats import as_json
from codesheet.issues import ISSUE_KINDS, Issue, IssueKind

PAGES = importlib.resources.files("codesheet") / "issue_pages"

WITHOUT_REMEDY = {"T209"}
"""Kinds that ask for nothing: what cannot be judged."""

MEANT = re.compile(r'did you mean "(.*?)"\?')


@pytest.fixture(params=ISSUE_KINDS, ids=lambda kind: kind.code)
def found(request: pytest.FixtureRequest, tmp_path: Path) -> list[Issue]:
    kind: IssueKind = request.param
    page = (PAGES / f"{kind.code}.md").read_text(encoding="utf-8")
    folder = tmp_path / "workbooks"
    folder.mkdir()
    return found_on_page(page, kind.code, folder)


def test_each_part_stands_apart(found: list[Issue]) -> None:
    for issue, parts in zip(found, json.loads(as_json(found)), strict=True):
        assert parts["reason"]
        assert parts["remedy"] or issue.kind.code in WITHOUT_REMEDY
        assert "did you mean" not in parts["reason"] + parts["remedy"]
        assert re.findall(MEANT, parts["message"]) == [parts["did_you_mean"]] * bool(parts["did_you_mean"])
        assert parts["message"].startswith(parts["reason"])
        assert parts["message"].endswith(parts["remedy"])
        assert bool(parts["expected"]) == bool(parts["got"]) == (issue.kind.code in EXAMPLES_THAT_FAIL)
        if '"' in issue.kind.reason:
            assert parts["value"] or issue.kind.code in EXAMPLES_THAT_FAIL, parts["reason"]
        assert len(parts["related"]) == len(issue.related)
        assert all(place["workbook"] for place in parts["related"])


EXAMPLES_THAT_FAIL = {"E202", "E203", "E204", "E205"}
