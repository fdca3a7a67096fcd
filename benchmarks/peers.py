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
import pickle
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from measuring import (
    HERE,
    MEGABYTE,
    Spread,
    child,
    machine,
    markdown,
    peak,
    reset_peak,
    save,
    taken_under,
    write_between,
)

CODESHEET = "codesheet"
DUCKDB = "DuckDB SQL"
FEWER = "codesheet, fewer rows"
WORKBOOKS = HERE.parent / "workbooks"

PACKAGES = {  # what is imported first, and how to get it
    "codesheet": ("codesheet.commands", ""),
    "DuckDB SQL": ("duckdb", "duckdb"),
    "polars": ("polars", "polars"),
    "durable-rules, row by row": ("durable.lang", ""),
    "zen-engine": ("zen", "zen-engine"),
    "CLIPS": ("clips", "clipspy"),
    "rule-engine": ("rule_engine", "rule-engine"),
    "pyDMNrules": ("pyDMNrules", "pyDMNrules"),
}
MOST_ROWS = {
    FEWER: 10_000,
    "durable-rules, row by row": 10_000,
    "zen-engine": 10_000,
    "CLIPS": 10_000,
    "rule-engine": 500,
    "pyDMNrules": 100,
}
"""Slow contenders decide the first rows only; their speed is quoted per row all the same."""

MOST_RUNS = {"pyDMNrules": 1}
"""Importing it takes longer than all others' runs together: it builds its grammar's tables each time."""


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
        run = child(Path(__file__), ["--child", _plain(name), str(self.folder), str(rows)])
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
    before = reset_peak()
    start, cpu_start = perf_counter(), process_time()
    given = engine.decide(loaded, prepared)
    seconds, cpu_seconds = perf_counter() - start, process_time() - cpu_start
    memory = (peak() - before) / MEGABYTE
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
        else:
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


def bouts(folder: Path, rows: int, names: Sequence[str]) -> Iterator[Bout]:
    """Give each table with the month's rows, and with uniform ones (a tenth as many)."""
    from tasks import generated_task, real_rows, real_task, uniform_real_rows  # noqa: PLC0415
    from visit_rows import sample_rows, uniform_rows  # noqa: PLC0415

    month, even = sample_rows(rows), uniform_rows(max(rows // 10, 100))
    for policy in ("First", "Collect"):
        task = generated_task(policy, folder / f"workbook {policy}")
        yield write_bout(f"{task.name}; a month's rows", task, month, names, folder / f"{policy} month")
        yield write_bout(f"{task.name}; uniform rows", task, even, names, folder / f"{policy} even")
    task = real_task(WORKBOOKS, folder / "rules")
    coded = real_rows(WORKBOOKS, folder, max(rows // 2, 100))
    yield write_bout(f"{task.name}; a month's rows", task, coded, names, folder / "real month")
    even = uniform_real_rows(task, max(rows // 10, 100))
    yield write_bout(f"{task.name}; uniform rows", task, even, names, folder / "real even")


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
    parts = [taken_under(figures["machine"], figures["load_at_end"]), f"Versions: {figures['versions']}."]
    for title, found in figures["bouts"].items():
        parts += [f"**{title}**", markdown(HEADINGS, table_rows([Figures(**one) for one in found]))]
    return "\n\n".join(parts)


def main() -> None:
    """Read the command line, run, print, keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rows", type=int, default=1_000_000, help="rows of the month; uniform ones: a tenth"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=list(PACKAGES), default=list(PACKAGES), metavar="ENGINE")
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="put the tables into a document")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(run_child(given.child[0], Path(given.child[1]), int(given.child[2]))))
        return
    names = list(installed([CODESHEET, FEWER, *(name for name in given.only if name != CODESHEET)]))
    figures: dict[str, Any] = {"machine": machine(), "rows": given.rows, "runs": given.runs, "bouts": {}}
    with tempfile.TemporaryDirectory() as folder:
        for bout in bouts(Path(folder), given.rows, names):
            found = bout.run(names, given.runs)
            figures["bouts"][bout.title] = [
                {key: getattr(one, key) for key in one.__slots__} for one in found
            ]
            print(f"\n{bout.title}\n{markdown(HEADINGS, table_rows(found))}", flush=True)
            figures["load_at_end"] = os.getloadavg()[0]
            figures["versions"] = "; ".join(sorted({one.versions for one in found if one.versions}))
            save("peers", figures)
    if given.write:
        write_between(given.write, "peers", report(figures))


if __name__ == "__main__":
    main()
