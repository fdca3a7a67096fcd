"""Coding the chunks of an export, by several processes at once; results come in the order of the chunks.

Whoever asks codes as well. Processes are sent rows as they were read, and give back where their results wait
on disk and what they count: tables stay where they were made.
"""

import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TypeAlias

from codesheet.coding.coder import Coder
from codesheet.coding.history import History
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.encounter_rows import Layout
from codesheet.exports.export import FileRows, make_encounters
from codesheet.results.coded_chunk import Done
from codesheet.results.tables import Results
from codesheet.verifying.verification import code_and_verify

Rows: TypeAlias = Sequence[FileRows]
"""The rows of a chunk, from one or several files."""

_AHEAD = 2
"""Chunks under way for each process: one that it codes and one that waits."""


class ProcessEndedError(RuntimeError):
    """The system ended a process that was coding."""

    def __str__(self) -> str:
        """Say it to whoever ran the program."""
        return (
            "the system ended a process that was coding, most likely for want of memory; nothing was "
            "written: run again with --jobs 1"
        )


@dataclass(frozen=True, slots=True)
class Work:
    """What every process has to know: rules, layouts of the files, lines of earlier runs, what to verify.

    Results wait in `folder`; without one they stay in memory, and one process does it all.
    """

    ruleset: Ruleset
    layouts: list[Layout]
    row_count: int
    folder: Path | None = None
    history: History | None = None
    rows_to_verify: int = 0


def code_chunks(work: Work, chunks: Iterable[Rows], jobs: int) -> Generator[Done, None, None]:
    """Code chunks with so many processes; a single chunk, or a single job, needs no other process.

    Raises:
        ProcessEndedError: the system ended a process (for want of memory, say).

    """
    remaining = iter(chunks)
    first = list(islice(remaining, 2))
    together = chain(first, remaining)
    if jobs <= 1 or len(first) <= 1 or work.folder is None:
        own = _Coding(work)
        alone = len(first) <= 1
        yield from (own.code(number, rows, in_memory=alone) for number, rows in enumerate(together))
    else:
        yield from _with_processes(work, work.folder, together, jobs - 1)


class _Coding:
    """The work of one process, whose coder remembers what it has matched."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._coder = Coder(work.ruleset, work.history)

    def code(self, number: int, rows: Rows, *, in_memory: bool = False) -> Done:
        """Code a chunk."""
        work = self._work
        encounters = make_encounters(rows, work.layouts, work.ruleset.rulebook)
        batch, verification = code_and_verify(self._coder, encounters, work.rows_to_verify, work.row_count)
        own = None
        if work.folder is not None and not in_memory:
            own = work.folder / f"coded.{number}"
            own.mkdir()
        results = Results(own, keep_first=False)
        results.add(batch)
        return Done(results, verification)


def _with_processes(
    work: Work, folder: Path, chunks: Iterable[Rows], others: int
) -> Generator[Done, None, None]:
    shared = folder / "work"
    with shared.open("wb") as file:
        pickle.dump(work, file, protocol=pickle.HIGHEST_PROTOCOL)
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads of readers half way
    pool = ProcessPoolExecutor(others, context, _begin, (shared,))
    own: _Coding | None = None
    waiting: deque[Future[Done] | Done] = deque()
    try:
        for number, rows in enumerate(chunks):
            under_way = sum(isinstance(one, Future) and not one.done() for one in waiting)
            # The first chunks are shared out evenly: there may be no others.
            if under_way < others * (_AHEAD if own else 1):
                waiting.append(_submit(pool, number, rows))
            else:
                own = own or _Coding(work)
                waiting.append(own.code(number, rows))
            while waiting and _is_done(waiting[0]):
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())
    except BrokenProcessPool as problem:
        raise ProcessEndedError from problem
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _is_done(one: Future[Done] | Done) -> bool:
    return one.done() if isinstance(one, Future) else True


def _result(one: Future[Done] | Done) -> Done:
    return one.result() if isinstance(one, Future) else one


def _submit(pool: ProcessPoolExecutor, number: int, rows: Rows) -> Future[Done]:
    try:
        return pool.submit(_code, number, rows)
    except (ValueError, OSError) as problem:  # a pool that breaks while it starts its next process
        raise ProcessEndedError from problem


_codings: list[_Coding] = []
"""The work of a process that does nothing else."""


def _begin(shared: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked for the work ends it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with shared.open("rb") as file:
        _codings.append(_Coding(pickle.load(file)))  # noqa: S301 - this run wrote it, nobody else can


def _end_with_parent() -> None:
    """End where the process that asked for the work is killed outright: nobody else would."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _code(number: int, rows: Rows) -> Done:
    return _codings[0].code(number, rows)
