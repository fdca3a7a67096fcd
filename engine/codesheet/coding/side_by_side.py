"""Coding chunks of one export in several processes at once; batches come in the order of their chunks."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import TypeAlias

from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.coder import Coder
from codesheet.coding.history import History
from codesheet.compiling.ruleset import Ruleset

Batches: TypeAlias = Generator[tuple[Encounters, CodedBatch], None, None]
"""Each chunk with what it was coded to."""

_AHEAD = 1
"""Chunks that wait for a process that becomes free: more would only take memory."""


class ProcessEndedError(RuntimeError):
    """The system ended a process that was coding."""

    def __str__(self) -> str:
        """Say it to whoever ran the program."""
        return (
            "the system ended a process that was coding, most likely for want of memory; nothing was "
            "written: run again with --jobs 1"
        )


def code_chunks(
    ruleset: Ruleset, chunks: Iterable[Encounters], jobs: int, history: History | None = None
) -> Batches:
    """Code chunks with so many processes; a single chunk, or a single job, needs no other process.

    `history` are the lines of earlier runs.

    Raises:
        ProcessEndedError: the system ended a process (for want of memory, say).

    """
    remaining = iter(chunks)
    first = list(islice(remaining, 2))
    together = chain(first, remaining)
    if jobs <= 1 or len(first) <= 1:
        coder = Coder(ruleset, history)
        yield from ((chunk, coder.code(chunk)) for chunk in together)
    else:
        yield from _with_processes(ruleset, together, jobs, history)


def _with_processes(
    ruleset: Ruleset, chunks: Iterable[Encounters], jobs: int, history: History | None
) -> Batches:
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads of readers half way
    pool = ProcessPoolExecutor(jobs, context, _begin, (ruleset, history))
    try:
        waiting: deque[tuple[Encounters, Future[CodedBatch]]] = deque()
        for chunk in chunks:
            waiting.append((chunk, _submit(pool, chunk)))
            if len(waiting) >= jobs + _AHEAD:
                done, batch = waiting.popleft()
                yield done, batch.result()
        for done, batch in waiting:
            yield done, batch.result()
    except BrokenProcessPool as problem:
        raise ProcessEndedError from problem
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, chunk: Encounters) -> Future[CodedBatch]:
    try:
        return pool.submit(_code, chunk)
    except (ValueError, OSError) as problem:  # a pool that breaks while it starts its next process
        raise ProcessEndedError from problem


_coders: list[Coder] = []
"""The coder of a process that does nothing but code; it remembers what it has matched."""


def _begin(ruleset: Ruleset, history: History | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked for the work ends it
    _coders.append(Coder(ruleset, history))


def _code(chunk: Encounters) -> CodedBatch:
    return _coders[0].code(chunk)
