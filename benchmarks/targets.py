"""Sets the figures kept by the other benchmarks against what codesheet is to reach; prints one table.

After peers.py, growth.py and end_to_end.py: python benchmarks/targets.py --write docs/performance.md
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bouts import CODESHEET, DUCKDB, Figures
from end_to_end import growth_of_memory
from growth import Point, spread
from measuring import Spread, kept, markdown, shown
from peers import faster

HEADINGS = ("target", "reached?", "seen", "command")
NOT_MEASURED = "not measured yet"
ALONE, MEMORY, LINEAR = 1.3, 1.3, 13.0
MANY_TIMES = 50.0
ENOUGH_ROWS = 10_000
"""Below it, starting up is most of what is measured."""
ROW_BY_ROW = ("zen-engine", "pyDMNrules", "durable-rules, row by row")


def rows_of_targets() -> Iterator[Sequence[str]]:
    """Give a line for each target."""
    peers, growth, whole = kept("peers"), kept("growth"), kept("end_to_end")
    yield "a month's rows decided at least as fast as by DuckDB SQL", *_peers(peers, [DUCKDB], 1.0)
    yield (
        f"at least {MANY_TIMES:g}× as fast as zen-engine, pyDMNrules, durable-rules row by row",
        *_peers(peers, ROW_BY_ROW, MANY_TIMES),
    )
    yield f"csv in, xlsx out within {ALONE}× of reading and writing alone", *_alone(whole)
    yield f"ten times the rows, at most {MEMORY}× the peak memory", *_memory(whole)
    yield "10,000 rules compiled in seconds, growing linearly", *_compiling(growth)


def _peers(figures: dict[str, Any] | None, names: Sequence[str], least: float) -> Sequence[str]:
    command = "`python benchmarks/peers.py`"
    seen: list[str] = []
    worst = fewest = float("inf")
    for title, found in (figures or {"bouts": {}})["bouts"].items():
        if "month" not in title:
            continue
        by_name = {one["name"]: Figures(**one) for one in found}
        for name in names:
            ratio = faster(by_name[CODESHEET], by_name[name], "seconds") if name in by_name else None
            if ratio:
                seen.append(f"{title.split(';')[0]}: {ratio.middle:.3g}× {name}")
                worst = min(worst, ratio.middle)
                fewest = min(fewest, by_name[CODESHEET].rows)
    if not seen:
        return "", NOT_MEASURED, command
    if fewest < ENOUGH_ROWS:
        return "too few rows to say", "<br>".join([f"{fewest:,} rows", *seen]), command
    return _verdict(reached=worst >= least), "<br>".join(seen), command


def _alone(figures: dict[str, Any] | None) -> Sequence[str]:
    command = "`python benchmarks/end_to_end.py`"
    ran = [one for one in (figures or {"found": []})["found"] if not one["failed"]]
    if not ran:
        return "", NOT_MEASURED, command
    ratios = {
        one["rows"]: Spread.of(
            own["seconds"] / bare["seconds"] for own, bare in zip(one["command"], one["bare"], strict=True)
        )
        for one in ran
    }
    seen = "<br>".join(f"{rows:,} rows: {ratio.show()}×" for rows, ratio in ratios.items())
    return _verdict(reached=max(ratio.middle for ratio in ratios.values()) <= ALONE), seen, command


def _memory(figures: dict[str, Any] | None) -> Sequence[str]:
    command = "`python benchmarks/end_to_end.py`"
    ran = [one for one in (figures or {"found": []})["found"] if not one["failed"]]
    if len(ran) < 2:
        return "", NOT_MEASURED, command
    few, many = (Spread.of(run["peak"] for run in one["command"]).middle for one in (ran[0], ran[-1]))
    return _verdict(reached=many / few <= MEMORY), growth_of_memory(ran), command


def _compiling(figures: dict[str, Any] | None) -> Sequence[str]:
    command = "`python benchmarks/growth.py`"
    found = [one for one in (figures or {"found": []})["found"] if one["point"]["panel"] == "rules"]
    ran = {Point(**one["point"]).size: one for one in found if not one["failed"]}
    if len(ran) < 2:
        failed = "<br>".join(one["failed"] for one in found if one["failed"])
        return "", failed or NOT_MEASURED, command
    *_, few, many = sorted(ran)
    total = {
        size: sum(spread(ran[size], stage).middle for stage in ("read", "check", "compile"))
        for size in (few, many)
    }
    grown = total[many] / total[few]
    seen = f"{many:,} rules: {total[many]:.1f} s, {grown:.1f}× the {total[few]:.2f} s of {few:,} rules"
    return _verdict(reached=grown <= LINEAR * many / few / 10), seen, command


def _verdict(*, reached: bool) -> str:
    return "yes" if reached else "**no**"


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
