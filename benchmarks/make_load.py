"""Writes invented months of any size, quickly and in little memory: what the measurements are taken on.

    python benchmarks/make_load.py --rows 1000000 load.parquet
    python benchmarks/make_load.py --rows 10000000 --dirt 0.02 --shuffled load.csv

A load holds one clinic's month after another, 40,000 visits each, by day. What is done at a visit is drawn
from a pool that `make_sample` makes in a practice's proportions; patients, days, payers and their spellings,
places and minutes are drawn anew. So it is skewed as real months are: half of the visits are allergy shots,
three payers cover half of the patients, doses are those of the labels, minutes cluster at the planned ones, a
fifth of the patients come weekly. Nobody comes twice on one day.

Dirt is one fault in a row, in as many rows as `--dirt` says: mostly a fact that nobody recorded, else stray
spaces or capitals, a payer that no list holds, a number or a date that cannot be read. All columns are text,
as in csv. The same arguments give the same bytes.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from pyarrow import compute, csv, parquet

from make_sample import BLANKED, COLUMNS, MAKERS, PAYERS, UNKNOWN_PAYERS, UNREADABLE, Item

Places: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"
Shares: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

MONTH = date(2026, 5, 1)
CLINIC = 40_000
"""Visits of one clinic's month; also what is in memory at one time."""
POOL = 20_000
BUCKET = 200_000
SATURDAY = 5

VISITS_A_MONTH, _PATIENTS = (1, 2, 3, 4, 5, 8), (0.5, 0.17, 0.08, 0.17, 0.05, 0.03)
MINUTES_OFF, _CHARTED = (0, 1, 2, 3, 5, 8, -1, -2), (0.62, 0.1, 0.07, 0.05, 0.05, 0.03, 0.05, 0.03)
BY_THE_CLOCK = 0.12
OTHER_SPELLING = 0.12
FAULTS = {  # shares of the rows with a fault
    "clean": 0.0,
    "nothing recorded": 0.60,
    "stray spaces": 0.14,
    "capitals": 0.09,
    "unreadable number": 0.05,
    "unreadable date": 0.02,
    "unknown payer": 0.10,
}
POOLED = ("clean", "nothing recorded", "stray spaces", "capitals", "unreadable number")
"""Faults of what was done, of which the pool holds a copy of every row."""


@dataclass(frozen=True, slots=True)
class Load:
    """A load: how many rows, which seed, the share of rows with a fault, and whether rows are in no order."""

    rows: int
    seed: int = 1
    dirt: float = 0.05
    shuffled: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """What is done at visits: rows with a copy for each of `POOLED`, and where each visit's rows are.

    `rows` holds all clean rows, then all with the first fault, and so on, `height` each; `minutes` are those
    of the clean rows, -1 where there are none. A visit has `counts` rows from `starts` on.
    """

    rows: pa.Table
    minutes: Places
    starts: Places
    counts: Places
    hospital: Shares

    @property
    def height(self) -> int:
        """Give the number of clean rows."""
        return len(self.minutes)


def make_pool(visits: int, seed: int) -> Pool:
    """Draw what is done at so many visits."""
    rng = Random(seed)
    weights = [weight for _, weight, _ in MAKERS]
    made = [(make(rng), share) for make, _, share in rng.choices(MAKERS, weights, k=visits)]
    counts = np.array([len(items) for items, _ in made])
    items = [{**item, "Item": str(place)} for items, _ in made for place, item in enumerate(items, 1)]
    copies = [items, *([soiled(item, fault, rng) for item in items] for fault in POOLED[1:])]
    return Pool(
        pa.table(
            {
                name: pa.array([item.get(name, "") for copy in copies for item in copy]).dictionary_encode()
                for name in COLUMNS
            }
        ),
        np.array([int(item.get("Minutes", -1)) for item in items]),
        np.concatenate(([0], np.cumsum(counts)[:-1])),
        counts,
        np.array([share for _, share in made]),
    )


def soiled(item: Item, fault: str, rng: Random) -> Item:
    """Give a row with a fault; one that cannot have it gets stray spaces."""
    match fault:
        case "nothing recorded":
            kinds = [name for name in BLANKED if item.get(name)]
            change = {rng.choice(kinds): ""} if kinds else {}
        case "unreadable number":
            kinds = [name for name in UNREADABLE if item.get(name)]
            change = {name: UNREADABLE[name] for name in kinds[:1]}
        case "capitals":
            change = {"Service": item["Service"].upper()}
        case _:
            change = {}
    name = rng.choice([name for name in item if item[name] and name != "Item"])
    return {**item, **(change or {name: f" {item[name]}  "})}


