"""Measure claim edits at full size: published files in, then a million claim lines edited.

    .venv/bin/python benchmarks/claim_edits.py [--pairs N] [--limits N] [--lines N] [--named N]

Writes synthetic files in CMS's layouts (2,000,000 pairs among 10,000 codes, 10,000 limits), imports them as
reference files, compiles a rulebook that names `--named` of the codes, and codes visits of three lines each.
Each step runs in a process of its own and prints its seconds, by the clock and of the processor, and its
peak memory.
"""

import argparse
import multiprocessing
import random
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from codesheet.coding.coder import Coder
from codesheet.commands.loading import load_ruleset
from codesheet.commands.rulebooks import compile_to
from codesheet.exports.reader import read_encounters
from codesheet.importing.imported import write_imported
from codesheet.importing.imports import read_files
from codesheet.importing.options import Options
from codesheet.sheets.workbook import write_workbook

FILES = {"ncci": "ccipra-v322r0-f1.txt", "mue": "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"}
CODES = [f"{letter}{number:04d}" for letter in "ABCDE" for number in range(2000)]
FIELDS = [
    ["Fields"],
    ["Visit key", "Visit ID"],
    ["Date of service", "Date of service"],
    ["Row order", "Item"],
    ["Field", "Type", "Required"],
    ["Visit ID", "text", "yes"],
    ["Item", "whole number", "yes"],
    ["Date of service", "date", "yes"],
    ["Patient ID", "text", "no"],
    ["Payer", "text", "no"],
    ["Setting", "text", "no"],
    ["HCPCS", "code", "no"],
    ["Quantity", "whole number", "no"],
]
LINES = [
    ["Decision", "Lines"],
    ["Result", "claim lines"],
    ["IF", "THEN", "THEN"],
    ["HCPCS", "Code", "Units"],
    ["is not blank", "{HCPCS}", "Quantity"],
]
WHOSE = [["Unit limits", "Whose"], ["Per", "Patient ID, Payer"], ["Code", "Limit", "Per"]]
EDITS = [
    ["Decision", "What follows"],
    ["Result", "edits"],
    ["Hit policy", "Collect"],
    ["IF", "IF", "THEN", "THEN"],
    ["Pair indicator", "Units over limit", "Disposition", "Message"],
    ["0", None, "deny", "{Code} beside {Pair with}: {Pair row}"],
    ["1", None, "review", "{Code} beside {Pair with}: {Pair row}"],
    [None, ">= 1", "review", "{Code}: {Units before} + {Units} of {Unit limit}: {Limit row}"],
]


def write_published(folder: Path, pairs: int, limits: int) -> None:
    """Write synthetic files in CMS's layouts."""
    rng = np.random.default_rng(7)
    first, second = rng.integers(0, len(CODES), (2, pairs))
    indicators = rng.choice(["0", "1", "9"], pairs, p=[0.2, 0.75, 0.05])
    with (folder / FILES["ncci"]).open("w", encoding="utf-8") as file:
        file.write("All rights reserved.\t\t\t\t\t\t\nColumn1/Column2 Edits\t\t\t\t\t\t\n")
        file.write("Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n")
        file.write("\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n")
        seen = np.unique(first * len(CODES) + second, return_index=True)[1]
        for one, two, indicator in zip(
            first[seen].tolist(), second[seen].tolist(), indicators[seen].tolist(), strict=True
        ):
            file.write(f"{CODES[one]}\t{CODES[two]}\t\t20200101\t*\t{indicator}\tMisuse of Column Two code\n")
    with (folder / FILES["mue"]).open("w", encoding="utf-8") as file:
        file.write('"All rights\nreserved",,,\n"HCPCS/\nCPT Code",Practitioner Services MUE Values,')
        file.write("MUE Adjudication Indicator,MUE Rationale\n")
        for code in CODES[:limits]:
            file.write(f"{code},{1 + int(code[1:]) % 3},3 Date of Service Edit: Clinical,Clinical: Data\n")


def import_files(folder: Path) -> None:
    """Import both files as reference files of a rulebook."""
    for kind, name in (
        ("ncci", "ccipra-v322r0-f1.txt"),
        ("mue", "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"),
    ):
        imported = read_files(kind, [folder / name], Options(), None)
        _say(f"    {kind}: {imported.row_count:,} rows")
        write_imported(imported, folder / "book" / f"{kind}.parquet")


