"""Damages to a few visits of the sample month, to the history file of their lines, and to compiled rules.

Each is done in a folder that holds `visits.csv`, `history.parquet` and the compiled `rules`; it gives the
address of the issue, and the files that are then coded.
"""

import csv
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from pyarrow import csv as arrow_csv
from pyarrow import parquet

Coded = tuple[str, list[Path]]
Damage = Callable[[Path], Coded]

VISITS, HISTORY = "visits.csv", "history.parquet"


def _text(change: Callable[[list[str]], list[str]], row: int | None = None) -> Damage:
    """Change the lines of the csv file; the issue is at the file or at one of its rows."""

    def damage(folder: Path) -> Coded:
        path = folder / VISITS
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(change(lines)), encoding="utf-8")
        return VISITS if row is None else f"{VISITS}!{row}", [path]

    return damage


def _headings(old: str, new: str) -> Damage:
    """Change a heading."""

    def change(lines: list[str]) -> list[str]:
        assert f",{old}," in lines[0]
        return [lines[0].replace(f",{old},", f",{new},"), *lines[1:]]

    return _text(change, 1)


def _quote_within(lines: list[str]) -> list[str]:
    """Put the payer's name of the first visit in quotes, and forget that words follow."""
    visit = lines[1].split(",")
    visit[4] = f'"{visit[4]}" PPO'
    return [lines[0], ",".join(visit), *lines[2:]]


def _as_workbook(folder: Path) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    with (folder / VISITS).open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            sheet.append(row)
    path = folder / "visits.xlsx"
    book.save(path)
    return path


def _as_parquet(folder: Path) -> Path:
    path = folder / "visits.parquet"
    parquet.write_table(arrow_csv.read_csv(folder / VISITS), path)
    return path


def _half(written: Callable[[Path], Path]) -> Damage:
    """Break a file off in the middle."""

    def damage(folder: Path) -> Coded:
        path = written(folder)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
        return path.name, [path]

    return damage


def _twice(folder: Path) -> Coded:
    return VISITS, [folder / VISITS, folder / "." / VISITS]


def _in_a_copy_too(folder: Path) -> Coded:
    (folder / "link.csv").symlink_to(folder / VISITS)
    return "link.csv", [folder / VISITS, folder / "link.csv"]


def _history(change: Callable[[Path], None]) -> Damage:
    def damage(folder: Path) -> Coded:
        change(folder / HISTORY)
        return HISTORY, [folder / VISITS]

    return damage


def _of_words(path: Path) -> None:
    path.write_text("units")


def _without_claim_types(path: Path) -> None:
    parquet.write_table(parquet.read_table(path).drop_columns(["Claim type"]), path)


EXPORTS: dict[str, tuple[str, Damage]] = {
    "half a workbook of visits": ("R101", _half(_as_workbook)),
    "half a parquet file": ("R101", _half(_as_parquet)),
    "a history file that is none": ("R101", _history(_of_words)),
    "nothing exported": ("R102", _text(lambda _: [])),
    "visits without headings": ("R103", _text(lambda lines: lines[1:], 1)),
    "a heading misspelt": ("R104", _headings("Service", "Servise")),
    "two columns for one field": ("R105", _headings("Clinic", "Insurance")),
    "a heading twice": ("R106", _headings("Clinic", "Drug")),
    "a quotation mark within a cell": ("R107", _text(_quote_within, 2)),
    "a period without visits": ("R108", _text(lambda lines: lines[:1])),
    "a file named twice": ("R109", _twice),
    "a file and a link to it": ("R109", _in_a_copy_too),
    "a history counted otherwise": ("R110", _history(_without_claim_types)),
}


def _rules(name: str, change: Callable[[Path], None]) -> Damage:
    """Damage a compiled table or the index."""

    def damage(folder: Path) -> Coded:
        change(folder / "rules" / name)
        return name, [folder / VISITS]

    return damage


def _by_hand(path: Path) -> None:
    """Change a number in the compiled rules rather than in the workbook."""
    text = path.read_text(encoding="utf-8")
    assert "150" in text
    path.write_text(text.replace("150", "180"), encoding="utf-8")


def _cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _of_another_version(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"format": ', '"format": 9'), encoding="utf-8")


CAP = "decisions/yearly-cap.json"

RULES: dict[str, tuple[str, Damage]] = {
    "compiled rules changed by hand": ("G103", _rules(CAP, _by_hand)),
    "a compiled table cut off": ("G103", _rules(CAP, _cut)),
    "a compiled table deleted": ("G103", _rules(CAP, Path.unlink)),
    "an index cut off": ("G103", _rules("rulebook.json", _cut)),
    "rules of another version": ("G103", _rules("rulebook.json", _of_another_version)),
}
