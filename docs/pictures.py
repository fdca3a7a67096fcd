# ruff: noqa: INP001, S603 - a script that runs two programs
"""Draws the two pictures of the README from a coded workbook: `python docs/pictures.py coded.xlsx`.

Needs LibreOffice (soffice) and poppler (pdftoppm): apt install libreoffice-calc poppler-utils
"""

import argparse
import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from openpyxl import load_workbook

LINES_SHOWN = 24
COLUMNS_SHOWN = (
    *("Visit ID", "Line", "Date of service", "Payer", "Code", "Modifiers", "Units"),
    *("Disposition", "Why", "Rule"),
)
PRINT = {"PageRange": {"type": "string", "value": "1"}, "ExportNotes": {"type": "boolean", "value": "false"}}
"""How LibreOffice prints: the first page, without marks where cells have notes."""
RESOLUTION = 170  # dots an inch: about twice the width at which a README is shown
WHITE = 250
MARGIN = 12  # dots


def main() -> None:
    """Draw both pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("coded", type=Path, help="a coded workbook")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent, help="where the pictures go")
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        work = Path(name)
        summary = _pdf(arguments.coded, work)
        _draw(summary, arguments.folder / "summary.png", height=0.6)
        lines = _pdf(_some_lines(arguments.coded, work / "claim_lines.xlsx"), work)
        _draw(lines, arguments.folder / "claim_lines.png", height=0.9)


def _some_lines(coded: Path, target: Path) -> Path:
    """Write a copy that shows only claim lines, of visits that between them use many tables."""
    book = load_workbook(coded)
    for name in book.sheetnames:
        if name != "Claim lines":
            del book[name]
    sheet = book.active
    heading = {cell.value: cell.column_letter for cell in sheet[1]}
    visits: dict[str, list[int]] = {}
    for row in range(2, sheet.max_row + 1):
        visits.setdefault(sheet[f"{heading['Visit ID']}{row}"].value, []).append(row)

    def kinds(rows: list[int]) -> set[str]:
        """Give what the lines of a visit show: tables with disposition, and modifiers."""
        rules, modifiers, ends = (
            [str(sheet[f"{heading[name]}{row}"].value or "") for row in rows]
            for name in ("Rule", "Modifiers", "Disposition")
        )
        tables = [f"{rule.rpartition('!')[0]} {end}" for rule, end in zip(rules, ends, strict=True)]
        return {*tables, *modifiers}

    shown: set[int] = set()
    seen: set[str] = set()
    fitting = {visit: kinds(rows) for visit, rows in visits.items() if len(rows) <= 4}  # noqa: PLR2004
    while fitting and len(shown) < LINES_SHOWN:
        visit = max(fitting, key=lambda one: len(fitting[one] - seen) / (1 + len(visits[one])))
        seen |= fitting.pop(visit)
        shown.update(visits[visit])
    for row in range(2, sheet.max_row + 1):
        sheet.row_dimensions[row].hidden = row not in shown
    for name, column in heading.items():
        sheet.column_dimensions[column].hidden = name not in COLUMNS_SHOWN
    sheet.page_setup.fitToWidth = 1
    sheet.print_title_cols = None
    book.save(target)
    return target


def _pdf(workbook: Path, folder: Path) -> Path:
    """Print the first page."""
    form = f"pdf:calc_pdf_Export:{json.dumps(PRINT)}"
    command = ["soffice", "--headless", "--convert-to", form, "--outdir", str(folder), str(workbook)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / f"{workbook.stem}.pdf"


def _draw(pdf: Path, picture: Path, *, height: float) -> None:
    """Draw the first page down to a share of its height, without the white around it."""
    page = ["pdftoppm", "-r", str(RESOLUTION), "-f", "1", "-l", "1", "-singlefile"]
    grey = subprocess.run([*page, "-gray", str(pdf)], check=True, capture_output=True).stdout
    _, size, _, pixels = grey.split(b"\n", 3)
    columns, rows = map(int, size.split())
    ink = np.frombuffer(pixels, dtype=np.uint8)[: columns * rows].reshape(rows, columns) < WHITE
    ink = ink[: int(rows * height)]
    down, across = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    left, top = max(across[0] - MARGIN, 0), max(down[0] - MARGIN, 0)
    window = ["-x", left, "-y", top, "-W", across[-1] + MARGIN - left, "-H", down[-1] + MARGIN - top]
    target = str(picture.with_suffix(""))
    subprocess.run([*page, *map(str, window), "-png", str(pdf), target], check=True)


if __name__ == "__main__":
    main()
