"""Decides the same rows by the same tables with codesheet and with what else there is; prints one table.

Every contender runs in a process of its own, in turns; its answers are compared with codesheet's row by row
before its time counts, and one that answers otherwise is shown with the first difference and without a time.

    python benchmarks/peers.py                            # all of it
    python benchmarks/peers.py --rows 100000 --runs 3 --only "DuckDB SQL" polars
    python benchmarks/peers.py --write docs/performance.md
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bouts import CODESHEET, FEWER, PACKAGES, Bout, Figures, installed, run_child, write_bout
from measuring import HERE, Spread, kept, machine, markdown, parser_of, save, shown, taken_under

WORKBOOKS = HERE.parent / "workbooks"


def bouts(folder: Path, rows: int, names: Sequence[str], *, even: bool = True) -> Iterator[Bout]:
    """Give each table with the rows of a load, and with uniform ones (a tenth as many) if asked for."""
    from tasks import generated_task, real_rows, real_task, uniform_real_rows  # noqa: PLC0415
    from visit_rows import sample_rows, uniform_rows  # noqa: PLC0415

    month, fewer = sample_rows(rows), max(rows // 10, 100)
    for policy in ("First", "Collect"):
        task = generated_task(policy, folder / f"workbook {policy}")
        yield write_bout(f"{task.name}; a month's rows", task, month, names, folder / f"{policy} month")
        if even:
            uniform = uniform_rows(fewer)
            yield write_bout(f"{task.name}; uniform rows", task, uniform, names, folder / f"{policy} even")
    task = real_task(WORKBOOKS, folder / "rules")
    coded = real_rows(WORKBOOKS, folder, rows)
    yield write_bout(f"{task.name}; months' rows", task, coded, names, folder / "real month")
    if even:
        uniform = uniform_real_rows(task, fewer)
        yield write_bout(f"{task.name}; uniform rows", task, uniform, names, folder / "real even")


HEADINGS = (
    *("engine", "rows", "rows a second, median (least–most)", "codesheet is faster", "by processor time"),
    *("memory MB", "import + load s", "edited cell to result s"),
)


def table_rows(found: Sequence[Figures]) -> Iterator[Sequence[str]]:
    """Give the lines of a bout's table."""
    own = next((one for one in found if one.name == CODESHEET and not one.problem), None)
    for one in found:
        if one.problem:
            yield one.name, f"{one.rows:,}", f"no time: {one.problem}".replace("|", "/"), "", "", "", "", ""
            continue
        speed = Spread.of(one.rows / seconds for seconds in one.seconds)
        yield (
            one.name,
            f"{one.rows:,}",
            speed.show(",.0f"),
            _ratio(own, one, "seconds"),
            _ratio(own, one, "cpu_seconds"),
            f"{Spread.of(one.memory).middle:,.0f}",
            f"{Spread.of(map(sum, zip(one.import_seconds, one.load_seconds, strict=True))).middle:.2f}",
            f"{Spread.of(one.edit_seconds).middle:.3f}",
        )


def _ratio(own: Figures | None, other: Figures, measure: str) -> str:
    ratio = faster(own, other, measure)
    return "" if ratio is None else f"{ratio.middle:.3g}× ({ratio.least:.3g}–{ratio.most:.3g})"


def faster(own: Figures | None, other: Figures, measure: str) -> Spread | None:
    """Give how many times faster codesheet is a row, each run against the one beside it."""
    if own is None or own is other:
        return None
    pairs = zip(getattr(own, measure), getattr(other, measure), strict=False)
    ratios = [(b / other.rows) / (a / own.rows) for a, b in pairs if a and b]
    return Spread.of(ratios) if ratios else None


def report(figures: dict[str, Any]) -> str:
    """Print all bouts' tables as Markdown."""
    parts = [taken_under(figures), f"Versions: {figures['versions']}."]
    for title, found in figures["bouts"].items():
        parts += [f"**{title}**", markdown(HEADINGS, table_rows([Figures(**one) for one in found]))]
    return "\n\n".join(parts)


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """Measure what the command line asks for; keep each bout's figures as they come."""
    rows, runs = (1_000, given.runs or 1) if given.quick else (given.rows, given.runs or 3)
    names = list(installed([CODESHEET, FEWER, *(name for name in given.only if name != CODESHEET)]))
    figures: dict[str, Any] = {"machine": machine(), "rows": rows, "runs": runs, "bouts": {}}
    with tempfile.TemporaryDirectory() as folder:
        for bout in bouts(Path(folder), rows, names, even=not given.quick):
            found = bout.run(names, runs)
            figures["bouts"][bout.title] = [
                {key: getattr(one, key) for key in one.__slots__} for one in found
            ]
            figures["load_at_end"] = os.getloadavg()[0]
            figures["versions"] = "; ".join(sorted({one.versions for one in found if one.versions}))
            if not given.quick:
                save("peers", figures)
            print(f"{bout.title}: done", file=sys.stderr)
    return figures


def main() -> None:
    """Read the command line, run, print, keep."""
    parser = parser_of(__doc__)
    parser.add_argument(
        "--rows", type=int, default=1_000_000, help="rows of each table; uniform ones: a tenth"
    )
    parser.add_argument("--only", nargs="+", choices=list(PACKAGES), default=list(PACKAGES), metavar="ENGINE")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(run_child(given.child[0], Path(given.child[1]), int(given.child[2]))))
        return
    figures = (kept("peers") if given.kept else None) or measured(given)
    shown("peers", report(figures), None if given.quick else given.write)


if __name__ == "__main__":
    main()
