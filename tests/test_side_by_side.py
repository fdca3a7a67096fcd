"""Chunks coded by several processes: the same results in the same order, and no waiting for a dead one."""

import multiprocessing
import os
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pandas as pd
import pytest

from codesheet.commands.loading import load_ruleset
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.export import Export
from codesheet.exports.reader import read_export
from codesheet.results.coded_chunk import Done
from codesheet.results.tables import Results
from codesheet.side_by_side import ProcessEndedError, Work, code_chunks

ROOT = Path(__file__).parent.parent
SAMPLE = next((ROOT / "workbooks" / "samples").glob("*.csv"))
TABLES = ("Claim lines", "Visits", "Rows", "Review", "Rejected")


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    ruleset, _ = load_ruleset(ROOT / "rules", lambda _: None)
    assert ruleset is not None
    return ruleset


@pytest.fixture(scope="module")
def export(ruleset: Ruleset) -> Export:
    export, _ = read_export([SAMPLE], ruleset.rulebook)
    assert export is not None
    return export


def coded(ruleset: Ruleset, export: Export, folder: Path | None, size: int, jobs: int) -> list[Done]:
    if folder is not None:
        folder.mkdir()
    work = Work(ruleset, export.layouts, export.row_count, folder, rows_to_verify=20)
    return list(code_chunks(work, export.rows_by_chunk(size), jobs))


def table(results: Results, name: str) -> pd.DataFrame:
    return pd.concat(results[name].frames(results[name].column_names), ignore_index=True)


@pytest.mark.parametrize("jobs", [2, 3])
def test_several_processes_give_what_one_gives(
    ruleset: Ruleset, export: Export, tmp_path: Path, jobs: int
) -> None:
    alone = coded(ruleset, export, None, 300, 1)
    together = coded(ruleset, export, tmp_path / "together", 300, jobs)
    assert len(alone) == len(together) > 5
    for one, other in zip(alone, together, strict=True):
        for name in TABLES:
            pd.testing.assert_frame_equal(table(one.results, name), table(other.results, name))
        assert one.results.counts.fired == other.results.counts.fired
        assert one.results.counts.rows_in == other.results.counts.rows_in
        assert one.verification is not None
        assert one.verification == other.verification
        assert one.verification.rows > 0


def test_two_chunks_are_coded_by_a_process_each(ruleset: Ruleset, export: Export, tmp_path: Path) -> None:
    done = coded(ruleset, export, tmp_path / "two", export.row_count // 2, 2)
    assert len(done) == 2
    assert sum(one.results.counts.rows_in for one in done) == export.row_count
    assert {path.name for path in (tmp_path / "two").iterdir()} == {"work", "coded.0", "coded.1"}


class Deadly:
    """Ends whatever process receives it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (1,)


def test_a_process_that_the_system_ends_is_told(ruleset: Ruleset, tmp_path: Path) -> None:
    chunks: list[Any] = [[Deadly()], [], [], []]
    with pytest.raises(ProcessEndedError, match="--jobs 1"):
        list(code_chunks(Work(ruleset, [], 4, tmp_path), chunks, 2))


def test_processes_end_with_whoever_stops_listening(ruleset: Ruleset, export: Export, tmp_path: Path) -> None:
    work = Work(ruleset, export.layouts, export.row_count, tmp_path)
    batches = code_chunks(work, export.rows_by_chunk(300), 2)
    next(batches)
    batches.close()
    assert multiprocessing.active_children() == []


def test_processes_end_with_one_that_is_killed_outright(
    ruleset: Ruleset, export: Export, tmp_path: Path
) -> None:
    work = Work(ruleset, export.layouts, export.row_count, tmp_path)
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    asking = context.Process(target=_code_and_wait, args=(work, [*export.rows_by_chunk(300)], there))
    asking.start()
    coding = here.recv()
    assert coding
    asking.kill()
    asking.join()
    deadline = monotonic() + 20
    while any(_is_running(process) for process in coding) and monotonic() < deadline:
        sleep(0.1)
    assert [process for process in coding if _is_running(process)] == []


def _code_and_wait(work: Work, chunks: list[Any], pipe: Connection) -> None:
    batches = code_chunks(work, chunks, 2)
    next(batches)
    pipe.send([process.pid for process in multiprocessing.active_children()])
    sleep(600)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")  # it may have ended, and nobody has asked how
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
