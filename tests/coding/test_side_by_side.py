"""Chunks coded by several processes: the same batches in the same order, and no waiting for a dead one."""

import multiprocessing
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from codesheet.coding.side_by_side import ProcessEndedError, code_chunks
from codesheet.commands import load_ruleset
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.export import Export
from codesheet.exports.reader import read_export

ROOT = Path(__file__).parent.parent.parent
SAMPLE = next((ROOT / "workbooks" / "samples").glob("*.csv"))


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


def test_two_processes_give_what_one_gives(ruleset: Ruleset, export: Export) -> None:
    alone = [batch for _, batch in code_chunks(ruleset, export.chunks(500), 1)]
    together = [batch for _, batch in code_chunks(ruleset, export.chunks(500), 2)]
    assert len(alone) == len(together) > 3
    for one, other in zip(alone, together, strict=True):
        for name in ("claim_lines", "visits", "rows", "review", "edits", "rejected"):
            pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
        assert one.rule_counts == other.rule_counts


class Deadly:
    """Ends whatever process receives it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (1,)


def test_a_process_that_the_system_ends_is_told(ruleset: Ruleset) -> None:
    chunks: list[Any] = [Deadly() for _ in range(4)]
    with pytest.raises(ProcessEndedError, match="--jobs 1"):
        list(code_chunks(ruleset, chunks, 2))


def test_processes_end_with_whoever_stops_listening(ruleset: Ruleset, export: Export) -> None:
    batches = code_chunks(ruleset, export.chunks(300), 2)
    next(batches)
    batches.close()
    assert multiprocessing.active_children() == []
