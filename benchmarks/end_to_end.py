"""Measures the whole command with the shipped rulebook on loads as `make_load` writes them.

First csv in and xlsx out, beside reading that csv and writing those tables alone; both as processes.
The writer alone (rustpy_xlsxwriter) gets the very tables of that run, from memory, without formats, filters,
notes and charts; pyarrow reads the csv. Then what two processes give. Then Parquet in and out, up to ten
million rows: how seconds and the memory of all its processes grow.

    python benchmarks/end_to_end.py                            # all of it
    python benchmarks/end_to_end.py --rows 100000 --streamed 100000 --runs 5
    python benchmarks/end_to_end.py --write docs/performance.md   # its tables, and docs/whole_command.png
"""

import argparse
import json
import os
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from make_load import Load, write_load
from measuring import (
    HERE,
    MEGABYTE,
    Spread,
    child,
    command,
    kept,
    machine,
    markdown,
    parser_of,
    save,
    shown,
    taken_under,
)

WORKBOOKS = HERE.parent / "workbooks"
TABLES = ("claim_lines", "visits", "rows", "review", "rejected", "rules_used", "run")
MOST_SHEET_ROWS = 1_048_575
MANY_ROWS, MOST_RUNS_OF_MANY = 10_000_000, 2
"""Runs of so many rows take minutes each."""


def code(export: Path, output: Path, form: str, *options: str) -> dict[str, Any]:
    """Code an export with the shipped rulebook."""
    words = ["code", str(export), "--output", str(output), "--format", form, "--rulebook", str(WORKBOOKS)]
    return command([*words, *options])


def read_and_write(export: Path, tables: Path, output: Path) -> dict[str, Any]:
    """Read the CSV and write the tables alone; imports count, fetching the tables does not."""
    begun, cpu_begun = perf_counter(), process_time()
    from pyarrow import csv, parquet  # noqa: PLC0415
    from rustpy_xlsxwriter import FastExcel  # noqa: PLC0415

    imported, cpu_imported = perf_counter(), process_time()
    data = {name: parquet.read_table(tables / f"{name}.parquet") for name in ("summary", *TABLES)}
    start, cpu_start = perf_counter(), process_time()
    csv.read_csv(export)
    read = perf_counter()
    book = FastExcel(str(output), output_format="xlsx")
    for name, table in data.items():
        for number, first in enumerate(range(0, max(table.num_rows, 1), MOST_SHEET_ROWS), start=1):
            book.sheet(f"{name} {number}", table.slice(first, MOST_SHEET_ROWS))
    book.save()
    done = perf_counter()
    return {
        "seconds": done - start + imported - begun,
        "cpu_seconds": process_time() - cpu_start + cpu_imported - cpu_begun,
        "read": read - start,
        "write": done - read,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE,
        "size": output.stat().st_size / MEGABYTE,
    }


def measure(rows: int, runs: int, folder: Path) -> dict[str, Any]:
    """Run the command and its reading and writing alone, in turns, on an export of so many rows."""
    export, tables, own, bare = (
        folder / name for name in ("visits.csv", "tables", "coded.xlsx", "bare.xlsx")
    )
    write_load(export, Load(rows))
    first = code(export, tables, "parquet")
    found: dict[str, Any] = {"rows": rows, "command": [], "bare": [], "failed": first.get("failed", "")}
    for _ in range(runs):
        for name in ("command", "bare"):
            if found["failed"] or (name == "bare" and found.get("bare_failed")):
                continue
            alone = ["--bare", str(export), str(tables), str(bare)]
            run = code(export, own, "xlsx") if name == "command" else child(Path(__file__), alone)
            found["failed" if name == "command" else "bare_failed"] = run.get("failed", "")
            if not run.get("failed"):
                found[name].append(run)
    if not found["failed"]:
        found["size"] = own.stat().st_size / MEGABYTE
        found["stages"] = json.loads((tables / "run.json").read_text(encoding="utf-8")).get("seconds", {})
    return found


def measure_streamed(rows: int, runs: int, folder: Path) -> dict[str, Any]:
    """Run the command from Parquet to Parquet."""
    export = folder / "visits.parquet"
    write_load(export, Load(rows))
    found: dict[str, Any] = {"rows": rows, "runs": [], "failed": ""}
    for _ in range(min(runs, MOST_RUNS_OF_MANY) if rows >= MANY_ROWS else runs):
        run = code(export, folder / "tables", "parquet")
        found["failed"] = run.get("failed", "")
        if found["failed"]:
            break
        found["runs"].append(run)
    return found