def batches(load: Load) -> Iterator[pa.Table]:
    """Give the rows, a clinic at a time, in order."""
    pool = make_pool(min(POOL, max(load.rows, 1)), load.seed)
    days = working_days(MONTH)
    left, first, clinic = load.rows, 1, 1
    while left > 0:
        rng = np.random.default_rng((load.seed, clinic))
        visits = clinic_month(pool, min(CLINIC, left), days, rng)
        table = clinic_rows(pool, visits, first, clinic, load.dirt, rng).slice(0, left)
        yield table
        left -= table.num_rows
        first += len(visits.done)
        clinic += 1


def working_days(first: date) -> list[date]:
    """Give the days on which a clinic is open: all weekdays of the month, and its first Saturday."""
    days = [first + timedelta(days=number) for number in range(31)]
    days = [day for day in days if day.month == first.month and day.weekday() <= SATURDAY]
    saturdays = [day for day in days if day.weekday() == SATURDAY]
    return [day for day in days if day not in saturdays[1:]]


@dataclass(frozen=True, slots=True)
class Visits:
    """A clinic's visits by day: the patient and the payer (their places), the day's, and that of the pool."""

    patient: Places
    payer: Places
    day: Places
    done: Places


def clinic_month(pool: Pool, count: int, days: list[date], rng: np.random.Generator) -> Visits:
    """Draw a clinic's visits: each patient on days of the month spread evenly."""
    often = rng.choice(VISITS_A_MONTH, count, p=_PATIENTS)
    often = often[: int(np.searchsorted(np.cumsum(often), count)) + 1]
    weights = np.array([payer[3] for payer in PAYERS], dtype=float)
    payers = rng.choice(len(PAYERS), len(often), p=weights / weights.sum())
    begin = rng.integers(len(days), size=len(often))
    patient = np.repeat(np.arange(len(often)), often)[:count]
    nth = np.arange(count) - np.repeat(np.cumsum(often) - often, often)[:count]
    day = (begin[patient] + nth * (len(days) // often[patient])) % len(days)
    order = np.argsort(day, kind="stable")
    done = rng.integers(len(pool.starts), size=count)
    return Visits(patient[order], payers[patient][order], day[order], done)


def clinic_rows(
    pool: Pool, visits: Visits, first: int, clinic: int, dirt: float, rng: np.random.Generator
) -> pa.Table:
    """Make the rows of a clinic's visits; visits are numbered from `first` on."""
    counts = pool.counts[visits.done]
    of_visit = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(of_visit)) - np.repeat(np.cumsum(counts) - counts, counts)
    place = pool.starts[visits.done][of_visit] + nth
    faults = drawn_faults(len(place), dirt, rng)
    kept = np.where(faults < len(POOLED), faults, 0)
    done = pool.rows.take(pa.array(place + kept * pool.height))
    columns = {name: done[name].combine_chunks().cast(pa.string()) for name in COLUMNS}
    shared = visit_columns(visits, first, clinic, pool.hospital[visits.done], rng)
    claim = columns["Claim type"]
    columns |= {name: column.take(pa.array(of_visit)) for name, column in shared.items()}
    columns["Claim type"] = compute.if_else(compute.equal(claim, ""), columns["Claim type"], claim)
    unreadable = faults == list(FAULTS).index("unreadable date")
    columns["Date of service"] = replaced(columns["Date of service"], unreadable, ("05/04/26",), rng)
    unknown = faults == list(FAULTS).index("unknown payer")
    columns["Payer"] = replaced(columns["Payer"], unknown, UNKNOWN_PAYERS, rng)
    columns |= charted(columns["Minutes"], pool.minutes[place], rng)
    return pa.table({name: columns[name] for name in COLUMNS})


def drawn_faults(rows: int, dirt: float, rng: np.random.Generator) -> Places:
    """Draw a fault, by its place in `FAULTS`, for a share of the rows; 0 is none."""
    faults = rng.choice(len(FAULTS), rows, p=list(FAULTS.values()))
    return np.where(rng.random(rows) < dirt, faults, 0)


def visit_columns(
    visits: Visits, first: int, clinic: int, hospital: Shares, rng: np.random.Generator
) -> dict[str, pa.Array]:
    """Give what all rows of a visit share; a hospital bills nearly all its own."""
    count = len(visits.done)
    names = [[payer[0], *payer[4]] for payer in PAYERS]
    spellings = [name for payer in names for name in payer]
    begin = np.cumsum([0, *map(len, names)])[:-1]
    other = 1 + rng.integers(1 << 30, size=count) % (np.array([len(p) for p in names]) - 1)[visits.payer]
    spelt = np.where(rng.random(count) < OTHER_SPELLING, other, 0)
    inside = rng.random(count) < hospital
    billed = inside & (rng.random(count) >= 0.06)
    days = working_days(MONTH)
    return {
        "Visit ID": numbered(f"{MONTH:%y%m}-", first + np.arange(count), 8),
        "Patient ID": numbered(f"P{clinic:03d}", visits.patient, 6),
        "Date of service": one_of([day.isoformat() for day in days], visits.day),
        "Payer": one_of(spellings, begin[visits.payer] + spelt),
        "Plan": one_of([payer[1] for payer in PAYERS], visits.payer),
        "State": one_of([payer[2] for payer in PAYERS], visits.payer),
        "Claim type": one_of(["professional", "institutional"], billed.astype(int)),
        "Place of service": one_of(["11", "22"], inside.astype(int)),
        "Clinic": one_of([f"Clinic {clinic}"], np.zeros(count, dtype=int)),
        "Captured by": one_of(["kiosk", "ehr", "paper"], rng.integers(3, size=count)),
    }


def charted(minutes: pa.Array, planned: Places, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Chart minutes near the planned ones, some by start and stop; what was soiled stays as it is.

    Where nobody recorded the minutes of a row charted by the clock, its stop is missing.
    """
    rows = len(planned)
    timed = planned > 0
    run = np.maximum(planned + rng.choice(MINUTES_OFF, rows, p=_CHARTED), 1)
    start = rng.integers(8 * 12, 16 * 12, size=rows) * 5
    clean = compute.equal(minutes, pa.array(planned).cast(pa.string())).to_numpy(zero_copy_only=False)
    blank = compute.equal(minutes, "").to_numpy(zero_copy_only=False)
    clock = timed & (clean | blank) & (rng.random(rows) < BY_THE_CLOCK)
    return {
        "Minutes": compute.if_else(
            pa.array(timed & clean),
            compute.if_else(pa.array(clock), "", pa.array(run).cast(pa.string())),
            minutes,
        ),
        "Start time": compute.if_else(pa.array(clock), by_the_clock(start), ""),
        "Stop time": compute.if_else(pa.array(clock & ~blank), by_the_clock(start + run), ""),
    }


def by_the_clock(minutes: Places) -> pa.Array:
    """Write minutes of the day as 09:05."""
    hours, rest = (numbered("", part, 2) for part in np.divmod(minutes, 60))
    return compute.binary_join_element_wise(hours, rest, ":")


def numbered(before: str, numbers: Places, digits: int) -> pa.Array:
    """Write numbers with leading zeros behind a text."""
    padded = compute.utf8_lpad(pa.array(numbers).cast(pa.string()), digits, "0")
    return compute.binary_join_element_wise(before, padded, "")


def one_of(texts: list[str], places: Places) -> pa.Array:
    """Give the texts at places."""
    return pa.array(texts).take(pa.array(places))


def replaced(
    column: pa.Array, where: "np.ndarray[Any, Any]", texts: tuple[str, ...], rng: np.random.Generator
) -> pa.Array:
    """Replace some rows of a column by one of the texts."""
    drawn = one_of(list(texts), rng.integers(len(texts), size=len(column)))
    return compute.if_else(pa.array(where), drawn, column)


def write_load(target: Path, load: Load) -> None:
    """Write a load as csv, or as Parquet where the name ends so."""
    if not load.shuffled:
        _write(target, batches(load))
        return
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        _write(target, shuffled_batches(load, Path(folder)))


def shuffled_batches(load: Load, folder: Path) -> Iterator[pa.Table]:
    """Deal the rows out to files of a folder, and give each file's rows in no order."""
    rng = np.random.default_rng((load.seed, 0))
    files = [folder / f"{number}.parquet" for number in range(-(-load.rows // BUCKET))]
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    writers = [parquet.ParquetWriter(file, schema) for file in files]
    for table in batches(load):
        bucket = rng.integers(len(files), size=table.num_rows)
        for number, writer in enumerate(writers):
            writer.write_table(table.filter(pa.array(bucket == number)))
    for writer in writers:
        writer.close()
    for file in files:
        table = parquet.read_table(file)
        yield table.take(pa.array(rng.permutation(table.num_rows)))


def _write(target: Path, tables: Iterator[pa.Table]) -> None:
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    if target.suffix == ".parquet":
        with parquet.ParquetWriter(target, schema) as writer:
            for table in tables:
                writer.write_table(table)
        return
    with target.open("wb") as file:
        file.write(f"{','.join(COLUMNS)}\n".encode())
        plain = csv.WriteOptions(include_header=False, quoting_style="none")
        for table in tables:
            csv.write_csv(table, file, plain)


def main() -> None:
    """Read the command line and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", type=Path, metavar="OUT", help="a file of .csv or .parquet")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dirt", type=float, default=0.05, metavar="SHARE", help="of the rows; default 0.05")
    parser.add_argument("--shuffled", action="store_true", help="rows in no order, visits torn apart")
    given = parser.parse_args()
    write_load(given.target, Load(given.rows, given.seed, given.dirt, given.shuffled))


if __name__ == "__main__":
    main()