def _named(count: int) -> list[str]:
    return random.Random(3).sample(CODES, count)


def write_book(folder: Path, named: int) -> None:
    """Write a rulebook that names some of the codes."""
    names = _named(named)
    codes = [["Value sets"], ["Set", "Member"], *(["coded here", name] for name in sorted(names))]
    sheets = {"Fields": FIELDS, "Lines": LINES, "Codes": codes, "Whose": WHOSE, "Edits": EDITS}
    write_workbook(folder / "book" / "core.xlsx", {name: iter(rows) for name, rows in sheets.items()})


def write_visits(folder: Path, lines: int, named: int) -> None:
    """Write visits of three lines each, as parquet."""
    rng = np.random.default_rng(11)
    names = np.array(_named(named))
    visit = np.arange(lines) // 3
    columns = {
        "Visit ID": np.char.add("V", visit.astype(str)),
        "Item": np.arange(lines) % 3 + 1,
        "Date of service": np.char.add("2026-08-", np.char.zfill((visit % 31 + 1).astype(str), 2)),
        "Patient ID": np.char.add("P", (visit % 100_000).astype(str)),
        "Payer": np.array(["A", "B", "C"])[visit % 3],
        "Setting": np.full(lines, "practitioner"),
        "HCPCS": names[rng.integers(0, named, lines)],
        "Quantity": rng.integers(1, 4, lines),
    }
    parquet.write_table(pa.table(columns), folder / "visits.parquet")


def compile_book(folder: Path) -> None:
    """Compile the workbook with its reference files."""
    issues, ruleset = compile_to(folder / "book", folder / "rules", _quiet)
    if ruleset is None or ruleset.rulebook.code_pairs is None or ruleset.rulebook.unit_limits is None:
        sys.exit("\n".join(map(str, issues[:3])))
    pairs, limits = len(ruleset.rulebook.code_pairs.rows), len(ruleset.rulebook.unit_limits.rows)
    _say(f"    kept in rules: {pairs:,} pairs, {limits:,} limits")


def code_lines(folder: Path) -> None:
    """Code the visits with the compiled rules."""
    ruleset, issues = load_ruleset(folder / "rules", _quiet)
    if ruleset is None:
        sys.exit("\n".join(map(str, issues)))
    encounters, issues = read_encounters([folder / "visits.parquet"], ruleset.rulebook)
    if encounters is None:
        sys.exit("\n".join(map(str, issues)))
    coder = Coder(ruleset)
    start = perf_counter()
    coded = coder.code_frame(encounters.frame, {})
    edits = sum(len(chunk.rows) for chunk in coded.log.chunks)
    seconds = {stage: round(taken, 1) for stage, taken in coder.seconds.items()}
    _say(f"    {len(coded.lines):,} lines, {edits:,} edits in {perf_counter() - start:.1f} s: {seconds}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _quiet(stage: str) -> None:
    del stage


def measured(name: str, step: Callable[..., None], *arguments: object) -> None:
    """Run a step in a process of its own; print its seconds and its peak of memory."""
    _say(name)
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(name, step, arguments))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(f"{name} failed")


def _run(name: str, step: Callable[..., None], arguments: tuple[object, ...]) -> None:
    start, processor = perf_counter(), process_time()
    step(*arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock = f"{perf_counter() - start:.1f} s ({process_time() - processor:.1f} s of the processor)"
    _say(f"    {name}: {clock}, peak {peak:,.0f} MB")


def main() -> None:
    """Run every step."""
    parser = argparse.ArgumentParser(description=__doc__)
    for option, default in (("pairs", 2_000_000), ("limits", 10_000), ("lines", 1_000_000), ("named", 400)):
        parser.add_argument(f"--{option}", type=int, default=default)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "book").mkdir()
        write_published(folder, wanted.pairs, wanted.limits)
        write_visits(folder, wanted.lines, wanted.named)
        write_book(folder, wanted.named)
        measured("import", import_files, folder)
        measured("compile", compile_book, folder)
        measured("code", code_lines, folder)


if __name__ == "__main__":
    main()
