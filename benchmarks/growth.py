"""Measures how time and memory grow with rows, with rules and with payers; draws them, prints one table.

One invented table, from its workbook to the decided rows of a load, as many at once as the command takes.
Seconds are the processor's: each stage runs on one core, and others on the machine disturb these less.

    python benchmarks/growth.py                                # all sizes, three runs in turns
    python benchmarks/growth.py --rows 10000 100000 --runs 5   # fewer rows
    python benchmarks/growth.py --write docs/performance.md    # its table, and docs/growth.png
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time
from typing import Any

from measuring import (
    MEGABYTE,
    Spread,
    child,
    kept,
    machine,
    markdown,
    parser_of,
    peak,
    reset_peak,
    save,
    shown,
    taken_under,
)

MONTH = 1_000_000
"""Rows of a large month; what rules cost once, a ruleset made or a cell looked at, is borne by so many."""
STAGES = ("read", "check", "compile", "decide")
PANELS = ("rows", "rules", "narrow rules", "payers")
SIZE_OF = {"rows": "rows", "rules": "rules", "narrow rules": "rules", "payers": "payers"}


@dataclass(frozen=True, slots=True)
class Point:
    """One size to measure: what varies (`panel`), and all three sizes."""

    panel: str
    rows: int
    rules: int
    payers: int

    @property
    def size(self) -> int:
        """Give the size that varies."""
        return int(getattr(self, SIZE_OF[self.panel]))


def points(rows: Sequence[int], rules: Sequence[int], payers: Sequence[int]) -> Iterator[Point]:
    """Give the sizes: one grows, the others stand at 300 rules, 15 payers, a month of rows (payers fewer)."""
    middle = rows[min(1, len(rows) - 1)]
    month = max((count for count in rows if count <= MONTH), default=middle)
    yield from (Point("rows", count, 300, 15) for count in rows)
    yield from (Point("rules", month, count, 15) for count in rules)
    yield from (Point("narrow rules", month, count, 15) for count in rules)
    yield from (Point("payers", middle, 1000, count) for count in payers)


def run_child(point: Point, month: Path) -> dict[str, float]:
    """Measure one point once: seconds by stage, and the memory that deciding took above the rows."""
    from pyarrow import parquet  # noqa: PLC0415 - the parent needs none of these

    from codesheet.checks import check  # noqa: PLC0415
    from codesheet.coding.coder import Coder  # noqa: PLC0415
    from codesheet.compiling.compiler import compile_rulebook  # noqa: PLC0415
    from codesheet.exports.export import ROWS_AT_ONCE  # noqa: PLC0415
    from codesheet.sheets.rulebook import read_rulebook  # noqa: PLC0415
    from contenders.codesheet_coder import prepare  # noqa: PLC0415
    from invented_rulebooks import Size, write_rulebook  # noqa: PLC0415
    from visit_rows import resampled  # noqa: PLC0415

    table = parquet.read_table(month)
    table = (
        table.slice(0, point.rows) if point.panel == "rows" else resampled(table, point.rows, point.payers)
    )
    with tempfile.TemporaryDirectory() as folder:
        size = Size(point.rules, point.payers, narrow=point.panel == "narrow rules")
        source = write_rulebook(Path(folder) / "workbooks", size)
        start_of_all = process_time()
        rulebook, issues = read_rulebook(source)
    read = process_time()
    if rulebook is None:
        raise SystemExit(str(issues[0]))
    issues += check(rulebook)
    checked = process_time()
    ruleset, more = compile_rulebook(rulebook)
    compiled = process_time()
    if any(issue.is_error for issue in (*issues, *more)):
        raise SystemExit(str(issues[0]))
    coder = Coder(ruleset)
    before, decided = reset_peak(), 0.0
    for start in range(0, table.num_rows, ROWS_AT_ONCE):
        frame = prepare(coder, table.slice(start, ROWS_AT_ONCE))
        begun = process_time()
        coder.code_frame(frame, {})
        decided += process_time() - begun
    seconds = (read - start_of_all, checked - read, compiled - checked, decided)
    measured = {"memory": (peak() - before) / MEGABYTE, "combinations": combinations_met(coder)}
    return dict(zip(STAGES, seconds, strict=True)) | measured


def combinations_met(coder: Any) -> int:  # noqa: ANN401 - who starts the measuring processes imports no engine
    """Count what was matched anew: combinations of what a table's tests tell apart, up to fifty thousand."""
    return sum(len(table.judge._matches) for table in coder._tables.values())  # noqa: SLF001 - not for users


