"""codesheet by two processes, as the command codes with two jobs: half of the rows each, whole visits."""

import gc
import multiprocessing
import os
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from codesheet.coding.coded import Coded
from codesheet.coding.coder import Coder
from codesheet.coding.columns import Frame
from contenders import codesheet_coder
from tasks import Task

_DECIDE, _ANSWER = "decide", "answer"


@dataclass(frozen=True, slots=True)
class Pair:
    """The coder of the process that asks, and the way to the other one."""

    own: Coder
    other: Connection
    process: int


def write(task: Task, folder: Path) -> Path:
    """Give the workbook's folder: it is codesheet's language."""
    return codesheet_coder.write(task, folder)


def load(rules: Path) -> Pair:
    """Read, check and compile, in both processes."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    other = context.Process(target=_serve, args=(there, rules), daemon=True)
    other.start()
    own = codesheet_coder.load(rules)
    here.recv()
    return Pair(own, here, other.pid or 0)


def prepare(loaded: Pair, rows: pa.Table) -> Frame:
    """Give each process its rows, encoded as reading an export does."""
    cut = middle(rows[loaded.own.ruleset.rulebook.visit_key])
    loaded.other.send(rows.slice(cut))
    own = codesheet_coder.prepare(loaded.own, rows.slice(0, cut))
    loaded.other.recv()
    return own


def decide(loaded: Pair, rows: Frame) -> Coded:
    """Code the rows in both processes, short of making tables of results, and wait for the slower."""
    loaded.other.send(_DECIDE)
    own = codesheet_coder.decide(loaded.own, rows)
    loaded.other.recv()
    return own


def answers(loaded: Pair, given: Coded) -> list[str]:
    """Read what both decided, in the order of the rows."""
    loaded.other.send(_ANSWER)
    return codesheet_coder.answers(loaded.own, given) + loaded.other.recv()


def versions() -> str:
    """Name what ran."""
    return codesheet_coder.versions()


def processes(loaded: Pair) -> list[int]:
    """Name the processes that decide."""
    return [os.getpid(), loaded.process]


def middle(visits: pa.ChunkedArray) -> int:
    """Give the place of the first visit that begins in the second half; all rows where none does."""
    if len(visits) <= 1:
        return len(visits)
    half = len(visits) // 2
    others = pc.not_equal(visits.slice(half), visits.slice(half - 1, len(visits) - half))
    first = pc.index(others, pa.scalar(value=True)).as_py()
    return len(visits) if first < 0 else half + first


def _serve(pipe: Connection, rules: Path) -> None:
    """Do in the other process what it is told, until nobody tells it any more."""
    loaded = codesheet_coder.load(rules)
    pipe.send(None)
    frame, given = Frame(0, {}), None
    while True:
        try:
            told = pipe.recv()
        except EOFError:
            return
        answer: list[str] | None = None
        if isinstance(told, pa.Table):
            frame = codesheet_coder.prepare(loaded, told)
            gc.collect()
            gc.freeze()
        elif told == _DECIDE:
            given = codesheet_coder.decide(loaded, frame) if frame.rows else None
        else:
            answer = codesheet_coder.answers(loaded, given) if given is not None else []
        pipe.send(answer)
