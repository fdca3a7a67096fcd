"""Sets the figures kept by the other benchmarks against what codesheet is to reach; prints one table.

After peers.py, growth.py, end_to_end.py and check_speed.py:

    python benchmarks/targets.py --write docs/performance.md
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import check_speed
from bouts import CODESHEET, DUCKDB, PAIR, Figures
from end_to_end import growth_of_memory, times_alone
from growth import Point, each, spread
from measuring import kept, markdown, shown
from peers import faster

HEADINGS = ("target", "reached?", "by how much", "seen", "command")
ENOUGH_ROWS = 10_000
"""Below it, starting up is most of what is measured."""
ROW_BY_ROW = ("zen-engine", "pyDMNrules", "durable-rules, row by row")

Kept: TypeAlias = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured: the figure to judge (None: nothing was), in words, and of how many rows."""

    figure: float | None
    words: str = "not measured yet"
    rows: int = ENOUGH_ROWS


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached, by a figure at least or at most as large as `limit`, and how it is judged."""

    title: str
    limit: float
    at_least: bool
    script: str
    judge: Callable[[Kept], Seen]
    unit: str = "×"

    def line(self) -> Sequence[str]:
        """Give the line of the table."""
        seen = self.judge(kept(self.script))
        command = f"`python benchmarks/{self.script}.py`"
        if seen.figure is None:
            return self.title, "", "", seen.words, command
        if seen.rows < ENOUGH_ROWS:
            return self.title, "too few rows to say", "", f"{seen.rows:,} rows<br>{seen.words}", command
        reached = seen.figure >= self.limit if self.at_least else seen.figure <= self.limit
        wanted = "wanted" if self.at_least else "allowed"
        margin = f"{seen.figure:.3g}{self.unit} where {self.limit:.3g}{self.unit} is {wanted}"
        return self.title, "yes" if reached else "**no**", margin, seen.words, command


def against(*names: str, by: str = CODESHEET) -> Callable[[Kept], Seen]:
    """Judge by the smallest ratio of codesheet (`by`: how it ran) to some engines on the rows of a load."""

    def judge(figures: Kept) -> Seen:
        ratios: list[float] = []
        words: list[str] = []
        rows = []
        for title, found in (figures or {"bouts": {}})["bouts"].items():
            by_name = {one["name"]: Figures(**one) for one in found}
            own = by_name.get(by, by_name[CODESHEET])
            for name in names if "month" in title else ():
                ratio = faster(own, by_name[name], "seconds") if name in by_name else None
                if ratio:
                    ratios.append(ratio.middle)
                    words.append(f"{title.split(';')[0]}: {ratio.middle:.3g}× {name}")
                    rows.append(own.rows)
        return Seen(min(ratios), "<br>".join(words), min(rows)) if ratios else Seen(None)

    return judge


def alone(figures: Kept) -> Seen:
    """Judge the whole command against reading and writing alone, by its worst size."""
    found = (figures or {"found": []})["found"]
    ran = [one for one in found if not (one["failed"] or one.get("bare_failed"))]
    if not ran:
        return Seen(None)
    ratios = {one["rows"]: times_alone(one, "seconds") for one in ran}
    words = "<br>".join(f"{rows:,} rows: {ratio.show()}×" for rows, ratio in ratios.items())
    return Seen(max(ratio.middle for ratio in ratios.values()), words, min(ratios))


def memory(figures: Kept) -> Seen:
    """Judge the peak at the most rows against that at a tenth of them."""
    streamed = (figures or {"streamed": []})["streamed"]
    grown = growth_of_memory(streamed)
    return Seen(None) if grown is None else Seen(*grown, max(one["rows"] for one in streamed) // 10)


def by_rules(figures: Kept, panel: str = "rules") -> dict[int, dict[str, Any]]:
    """Give what was measured for each number of rules."""
    found = [one for one in (figures or {"found": []})["found"] if one["point"]["panel"] == panel]
    return {Point(**one["point"]).size: one for one in found if not one["failed"]}


def many_and_few(ran: Iterable[int], times: float) -> tuple[int, int] | None:
    """Give the largest number of rules, and the largest that is so many times smaller at least."""
    sizes = sorted(ran)
    few = [size for size in sizes if size * times <= sizes[-1]]
    return (sizes[-1], few[-1]) if few else None


def check(rulebook: str) -> Callable[[Kept], Seen]:
    """Judge the seconds of the command `check`, of the largest rulebook whose name begins so."""

    def judge(figures: Kept) -> Seen:
        found = [one for one in (figures or {"found": []})["found"] if one["name"].startswith(rulebook)]
        largest = max(found, key=lambda one: int(one["rules"]), default=None)
        seconds = None if largest is None else check_speed.spread(largest, "seconds")
        if largest is None or seconds is None:
            return Seen(None)
        return Seen(seconds.middle, f"{largest['rules']:,} rules: {seconds.show()} s")

    return judge


def linear(figures: Kept) -> Seen:
    """Judge how reading, checking and compiling grow over ten times the rules; 10 is linear."""
    ran = by_rules(figures)
    pair = many_and_few(ran, 10)
    if pair is None:
        return Seen(None)
    total = {
        size: sum(spread(ran[size], stage).middle for stage in ("read", "check", "compile")) for size in pair
    }
    many, few = pair
    grown = total[many] / total[few] / (many / few) * 10
    words = f"{many:,} rules: {total[many]:.1f} s; {few:,} rules: {total[few]:.2f} s"
    return Seen(grown, words)


def many_rules(figures: Kept) -> Seen:
    """Judge the time for a combination by the most rules against a thirtieth of them, by the worst panel."""
    ratios, words = [], []
    for panel in ("rules", "narrow rules"):
        ran = by_rules(figures, panel)
        if (pair := many_and_few(ran, 30)) is None:
            return Seen(None)
        many, few = (each(ran[size]).middle for size in pair)
        ratios.append(many / few)
        seconds = [spread(ran[size], "decide").middle for size in pair]
        words.append(
            f"{panel}: {many / few:.2f}×; {pair[0]:,}: {seconds[0]:.2f} s, {many:.0f} µs a combination; "
            f"{pair[1]:,}: {seconds[1]:.2f} s, {few:.0f} µs"
        )
    return Seen(max(ratios), "<br>".join(words))


TARGETS = (
    Target(
        "a month's rows decided at least as fast as by DuckDB SQL, both with two cores",
        limit=1,
        at_least=True,
        script="peers",
        judge=against(DUCKDB, by=PAIR),
    ),
    Target(
        "at least 50× as fast as zen-engine, pyDMNrules, durable-rules row by row",
        limit=50,
        at_least=True,
        script="peers",
        judge=against(*ROW_BY_ROW),
    ),
    Target(
        "csv in, xlsx out within 1.3× of reading and writing alone",
        limit=1.3,
        at_least=False,
        script="end_to_end",
        judge=alone,
    ),
    Target(
        "ten times the rows, at most 1.3× the peak memory",
        limit=1.3,
        at_least=False,
        script="end_to_end",
        judge=memory,
    ),
    Target(
        "10,000 rules read, checked and compiled in seconds, growing linearly (ten times the rules, 13×)",
        limit=13,
        at_least=False,
        script="growth",
        judge=linear,
    ),
    Target(
        "a combination decided by 10,000 rules in twice the time of 300",
        limit=2,
        at_least=False,
        script="growth",
        judge=many_rules,
    ),
    Target(
        "the shipped rulebook checked in under 2 s",
        limit=2,
        at_least=False,
        script="check_speed",
        judge=check("shipped"),
        unit=" s",
    ),
    Target(
        "10,000 rules checked in tens of seconds",
        limit=30,
        at_least=False,
        script="check_speed",
        judge=check("invented"),
        unit=" s",
    ),
)


def rows_of_targets() -> Iterator[Sequence[str]]:
    """Give a line for each target."""
    yield from (target.line() for target in TARGETS)


def main() -> None:
    """Read the command line, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="put the table into a document")
    given = parser.parse_args()
    shown("targets", markdown(HEADINGS, rows_of_targets(), numbers=False), given.write)


if __name__ == "__main__":
    main()
