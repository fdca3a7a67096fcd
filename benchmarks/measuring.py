"""What the benchmarks share: medians of interleaved runs, memory, the machine, and tables in a document."""

import argparse
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results"
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several runs, with the least and the greatest."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Take the values of all runs."""
        found = list(values)
        return cls(statistics.median(found), min(found), max(found))

    def show(self, form: str = ",.2f") -> str:
        """Print as `median (least–most)`."""
        return f"{self.middle:{form}} ({self.least:{form}}–{self.most:{form}})"


def child(script: Path, arguments: Sequence[str], most_seconds: float = 1800) -> dict[str, Any]:
    """Run a script in a process of its own; its last line of output is JSON.

    What failed is given as `failed`, in one line.
    """
    command = [sys.executable, "-W", "ignore", str(script), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=most_seconds, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {most_seconds:g} s"}
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        problem = (done.stderr.strip().splitlines() or [f"ended with status {done.returncode}"])[-1]
        return {"failed": problem[:200]}
    return json.loads(lines[-1])


def command(arguments: Sequence[str], every: float = 0.2) -> dict[str, Any]:
    """Run codesheet as a process; give its seconds, and the most memory it and its own processes had.

    Memory that processes share counts once, and is looked at every so many seconds. Modules stay compiled, as
    where it was installed.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = perf_counter()
    whole = [sys.executable, "-m", "codesheet", *arguments]
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(
        whole, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=compiled
    ) as running:
        most, errors = 0, ""
        while running.returncode is None:
            most = max(most, sum(map(memory_of, family_of(running.pid))))
            with suppress(subprocess.TimeoutExpired):
                errors = running.communicate(timeout=every)[1]
    seconds = perf_counter() - start
    if running.returncode:
        return {
            "failed": " / ".join(errors.strip().splitlines()[-3:])[:300] or f"status {running.returncode}"
        }
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu_seconds": cpu, "peak": most / MEGABYTE}


def family_of(process: int) -> list[int]:
    """Give a process and all that it and its own have started and that still run."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            after_name = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
            children.setdefault(int(after_name.split()[1]), []).append(int(folder.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def memory_of(process: int) -> int:
    """Give the memory of a process in bytes, its part of what it shares; 0 where it has ended."""
    with suppress(OSError):
        found = re.search(
            r"Pss:\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        )
        return int(found[1]) * 1024 if found else 0
    return 0


def reset_peak(process: int | str = "self") -> int:
    """Begin to measure a process's peak memory anew; give its memory now, in bytes."""
    Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")
    return _status(process, "VmRSS")


def peak(process: int | str = "self") -> int:
    """Give the most memory a process had since `reset_peak`, in bytes."""
    return _status(process, "VmHWM")


def processor_seconds(process: int | str = "self") -> float:
    """Give the processor time a process has used, in hundredths of seconds."""
    after_name = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _status(process: int | str, name: str) -> int:
    text = Path(f"/proc/{process}/status").read_text(encoding="utf-8", errors="replace")
    found = re.search(rf"{name}:\s+(\d+) kB", text)
    return int(found[1]) * 1024 if found else 0


def machine() -> dict[str, Any]:
    """Describe the machine, and how busy others keep it at this moment."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"))
    return {
        "processor": model[1] if model else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory[1]) / 1e6) if memory else None,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "taken": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "load": os.getloadavg()[0],
    }


def taken_under(figures: dict[str, Any]) -> str:
    """Say in a line where and under what load figures were taken, and of how many runs they are."""
    begun, load_at_end, runs = figures["machine"], figures["load_at_end"], figures["runs"]
    cores = begun["cores"]
    is_idle = begun["load"] < cores / 2 and load_at_end < cores + 0.5  # at the end, its own work counts
    warning = "" if is_idle else "; **the machine was busy: compare ratios, not times**"
    return (
        f"Taken {begun['taken']} on {begun['cores']} cores ({begun['processor']}), {begun['memory_gb']} GB, "
        f"Python {begun['python']}, {begun['system']}; load average {begun['load']:.1f} at the beginning, "
        f"{load_at_end:.1f} at the end; {runs} run{'s' if runs > 1 else ''}{warning}."
    )


def markdown(headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = True) -> str:
    """Print a table; columns of numbers, all but the first, stand to the right."""
    line = " ---: |" if numbers else " --- |"
    lines = [f"| {' | '.join(headings)} |", f"| --- |{line * (len(headings) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def save(name: str, figures: dict[str, Any]) -> None:
    """Keep figures as JSON."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def parser_of(description: str | None) -> argparse.ArgumentParser:
    """Give the options that the measuring scripts share."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, help="of each, in turns; 3 by default")
    parser.add_argument("--quick", action="store_true", help="few rows, one run; nothing is kept or written")
    parser.add_argument("--kept", action="store_true", help="show the figures kept, measure nothing")
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="put the tables into a document")
    return parser


def kept(name: str) -> dict[str, Any] | None:
    """Give the figures kept by a script, None where it has not run."""
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def shown(name: str, report: str, document: Path | None) -> None:
    """Print a report, and put it into a document if there is one."""
    print(report)
    if document:
        write_between(document, name, report)


def write_between(document: Path, name: str, text: str) -> None:
    """Replace what stands between a document's two markers of a name."""
    begin, end = f"<!-- {name}: written by benchmarks/{name}.py -->", f"<!-- {name}: end -->"
    whole = document.read_text(encoding="utf-8")
    if begin not in whole or end not in whole:
        raise SystemExit(f"{document} has no lines {begin} and {end}")
    before, rest = whole.split(begin, 1)
    document.write_text(f"{before}{begin}\n\n{text}\n\n{end}{rest.split(end, 1)[1]}", encoding="utf-8")
