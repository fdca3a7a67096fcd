"""Contenders against each other: rules and rows written out, runs in turns in processes, answers compared."""

import gc
import os
import pickle
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from shutil import which
from time import perf_counter
from typing import Any

from measuring import HERE, MEGABYTE, child, peak, processor_seconds, reset_peak

SCRIPT = HERE / "peers.py"
CODESHEET = "codesheet"
DUCKDB = "DuckDB SQL"
FEWER = "codesheet, fewer rows"
PAIR = "codesheet, two processes"

PACKAGES = {  # what is imported first, and how to get it
    "codesheet": ("codesheet.commands", ""),
    "codesheet, two processes": ("codesheet.commands", ""),
    "DuckDB SQL": ("duckdb", "duckdb"),
    "polars": ("polars", "polars"),
    "durable-rules, row by row": ("durable.lang", ""),
    "Drools": ("drools.jars", "drools-jpy"),
    "zen-engine": ("zen", "zen-engine"),
    "CLIPS": ("clips", "clipspy"),
    "rule-engine": ("rule_engine", "rule-engine"),
    "pyDMNrules": ("pyDMNrules", "pyDMNrules"),
}
PROGRAMS = {"Drools": "javac"}
"""What must be installed beside packages."""

MOST_ROWS = {
    FEWER: 10_000,
    "Drools": 100_000,
    "durable-rules, row by row": 10_000,
    "zen-engine": 10_000,
    "CLIPS": 10_000,
    "rule-engine": 500,
    "pyDMNrules": 100,
}
"""Slow contenders decide the first rows only; their speed is quoted per row all the same."""

MOST_RUNS = {"pyDMNrules": 1, "Drools": 2}
"""What takes long to start: pyDMNrules builds its grammar's tables, Drools compiles its Java sources."""


MEASURES = (
    *(
        "seconds",
        "cpu_seconds",
        "import_seconds",
        "load_seconds",
        "prepare_seconds",
        "edit_seconds",
        "memory",
    ),
)


@dataclass(slots=True)
class Figures:
    """What the runs of one contender on one set of rows gave."""

    name: str
    rows: int
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    import_seconds: list[float] = field(default_factory=list)
    load_seconds: list[float] = field(default_factory=list)
    prepare_seconds: list[float] = field(default_factory=list)
    edit_seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    versions: str = ""
    problem: str = ""

    def add(self, run: dict[str, Any]) -> None:
        """Add a run whose answers were right."""
        self.versions = run["versions"]
        for name in MEASURES:
            getattr(self, name).append(run[name])


@dataclass(frozen=True, slots=True)
class Bout:
    """One table and one set of rows, with each contender's rules written into a folder."""

    title: str
    folder: Path
    rows: int

    def run(self, names: Sequence[str], runs: int) -> list[Figures]:
        """Let the contenders run in turns; the first codesheet run gives the answers that all must give."""
        found = {name: Figures(name, min(self.rows, MOST_ROWS.get(name, self.rows))) for name in names}
        right: list[str] = []
        for turn in range(runs):
            for name, figures in found.items():
                if figures.problem or turn >= MOST_RUNS.get(name, runs):
                    continue
                given, run = self._run_once(name, figures.rows)
                right = right or given
                figures.problem = run.get("failed", "") or first_difference(right[: figures.rows], given)
                if not figures.problem:
                    figures.add(run)
        return list(found.values())

    def _run_once(self, name: str, rows: int) -> tuple[list[str], dict[str, Any]]:
        run = child(SCRIPT, ["--child", _plain(name), str(self.folder), str(rows)])
        answers = self.folder / "answers.pickle"
        given = pickle.loads(answers.read_bytes()) if answers.exists() else []  # noqa: S301 - of our child
        answers.unlink(missing_ok=True)
        return given, run


def first_difference(right: Sequence[str], given: Sequence[str]) -> str:
    """Say where answers differ first; empty where they do not."""
    if len(right) != len(given):
        return f"{len(given):,} answers for {len(right):,} rows"
    for place, (one, other) in enumerate(zip(right, given, strict=True)):
        if one != other:
            return f"row {place + 1}: {other or 'nothing'}; codesheet: {one or 'nothing'}"
    return ""


def _plain(name: str) -> str:
    return CODESHEET if name == FEWER else name


def run_child(name: str, folder: Path, rows: int) -> dict[str, Any]:
    """Decide a bout's rows with one contender, and leave its answers in the folder."""
    start = perf_counter()
    import_module(PACKAGES[name][0])
    import_seconds = perf_counter() - start
    from pyarrow import parquet  # noqa: PLC0415 - what is timed above must be imported first

    from contenders import contender  # noqa: PLC0415

    engine = contender(name)
    rules = Path((folder / f"{name}.path").read_text(encoding="utf-8"))
    start = perf_counter()
    loaded = engine.load(rules)
    load_seconds = perf_counter() - start
    table = parquet.read_table(folder / "rows.parquet").slice(0, rows)
    start = perf_counter()
    prepared = engine.prepare(loaded, table)
    prepare_seconds = perf_counter() - start
    processes = engine.processes(loaded) if hasattr(engine, "processes") else [os.getpid()]
    gc.collect()
    gc.freeze()  # what an engine has loaded, Python does not look through again while it decides
    before = sum(map(reset_peak, processes))
    start, cpu_start = perf_counter(), sum(map(processor_seconds, processes))
    given = engine.decide(loaded, prepared)
    seconds, cpu_seconds = perf_counter() - start, sum(map(processor_seconds, processes)) - cpu_start
    memory = (sum(map(peak, processes)) - before) / MEGABYTE
    (folder / "answers.pickle").write_bytes(pickle.dumps(engine.answers(loaded, given)))
    start = perf_counter()
    again = engine.load(rules)
    engine.decide(again, engine.prepare(again, table.slice(0, 1)))
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "import_seconds": import_seconds,
        "load_seconds": load_seconds,
        "prepare_seconds": prepare_seconds,
        "edit_seconds": perf_counter() - start,
        "memory": memory,
        "versions": engine.versions(),
    }


def installed(names: Sequence[str]) -> Iterator[str]:
    """Give the contenders that can run; say how to get the others."""
    for name in names:
        module, package = PACKAGES[_plain(name)]
        try:
            import_module(module)
        except ImportError:
            print(f"{name} is skipped: it is not installed (pip install {package})", file=sys.stderr)
            continue
        program = PROGRAMS.get(name, "")
        if program and not which(program):
            print(f"{name} is skipped: {program} is not installed", file=sys.stderr)
            continue
        yield name


def write_bout(title: str, task: Any, rows: Any, names: Sequence[str], folder: Path) -> Bout:  # noqa: ANN401
    """Write rows and every contender's rules."""
    from pyarrow import parquet  # noqa: PLC0415

    from contenders import contender  # noqa: PLC0415

    folder.mkdir(parents=True)
    parquet.write_table(rows, folder / "rows.parquet")
    for name in dict.fromkeys(map(_plain, names)):
        own = folder / name
        own.mkdir()
        rules = contender(name).write(task, own)
        (folder / f"{name}.path").write_text(str(rules), encoding="utf-8")
    return Bout(title, folder, rows.num_rows)
