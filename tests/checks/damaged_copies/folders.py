"""Damages to the folder of the workbooks; each gives the address of the issue."""

import shutil
from collections.abc import Callable
from pathlib import Path

from damages import without_sheet


def _alone(folder: Path) -> str:
    for file in folder.rglob("*.xlsx"):
        if file.name != "aetna.xlsx":
            file.unlink()
    return "payers/aetna.xlsx"


def _gone(folder: Path) -> str:
    for file in folder.rglob("*.xlsx"):
        file.unlink()
    return folder.name


def _copied(name: str) -> Callable[[Path], str]:
    def damage(folder: Path) -> str:
        shutil.copy(folder / f"{name}.xlsx", folder / f"{name} (2).xlsx")
        return f"{name}.xlsx!About"

    return damage


def _other_format(folder: Path) -> str:
    (folder / "payers" / "humana.ods").write_bytes(b"x")
    return "payers/humana.ods"


def _open(folder: Path) -> str:
    (folder / "~$infusion.xlsx").write_bytes(b"x")
    return "infusion.xlsx"


def _without_examples(folder: Path) -> str:
    """Delete the sheets with examples: 29 workbooks, too many to load and save with openpyxl."""
    for file in folder.rglob("*.xlsx"):
        data = file.read_bytes()
        file.unlink()
        file.write_bytes(without_sheet(data, "Examples"))
    return "allergy.xlsx"


FOLDERS: dict[str, tuple[str, Callable[[Path], str]]] = {
    "one workbook alone": ("F101", _alone),
    "no workbook": ("W102", _gone),
    "a workbook copied": ("W119", _copied("payers/aetna")),
    "a workbook of lookups and tables copied": ("W119", _copied("drugs")),
    "a workbook of another format": ("W208", _other_format),
    "no examples left": ("E301", _without_examples),
    "a workbook open in Excel": ("W209", _open),
}