def measure(sizes: Sequence[Point], runs: int, folder: Path) -> list[dict[str, Any]]:
    """Measure all points in turns; a point that fails says why."""
    from pyarrow import parquet  # noqa: PLC0415

    from visit_rows import sample_rows  # noqa: PLC0415

    months = {}
    for panel in {point.panel for point in sizes}:
        months[panel] = folder / f"{panel}.parquet"
        parquet.write_table(sample_rows(max(p.rows for p in sizes if p.panel == panel)), months[panel])
    found: list[dict[str, Any]] = [{"point": asdict(point), "runs": [], "failed": ""} for point in sizes]
    for _ in range(runs):
        for one, point in zip(found, sizes, strict=True):
            if not one["failed"]:
                arguments = ["--child", json.dumps(asdict(point)), str(months[point.panel])]
                run = child(Path(__file__), arguments, 900)
                one["failed"] = run.get("failed", "")
                one["runs"] += [] if one["failed"] else [run]
    return found


def spread(one: dict[str, Any], name: str) -> Spread:
    """Give the spread of one measure."""
    return Spread.of(run[name] for run in one["runs"])


def table_rows(found: Sequence[dict[str, Any]]) -> Iterator[Sequence[str]]:
    """Give the lines of the table."""
    for one in found:
        point = Point(**one["point"])
        sizes = (f"{point.panel}: {point.size:,}", f"{point.rows:,}", f"{point.rules:,}", f"{point.payers:,}")
        if one["failed"]:
            yield *sizes, f"failed: {one['failed']}", *[""] * (len(HEADINGS) - len(sizes) - 1)
            continue
        seconds = [spread(one, stage).show() for stage in STAGES]
        met = f"{spread(one, 'combinations').middle:,.0f}"
        yield *sizes, *seconds, met, each(one).show(",.0f"), spread(one, "memory").show(",.0f")


def each(one: dict[str, Any]) -> Spread:
    """Give the microseconds of deciding for each combination met."""
    return Spread.of(run["decide"] / max(1, run["combinations"]) * 1e6 for run in one["runs"])


HEADINGS = (
    *("what grows", "rows", "rules", "payers"),
    *(f"{stage} s" for stage in STAGES),
    *("combinations", "µs a combination", "memory MB"),
)


def draw(found: Sequence[dict[str, Any]], file: Path) -> None:
    """Draw seconds and memory for each thing that grows: medians, the least and the greatest of the runs."""
    import matplotlib as mpl  # noqa: PLC0415 - needed for pictures alone

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, rows_of_panels = plt.subplots(2, len(PANELS), figsize=(16, 7), layout="constrained")
    for panel, above, below in zip(PANELS, *rows_of_panels, strict=True):
        ran = [one for one in found if one["point"]["panel"] == panel and not one["failed"]]
        stages = STAGES if SIZE_OF[panel] == "rules" else ("decide",)
        for axes, measures, label in (
            (above, stages, "processor seconds"),
            (below, ("memory",), "peak memory above the rows, MB"),
        ):
            if not ran:
                axes.set_visible(False)
                continue
            for measure in measures:
                spreads = [spread(one, measure) for one in ran]
                middles = [one.middle for one in spreads]
                errors = [[s.middle - s.least for s in spreads], [s.most - s.middle for s in spreads]]
                sizes = [Point(**one["point"]).size for one in ran]
                axes.errorbar(sizes, middles, yerr=errors, marker="o", capsize=3, label=measure)
            axes.set(xscale="log", yscale="log", xlabel=panel, ylabel=label)
            axes.grid(visible=True, which="major", alpha=0.3)
            axes.legend()
    figure.savefig(file, dpi=110)


def report(figures: dict[str, Any]) -> str:
    """Print everything as Markdown."""
    return "\n\n".join(
        [
            taken_under(figures),
            "![Seconds by rows, rules and payers](growth.png)",
            markdown(HEADINGS, table_rows(figures["found"])),
        ]
    )


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """Measure what the command line asks for, and keep it."""
    runs = given.runs or (1 if given.quick else 3)
    figures: dict[str, Any] = {"machine": machine(), "runs": runs}
    sizes = (given.rows, given.rules, given.payers) if not given.quick else ([200, 400], [10, 40], [1, 5])
    with tempfile.TemporaryDirectory() as folder:
        figures["found"] = measure(list(points(*sizes)), runs, Path(folder))
    figures["load_at_end"] = os.getloadavg()[0]
    if not given.quick:
        save("growth", figures)
    return figures


def main() -> None:
    """Read the command line, run, print, keep, draw."""
    parser = parser_of(__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 10_000_000])
    parser.add_argument("--rules", type=int, nargs="+", default=[10, 100, 300, 1_000, 10_000])
    parser.add_argument("--payers", type=int, nargs="+", default=[1, 5, 50, 500])
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(run_child(Point(**json.loads(given.child[0])), Path(given.child[1]))))
        return
    figures = (kept("growth") if given.kept else None) or measured(given)
    document = None if given.quick else given.write
    shown("growth", report(figures), document)
    if document:
        draw(figures["found"], document.parent / "growth.png")


if __name__ == "__main__":
    main()