def measure_jobs(way: tuple[str, str, int], runs: int, folder: Path) -> dict[str, Any]:
    """Run the command with one job and with two, in turns."""
    source, form, rows = way
    export = folder / f"visits.{source}"
    write_load(export, Load(rows))
    found: dict[str, Any] = {"way": f"{source} to {form}", "rows": rows, "1": [], "2": [], "failed": ""}
    for _ in range(runs):
        for jobs in ("1", "2"):
            run = code(export, folder / f"coded.{form}", form, "--jobs", jobs)
            found["failed"] = found["failed"] or run.get("failed", "")
            found[jobs].append(run)
    return found


HEADINGS = (
    *("rows", "command s", "reading and writing alone s", "of it reading", "the command takes"),
    *("by processor time", "command's peak MB", "the other's peak MB", "xlsx MB"),
)


def table_rows(found: Sequence[dict[str, Any]]) -> Iterator[Sequence[str]]:
    """Give the lines of the first table."""
    for one in found:
        if one["failed"]:
            yield f"{one['rows']:,}", f"failed: {one['failed']}", *[""] * (len(HEADINGS) - 2)
            continue

        def spread(name: str, measure: str, runs: dict[str, Any] = one) -> Spread:
            return Spread.of(run[measure] for run in runs[name])

        if one.get("bare_failed"):
            seconds, peak = spread("command", "seconds").show(), spread("command", "peak").show(",.0f")
            size = f"{one['size']:,.1f}" if "size" in one else ""
            yield f"{one['rows']:,}", seconds, f"failed: {one['bare_failed']}", "", "", "", peak, "", size
            continue
        yield (
            f"{one['rows']:,}",
            spread("command", "seconds").show(),
            spread("bare", "seconds").show(),
            f"{spread('bare', 'read').middle:.2f}",
            times_alone(one, "seconds").show() + "×",
            times_alone(one, "cpu_seconds").show() + "×",
            f"{spread('command', 'peak').middle:,.0f}",
            f"{spread('bare', 'peak').middle:,.0f}",
            f"{one['size']:,.1f}",
        )


def times_alone(one: dict[str, Any], measure: str) -> Spread:
    """Give how many times as long the command takes, each run against the one beside it."""
    pairs = zip(one["command"], one["bare"], strict=True)
    return Spread.of(own[measure] / bare[measure] for own, bare in pairs)


JOBS = ("", "rows", "jobs", "seconds", "two jobs take", "processor s", "peak MB of all processes")


def jobs_rows(found: Sequence[dict[str, Any]]) -> Iterator[Sequence[str]]:
    """Give the lines of the table of jobs."""
    for one in found:
        if one["failed"]:
            yield one["way"], f"{one['rows']:,}", f"failed: {one['failed']}", "", "", "", ""
            continue
        for jobs in ("1", "2"):
            runs = one[jobs]
            ratios = [run["seconds"] / alone["seconds"] for run, alone in zip(runs, one["1"], strict=True)]
            yield (
                one["way"],
                f"{one['rows']:,}",
                jobs,
                Spread.of(run["seconds"] for run in runs).show(),
                Spread.of(ratios).show() + "×" if jobs == "2" else "",
                Spread.of(run["cpu_seconds"] for run in runs).show(),
                Spread.of(run["peak"] for run in runs).show(",.0f"),
            )


STREAMED = ("rows", "seconds", "rows a second", "processor s", "peak MB of all processes", "runs")


def streamed_rows(found: Sequence[dict[str, Any]]) -> Iterator[Sequence[str]]:
    """Give the lines of the second table."""
    for one in found:
        if one["failed"]:
            yield f"{one['rows']:,}", f"failed: {one['failed']}", "", "", "", ""
            continue
        runs = one["runs"]
        yield (
            f"{one['rows']:,}",
            Spread.of(run["seconds"] for run in runs).show(),
            Spread.of(one["rows"] / run["seconds"] for run in runs).show(",.0f"),
            Spread.of(run["cpu_seconds"] for run in runs).show(),
            peak_of(one).show(",.0f"),
            str(len(runs)),
        )


