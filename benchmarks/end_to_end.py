"""Measures the whole command, CSV in and xlsx out, against reading that CSV and writing those tables alone.

Both run as processes, in turns. The writer alone (rustpy_xlsxwriter) gets the very tables of that run, from
memory, without formats, filters, notes and charts; pyarrow reads the CSV.

    python benchmarks/end_to_end.py                            # 100,000 and 1,000,000 rows
    python benchmarks/end_to_end.py --rows 100000 --runs 5 --write docs/performance.md
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from make_load import Load, write_load
from measuring import HERE, MEGABYTE, Spread, child, kept, machine, markdown, save, shown, taken_under

WORKBOOKS = HERE.parent / "workbooks"
TABLES = ("claim_lines", "visits", "rows", "review", "rejected", "rules_used", "run")
MOST_SHEET_ROWS = 1_048_575


def run_command(export: Path, output: Path, form: str) -> dict[str, Any]:
    """Run `codesheet code` as a process; give its seconds from start to end, and its peak memory."""
    command = [
        sys.executable,
        "-m",
        "codesheet",
        "code",
        str(export),
        "--output",
        str(output),
        "--format",
        form,
    ]
    command += ["--rulebook", str(WORKBOOKS)]
    start = perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = perf_counter() - start
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["failed"])[-1]}
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": seconds,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * 1024 / MEGABYTE,
    }


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
    """Run both in turns on an export of so many rows."""
    export, tables, own, bare = (
        folder / name for name in ("visits.csv", "tables", "coded.xlsx", "bare.xlsx")
    )
    write_load(export, Load(rows))
    script = Path(__file__)
    first = child(script, ["--command", str(export), str(tables), "parquet"])
    found: dict[str, Any] = {"rows": rows, "command": [], "bare": [], "failed": first.get("failed", "")}
    for _ in range(runs):
        for name, arguments in (
            ("command", ["--command", str(export), str(own), "xlsx"]),
            ("bare", ["--bare", str(export), str(tables), str(bare)]),
        ):
            run = {} if found["failed"] else child(script, arguments)
            found["failed"] = found["failed"] or run.get("failed", "")
            found[name].append(run)
    if not found["failed"]:
        found["size"] = own.stat().st_size / MEGABYTE
        found["stages"] = json.loads((tables / "run.json").read_text(encoding="utf-8")).get("seconds", {})
    return found


HEADINGS = (
    *(
        "rows",
        "command s",
        "reading and writing alone s",
        "of it reading",
        "the command takes",
        "by processor time",
    ),
    *("command's peak MB", "the other's peak MB", "xlsx MB"),
)


def table_rows(found: Sequence[dict[str, Any]]) -> Iterator[Sequence[str]]:
    """Give the lines of the table."""
    for one in found:
        if one["failed"]:
            yield f"{one['rows']:,}", f"failed: {one['failed']}", *[""] * (len(HEADINGS) - 2)
            continue

        def spread(name: str, measure: str, runs: dict[str, Any] = one) -> Spread:
            return Spread.of(run[measure] for run in runs[name])

        def ratio(measure: str, runs: dict[str, Any] = one) -> str:
            pairs = zip(runs["command"], runs["bare"], strict=True)
            return Spread.of(own[measure] / bare[measure] for own, bare in pairs).show() + "×"

        yield (
            f"{one['rows']:,}",
            spread("command", "seconds").show(),
            spread("bare", "seconds").show(),
            f"{spread('bare', 'read').middle:.2f}",
            ratio("seconds"),
            ratio("cpu_seconds"),
            f"{spread('command', 'peak').middle:,.0f}",
            f"{spread('bare', 'peak').middle:,.0f}",
            f"{one['size']:,.1f}",
        )


def growth_of_memory(found: Sequence[dict[str, Any]]) -> str:
    """Say how the peak grows from the fewest rows to the most."""
    ran = [one for one in found if not one["failed"]]
    if len(ran) < 2:
        return ""
    few, many = (Spread.of(run["peak"] for run in one["command"]).middle for one in (ran[0], ran[-1]))
    times = ran[-1]["rows"] / ran[0]["rows"]
    return f"{times:g}× the rows take {many / few:.2f}× the peak memory ({few:,.0f} MB, then {many:,.0f} MB)."


def report(figures: dict[str, Any]) -> str:
    """Print everything as Markdown."""
    parts = [
        taken_under(figures),
        markdown(HEADINGS, table_rows(figures["found"])),
    ]
    return "\n\n".join([*parts, growth_of_memory(figures["found"])])


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """Measure what the command line asks for; keep each size's figures as they come."""
    figures: dict[str, Any] = {"machine": machine(), "runs": given.runs, "found": []}
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as folder:
            figures["found"].append(measure(rows, given.runs, Path(folder)))
        figures["load_at_end"] = os.getloadavg()[0]
        save("end_to_end", figures)
    return figures


def main() -> None:
    """Read the command line, run, print, keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="put the table into a document")
    parser.add_argument("--kept", action="store_true", help="show the figures kept, measure nothing")
    parser.add_argument("--command", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--bare", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.command:
        print(json.dumps(run_command(Path(given.command[0]), Path(given.command[1]), given.command[2])))
        return
    if given.bare:
        print(json.dumps(read_and_write(*map(Path, given.bare))))
        return
    figures = (kept("end_to_end") if given.kept else None) or measured(given)
    shown("end_to_end", report(figures), given.write)


if __name__ == "__main__":
    main()
