"""Every issue has a page, and the page's sheets get the issues it shows."""

import importlib.resources
from pathlib import Path

import pytest
from pages import BLOCK, run_page

from codesheet.issues import ISSUE_KINDS, IssueKind

PAGES = importlib.resources.files("codesheet") / "issue_pages"


@pytest.mark.parametrize("kind", ISSUE_KINDS, ids=lambda kind: kind.code)
def test_page(kind: IssueKind, tmp_path: Path) -> None:
    page = (PAGES / f"{kind.code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {kind.code} {kind.slug}\n")
    (shown,) = (block["text"] for block in BLOCK.finditer(page) if block["kind"] == "issues")
    folder = tmp_path / "workbooks"
    folder.mkdir()
    got = run_page(page, kind.code, folder)
    assert got == shown.strip("\n").splitlines()
    assert any(f"[{kind.code}]" in line for line in got)


def test_no_page_without_a_code() -> None:
    names = {Path(page.name).stem for page in PAGES.iterdir() if page.name.endswith(".md")}
    assert names == {kind.code for kind in ISSUE_KINDS}
