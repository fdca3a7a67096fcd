"""README and `docs/` are true: their commands run, their links lead somewhere, what they name exists."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from changes import apply_change
from page import ROOT, SECTIONS

from cases import texts
from codesheet.cli import app

ENGINE = ROOT / "engine" / "codesheet"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
    "contracts"
]
_COMMAND = re.compile(r"`(codesheet [^`]*)`|^(codesheet .*)$", re.MULTILINE)


def commands(page: Path) -> list[str]:
    """Give the commands a page shows, in code marks or on lines of their own; a comment may follow."""
    return [(one or two).strip() for one, two in _COMMAND.findall(page.read_text(encoding="utf-8"))]


def synopses() -> list[str]:
    return [one for page in PAGES for one in commands(page) if re.search(r"[A-Z]{3,}|\[", one)]


SHOWN = sorted({command for page in PAGES for command in commands(page)}.difference(synopses()))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of what a user has, in which commands may write."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("workbooks", "rules"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a shell would, wildcards and all."""
    words = []
    for word in shlex.split(command, comments=True)[1:]:
        found = sorted(str(path.relative_to(folder)) for path in folder.glob(word)) if "*" in word else []
        words += found or [word]
    python = [sys.executable, "-m", "codesheet", *words]
    return subprocess.run(python, cwd=folder, capture_output=True, text=True, check=False, env=os.environ)


@pytest.mark.parametrize("command", SHOWN)
def test_every_command_runs(command: str, checkout: Path) -> None:
    result = run(command, checkout)
    assert (result.returncode, result.stderr if result.returncode else "") == (0, "")


def test_every_command_of_the_program_is_in_the_readme() -> None:
    described = {command.split()[1] for command in synopses() if command.startswith("codesheet ")}
    names = {one.name or getattr(one.callback, "__name__", "") for one in app.registered_commands}
    assert described == names


def test_options_that_the_readme_names_exist() -> None:
    for command in synopses():
        help_text = run(f"codesheet {command.split()[1]} --help", ROOT).stdout
        for option in re.findall(r"(?<!\w)--?[a-z][a-z-]*", command):
            assert option in help_text, command


def test_the_first_change_of_the_readme(tmp_path: Path) -> None:
    """What it says of the sample month: lines over the cap are denied before the change, and not after it."""
    workbooks = tmp_path / "workbooks"
    shutil.copytree(ROOT / "workbooks", workbooks)
    denied = []
    for folder in ("before", "after"):
        coded = run(f"codesheet code workbooks/samples/*.csv -o {folder} --format csv", tmp_path)
        assert coded.returncode == 0, coded.stderr
        lines = pd.read_csv(tmp_path / folder / "claim_lines.csv", dtype=str)
        concerned = lines["Payer"].isin(["Regence", "BridgeSpan"])
        denied.append(int((concerned & (lines["Disposition"] == "deny")).sum()))
        if folder == "before":
            (text,) = texts("change", SECTIONS["A first change"].blocks)
            in_may = text.replace("2026-06-30", "2026-04-30").replace("2026-07-01", "2026-05-01")
            apply_change(in_may, workbooks)
    assert denied[0] > 0
    assert denied[1] == 0


def links() -> list[tuple[Path, str]]:
    found = []
    for page in PAGES:
        prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        prose = re.sub(r"`[^`\n]*`", lambda code: code[0].replace("[", "("), prose)
        found += [(page, target) for target in re.findall(r"\]\(([^)\s]+)\)", prose)]
    return [(page, target) for page, target in found if not target.startswith("http")]


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings as GitHub makes them."""
    prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#{1,6} (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize(("page", "target"), links(), ids=lambda part: str(getattr(part, "name", part)))
def test_every_link_leads_somewhere(page: Path, target: str) -> None:
    file, _, anchor = target.partition("#")
    other = (page.parent / file) if file else page
    assert other.exists()
    if anchor:
        assert anchor in anchors(other)


def test_every_file_that_is_named_exists() -> None:
    """Paths in code marks: of the repository, or of the program's package."""
    named = {
        path
        for page in (ROOT / "README.md", ROOT / "docs" / "architecture.md")
        for path in re.findall(r"`([\w./]+/[\w.]*|\w+\.(?:py|md|toml))`", page.read_text(encoding="utf-8"))
    }
    missing = {path for path in named if not (ROOT / path).exists() and not (ENGINE / path).exists()}
    assert missing == set()


def test_the_layers_are_those_that_are_proved() -> None:
    """The table of layers is the contract of the linter, as far as the modules exist."""
    text = ARCHITECTURE.partition("## Who imports whom")[2]
    table = re.findall(r"^\| (`[^|]*`) \|", text.partition("\nEach library")[0], re.MULTILINE)
    described = [re.findall(r"`(\w+)`", row) for row in table]
    parts = [path for path in ENGINE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    exists = {path.stem for path in parts}
    contract = [re.findall(r"\w+", layer) for layer in CONTRACTS[0]["layers"]]
    layers = [[name for name in layer if name in exists] for layer in contract]
    assert described == [layer for layer in layers if layer]
    assert {name for layer in described for name in layer} == exists - {"__init__"}


def test_the_doors_are_those_that_are_proved() -> None:
    doors = [door for contract in CONTRACTS for door in contract.get("ignore_imports", [])]
    modules = {
        door.partition(" -> ")[0].removeprefix("codesheet.").replace(".", "/") + ".py" for door in doors
    }
    text = ARCHITECTURE.partition("Each library")[2].partition("\n## ")[0]
    assert set(re.findall(r"`([\w/]+\.py)`", text)) == modules


def test_every_package_is_named_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## How it is built")[2]
    packages = {path.parent.name for path in ENGINE.glob("*/__init__.py")}
    assert {name for name in packages if f"`{name}`" not in text} == set()
