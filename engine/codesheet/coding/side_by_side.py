"""Coding chunks of one export in several processes at once; batches come in the order of their chunks."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice

from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.coder import Coder
from codesheet.compiling.ruleset import Ruleset

_AHEAD = 1
"""Chunks that wait for a process that becomes free: more would only take memory."""


def code_chunks(
    ruleset: Ruleset, chunks: Iterable[Encounters], jobs: int
) -> Iterator[tuple[Encounters, CodedBatch]]:
    """Code chunks with so many processes; a single chunk, or a single job, needs no other process.

    Raises:
        concurrent.futures.process.BrokenProcessPool: the system ended a process (for want of memory, say).

    """
    remaining = iter(chunks)
    first = list(islice(remaining, 2))
    together = chain(first, remaining)
    if jobs <= 1 or len(first) <= 1:
        coder = Coder(ruleset)
        yield from ((chunk, coder.code(chunk)) for chunk in together)
    else:
        yield from _with_processes(ruleset, together, jobs)


def _with_processes(
    ruleset: Ruleset, chunks: Iterable[Encounters], jobs: int
) -> Iterator[tuple[Encounters, CodedBatch]]:
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads of readers half way
    pool = ProcessPoolExecutor(jobs, context, _begin, (ruleset,))
    try:
        waiting: deque[tuple[Encounters, Future[CodedBatch]]] = deque()
        for chunk in chunks:
            waiting.append((chunk, pool.submit(_code, chunk)))
            if len(waiting) >= jobs + _AHEAD:
                done, batch = waiting.popleft()
                yield done, batch.result()
        for done, batch in waiting:
            yield done, batch.result()
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


_coders: list[Coder] = []
"""The coder of a process that does nothing but code; it remembers what it has matched."""


def _begin(ruleset: Ruleset) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked for the work ends it
    _coders.append(Coder(ruleset))


def _code(chunk: Encounters) -> CodedBatch:
    return _coders[0].code(chunk)