def peak_of(one: dict[str, Any]) -> Spread:
    """Give the peak of memory of a size."""
    return Spread.of(run["peak"] for run in one["runs"])


def growth_of_memory(found: Sequence[dict[str, Any]]) -> tuple[float, str] | None:
    """Say how the peak grows to the most rows from a tenth of them; None where one of both was not run."""
    ran = {one["rows"]: one for one in found if not one["failed"]}
    most = max(ran, default=0)
    if most // 10 not in ran:
        return None
    few, many = peak_of(ran[most // 10]).middle, peak_of(ran[most]).middle
    said = f"{most:,} rows take {many / few:.2f}× the peak memory of {most // 10:,} rows"
    return many / few, f"{said} ({few:,.0f} MB, then {many:,.0f} MB)"


def draw(found: Sequence[dict[str, Any]], file: Path) -> None:
    """Draw seconds and memory of the second table by rows."""
    import matplotlib as mpl  # noqa: PLC0415 - needed for pictures alone

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    ran = [one for one in found if not one["failed"]]
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for axes, measure, label in zip(panels, ("seconds", "peak"), ("seconds", "peak memory, MB"), strict=True):
        spreads = [Spread.of(run[measure] for run in one["runs"]) for one in ran]
        middles = [one.middle for one in spreads]
        errors = [[s.middle - s.least for s in spreads], [s.most - s.middle for s in spreads]]
        axes.errorbar([one["rows"] for one in ran], middles, yerr=errors, marker="o", capsize=3)
        axes.set(xscale="log", yscale="log", xlabel="rows", ylabel=label)
        axes.grid(visible=True, which="both", alpha=0.3)
    figure.suptitle("The whole command, Parquet in and out, by rows")
    figure.savefig(file, dpi=110)


def report(figures: dict[str, Any]) -> str:
    """Print everything as Markdown."""
    grown = growth_of_memory(figures["streamed"])
    return "\n\n".join(
        [
            taken_under(figures),
            "**csv in, xlsx out**",
            markdown(HEADINGS, table_rows(figures["found"])),
            "**One job and two**",
            markdown(JOBS, jobs_rows(figures.get("jobs", []))),
            "**Parquet in, Parquet out**",
            "![Seconds and memory of the whole command by rows](whole_command.png)",
            markdown(STREAMED, streamed_rows(figures["streamed"])),
            *([f"{grown[1]}."] if grown else []),
        ]
    )


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """Measure what the command line asks for; keep each size's figures as they come."""
    runs = given.runs or (1 if given.quick else 3)
    figures: dict[str, Any] = {"machine": machine(), "runs": runs, "found": [], "jobs": [], "streamed": []}
    ways = [("csv", "xlsx", 100_000), ("parquet", "parquet", 1_000_000)]
    work: list[tuple[str, Sequence[Any], Sequence[Any], Callable[[Any, int, Path], dict[str, Any]]]] = [
        ("found", given.rows, [200], measure),
        ("jobs", ways, [("csv", "xlsx", 200)], measure_jobs),
        ("streamed", given.streamed, [200, 2_000], measure_streamed),
    ]
    for name, sizes, few, measuring in work:
        for size in few if given.quick else sizes:
            with tempfile.TemporaryDirectory() as folder:
                figures[name].append(measuring(size, runs, Path(folder)))
            figures["load_at_end"] = os.getloadavg()[0]
            if not given.quick:
                save("end_to_end", figures)
    return figures


def main() -> None:
    """Read the command line, run, print, keep, draw."""
    parser = parser_of(__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000], help="from csv to xlsx")
    parser.add_argument(
        "--streamed",
        type=int,
        nargs="+",
        default=[10_000, 100_000, 1_000_000, MANY_ROWS],
        metavar="ROWS",
        help="from Parquet to Parquet",
    )
    parser.add_argument("--bare", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare:
        print(json.dumps(read_and_write(*map(Path, given.bare))))
        return
    figures = (kept("end_to_end") if given.kept else None) or measured(given)
    document = None if given.quick else given.write
    shown("end_to_end", report(figures), document)
    if document:
        draw(figures["streamed"], document.parent / "whole_command.png")


if __name__ == "__main__":
    main()
